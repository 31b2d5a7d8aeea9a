"""The supervisors of a warm process; one whose jail has ended waits for the next one.

To fork a supervisor, and to end it, takes as long as a jail and its end: both are copies of a
process that has loaded everything.
"""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable
from contextlib import suppress

from . import supervisor


class Supervisors:
    """Hands requests to supervisors, and forks one where none waits.

    Parameters
    ----------
    poll
        Where the sockets on which they tell that they wait are entered.
    supervise
        Called in a fork, which ends with it, with the socket on which requests come.
    """

    def __init__(self, poll: select.poll, supervise: Callable[[socket.socket], None]) -> None:
        self._poll, self._supervise = poll, supervise
        self._sockets: dict[int, socket.socket] = {}
        self._idle: list[int] = []

    def hear(self, ready: set[int]) -> None:
        """Read from the sockets that are ready who waits, and who has ended."""
        for one in ready & self._sockets.keys():
            waits = b""
            with suppress(OSError):  # it was killed, with a request that it had not read
                waits = self._sockets[one].recv(1)
            if waits:
                self._idle.append(one)
            else:
                self._forget(one)

    def give(self, descriptors: list[int]) -> None:
        """Hand over the descriptors of one request, which are closed here."""
        while (one := self._idle.pop() if self._idle else self._fork(descriptors)) is not None:
            try:
                socket.send_fds(self._sockets[one], [b"{}"], descriptors)
                break
            except OSError:  # it has ended, and what it waited for it has not got
                self._forget(one)
        for descriptor in descriptors:
            os.close(descriptor)

    def close(self) -> None:
        """Let those that wait end, and the others when their jails have ended."""
        for one in [*self._sockets]:
            self._forget(one)

    def _forget(self, one: int) -> None:
        self._poll.unregister(one)
        self._sockets.pop(one).close()
        self._idle = [other for other in self._idle if other != one]

    def _fork(self, descriptors: list[int]) -> int | None:
        """Fork a supervisor; if there may be no more processes for now, say so, and give none."""
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            child = os.fork()
        except OSError as error:
            ours.close()
            its.close()
            with socket.socket(fileno=os.dup(descriptors[1])) as report:
                supervisor.tell(report, {"error": str(error)})
            return None
        if child == 0:
            try:
                for other in (ours, *self._sockets.values()):
                    other.close()
                for descriptor in descriptors:
                    os.close(descriptor)
                self._supervise(its)
            finally:  # whatever fails: it must not go on as a second warm process
                os._exit(0)
        its.close()
        self._sockets[ours.fileno()] = ours
        self._poll.register(ours, select.POLLIN | select.POLLHUP)
        return ours.fileno()
