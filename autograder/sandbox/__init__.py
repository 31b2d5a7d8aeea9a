"""Processes in which student code runs, and the wire to them."""

from autograder.sandbox.levels import Lent, Sandbox, diagnose, open_sandbox
from autograder.sandbox.process import Process
from autograder.sandbox.refusal import JailError
from autograder.sandbox.runner import Stopped

__all__ = ["JailError", "Lent", "Process", "Sandbox", "Stopped", "diagnose", "open_sandbox"]
