"""A process that ends by SIGKILL at a moment that a seed decides, as when the power goes."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# C functions after or before which files or the gradebook are in another state
WRITES = {"rename", "replace", "unlink", "rmdir", "mkdir", "open", "write", "fsync", "truncate"}
WRITES |= {"ftruncate", "pwrite", "chmod", "execute", "executemany", "commit", "close", "sendfile"}


@dataclass(frozen=True)
class Moment:
    """When to end a process: at the nth event of a kind, or after a time by the clock.

    Attributes
    ----------
    kind : {"call", "write", "clock"}
        Any call of a function, one that writes, or seconds.
    at : float
        From 0, the beginning, to 1, the end of an undisturbed run.
    """

    kind: str
    at: float


def moments(seed: int, count: int) -> list[Moment]:
    """Draw moments, a third of each kind."""
    draw = random.Random(seed)
    kinds = ("call", "write", "clock")
    return [Moment(kinds[number % 3], draw.random()) for number in range(count)]


class _Counter:
    """Counts calls and, at a certain one, ends the process."""

    def __init__(self, kind: str = "", at: int = -1) -> None:
        self.calls = self.writes = 0
        self._kind, self._at = kind, at

    def __call__(self, frame: Any, event: str, arg: Any) -> None:
        if event == "return":
            return
        self.calls += 1
        if event != "call" and getattr(arg, "__name__", "") in WRITES:
            self.writes += 1
            if self._kind == "write" and self.writes > self._at:
                os.kill(os.getpid(), signal.SIGKILL)
        if self._kind == "call" and self.calls > self._at:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Extent:
    """How long a run takes that nobody disturbs, in calls, in writes, in seconds."""

    call: float
    write: float
    clock: float


def measured(work: Callable[[], object]) -> Extent:
    """Do the work in a child, and give its extent."""
    reads, writes = os.pipe()

    def counted() -> None:
        counter = _Counter()
        began = time.perf_counter()
        sys.setprofile(counter)
        try:
            work()
        finally:
            sys.setprofile(None)
        seconds = time.perf_counter() - began
        os.write(writes, f"{counter.calls} {counter.writes} {seconds}".encode())

    if _forked(counted, None) != 0:
        raise AssertionError("an undisturbed run ended with an error")
    os.close(writes)
    with os.fdopen(reads) as file:
        return Extent(*map(float, file.read().split()))


def killed(work: Callable[[], object], moment: Moment, extent: Extent) -> bool:
    """Do the work in a child that is killed at a moment; False if it was done before that.

    Raises
    ------
    AssertionError
        It ended in another way.
    """
    at = moment.at * getattr(extent, moment.kind)
    counter = _Counter(moment.kind, int(at))

    def counted() -> None:
        sys.setprofile(counter)
        try:
            work()
        finally:
            sys.setprofile(None)

    status = _forked(counted, at if moment.kind == "clock" else None)
    if status not in (0, -signal.SIGKILL):
        raise AssertionError(f"a run that was to be killed ended with {status}")
    return status != 0


def _forked(work: Callable[[], None], seconds: float | None) -> int:
    """Do the work in a forked child; give its exit code, or the signal, negative."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)
    timer = None
    if seconds is not None:
        timer = threading.Timer(seconds, os.kill, (child, signal.SIGKILL))
        timer.start()
    try:
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    finally:
        if timer:  # before the child's number is free for another
            timer.cancel()
            timer.join()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
