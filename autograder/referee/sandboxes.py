"""The sandboxes of this process: opened when first needed, closed when it ends."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from pathlib import Path

from autograder.referee.session import Runner
from autograder.sandbox import Sandbox, open_sandbox
from dropout_course import course

UNSAFE = "Graded without a sandbox: what the notebook did was not confined."


_open: dict[tuple[str, str, Path], Sandbox] = {}


def sandbox(level: str, stem: str, state: Path) -> Sandbox:
    """Give the sandbox of a level for the notebooks of a chapter.

    Parameters
    ----------
    level
        ``auto``, ``namespaces``, ``landlock``, or ``unsafe``.
    stem
        The chapter, such as ``04-backprop``.
    state
        The folder in which the doctor's verdict on this machine is kept.

    Raises
    ------
    JailError
        No safe level works here; the message says what to do.
    """
    key = level, stem, state
    if key not in _open:
        chapter = stem.partition("-")[0]
        keep(*key, open_sandbox(level, library_of(stem), state=state, chapter=chapter))
    return _open[key]


def keep(level: str, stem: str, state: Path, opened: Sandbox) -> None:
    """Use an open sandbox from now on; it is closed when this process ends."""
    _open[level, stem, state] = opened
    atexit.register(opened.close)


def library_of(stem: str) -> str:
    """Say what a chapter's notebook may import: ``numpy`` or ``torch``."""
    known = course.chapters().get(stem.partition("-")[0], {})
    return str(known.get("library", "numpy"))


def starter(level: str, stem: str, state: Path) -> Callable[[], Runner]:
    """Give what starts a process for a notebook of a chapter."""
    return sandbox(level, stem, state).start
