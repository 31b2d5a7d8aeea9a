"""Opens a sandbox: the best level that was proved on this machine."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from autograder.sandbox import doctor
from autograder.sandbox.advice import show, what_to_do
from autograder.sandbox.doctor import Report
from autograder.sandbox.process import Process
from autograder.sandbox.refusal import JailError
from autograder.sandbox.runner import WireRunner
from autograder.sandbox.warm_client import LEVELS, Warm


@dataclass(frozen=True)
class Lent:
    """A sandbox on its way to another process of ours; it can be sent when that one is started."""

    level: str
    library: str = ""
    control: socket.socket | None = None
    chapter: str = ""

    def borrow(self) -> Sandbox:
        """Open it here: one warm process serves all."""
        if self.control is None:
            return _unconfined(self.chapter, self.library)
        return Sandbox.of(Warm(self.level, self.library, lent=self.control))


class Sandbox:
    """Starts processes for notebooks, all at one level.

    Attributes
    ----------
    level : str
        ``namespaces``, ``landlock`` or ``unsafe``.
    start : callable
        Gives a process for one notebook; it has the methods of
        `autograder.referee.session.Runner`.
    """

    def __init__(
        self,
        level: str,
        start: Callable[[], WireRunner],
        close: Callable[[], None] = lambda: None,
        warm: Warm | None = None,
        chapter: str = "",
        library: str = "numpy",
    ) -> None:
        self.level = level
        self.start = start
        self.close = close
        self._warm = warm
        self._chapter = chapter
        self._library = library

    @classmethod
    def of(cls, warm: Warm) -> Sandbox:
        """Give the sandbox whose processes are forked by a warm one."""
        return cls(warm.level, warm.start, warm.close, warm)

    def keep_ahead(self) -> None:
        """Make each jail while the one before it is still at work: for many in a row."""
        if self._warm:
            self._warm.ahead = True

    def lend(self) -> Lent:
        """Give what another process of ours needs to open this sandbox: see `borrow`."""
        if self._warm is None:
            return Lent(self.level, self._library, chapter=self._chapter)
        return Lent(self.level, self._warm.library, self._warm.lend())

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def open_sandbox(
    level: str = "auto",
    library: str = "numpy",
    *,
    state: Path = doctor.STATE,
    chapter: str = "",
) -> Sandbox:
    """Open a sandbox; close it when all is graded.

    Parameters
    ----------
    level
        ``namespaces``, ``landlock``, or ``auto`` for the first of them that this machine passes.
        ``unsafe`` for a process without a jail: never chosen unless asked for.
    library
        What notebooks may import: ``numpy`` or ``torch``.
    state
        The folder in which the doctor keeps its verdict on this machine. A level without a
        verdict is tried first, which takes seconds.
    chapter
        The number of the notebooks' chapter; see `autograder.sandbox.reach`.

    Raises
    ------
    JailError
        No level, or not the one asked for, is safe here; the message says what to do.
    """
    if level == "unsafe":
        return _unconfined(chapter, library)
    if level != "auto" and level not in LEVELS:
        raise ValueError(f"there is no level {level!r}; choose one of auto, {', '.join(LEVELS)}")
    refused: list[Report] = []
    for candidate in LEVELS if level == "auto" else (level,):
        if doctor.recorded(candidate, library, state) is None or level != "auto":
            report = _passed(candidate, library, state)
            if report is not None:
                refused.append(report)
        if doctor.accepted(candidate, library, state):
            return Sandbox.of(Warm(candidate, library, chapter=chapter))
    steps = [line for report in refused for line in what_to_do(report)]
    steps = steps or ["run `autograder doctor` to see what failed"]
    raise JailError("no safe sandbox on this machine:\n- " + "\n- ".join(dict.fromkeys(steps)))


def _unconfined(chapter: str, library: str) -> Sandbox:
    """Give what starts cold processes without a jail, which show a notebook what a jail does."""
    start = partial(Process, chapter=chapter, library=library)
    return Sandbox("unsafe", start, chapter=chapter, library=library)


def diagnose(
    library: str = "numpy", *, state: Path = doctor.STATE, console: Console | None = None
) -> list[Report]:
    """Try every level, keep the verdicts, and print what came of it."""
    reports = []
    for level in LEVELS:
        reports.append(report := doctor.examine(level, library))
        doctor.keep(report, state)
        show(report, console)
    return reports


def _passed(level: str, library: str, state: Path) -> Report | None:
    """Try a level unless it is known to be accepted; give the report if it is refused."""
    if doctor.accepted(level, library, state):
        return None
    report = doctor.examine(level, library)
    doctor.keep(report, state)
    return None if report.accepted else report
