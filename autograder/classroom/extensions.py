"""More time for single students, from ``extensions.csv`` into the gradebook."""

from __future__ import annotations

import json

from nbgrader.api import SubmittedAssignment

from autograder.classroom.coursedir import Course, CourseError
from autograder.classroom.roster import EXTENSIONS, read_extensions


def apply_extensions(course: Course, assignment: str) -> list[str]:
    """Enter the extensions of an assignment, and take back what is no longer in the file.

    Extensions that were given in another way, in nbgrader itself, stay as they are.

    Returns
    -------
    list of str
        The students whose extension changed.

    Raises
    ------
    CourseError
        The file can't be read, or the assignment has no due date that could be moved.
    """
    given = read_extensions(course)
    step = f"extensions {assignment}"
    known = course.stamps.get(step)
    before: list[str] = json.loads(known) if known else []
    if not given and not before:
        return []
    changed, mine = [], []
    with course.gradebook() as gradebook:
        found = gradebook.find_assignment(assignment)
        for submission in gradebook.db.query(SubmittedAssignment).filter_by(assignment_id=found.id):
            student = submission.student_id
            time = given.get((student, assignment), given.get((student, "*")))
            if time is not None:
                if found.duedate is None:
                    raise CourseError(
                        f"{EXTENSIONS} gives {student} more time, but {assignment} has no due "
                        "date: set one in Formgrader (Manage Assignments), or remove the line."
                    )
                mine.append(student)
            elif student not in before:
                continue
            if submission.extension != time:
                submission.extension = time
                changed.append(student)
        # first: who is in the gradebook and not here would keep it for good, if we end in between
        course.stamps.set(step, json.dumps(sorted({*before, *mine})))
        gradebook.db.commit()
    course.stamps.set(step, json.dumps(sorted(mine)))
    return sorted(changed)
