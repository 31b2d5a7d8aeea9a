"""Processes in which student code runs, and the wire to them."""

from autograder.sandbox.levels import Lent, Sandbox, diagnose, open_sandbox
from autograder.sandbox.process import Process
from autograder.sandbox.runner import Stopped
from autograder.sandbox.warm_client import JailError

__all__ = ["JailError", "Lent", "Process", "Sandbox", "Stopped", "diagnose", "open_sandbox"]
