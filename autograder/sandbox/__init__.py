"""Processes in which student code runs, and the wire to them."""

from autograder.sandbox.process import Process, Stopped

__all__ = ["Process", "Stopped"]
