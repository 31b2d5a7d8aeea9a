"""Frames over a socket to a process that is not to be trusted."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress

from dropout_course.engine.inside import codec

MAX_FRAME = codec.MAX_BYTES + codec.MAX_HEADER + 64
PATIENCE = 3.0  # seconds by the wall that may pass for each second of the processor …
GRACE = 5.0  # … and so many on top, before a process that does nothing is given up
GLANCE = 0.05  # seconds between two looks at the clocks
_CHUNK = 1 << 16


class WireError(Exception):
    """The other end broke the protocol, closed, or did not answer in time. `kind` says which."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class _Deadline:
    """How long one exchange may take, by the processor's clock if there is one, else the wall's.

    With a processor clock, the wall's still ends a process that sleeps, a good deal later.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] | None) -> None:
        self._clock = clock
        self._wall = time.monotonic() + (PATIENCE * seconds + GRACE if clock else seconds)
        self._processor = clock() + seconds if clock else 0.0

    def check(self) -> None:
        """Raise `TimeoutError` if there is no time left."""
        if time.monotonic() >= self._wall or (self._clock and self._clock() >= self._processor):
            raise TimeoutError


class Wire:
    """One request, one reply, with a deadline and a limit on what is read.

    Parameters
    ----------
    connection
        A stream socket.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._connection.settimeout(GLANCE)
        self._came = bytearray()  # what was received beyond the frame that was asked for

    def ask(
        self, request: bytes, seconds: float, clock: Callable[[], float] | None = None
    ) -> bytes | bytearray:
        """Send a request and wait for its reply.

        Parameters
        ----------
        request
            The bytes of one frame.
        seconds
            How long the whole exchange may take.
        clock
            Gives the processor time of the other end; the wall's clock counts without it.

        Raises
        ------
        WireError
            `kind` is ``timeout``, ``died`` or ``broken``.
        """
        deadline = _Deadline(seconds, clock)
        try:
            self._send(struct.pack("<I", len(request)) + request, deadline)
            (size,) = struct.unpack("<I", self._take(4, deadline))
            if size > MAX_FRAME:
                raise WireError("broken", "it sent a reply larger than may be")
            return self._take(size, deadline)
        except TimeoutError:
            raise WireError("timeout", "it did not finish in time") from None
        except OSError:
            raise WireError("died", "the process ended") from None

    def close(self) -> None:
        """Close the socket; the other end reads the end of its stream."""
        self._connection.close()

    def _send(self, data: bytes, deadline: _Deadline) -> None:
        sent = 0
        while sent < len(data):
            with suppress(TimeoutError):
                sent += self._connection.send(memoryview(data)[sent:])
            if sent < len(data):
                deadline.check()

    def _take(self, count: int, deadline: _Deadline) -> bytes | bytearray:
        """Give the next bytes of the stream."""
        # The buffer grows with what really came: a forged length reserves no memory.
        while len(self._came) < count:
            try:
                chunk = self._connection.recv(_CHUNK)
            except TimeoutError:
                deadline.check()
                continue
            if not chunk:
                raise WireError("died", "the process ended")
            self._came += chunk
            if len(self._came) < count:
                deadline.check()  # a reply that drips in must end as well
        if len(self._came) == count:  # as a rule; then a large reply is not copied
            taken, self._came = self._came, bytearray()
            return taken
        taken = self._came[:count]
        del self._came[:count]
        return taken
