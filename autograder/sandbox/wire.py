"""Frames over a socket to a process that is not to be trusted."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable

from dropout_course import codec

MAX_FRAME = codec.MAX_BYTES + codec.MAX_HEADER + 64
PATIENCE = 3.0  # seconds by the wall that may pass for each second of the processor …
GRACE = 5.0  # … and so many on top, before a process that does nothing is given up
GLANCE = 0.05  # seconds between two looks at the processor clock, at least


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
        wall = seconds if clock is None else PATIENCE * seconds + GRACE
        self._wall = time.monotonic() + wall
        self._processor = clock() + seconds if clock else 0.0

    def wait(self) -> float:
        """Give how long to wait before asking again; `TimeoutError` if there is no time left."""
        left = self._wall - time.monotonic()
        if self._clock:
            processor = self._processor - self._clock()
            if processor <= 0:
                raise TimeoutError
            left = min(left, max(processor, GLANCE), 1.0)
        if left <= 0:
            raise TimeoutError
        return left


class Wire:
    """One request, one reply, with a deadline and a limit on what is read.

    Parameters
    ----------
    connection
        A stream socket.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def ask(
        self, request: bytes, seconds: float, clock: Callable[[], float] | None = None
    ) -> bytes:
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
            (size,) = struct.unpack("<I", self._receive(4, deadline))
            if size > MAX_FRAME:
                raise WireError("broken", "it sent a reply larger than may be")
            return self._receive(size, deadline)
        except TimeoutError:
            raise WireError("timeout", "it did not finish in time") from None
        except OSError:
            raise WireError("died", "the process ended") from None

    def close(self) -> None:
        """Close the socket; the other end reads the end of its stream."""
        self._connection.close()

    def _send(self, data: bytes, deadline: _Deadline) -> None:
        rest = memoryview(data)
        while rest:
            self._connection.settimeout(deadline.wait())
            try:
                rest = rest[self._connection.send(rest) :]
            except TimeoutError:
                continue

    def _receive(self, count: int, deadline: _Deadline) -> bytes:
        # The buffer grows with what really came: a forged length reserves no memory.
        data = bytearray()
        while len(data) < count:
            self._connection.settimeout(deadline.wait())
            try:
                chunk = self._connection.recv(min(count - len(data), 1 << 16))
            except TimeoutError:
                continue
            if not chunk:
                raise WireError("died", "the process ended")
            data += chunk
        return bytes(data)
