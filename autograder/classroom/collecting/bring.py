"""Bring in what a platform delivered: every file to its student, and a word on what is left."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.classroom.collecting.aside import REPLACED, keeps_its_notebook, set_aside
from autograder.classroom.collecting.collect import FOLDER_LIMIT, RECORD, is_name, prepare
from autograder.classroom.collecting.delivery import open_delivery, unpacked
from autograder.classroom.collecting.schemes import Belongs, sort_out
from autograder.classroom.collecting.times import time_in
from autograder.classroom.errors import not_written
from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.files import MAX_FILES, OWN_FILES, digest, printable
from autograder.classroom.folder.roster import ROSTER, Person, read_roster, squeezed

STAMP = "timestamp.txt"
NO_NAME = (
    "has an id in the roster that can't be the name of a folder (leave out / \\ * ? [ ], and begin "
    "with none of . + - = @)"
)


@dataclass
class Brought:
    """What became of a delivery.

    Attributes
    ----------
    taken, unchanged : list of str
        Students whose submission is new, and whose is there already.
    problems : list of str
        What was not taken and why, in sentences.
    """

    taken: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def bring(course: Course, assignment: str, source: Path, roster: Path | None = None) -> Brought:
    """Take in a folder or a zip of a platform.

    Whoever the course does not know is reported and not made into a student. What was collected
    before and is replaced goes to the course's ``set-aside``; so does what came, if it holds no
    notebook and what is there does.

    Raises
    ------
    CourseError
        The delivery or the roster can't be read, the course knows nobody, or the disk is full.
    """
    people = read_roster(course, roster)
    if people is None:
        people = _known(course)
    if not people:
        raise CourseError(
            f"This course knows no student yet: write {course.root / ROSTER} with the columns id, "
            "name, email, login, number and canvas (those that you have), then run this again."
        )
    found, done = open_delivery(source), Brought()
    for name, trouble in found.refused:
        done.problems.append(f"{printable(name, 120)} {trouble}; it was not taken.")
    if not found.files and not found.refused:
        done.problems.append(
            f"{printable(str(source), 120)} holds no file: name the folder or zip as the platform "
            "delivered it."
        )
    due = _due(course, assignment)
    by_student: dict[str, list[Belongs]] = defaultdict(list)
    strangers: dict[str, str] = {}
    finder = _Finder(people)
    for one in sort_out(found.files, finder.knows):
        student, trouble = finder.find(one.who)
        if student:
            by_student[student].append(one)
        else:
            strangers[one.shown] = trouble
    for shown, trouble in strangers.items():
        done.problems.append(f"{printable(shown, 120)} {trouble}; nothing of theirs was taken.")
    try:
        for student in sorted(by_student):
            _take(course, assignment, student, by_student[student], due, done)
    except OSError as error:
        raise not_written(course.root / "submitted", error) from error
    return done


class _Finder:
    """Finds a student by what a platform calls them."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._ids: dict[str, set[str]] = defaultdict(set)
        for person in people.values():
            for alias in person.aliases:
                self._ids[alias].add(person.id)

    def knows(self, name: str) -> bool:
        """Tell whether anybody may be called so."""
        return squeezed(name) in self._ids

    def find(self, names: Iterable[str]) -> tuple[str, str]:
        """Give the id, or "" and why there is none."""
        for name in names:
            found = self._ids.get(squeezed(name), set())
            if len(found) == 1:
                (student,) = found
                return (student, "") if is_name(student) else ("", NO_NAME)
            if found:
                return "", f"may be any of {', '.join(sorted(found))}: add a column to the roster"
        return "", "is not in the roster"


def _known(course: Course) -> dict[str, Person]:
    with course.gradebook() as gradebook:
        return {
            s.id: Person(s.id, s.first_name or "", s.last_name or "", s.email or "")
            for s in gradebook.students
        }


def _due(course: Course, assignment: str) -> datetime | None:
    from nbgrader.api import MissingEntry

    with course.gradebook() as gradebook:
        try:
            due: datetime | None = gradebook.find_assignment(assignment).duedate
        except MissingEntry:
            raise CourseError(
                f"{assignment} is not in the gradebook; run `autograder release {assignment}` "
                "first."
            ) from None
    return due


def _take(
    course: Course,
    assignment: str,
    student: str,
    files: list[Belongs],
    due: datetime | None,
    done: Brought,
) -> None:
    folder = course.folder("submitted", student, assignment)
    new = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        refused = _write(new, files)
        if refused and folder.is_dir() and not any(new.iterdir()):
            done.problems += [f"{student}: {printable(n, 120)} {why}." for n, why in refused]
            done.problems.append(f"{student}: nothing came that can be read; what is there stays.")
            return
        if refused:
            record = {"left_out": [(name, f"it {why}") for name, why in refused]}
            (new / RECORD).write_text(json.dumps(record, indent=1) + "\n", "utf-8")
            done.problems += [f"{student}: {printable(n, 120)} {why}." for n, why in refused]
        prepare(new, assignment)  # as grading does, so that the two can be compared
        if not any(one.when for one in files) and _same_with_its_time(folder, new):
            done.unchanged.append(student)
            return
        if kept := keeps_its_notebook(course, folder, new):
            done.problems.append(f"{student}: {kept}")
            return
        when, warning = _time(files, due)
        if warning:
            done.problems.append(f"{student}: {warning}")
        if when is not None:
            (new / STAMP).write_text(f"{when:%Y-%m-%d %H:%M:%S} UTC\n")
        if folder.is_dir() and digest(folder) == digest(new):
            done.unchanged.append(student)
            return
        if folder.is_dir() and (stamp := time_in(folder / STAMP)) and when and stamp > when:
            done.problems.append(
                f"{student}: what is there was handed in later ({stamp:%Y-%m-%d %H:%M} UTC); it "
                "stays."
            )
            return
        if folder.exists():
            set_aside(course, folder, folder, REPLACED)
        new.rename(folder)
        done.taken.append(student)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _same_with_its_time(folder: Path, new: Path) -> bool:
    """Tell whether what came is there already, with a time that somebody entered."""
    if time_in(folder / STAMP) is None:
        return False
    shutil.copy(folder / STAMP, new / STAMP)
    same = digest(folder) == digest(new)
    (new / STAMP).unlink()
    return same


def _write(folder: Path, files: list[Belongs]) -> list[tuple[str, str]]:
    """Write a student's files below a folder; give what was left out, and why."""
    refused: list[tuple[str, str]] = []
    total = count = 0
    # notebooks first: what is beyond the limit must not be one
    for name, file in sorted(
        _flat(files, refused), key=lambda pair: ".ipynb" not in pair[0].lower()
    ):
        target = folder / name
        while target.exists():  # two files of one name: both count, the notebook is chosen later
            target = target.with_name(f"{target.stem} (2){target.suffix}")
        try:
            data = file.read()
        except OSError as error:
            refused.append((name, f"can't be read ({error.strerror or error})"))
            continue
        total, count = total + len(data), count + 1
        if total > FOLDER_LIMIT or count > MAX_FILES:
            refused.append((name, "is beyond what one student may hand in"))
            break
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            refused.append((name, "lies in a folder that is a file as well"))
            continue
        target.write_bytes(data)
    return refused


def _flat(files: list[Belongs], refused: list[tuple[str, str]]) -> Iterable[tuple[str, Any]]:
    """Give each file with its name, those in a student's own zip too; names of ours are refused."""
    for one in files:
        inner: list[Any] = [(one.name, one.file)]
        if one.name.lower().endswith(".zip"):
            inner = []
            for part in unpacked(one.file):
                if isinstance(part, tuple):
                    if part[0] == one.file.name:
                        refused.append((one.name, part[1]))
                    else:
                        inside = PurePosixPath(part[0]).name
                        refused.append((inside, f"{part[1]}, in {one.name}"))
                else:
                    inner.append((part.name.partition("/")[2] or part.name, part))
        for name, file in inner:
            parts = PurePosixPath(name).parts
            if name in OWN_FILES or not parts or ".." in parts or name.startswith("/"):
                refused.append((name, "has a name that is ours"))
            else:
                yield name, file


def _time(files: list[Belongs], due: datetime | None) -> tuple[datetime | None, str]:
    """Say when a student handed in, where that is known, and what a person is to look at."""
    if times := [one.when for one in files if one.when]:
        return max(times), ""
    if not any(one.late for one in files):
        return None, ""
    packed = [one.file.when for one in files if one.file.when]
    if due is not None and packed and max(packed) > due:
        return max(packed), ""
    return None, (
        "the platform says LATE, and the zip does not say when. Nothing is taken off unless you "
        "write the time into the submission's timestamp.txt (2026-03-02 09:00:00 UTC)."
    )
