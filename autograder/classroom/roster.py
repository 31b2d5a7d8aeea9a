"""Who is in the class, and until when each may hand in: two CSV files of the instructor.

``roster.csv`` in the course folder maps what a platform calls a student to the course's id;
``extensions.csv`` gives single students more time.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from autograder.classroom.coursedir import Course, CourseError
from autograder.classroom.files import printable

ROSTER, EXTENSIONS = "roster.csv", "extensions.csv"
# Columns, and the names that platforms give them
COLUMNS = {
    "id": ("id", "student", "student_id"),
    "first": ("first", "first_name", "first name"),
    "last": ("last", "last_name", "last name", "surname"),
    "email": ("email", "email address", "e-mail"),
    "login": ("login", "username", "sis login id", "login_id"),
    "number": ("number", "sid", "id number", "sis user id", "student id"),
    "canvas": ("canvas", "canvas_id", "canvas user id"),
    "name": ("name", "full name", "full_name", "student name"),
}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(d|days?|h|hours?|m|min|minutes?)?")
_UNITS = {"d": 86_400, "h": 3600, "m": 60}


@dataclass(frozen=True)
class Person:
    """One student; `id` is the course's, the others are what platforms know."""

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    login: str = ""
    number: str = ""
    canvas: str = ""
    name: str = ""

    def known_to(self, platform: str) -> bool:
        """Tell whether a platform can match this student by more than our own id."""
        names = (self.canvas, self.number, self.login)
        return any(names) or (platform == "moodle" and bool(self.email))

    @property
    def aliases(self) -> set[str]:
        """What stands for this student in names of files and folders, in one spelling."""
        whole = {self.name, f"{self.first} {self.last}", f"{self.last} {self.first}"}
        whole |= {self.id, self.email, self.login, self.number, self.canvas}
        return {squeezed(alias) for alias in whole if alias.strip()}


def squeezed(name: str) -> str:
    """Write a name as platforms do in file names: small letters and digits alone."""
    return "".join(c for c in name.casefold() if c.isalnum())


def read_roster(course: Course, path: Path | None = None) -> dict[str, Person] | None:
    """Read the roster, by student id; None where the course has none.

    Raises
    ------
    CourseError
        It was named and is not there, it can't be read, has no ids, or names somebody twice.
    """
    path, named = path or course.root / ROSTER, path is not None
    if not path.exists() and not named:
        return None
    people: dict[str, Person] = {}
    taken: dict[str, str] = {}
    for line, row in _rows(path, "id"):
        person = Person(**row)
        if not person.id or person.id in people:
            what = "has no id" if not person.id else f"names {printable(person.id)} again"
            raise CourseError(f"{path}, line {line} {what}: correct it, then run this again.")
        people[person.id] = person
        for alias in (person.email, person.login, person.number, person.canvas):
            if alias and taken.setdefault(alias.casefold(), person.id) != person.id:
                raise CourseError(
                    f"{path}, line {line}: {printable(alias)} stands for both "
                    f"{printable(taken[alias.casefold()])} and {printable(person.id)}. Correct it, "
                    "then run this again."
                )
    return people


def read_extensions(course: Course, path: Path | None = None) -> dict[tuple[str, str], timedelta]:
    """Read who has more time, by student and assignment; "*" stands for every assignment.

    Raises
    ------
    CourseError
        The file can't be read, or a line of it is none.
    """
    path, named = path or course.root / EXTENSIONS, path is not None
    if not path.exists() and not named:
        return {}
    found = {}
    columns = {"id": COLUMNS["id"], "assignment": ("assignment",), "extension": ("extension",)}
    for line, row in _rows(path, "id", columns):
        time = read_span(row.get("extension", ""))
        if not row["id"] or time is None:
            raise CourseError(
                f"{path}, line {line}: write a student, an assignment (or *) and an extension such "
                'as "2 days", "36 h" or "90 min".'
            )
        found[row["id"], row.get("assignment") or "*"] = time
    return found


def read_span(text: str) -> timedelta | None:
    """Read "2 days", "36h", "90 min" or a number of days; None for anything else."""
    parts = re.split(r"[,\s]+(?=\d)", text.strip().lower())
    total = 0.0
    for part in parts:
        matched = _SPAN.fullmatch(part)
        if not matched:
            return None
        total += float(matched[1]) * _UNITS[(matched[2] or "d")[0]]
    return timedelta(seconds=total) if total < 366 * 86_400 else None


def _rows(
    path: Path, needed: str, columns: dict[str, tuple[str, ...]] = COLUMNS
) -> list[tuple[int, dict[str, str]]]:
    """Read a CSV by the meaning of its columns; what we don't know of is passed over."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise CourseError(f"{path} can't be read ({why}): save it as CSV in UTF-8.") from None
    dialect = "excel-tab" if "\t" in text.partition("\n")[0] else "excel"
    delimiter = ";" if dialect == "excel" and ";" in text.partition("\n")[0] else None
    options = {"delimiter": delimiter} if delimiter else {}
    reader = csv.reader(text.splitlines(), dialect, **options)  # type: ignore[arg-type]
    try:
        lines = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise CourseError(f"{path} is no CSV ({error}): save it again as CSV.") from None
    head = [cell.strip().casefold() for cell in lines[0][1]] if lines else []
    where = {
        key: next(head.index(name) for name in names if name in head)
        for key, names in columns.items()
        if set(names) & set(head)
    }
    if needed not in where:
        raise CourseError(
            f"{path} has no column {columns[needed][0]!r}: its first line names the columns, of "
            f"which this course knows {', '.join(columns)}."
        )
    rows = []
    for line, row in lines[1:]:
        if any(cell.strip() for cell in row):
            got = {key: row[at].strip() if at < len(row) else "" for key, at in where.items()}
            rows.append((line, got))
    return rows
