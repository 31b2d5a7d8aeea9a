"""How long a notebook may take, and how the limits of an assignment are changed.

Processor time is that of all threads of the notebook's process. A process that waits is idle; one
that works a fifth of the time by the wall waits for the machine, which is not its fault.
`book/how-to-use.md` has these numbers for students. A course that needs others writes them into
`limits.toml` beside `nbgrader_config.py`; top-level ones hold for all assignments::

    cell_seconds = 30

    ["11-gpu-pytorch"]
    cell_seconds = 60
    cells_seconds = 300
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import tomllib

from autograder.root import SetUpError
from dropout_course import course

FILE = "limits.toml"
SERVICE = "13-capstone-service"  # the tasks of the service have a table of their own
BUSY_FACTOR = 5.0  # by the wall: idle seconds are those beyond this many times the worked ones
MOST_SECONDS = 3600.0
PROCESS_SECONDS = 600.0  # of processor time, after which the jail ends a process in any case


class LimitsError(SetUpError):
    """The limits of a course can't be used; the message says why and what to do."""


@dataclass(frozen=True)
class Limits:
    """The limits of one notebook.

    Attributes
    ----------
    cell_seconds : float
        Processor time of one cell; then it is interrupted inside.
    cells_seconds, spent_cell_seconds : float
        Processor time of all cells together; then each has only the second, and so has an
        interrupted cell that must run again.
    grace_seconds : float
        Processor time for an interrupt to be heeded; then the process is ended.
    cell_idle_seconds : float
        Of waiting in one cell; then it is interrupted.
    cells_idle_seconds, spent_cell_idle_seconds : float
        Of waiting in all cells; then each has only the second.
    notebook_idle_seconds : float
        Of waiting in cells and calls; then the notebook is left.
    calls_seconds, calls_idle_seconds : float
        Processor time of all calls for one exercise, and of waiting in them.
    judging_seconds, spent_calls_seconds : float
        Processor time of all calls for all exercises; then those for each exercise that follows
        have only the second.
    notebook_seconds : float
        By the clock on the wall, for all of it; one whose answer was lost is run a second time.
    restarts : int
        Processes that may follow the first, each of which costs what ended the one before.
    files_bytes : int
        Of all files beside a notebook that it may read.
    """

    cell_seconds: float = 20.0
    cells_seconds: float = 240.0
    spent_cell_seconds: float = 2.0
    grace_seconds: float = 4.0
    cell_idle_seconds: float = 10.0
    cells_idle_seconds: float = 40.0
    spent_cell_idle_seconds: float = 0.2
    notebook_idle_seconds: float = 60.0
    calls_seconds: float = 20.0
    calls_idle_seconds: float = 15.0
    judging_seconds: float = 50.0
    spent_calls_seconds: float = 2.0
    notebook_seconds: float = 900.0
    restarts: int = 3
    files_bytes: int = 5_000_000


# where a right answer takes seconds: of ten times as many nothing is to be lost
OURS = {"08-weights-and-rates": Limits(calls_seconds=60.0, judging_seconds=90.0)}


def our_limits(assignment: str) -> Limits:
    """Give the limits that hold for an assignment where nobody has written others."""
    return OURS.get(assignment, Limits())


def limits_of(root: Path, assignment: str, ours: Limits | None = None) -> Limits:
    """Read the limits of an assignment, with those of `limits.toml` in place of ours.

    Parameters
    ----------
    root
        The folder of `nbgrader_config.py`.
    assignment
        Its id, as ``11-gpu-pytorch``.
    ours
        What holds where the file says nothing.

    Raises
    ------
    LimitsError
        The file can't be read, names no limit of ours, or gives one no sensible value.
    """
    ours, path = ours or our_limits(assignment), root / FILE
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ours
    except (OSError, ValueError) as error:
        raise LimitsError(f"{path} can't be read ({error}): mend it or remove it.") from None
    for name, value in table.items():
        if isinstance(value, Mapping) and name not in _assignments() | {assignment}:
            raise LimitsError(
                f"{path}: there is no assignment [{name}]. Name it in full: "
                f"{', '.join(sorted(_assignments()))}."
            )
    own = table.get(assignment, {})
    shared = {name: value for name, value in table.items() if not isinstance(value, Mapping)}
    if not isinstance(own, Mapping):
        raise LimitsError(f'{path}: the limits of {assignment} stand below ["{assignment}"].')
    shared = _checked(shared, str(path))
    return replace(ours, **{**shared, **_checked(own, f"{path}, [{assignment}]")})


def _assignments() -> set[str]:
    return {chapter["stem"] for chapter in course.chapters().values()} | {SERVICE}


def _checked(given: Mapping[str, Any], where: str) -> dict[str, Any]:
    known = {field.name: field.default for field in fields(Limits)}
    for name, value in given.items():
        if name not in known:
            raise LimitsError(
                f"{where}: there is no limit {name!r}. There are: {', '.join(known)}."
            )
        whole = isinstance(known[name], int)
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            kind = "a whole number" if whole else "a number"
            raise LimitsError(f"{where}: {name} is {value!r}, and it must be {kind}.")
        most = PROCESS_SECONDS if name in _OF_A_PROCESS else MOST_SECONDS
        if not whole and not 0 < value <= most:
            raise LimitsError(
                f"{where}: {name} is {value:g}, and it must be above 0 and at most {most:g}."
            )
        if whole and value < 0:
            raise LimitsError(f"{where}: {name} is {value}, and it must not be negative.")
    return dict(given)


_OF_A_PROCESS = ("cell_seconds", "cells_seconds", "calls_seconds")
