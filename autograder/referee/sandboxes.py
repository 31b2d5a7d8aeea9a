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


def sandbox(level: str, library: str, state: Path) -> Sandbox:
    """Give the sandbox of a level for notebooks that may import a library.

    Parameters
    ----------
    level
        ``auto``, ``namespaces``, ``landlock``, or ``unsafe``.
    library
        ``numpy`` or ``torch``.
    state
        The folder in which the doctor's verdict on this machine is kept.

    Raises
    ------
    JailError
        No safe level works here; the message says what to do.
    """
    key = level, library, state
    if key not in _open:
        keep(*key, open_sandbox(level, library, state=state))
    return _open[key]


def keep(level: str, library: str, state: Path, opened: Sandbox) -> None:
    """Use an open sandbox from now on; it is closed when this process ends."""
    _open[level, library, state] = opened
    atexit.register(opened.close)


def library_of(stem: str) -> str:
    """Say what a chapter's notebook may import: ``numpy`` or ``torch``."""
    known = course.chapters().get(stem.partition("-")[0], {})
    return str(known.get("library", "numpy"))


def starter(level: str, stem: str, state: Path) -> Callable[[], Runner]:
    """Give what starts a process for a notebook of a chapter."""
    return sandbox(level, library_of(stem), state).start
