"""Marks as files that learning platforms take: the columns that each of them expects.

Canvas: *Gradebook, Import* (Instructure's guide "How do I import grades in the Gradebook?").
Moodle: *Grade administration, Import, CSV file*. Blackboard: *Full Grade Center, Work Offline,
Upload*, which takes text separated by tabs. nbgrader: the table of `nbgrader export`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.roster import Person, read_roster
from autograder.classroom.folder.standing import what_is_missing
from autograder.classroom.gradebook.marks import Mark, read_marks
from autograder.classroom.returns.export import CsvExport, harmless
from autograder.classroom.returns.returning import title_of

FORMATS = ("canvas", "moodle", "blackboard", "csv", "nbgrader")
SUFFIX = {"blackboard": ".txt"}
MAX_LISTED = 3  # assignments of which it is said what they lack


@dataclass
class Exported:
    """What an export wrote, and what it left empty.

    Attributes
    ----------
    open : list of str
        "STUDENT in ASSIGNMENT" on whose points a person has still to decide, also on some given
        for an earlier answer: their cell is empty, not zero.
    unnamed : list of str
        Students whom the platform can't match, for the roster does not name them.
    """

    path: Path
    students: int = 0
    open: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)


def export_marks(
    course: Course, assignments: Sequence[str], form: str, to: Path | None = None
) -> Exported:
    """Write the marks of assignments for a platform.

    Parameters
    ----------
    course : Course
    assignments : sequence of str
    form : str
        One of `FORMATS`.
    to : Path, optional
        By default exports/FORMAT.csv in the course folder.

    Raises
    ------
    CourseError
        The file can't be written, or nobody handed in.
    """
    path = to or course.root / "exports" / f"{form}{SUFFIX.get(form, '.csv')}"
    done = Exported(path)
    with course.gradebook() as gradebook:
        marks = {name: read_marks(gradebook, name) for name in assignments}
        names = {
            s.id: Person(s.id, s.first_name or "", s.last_name or "", s.email or "")
            for s in gradebook.students
        }
    roster = read_roster(course) or {}
    names |= {person.id: person for person in roster.values()}
    students = sorted({s for found in marks.values() for s in found})
    if not students:
        raise CourseError(
            "There is nothing to export. "
            + " ".join(what_is_missing(course, name) for name in assignments[:MAX_LISTED])
        )
    done.students = len(students)
    people = {student: names.get(student, Person(student)) for student in students}
    for name, found in marks.items():
        done.open += [f"{student} in {name}" for student, mark in found.items() if mark.undecided]
    if form in ("canvas", "moodle", "blackboard"):
        done.unnamed = [s for s, person in people.items() if not person.known_to(form)]
    special = path.exists() and not path.is_file()  # the terminal, say
    new = path if special else path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if form == "nbgrader":
            plugin = CsvExport(config=course.config)
            plugin.to, plugin.assignment = str(new), list(assignments)
            plugin.undecided = {
                (name, student)
                for name, found in marks.items()
                for student, mark in found.items()
                if mark.undecided
            }
            with course.gradebook() as gradebook:
                plugin.export(gradebook)
        else:
            rows = WRITERS[form](people, marks)
            new.write_text(_table(rows, "\t" if form == "blackboard" else ","), "utf-8")
        if not special:
            new.replace(path)
    except OSError as error:
        raise CourseError(
            f"{path} could not be written ({error.strerror or error}). Make room or name another "
            "place with --to, then run the same command again."
        ) from error
    finally:
        if not special:
            new.unlink(missing_ok=True)
    return done


def _table(rows: Sequence[Sequence[object]], separator: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerows([harmless(value) for value in row] for row in rows)
    return text.getvalue()


def _points(mark: Mark | None) -> str:
    """Write points; nothing for who handed in nothing, or whose points nobody has decided on."""
    return "" if mark is None or mark.undecided else f"{mark.score:g}"


Marks = Mapping[str, Mapping[str, Mark]]


def _possible(found: Mapping[str, Mark]) -> float:
    return max((mark.max_score for mark in found.values()), default=0.0)


def _canvas(people: Mapping[str, Person], marks: Marks) -> list[list[object]]:
    """Canvas matches by ID, SIS User ID or SIS Login ID; its second row holds the points."""
    columns = [title_of(name) for name in marks]
    possible = [f"{_possible(found):g}" for found in marks.values()]
    rows: list[list[object]] = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns],
        ["    Points Possible", "", "", "", "", *possible],
    ]
    for student, person in people.items():
        whole = ", ".join(filter(None, (person.last, person.first))) or student
        who = [whole, person.canvas, person.number or student, person.login or student, ""]
        rows.append([*who, *(_points(found.get(student)) for found in marks.values())])
    return rows


def _moodle(people: Mapping[str, Person], marks: Marks) -> list[list[object]]:
    """Moodle maps any of these columns to its users: say which when it asks for "Map from"."""
    head: list[object] = ["Username", "ID number", "First name", "Last name", "Email address"]
    rows = [[*head, *(f"Assignment: {title_of(name)} (Real)" for name in marks)]]
    for student, person in people.items():
        who = [person.login or student, person.number, person.first, person.last, person.email]
        rows.append([*who, *(_points(found.get(student)) for found in marks.values())])
    return rows


def _blackboard(people: Mapping[str, Person], marks: Marks) -> list[list[object]]:
    """Blackboard makes a column of each heading with its points: "Title [Total Pts: 60 Score]"."""
    head: list[object] = ["Last Name", "First Name", "Username", "Student ID"]
    titles = [
        f"{title_of(name)} [Total Pts: {_possible(found):g} Score]" for name, found in marks.items()
    ]
    rows = [[*head, *titles]]
    for student, person in people.items():
        who = [person.last, person.first, person.login or student, person.number]
        rows.append([*who, *(_points(found.get(student)) for found in marks.values())])
    return rows


def _csv(people: Mapping[str, Person], marks: Marks) -> list[list[object]]:
    """One row a submission, with what its points are made of, and one column an exercise."""
    head = ["assignment", "student", "last_name", "first_name", "email", "points", "max_points"]
    head += ["before_penalty", "penalty", "late_seconds", "waiting", "comment_on_penalty"]
    parts = list(dict.fromkeys(p.name for f in marks.values() for m in f.values() for p in m.parts))
    rows: list[list[object]] = [[*head, *parts]]
    for name, found in marks.items():
        for student, mark in sorted(found.items()):
            person = people[student]
            points = {p.name: "" if p.undecided else f"{p.score:g}" for p in mark.parts}
            row = [name, student, person.last, person.first, person.email, _points(mark)]
            row += [f"{mark.max_score:g}", "" if mark.undecided else f"{mark.earned:g}"]
            row += [f"{mark.penalty:g}", f"{mark.late.total_seconds():g}", " ".join(mark.waiting)]
            rows.append([*row, mark.why_late, *(points.get(part, "") for part in parts)])
    return rows


WRITERS = {"canvas": _canvas, "moodle": _moodle, "blackboard": _blackboard, "csv": _csv}
