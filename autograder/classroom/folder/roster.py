"""Who is in the class: ``roster.csv`` in the course folder.

It maps what a platform calls a student to the course's id.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.csv_files import Columns, read_head, read_rows
from autograder.classroom.folder.files import printable

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
# Canvas' gradebook: what it calls ID is its own number, and Student is a name
CANVAS = {
    "name": ("student",),
    "login": ("sis login id",),
    "number": ("sis user id",),
    "canvas": ("id",),
}
CANVAS_HAS = {"sis login id", "sis user id", "section"}  # beside Student and ID
POSSIBLE = ("", "points possible")  # rows of its table that are nobody's
_SPAN = re.compile(r"(\d+(?:[.,]\d+)?)\s*(w|weeks?|d|days?|h|hours?|m|min|minutes?)?")
_UNITS = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60}


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
    """Write a name as platforms do in file names: small letters and digits alone.

    A letter with its accent is one character here, also where a file system takes it apart.
    """
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def split_name(person: Person) -> Person:
    """Make first and last name of "Ann Alund" or "Alund, Ann", where only the whole is known."""
    if person.first or person.last:
        return person
    last, comma, first = person.name.partition(",")
    if not comma:
        first, _, last = person.name.rpartition(" ")
    return replace(person, first=first.strip(), last=last.strip())


def roster_rows(path: Path) -> list[tuple[int, Person]]:
    """Give who stands in each line of a roster, or of the table that a platform exports.

    Where no column is the course's id, a platform's stands for it: of Canvas' gradebook SIS Login
    ID, SIS User ID or ID, of other tables the ID number or the Username.

    Raises
    ------
    CourseError
        See `read_rows`.
    """
    head = set(read_head(path))
    columns: Columns = COLUMNS
    ids, needed = ["id"], ["id"]
    if {"student", "id"} <= head and head & CANVAS_HAS:
        columns, ids, needed = CANVAS, ["login", "number", "canvas"], ["canvas"]
    elif not head & set(COLUMNS["id"]):
        ids = ["number", "login"]
        needed = [key for key in ids if head & set(COLUMNS[key])][:1] or ["id"]
    found = []
    for line, row in read_rows(path, columns, needed):
        own = next(filter(None, (row.get(key, "") for key in ids)), "")
        if own or columns is not CANVAS or row["name"].casefold() not in POSSIBLE:
            found.append((line, split_name(Person(**row | {"id": own}))))
    return found


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
    for line, person in roster_rows(path):
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


def read_span(text: str) -> timedelta | None:
    """Read "2 days", "36h", "90 min", "1,5 days" or a number of days; None for anything else."""
    parts = re.split(r"(?<=[a-z])[,\s]*(?=\d)", text.strip().lower())  # "1 day, 2 hours"
    total = 0.0
    for part in parts:
        matched = _SPAN.fullmatch(part)
        if not matched or (len(parts) > 1 and not matched[2]):
            return None
        total += float(matched[1].replace(",", ".")) * _UNITS[(matched[2] or "d")[0]]
    return timedelta(seconds=total) if total < 366 * 86_400 else None
