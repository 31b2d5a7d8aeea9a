"""Autograde an assignment through nbgrader, student by student."""

from __future__ import annotations

import glob
import json
import logging
import time
import traceback
from collections.abc import Iterable
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import OperationalError

from autograder.classroom.collect import prepare
from autograder.classroom.coursedir import Course, CourseError
from autograder.classroom.files import digest
from autograder.classroom.journal import Journal, Row, judges_key, key_of
from autograder.classroom.preprocessors import OURS
from autograder.classroom.progress import track
from autograder.classroom.report import Record
from autograder.referee.sandboxes import library_of, sandbox

DATABASE_TRIES = 5


def autograde_assignment(
    root: Path,
    assignment: str,
    *,
    students: Iterable[str] | None = None,
    force: bool = False,
    progress: bool = True,
    level: str = "auto",
) -> list[Row]:
    """Autograde through nbgrader, one student at a time; no submission stops the others.

    Each grade is in nbgrader's gradebook before it is noted as done, so a run that was killed
    continues where it was. A submission is graded again if it, the released notebook or the
    code that grades has changed.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py.
    assignment : str
        Assignment id, e.g. "03-dropout-forward".
    students : iterable of str, optional
        Only these; by default all who handed in.
    force : bool
        Grade again what is graded already.
    progress : bool
        Show a progress bar.
    level : str
        The sandbox; see `autograder.sandbox.open_sandbox`.

    Returns
    -------
    list of Row
        One a student, in order of their names.

    Raises
    ------
    CourseError
        If there is no such assignment, or one of `students` handed in nothing.
    JailError
        If there is no safe sandbox on this machine; nothing was graded.
    """
    course = Course(root)
    course.config.Referee.level = level
    release = course.folder("release", ".", assignment) / f"{assignment}.ipynb"
    if not release.is_file():
        known = ", ".join(course.assignments()) or "none yet; run `make course`"
        raise CourseError(f"There is no assignment {assignment!r}. There is: {known}.")
    everyone = course.students(assignment)
    chosen = everyone if students is None else sorted(set(students))
    if strangers := sorted(set(chosen) - set(everyone)):
        raise CourseError(
            f"{', '.join(strangers)} handed in nothing for {assignment}; collect first."
        )
    key_folder = Path(course.config.Referee.get("key_folder", "."))
    sandbox(level, library_of(assignment), key_folder / ".autograder")  # or refuse, before any
    journal = Journal(course.state / f"{assignment}.jsonl")
    with course.gradebook() as gradebook:
        graded = _graded(gradebook, assignment)
    rows = []
    for student in track(chosen, f"autograde {assignment}", progress):
        submitted = course.folder("submitted", student, assignment)
        prepare(submitted, assignment)
        unsafe = level if level == "unsafe" else ""
        key = key_of(digest(submitted), release.read_bytes(), judges_key(), unsafe)
        row = None
        if student in graded and not force and journal.find(student, key):
            row = _row(course, assignment, student)  # somebody may have used Formgrader since
        if row is None or row.status == "failed":
            row = _autograde(course, assignment, student)
            journal.add(row, key)
        rows.append(row)
    return rows


def _graded(gradebook: Gradebook, assignment: str) -> set[str]:
    try:
        found = gradebook.find_assignment(assignment).submissions
    except MissingEntry:
        return set()
    return {submission.student.id for submission in found}


def _autograde(course: Course, assignment: str, student: str) -> Row:
    """Grade one submission; whatever happens becomes a row."""
    log = logging.getLogger("traitlets")
    for attempt in range(DATABASE_TRIES):
        try:
            with course.working_on(assignment, glob.escape(student)):
                converter = Autograde(coursedir=course.directory, config=course.config)
                converter.force = True
                converter.start()
            if row := _row(course, assignment, student):
                return row
            raise NbGraderException("nbgrader wrote no graded notebook")
        except Exception as error:
            log.error("%s, %s: %s", assignment, student, traceback.format_exc())
            failure = error
            busy = isinstance(error.__context__, OperationalError)
            if not busy or attempt == DATABASE_TRIES - 1:
                break
            time.sleep(2**attempt)  # another process writes to the gradebook
    return _failed(course, assignment, student, failure)


def _row(course: Course, assignment: str, student: str) -> Row | None:
    record = read_record(course, assignment, student)
    if record is None:
        return None
    return Row(student, record.score, record.max_score, record.status, record.reason)


def _failed(course: Course, assignment: str, student: str, failure: Exception) -> Row:
    """Give a submission that nbgrader could not convert 0 points, for a person to look at."""
    log = course.root / "nbgrader.log"
    what = f"The autograder failed ({type(failure).__name__}); {log} says where."
    max_score = 0.0
    try:
        with course.gradebook() as gradebook:
            max_score = float(gradebook.find_assignment(assignment).max_score)
            gradebook.update_or_create_student(student)
            submission = gradebook.update_or_create_submission(assignment, student)
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    grade.auto_score, grade.needs_manual_grade = 0.0, True
            gradebook.db.commit()
    except Exception:
        logging.getLogger("traitlets").error(traceback.format_exc())
        what += " The gradebook could not be written either."
    reason = f"{what} Run it again, or grade by hand."
    return Row(student, 0.0, max_score, "failed", reason)


def read_record(course: Course, assignment: str, student: str) -> Record | None:
    """Return what is noted in a graded notebook, None if there is none."""
    path = course.folder("autograded", student, assignment) / f"{assignment}.ipynb"
    if not path.is_file():
        return None
    # not nbformat.read: it takes most of its time to validate what nbgrader has just written
    metadata = json.loads(path.read_bytes())["metadata"]
    found = metadata.get(OURS, {}).get("record")
    return Record.from_json(found) if found else None
