"""What the gradebook holds of submissions: entries read for some students, or made anew."""

from __future__ import annotations

from typing import Any

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy.orm import selectinload

from autograder.classroom.folder.coursedir import Course, CourseError


def submissions(
    gradebook: Gradebook, assignment: Assignment, students: list[str]
) -> dict[str, SubmittedAssignment]:
    """Read what the gradebook holds of some students for an assignment, by student."""
    notebooks = selectinload(SubmittedAssignment.notebooks)
    query = entries_of(gradebook, assignment, students).options(
        notebooks.selectinload(SubmittedNotebook.grades).selectinload(Grade.cell),
        notebooks.selectinload(SubmittedNotebook.comments).selectinload(Comment.cell),
    )
    return {submission.student_id: submission for submission in query}


def entries_of(gradebook: Gradebook, assignment: Assignment, students: list[str]) -> Any:
    """Ask for the submissions of some students for an assignment."""
    return gradebook.db.query(SubmittedAssignment).filter(
        SubmittedAssignment.assignment_id == assignment.id,
        SubmittedAssignment.student_id.in_(students),
    )


def new_submissions(
    gradebook: Gradebook, assignment: Assignment, students: list[str]
) -> dict[str, SubmittedAssignment]:
    """Make submissions with all their cells, as `Gradebook.add_submission` does for one."""
    if not students:
        return {}
    known = {s.id: s for s in gradebook.db.query(Student).filter(Student.id.in_(students))}
    notebooks = [(n, n.grade_cells, n.solution_cells, n.task_cells) for n in assignment.notebooks]
    made = {}
    for student in students:
        owner = known.get(student) or Student(id=student)
        submission = SubmittedAssignment(assignment=assignment, student=owner)
        for notebook, graded, solved, tasks in notebooks:
            part = SubmittedNotebook(notebook=notebook, assignment=submission)
            part.grades = [Grade(id=new_uuid(), cell=cell) for cell in [*graded, *tasks]]
            part.comments = [Comment(cell=cell) for cell in [*solved, *tasks]]
        gradebook.db.add(submission)
        made[student] = submission
    return made


def recorded_students(course: Course, assignment: str) -> set[str]:
    """Give the students who have a submission in the gradebook.

    Raises
    ------
    CourseError
        The assignment is not there.
    """
    try:
        with course.gradebook() as gradebook:
            found = gradebook.find_assignment(assignment)
            rows = gradebook.db.query(SubmittedAssignment.student_id)
            return {row[0] for row in rows.filter_by(assignment_id=found.id)}
    except MissingEntry:
        raise CourseError(_not_in_it(course, assignment)) from None


def _not_in_it(course: Course, assignment: str) -> str:
    """Say what to do: another gradebook was there before, if submissions have been graded."""
    release = f"run `autograder release {assignment}`"
    if not any((course.root / "autograded").glob(f"*/{assignment}")):
        return f"{assignment} is not in the gradebook; {release} first."
    return (
        f"{assignment} is not in the gradebook, and yet submissions have been graded: is "
        f"{course.gradebook_address} the one that they were recorded in? Put that back, from a "
        f"copy if it is lost, for it alone holds what people gave. Without one, {release} and "
        "grade again."
    )
