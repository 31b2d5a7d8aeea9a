"""What each cell of a released notebook is for, by its nbgrader metadata and tags."""

from __future__ import annotations

from enum import Enum
from typing import Any


class Role(Enum):
    """What grading does with a cell."""

    SETUP = "setup"  # ours, executed before the answers
    SOLUTION = "solution"  # the student's, executed
    CHECK = "check"  # ours, judged here, never sent
    DEMO = "demo"  # ours, skipped
    EXTRA = "extra"  # added by the student, executed
    TEXT = "text"


def role_of(cell: Any) -> Role:
    """Give the role of a notebook cell."""
    if cell.cell_type != "code":
        return Role.TEXT
    marks = cell.metadata.get("nbgrader") or {}
    tags = cell.metadata.get("tags") or []
    if marks.get("solution"):
        return Role.SOLUTION
    if marks.get("grade"):
        return Role.CHECK
    if "setup" in tags:
        return Role.SETUP
    return Role.DEMO if marks.get("locked") else Role.EXTRA


def grade_id(cell: Any) -> str:
    """Give a cell's nbgrader id, or ``""``."""
    return str((cell.metadata.get("nbgrader") or {}).get("grade_id", ""))


def exercise_of(check_cell: Any) -> str:
    """Give the exercise id of a check cell."""
    return grade_id(check_cell).removesuffix("-check")
