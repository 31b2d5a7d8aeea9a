"""More time for single students: ``extensions.csv``, and its way into the gradebook.

The file is read before anything is graded, and what is wrong with it said then; it is entered
when all is graded, so that the submissions that it is about are there.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from nbgrader.api import MissingEntry, SubmittedAssignment

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.csv_files import read_rows
from autograder.classroom.folder.files import printable
from autograder.classroom.folder.roster import (
    COLUMNS,
    EXTENSIONS,
    Person,
    read_roster,
    read_span,
    squeezed,
)
from autograder.root import is_named

ALL = "*"
STEP = "extensions "  # followed by the assignment: whose extension came from the file
HEADINGS = {
    "id": ("student", *(name for name in COLUMNS["id"] if name != "student")),
    "assignment": ("assignment",),
    "extension": ("extension",),
}
AGAIN = "Correct it, then run this again."


@dataclass
class Extensions:
    """What `extensions.csv` says.

    Attributes
    ----------
    given : dict
        The time by student and assignment; "*" stands for every assignment.
    strangers : list of str
        Students whom the course does not know yet, where it has no roster.
    """

    given: dict[tuple[str, str], timedelta] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)

    def of(self, student: str, assignment: str) -> timedelta | None:
        """Give the time that a student has for an assignment, None for no more than others."""
        return self.given.get((student, assignment), self.given.get((student, ALL)))


def read_extensions(course: Course) -> Extensions:
    """Read who has more time, and look whether it can be so.

    Raises
    ------
    CourseError
        The file can't be read, or a line of it is about nobody, no assignment or no time. It
        names the file, the line, and what to write.
    """
    path, found = course.root / EXTENSIONS, Extensions()
    if not path.exists():
        return found
    rows = read_rows(path, HEADINGS, HEADINGS)
    known, roster = _people(course) if rows else ({}, False)
    assignments = {*course.chapters(), *course.assignments(), *_of_your_own(course)}
    for line, row in rows:
        where = f"{path}, line {line}"
        time = read_span(row["extension"])
        if not row["id"] or not row["assignment"] or time is None:
            raise CourseError(
                f'{where}: write a student, an assignment (or {ALL}) and an extension such as "2 '
                'days", "36 h" or "90 min".'
            )
        student = row["id"]
        if student not in known:
            meant = _meant(student, known)
            if roster or (meant and squeezed(meant) == squeezed(student)):
                what = f"is not in {'roster.csv' if roster else 'this course'}"
                raise CourseError(f"{where}: {printable(student)} {what}{_mean(meant)}. {AGAIN}")
            found.strangers.append(student)
        key = student, _assignment(row["assignment"], assignments, where)
        if found.given.setdefault(key, time) != time:
            raise CourseError(
                f"{where} gives {printable(student)} another extension for {key[1]} "
                "than a line above: leave one of them."
            )
    return found


def check_extensions(course: Course, assignment: str) -> None:
    """Read the extensions before an assignment is graded.

    Raises
    ------
    CourseError
        See `read_extensions`; or the assignment has no due date that could be moved.
    """
    found = read_extensions(course)
    named = [student for student, of in found.given if of == assignment]
    if named and not _has_due_date(course, assignment):
        raise CourseError(
            f"{course.root / EXTENSIONS} gives {printable(named[0])} more time, but {assignment} "
            "has no due date: set one in Formgrader (Manage Assignments), or remove the line."
        )


def unknown_so_far(root: Path) -> str:
    """Say who has more time and is not known to the course yet, "" if all are.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py.
    """
    strangers = [printable(student) for student in read_extensions(Course(root)).strangers]
    if not strangers:
        return ""
    return (
        f"{EXTENSIONS} gives more time to {', '.join(strangers)}, who handed in nothing in this "
        "course yet: look whether the id is right. A roster.csv would tell."
    )


def apply_extensions(course: Course, assignment: str) -> list[str]:
    """Enter the extensions of an assignment, and take back what is no longer in the file.

    Extensions that were given in another way, in nbgrader itself, stay as they are. One for all
    assignments means nothing for an assignment without a due date.

    Returns
    -------
    list of str
        The students whose extension changed.

    Raises
    ------
    CourseError
        The file can't be read (see `check_extensions`).
    """
    extensions = read_extensions(course)
    step = f"{STEP}{assignment}"
    known = course.stamps.get(step)
    before: list[str] = json.loads(known) if known else []
    if not extensions.given and not before:
        return []
    changed, mine = [], []
    with course.gradebook() as gradebook:
        found = gradebook.find_assignment(assignment)
        for submission in gradebook.db.query(SubmittedAssignment).filter_by(assignment_id=found.id):
            student = submission.student_id
            time = extensions.of(student, assignment) if found.duedate is not None else None
            if time is not None:
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


def forget_extensions(course: Course, student: str) -> None:
    """Remove a student from what is noted of extensions that were given."""
    kept = {}
    for step, noted in course.stamps.items(STEP):
        names: list[str] = json.loads(noted)
        if student in names:
            kept[step] = json.dumps([name for name in names if name != student])
    course.stamps.set_all(kept)


def _people(course: Course) -> tuple[dict[str, Person], bool]:
    """Give whom the course knows by id, and whether that is everybody who can be meant."""
    with course.gradebook() as gradebook:
        known = {s.id: Person(s.id, email=s.email or "") for s in gradebook.students}
    handed_in = course.root / "submitted"
    names = [path.name for path in handed_in.iterdir()] if handed_in.is_dir() else []
    known |= {name: Person(name) for name in names if name not in known}
    roster = read_roster(course)
    return known | (roster or {}), roster is not None


def _meant(student: str, known: dict[str, Person]) -> str:
    """Give the id that somebody who writes this may mean, "" if there is none."""
    same = [id_ for id_, person in known.items() if squeezed(student) in person.aliases]
    return same[0] if len(same) == 1 else next(iter(difflib.get_close_matches(student, known)), "")


def _mean(meant: str) -> str:
    return f"; do you mean {printable(meant)}?" if meant else ""


def _of_your_own(course: Course) -> list[str]:
    source = course.root / "source"
    return [path.name for path in source.iterdir()] if source.is_dir() else []


def _assignment(name: str, known: Collection[str], where: str) -> str:
    """Give the id of an assignment that is named in full, or by its chapter."""
    if name == ALL or name in known:
        return name
    found = [one for one in known if is_named(one, name)]
    if len(found) == 1:
        return found[0]
    raise CourseError(
        f"{where}: there is no assignment {printable(name)}. Write {ALL} for all, or one of "
        f"{', '.join(sorted(known))}."
    )


def _has_due_date(course: Course, assignment: str) -> bool:
    with course.gradebook() as gradebook:
        try:
            return gradebook.find_assignment(assignment).duedate is not None
        except MissingEntry:
            return False
