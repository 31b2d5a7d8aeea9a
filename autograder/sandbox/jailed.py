"""A notebook's process in its jail, as the grader holds it."""

from __future__ import annotations

import json
import select
import socket

from autograder.sandbox.refusal import FROM_OUTSIDE, JailError
from autograder.sandbox.runner import WireRunner, processor_clock
from autograder.sandbox.wire import Wire, WireError

ENDING = 60.0  # seconds until all in a jail must be gone
# A process that ends closes its connection a moment before its supervisor learns how it ended. For
# so many seconds it is asked for that, or the reason would depend on who is quicker; a process that
# has closed the connection and lives on is ended then.
BY_ITSELF = 5.0

_CAUSES = {
    "closed": "the process ended",
    "memory": "it used more memory than it may",
    "tasks": "it started more threads than it may",
    "files": "it wrote more files than it may",
    "signal 9": "the kernel ended it: too much memory or processor time",
    "signal 11": "it crashed (segmentation fault)",
}


class Jailed(WireRunner):
    """One notebook's process in its jail.

    Parameters
    ----------
    connection
        The socket on which it answers.
    report
        The socket to its supervisor.
    process
        Its id, as this process sees it.
    """

    def __init__(self, connection: socket.socket, report: socket.socket, process: int) -> None:
        super().__init__(Wire(connection), processor_clock(process))
        self._report = report
        self.process = process

    def close(self) -> None:
        """End everything in the jail; return once nothing of it is left."""
        self._wire.close()
        self._ended()

    def _ended(self, patience: float = 0.0) -> str:
        """End all, wait until the supervisor has cleaned up, and say why it ended, if it knows.

        What has not ended by itself after so many seconds of patience is ended.
        """
        cause = ""
        if self._report.fileno() < 0:  # seen to before
            return "closed"
        self._report.settimeout(ENDING)
        try:
            report = select.poll()
            report.register(self._report, select.POLLIN | select.POLLHUP)
            report.poll(1000 * patience)
            self._report.shutdown(socket.SHUT_WR)
            while message := self._report.recv(4096):
                cause = json.loads(message).get("ended", cause)
        except TimeoutError:
            raise JailError(f"process {self.process} did not end in {ENDING:g} seconds") from None
        except OSError:
            pass
        finally:
            self._report.close()
        return cause

    def _why(self, error: WireError) -> str:
        if error.kind != "died":
            return str(error)
        cause = self._ended(BY_ITSELF)
        if cause in ("", "orphaned"):  # nothing that a notebook can bring about
            self.close()
            raise JailError(FROM_OUTSIDE)
        return _CAUSES.get(cause, f"{error} ({cause})")
