"""The sample class: 24 invented students, as described in examples/class/class.toml.

Their hand-ins are put into the exchange as `nbgrader submit` would, the same bytes every time.
"""

from __future__ import annotations

import copy
import hashlib
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import tomllib
from nbformat.notebooknode import NotebookNode

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.running.journal import REPOSITORY
from autograder.classroom.submissions.match import grade_id
from autograder.classroom.submissions.mess import FILE_MESSES, NOTEBOOK_MESSES

CLASS = REPOSITORY / "examples" / "class"
OTHER_CHAPTER = "other_chapter"


@dataclass(frozen=True)
class HandIn:
    """What one student hands in for one chapter (see class.toml)."""

    answers: tuple[str, ...] = ()
    mess: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class SampleStudent:
    """One student of the sample class."""

    id: str
    name: str
    who: str
    chapters: dict[str, HandIn] = field(default_factory=dict)


def sample_class(folder: Path = CLASS) -> list[SampleStudent]:
    """Read class.toml."""
    data = tomllib.loads((folder / "class.toml").read_text(encoding="utf-8"))
    students = []
    for entry in data["student"]:
        chapters = {key: _hand_in(entry[key]) for key in sorted(entry) if key.isdigit()}
        students.append(SampleStudent(entry["id"], entry["name"], entry["who"], chapters))
    return students


def _hand_in(entry: dict[str, Any]) -> HandIn:
    lists = {key: tuple(entry.get(key, ())) for key in ("answers", "mess", "leave_out")}
    return HandIn(**lists, why=entry.get("why", ""))


def sections(path: Path) -> dict[str, str]:
    """Return the answers of a file by exercise id: what follows each `# %% id`."""
    parts = re.split(r"^# %% (\w+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: source.strip() for name, source in zip(parts[1::2], parts[2::2], strict=True)}


def completed(release: NotebookNode, chapter: str, hand_in: HandIn) -> NotebookNode:
    """Write a student's answers into the released notebook."""
    answers: dict[str, str] = {}
    for name in hand_in.answers:
        answers |= sections(CLASS / "answers" / f"ch{chapter}" / f"{name}.py")
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        name = grade_id(cell)
        if name in answers and name not in hand_in.leave_out:
            cell.source = answers[name]
        elif name == f"ch{chapter}-why" and hand_in.why:
            cell.source = hand_in.why
    return notebook


def hand_in_files(assignment: str, hand_in: HandIn, releases: dict[str, Path]) -> dict[str, bytes]:
    """Return the files that a student hands in.

    Parameters
    ----------
    assignment : str
        Assignment id.
    hand_in : HandIn
        Which answers, and what is done to the notebook.
    releases : dict
        Released notebooks by assignment.
    """
    source = assignment
    messes = list(hand_in.mess)
    if OTHER_CHAPTER in messes:
        messes.remove(OTHER_CHAPTER)
        source = next(name for name in releases if name != assignment and _answered(name))
    release = nbformat.read(releases[source], as_version=4)
    notebook = completed(release, source.partition("-")[0], hand_in)
    steps = [mess.partition(" ")[::2] for mess in messes]
    for name, argument in steps:
        if name in NOTEBOOK_MESSES:
            NOTEBOOK_MESSES[name](notebook, argument)
    files = {f"{assignment}.ipynb": (nbformat.v4.writes(notebook) + "\n").encode()}
    for name, argument in steps:
        if name in FILE_MESSES:
            untouched = releases[assignment].read_bytes()
            FILE_MESSES[name](files, f"{assignment}.ipynb", argument, untouched)
        elif name not in NOTEBOOK_MESSES:
            raise CourseError(f"class.toml: there is no mess {name!r}.")
    return files


def _answered(assignment: str) -> bool:
    """Say whether there are sample answers to a chapter."""
    return (CLASS / "answers" / f"ch{assignment.partition('-')[0]}").is_dir()


def submit(course: Course, students: list[SampleStudent]) -> int:
    """Put everything that the class hands in into the exchange; return how much is new."""
    releases = {
        name: course.folder("release", ".", name) / f"{name}.ipynb" for name in course.assignments()
    }
    numbers = {name.partition("-")[0]: name for name in releases}
    new = 0
    for minute, student in enumerate(students):
        for chapter, hand_in in student.chapters.items():
            if chapter in numbers:
                files = hand_in_files(numbers[chapter], hand_in, releases)
                new += _submit(course, student.id, numbers[chapter], minute, files)
    with course.gradebook() as gradebook:
        for student in students:
            first, _, last = student.name.partition(" ")
            gradebook.update_or_create_student(student.id, first_name=first, last_name=last)
    return new


def _submit(
    course: Course, student: str, assignment: str, minute: int, files: dict[str, bytes]
) -> bool:
    """Write one submission as nbgrader's submit does; leave it alone if it is there already."""
    stamp = f"2026-03-02 09:{minute:02d}:00.000000 UTC"
    secret = hashlib.sha256(f"{student} {assignment}".encode()).hexdigest()
    inbound = course.exchange / course.course_id / "inbound"
    folder = inbound / f"{student}+{assignment}+{stamp}+{secret[:12]}"
    wanted = files | {
        "timestamp.txt": stamp.encode(),
        "submission_secret.txt": secret.encode(),
    }
    if folder.is_dir() and wanted == {p.name: p.read_bytes() for p in folder.iterdir()}:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    # collect takes newer submissions only, and the time of these never changes
    shutil.rmtree(course.folder("submitted", student, assignment), ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in wanted.items():
        (folder / name).write_bytes(data)
    return True


def sample_set_up(root: Path, *, progress: bool = True) -> None:
    """Release the chapters and hand in for the sample class.

    If the exercises have changed since, a course that holds only the sample class is begun
    anew; one with other students, or with grades given by hand, is left alone. The sample class
    is never put into a course in which a class of its own is.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py.
    progress : bool
        Show a progress bar.

    Raises
    ------
    CourseError
        If a chapter can't be released.
    """
    students = sample_class()
    course = Course(root)
    try:
        course.set_up(progress)
    except CourseError:
        if not _only_sample(course, {student.id for student in students}):
            raise
        _begin_anew(course)
        course = Course(root)
        course.set_up(progress)
    if _takes(course, {student.id for student in students}):
        submit(course, students)


def _takes(course: Course, ids: set[str]) -> bool:
    """Tell whether the sample class may hand in: not where another class does, without it."""
    there = {path.name for path in (course.root / "submitted").glob("*") if path.is_dir()}
    with course.gradebook() as gradebook:
        there |= {student.id for student in gradebook.students}
    return not there or bool(there & ids)


def _only_sample(course: Course, ids: set[str]) -> bool:
    with course.gradebook() as gradebook:
        found = list(gradebook.students)
        by_hand = any(
            grade.manual_score is not None
            for student in found
            for submission in student.submissions
            for notebook in submission.notebooks
            for grade in notebook.grades
        )
        return bool(found) and {student.id for student in found} <= ids and not by_hand


def _begin_anew(course: Course) -> None:
    shutil.rmtree(course.root)
    shutil.rmtree(course.exchange / course.course_id, ignore_errors=True)
