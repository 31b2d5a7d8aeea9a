"""How far an assignment is: released, handed in, graded; and what to run next."""

from __future__ import annotations

import glob
import json
from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.api import Assignment

from autograder.classroom.errors import CourseError

if TYPE_CHECKING:
    from autograder.classroom.folder.coursedir import Course


def is_released(course: Course, assignment: str) -> bool:
    """Tell whether the notebook that students get is in the course's folder, and whole."""
    try:
        return isinstance(json.loads(_released(course, assignment).read_bytes())["cells"], list)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def still_released(course: Course, assignments: list[str]) -> list[str]:
    """Give those of some assignments of which nothing that a release makes was removed since.

    That is a notebook in the course's folder, one in the exchange, and an entry in the gradebook.
    """
    outbound = course.exchange / course.course_id / "outbound"
    there = [n for n in assignments if is_released(course, n) and (outbound / n).is_dir()]
    if not there:
        return []
    with course.gradebook() as gradebook:
        known = {name for (name,) in gradebook.db.query(Assignment.name)}
    return [name for name in there if name in known]


def _released(course: Course, assignment: str) -> Path:
    return course.folder("release", ".", assignment) / f"{assignment}.ipynb"


def require_released(course: Course, assignment: str) -> None:
    """Refuse an assignment that is not released.

    Raises
    ------
    CourseError
        The message says what to run first.
    """
    if not is_released(course, assignment):
        raise CourseError(what_is_missing(course, assignment))


def what_is_missing(course: Course, assignment: str) -> str:
    """Say what is to be done before there is anything graded of an assignment."""
    path = _released(course, assignment)
    if not path.is_file():
        return f"{assignment} is not released yet: run `autograder release {assignment}` first."
    if not is_released(course, assignment):
        return f"{path} is damaged: run `autograder release {assignment}`, which writes it anew."
    if not course.students(assignment):
        if any((course.root / "autograded").glob(f"*/{glob.escape(assignment)}")):
            return (
                f"What was handed in of {assignment} is no longer in {course.root / 'submitted'}: "
                "put it back, or collect it again. What is graded is in the gradebook still."
            )
        return (
            f"Nobody has handed in {assignment} yet: run `autograder collect {assignment}` first, "
            "with the file of your learning platform if you use one."
        )
    return f"Nothing of {assignment} is graded yet: run `autograder autograde {assignment}` first."
