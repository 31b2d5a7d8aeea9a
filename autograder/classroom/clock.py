"""Clocks that go wrong: what was handed in later than now."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from autograder.classroom.coursedir import Course
from autograder.classroom.files import printable
from autograder.classroom.marks import read_marks

TOLERANCE = timedelta(minutes=5)  # as far as clocks of one network differ


def ahead_of_time(root: Path, assignment: str) -> str:
    """Say who handed in later than now, "" if nobody did: a penalty for it can't be right.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py.
    assignment : str
        Assignment id.
    """
    course = Course(root)
    with course.gradebook() as gradebook:
        marks = read_marks(gradebook, assignment)
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    found = [
        f"{printable(student)} ({mark.handed_in:%Y-%m-%d %H:%M} UTC)"
        for student, mark in sorted(marks.items())
        if mark.handed_in is not None and mark.handed_in > now + TOLERANCE
    ]
    if not found:
        return ""
    return (
        f"Later than now ({now:%Y-%m-%d %H:%M} UTC), says timestamp.txt, handed in: "
        f"{', '.join(found)}. The clock of this machine is wrong, or that of another: set the one, "
        f"or the time in submitted/STUDENT/{assignment}/timestamp.txt, then run the same command "
        "again."
    )
