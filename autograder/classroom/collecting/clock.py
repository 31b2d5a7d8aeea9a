"""Clocks that go wrong: what was handed in later than now, or at a time that nobody can read."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from autograder.classroom.collecting.collect import ASIDE
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.folder.files import printable
from autograder.classroom.gradebook.marks import read_marks

STAMP = "timestamp.txt"
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


def unreadable_times(root: Path, assignment: str) -> str:
    """Say whose timestamp.txt holds no time, "" if all do: they are never late then.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py.
    assignment : str
        Assignment id.
    """
    course = Course(root)
    found = []
    for student in course.students(assignment):
        put_aside = course.root / ASIDE / student / assignment / STAMP
        known = course.folder("submitted", student, assignment) / STAMP
        if put_aside.is_file() and not known.is_file():
            found.append(printable(student))
    if not found:
        return ""
    return (
        f"Not known when handed in, and so never late: {', '.join(found)}. What stood in "
        "timestamp.txt is no time that can be read only one way, and lies in "
        f"{ASIDE}/STUDENT/{assignment}. Write the time with its year first, such as 2026-03-02 "
        f"09:00:00 UTC or 2026-03-02T10:00+01:00, into submitted/STUDENT/{assignment}/"
        "timestamp.txt, then run the same command again."
    )
