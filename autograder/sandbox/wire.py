"""Frames over a socket to a process that is not to be trusted."""

from __future__ import annotations

import socket
import struct
import time

from dropout_course import codec

MAX_FRAME = codec.MAX_BYTES + codec.MAX_HEADER + 64


class WireError(Exception):
    """The other end broke the protocol, closed, or did not answer in time. `kind` says which."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Wire:
    """One request, one reply, with a deadline and a limit on what is read.

    Parameters
    ----------
    connection
        A stream socket.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def ask(self, request: bytes, seconds: float) -> bytes:
        """Send a request and wait for its reply.

        Parameters
        ----------
        request
            The bytes of one frame.
        seconds
            How long the whole exchange may take.

        Raises
        ------
        WireError
            `kind` is ``timeout``, ``died`` or ``broken``.
        """
        deadline = time.monotonic() + seconds
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

    def _send(self, data: bytes, deadline: float) -> None:
        self._connection.settimeout(max(1e-3, deadline - time.monotonic()))
        self._connection.sendall(data)

    def _receive(self, count: int, deadline: float) -> bytes:
        # The buffer grows with what really came: a forged length reserves no memory.
        data = bytearray()
        while len(data) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._connection.settimeout(left)
            chunk = self._connection.recv(min(count - len(data), 1 << 16))
            if not chunk:
                raise WireError("died", "the process ended")
            data += chunk
        return bytes(data)
