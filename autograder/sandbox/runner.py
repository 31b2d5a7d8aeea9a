"""What all processes that run a notebook have in common, seen from the grader."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from autograder.sandbox.wire import Wire, WireError
from dropout_course.engine.inside import child, codec


class Stopped(Exception):
    """The process is gone or can't be used any more. `kind`: timeout, died or broken."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class WireRunner:
    """Runs cells and answers calls over a wire, by the protocol of `engine.inside.child`.

    Seconds are those of the processor, where `clock` counts them: a grade must not depend on
    what else the machine does. A process that waits and computes nothing is ended as well, later.

    Parameters
    ----------
    wire
        The connection.
    clock
        Gives the processor time, in seconds, that the process has used so far.

    Raises
    ------
    Stopped
        From every method, once the process has ended, fallen silent or broken the protocol.
    """

    def __init__(self, wire: Wire, clock: Callable[[], float]) -> None:
        self._wire = wire
        self.clock = clock

    def __enter__(self) -> WireRunner:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def ask(self, request: bytes, seconds: float) -> bytes | bytearray:
        """Send one encoded request and give the encoded reply."""
        try:
            return self._wire.ask(request, seconds, self.clock)
        except WireError as error:
            reason = self._why(error)
            self.close()
            raise Stopped(error.kind, reason) from None

    def cell(
        self, source: str, seconds: float, idle_seconds: float = math.inf, grace: float = 0.0
    ) -> dict[str, Any]:
        """Run a cell; give ``{"outputs": list, "error": dict or None}``.

        Inside, it is interrupted after `seconds` of processor time or `idle_seconds` of waiting;
        `grace` seconds of processor time later the process is ended.
        """
        request = {"op": "cell", "source": source, "seconds": seconds}
        reply = self._plain(request | {"idle_seconds": idle_seconds}, seconds + grace)
        if not isinstance(reply.get("outputs"), list):
            self.close()
            raise Stopped("broken", "it sent a reply that can't be read")
        return reply

    def file(self, name: str, data: bytes, seconds: float = 10.0) -> None:
        """Put a file into the folder in which the notebook runs."""
        array = np.frombuffer(data, dtype=np.uint8)
        self._plain({"op": "file", "name": name, "data": array}, seconds)

    def seed(self, seed: int, seconds: float = 10.0) -> Any:
        """Seed the global random generators of the process; give what `replaced` does, so far."""
        return self._plain({"op": "seed", "seed": seed}, seconds).get("ok")

    def replaced(self, seconds: float = 10.0) -> Any:
        """Ask which of the course's own code was replaced in it: a list of names, if it is true."""
        return self._plain(child.REPLACED, seconds).get("ok")

    def close(self) -> None:
        """End the process and everything that it started; remove its folder."""
        raise NotImplementedError

    def _why(self, error: WireError) -> str:
        return str(error)

    def _plain(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        reply = self.ask(codec.encode(request), seconds)
        try:
            decoded = codec.decode(reply)
        except codec.CodecError:
            decoded = None
        if not isinstance(decoded, dict):
            self.close()
            raise Stopped("broken", "it sent a reply that can't be read")
        return decoded


def processor_clock(process: int) -> Callable[[], float]:
    """Give a clock of the processor time of a process, all its threads together.

    The clock's number is that of `clock_getcpuclockid(3)`. Once the process has ended, the clock
    stands still.
    """
    number = (~process << 3) | 2
    last = 0.0

    def clock() -> float:
        nonlocal last
        with suppress(OSError):
            last = time.clock_gettime(number)
        return last

    return clock
