"""Enter what capstones earned into the gradebook, beside the audit that a person grades."""

from __future__ import annotations

from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry, SubmittedNotebook

from autograder.capstone.grading import CapstoneResult
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.folder.lock import holding
from autograder.classroom.returns.page import MACHINE

ASSIGNMENT = "13-capstone"
CELLS = {"bugs": "ch13-bugs", "error": "ch13-error", "service": "ch13-service"}
MARK = f"{MACHINE}capstone grade`:"


def record(root: Path, results: list[CapstoneResult]) -> list[str]:
    """Enter points and reasons; give what could not be entered, a sentence each.

    Points that a person gave stay: they are known by a comment that is not ours, or none.

    Parameters
    ----------
    root
        The folder of nbgrader_config.py.
    results
        Of hand-ins that were graded.

    Raises
    ------
    CourseError
        Somebody else works on the course.
    """
    course = Course(root)
    with holding(course, f"capstone grade {ASSIGNMENT}"), course.gradebook() as gradebook:
        problems = [problem for one in results for problem in _record(gradebook, one)]
        gradebook.db.commit()
    return problems


def _record(gradebook: Gradebook, result: CapstoneResult) -> list[str]:
    try:
        notebook = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, result.student)
    except MissingEntry:
        return [
            f"{result.student} has no notebook of chapter 13 in the gradebook, so nothing is "
            f"recorded: run `autograder autograde {ASSIGNMENT}` first, then this again."
        ]
    outcomes = [_enter(notebook, part, result) for part in CELLS]
    return [
        f"{result.student}: the points of {CELLS[part]} were given by a person, and stay."
        for part, entered in zip(CELLS, outcomes, strict=True)
        if not entered
    ]


def _enter(notebook: SubmittedNotebook, part: str, result: CapstoneResult) -> bool:
    """Enter one part, unless a person did."""
    name = CELLS[part]
    grade = next(grade for grade in notebook.grades if grade.cell.name == name)
    comment = next(comment for comment in notebook.comments if comment.cell.name == name)
    by_machine = (comment.manual_comment or "").startswith(MARK)
    if grade.manual_score is not None and not by_machine:
        return False
    grade.manual_score = round(result.by_part[part][0], 2)
    grade.needs_manual_grade = False
    comment.manual_comment = f"{MARK} {reasons(result, part)}"
    return True


def reasons(result: CapstoneResult, part: str) -> str:
    """Say why a part has the points that it has."""
    if part == "bugs":
        left = [f"{name}: {reason}" for name, reason in result.bugs.items() if reason]
        return "\n".join([f"{result.mended} of {len(result.bugs)} bugs are mended.", *left])
    wanted = [one for one in result.parts if (one.name == "error") == (part == "error")]
    return "\n".join(
        f"{one.name} {one.points:g} of {one.of:g}. {one.says}".strip() for one in wanted
    )
