"""Interrupts a cell that takes too long, from inside, so that the process and its names live on."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PERIOD_SECONDS = 0.1
BUSY_FACTOR = 5.0  # a process that works a fifth of the time waits for the machine, and not idly


class TooLong(KeyboardInterrupt):
    """A cell reached a limit; like Ctrl-C, it passes every ``except Exception``."""


@contextmanager
def limited(seconds: float, idle_seconds: float) -> Iterator[None]:
    """Raise `TooLong` in the main thread once a limit is reached, and again until it is heeded.

    Parameters
    ----------
    seconds
        Processor time of this process.
    idle_seconds
        Waiting that no load of the machine explains.
    """
    worked, wall = time.process_time(), time.monotonic()
    # what a cell does to these modules must not disarm its own clock
    process_time, monotonic, setitimer = time.process_time, time.monotonic, signal.setitimer

    def look(number: int, frame: Any) -> None:
        used = process_time() - worked
        if used > seconds:
            raise TooLong(f"it was interrupted after {seconds:g} seconds of computing")
        if monotonic() - wall - BUSY_FACTOR * used > idle_seconds:
            raise TooLong(f"it was interrupted after waiting {idle_seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, look)
    setitimer(signal.ITIMER_REAL, PERIOD_SECONDS, PERIOD_SECONDS)
    try:
        yield
    finally:
        setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
