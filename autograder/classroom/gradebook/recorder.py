"""The one writer: graded submissions go into nbgrader's gradebook, many in one transaction.

What is written is what nbgrader's own autograde writes (a test compares all rows of the two). It
opens the gradebook nine times and commits 33 times for each submission, one cell at a time; here
a batch is one transaction, so that it is recorded whole or not at all.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from typing import TypeVar

from nbgrader.api import Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import Autograde
from nbgrader.utils import find_all_files
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from autograder.classroom.errors import not_written
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.folder.settings import late_policy, penalty_of
from autograder.classroom.gradebook import database
from autograder.classroom.gradebook.database import GradebookError
from autograder.classroom.gradebook.entries import entries_of, new_submissions, submissions
from autograder.classroom.gradebook.kept import Kept
from autograder.classroom.submissions.submission import Graded

DATABASE_TRIES = 10
DATABASE_PAUSE = 1.0  # seconds
PORTION = 200  # submissions whose rows are in memory at once
WAITING = (
    "! Another program holds the gradebook, so that nothing can be written. I try again for half "
    "a minute; close what uses it (a browser of databases, another grader)."
)
log = logging.getLogger("traitlets")
T = TypeVar("T")


class Recorder:
    """Writes graded submissions of one assignment: the notebooks, then the gradebook.

    The gradebook stays open from one batch to the next: to open it takes as long as to record ten
    submissions, and SQLAlchemy keeps in memory what it prepares for each gradebook. Between two
    batches nothing in it is locked. Use a recorder as a context, and it is closed.

    Parameters
    ----------
    course : Course
    assignment : str

    Raises
    ------
    CourseError
        The policy for late submissions can't be used.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self.course = course
        self.assignment = assignment
        self._converter = Autograde(coursedir=course.directory, config=course.config)
        self._penalties = late_policy(course.home, course.config)
        self._gradebook: Gradebook | None = None
        self._closing = ExitStack()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the gradebook; it is opened again when it is needed."""
        self._gradebook = None
        self._closing.close()

    def record(self, batch: Sequence[Graded]) -> None:
        """Record a batch; after an error the gradebook is as it was.

        Raises
        ------
        CourseError
            The disk is full, or the gradebook can't be written; the message says what to do.
        """
        try:
            for graded in batch:
                self._write_folder(graded)
            _patiently(partial(self._in_gradebook, partial(self._write_grades, batch)))
        except OSError as error:
            raise not_written(self.course.root, error) from error

    # --- files ------------------------------------------------------------------------------

    def _write_folder(self, graded: Graded) -> None:
        """Put the graded notebook, and the files that belong to it, in the place of the last."""
        folder = self.course.folder("autograded", graded.student, self.assignment)
        new = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        try:
            for path, name in self._files(graded.student):
                target = new / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
            (new / f"{self.assignment}.ipynb").write_text(graded.text, encoding="utf-8")
            if folder.exists():
                shutil.rmtree(folder)
            new.rename(folder)
        except OSError:
            shutil.rmtree(new, ignore_errors=True)
            raise
        self._converter.set_permissions(self.assignment, graded.student)

    def _files(self, student: str) -> Iterator[tuple[str, str]]:
        """Give what nbgrader copies besides notebooks: the student's files, then the course's."""
        ignored = [*self.course.directory.ignore, "*.ipynb"]
        submitted = str(self.course.folder("submitted", student, self.assignment))
        source = str(self.course.folder("source", ".", self.assignment))
        kept = self._converter.exclude_overwriting.get(self.assignment, [])
        for folder in (submitted, source):
            for path in sorted(find_all_files(folder, ignored)):
                name = os.path.relpath(path, folder)
                if folder == submitted or name not in kept:
                    yield path, name

    # --- gradebook --------------------------------------------------------------------------

    def _in_gradebook(self, work: Callable[[Gradebook], T]) -> T:
        """Do work in the gradebook; in one opened anew if the connection was lost since the last.

        What work had not committed is undone if it fails, so that it may be tried again.
        """
        if self._gradebook is not None:
            try:
                return self._done_in(self._gradebook, work)
            except GradebookError as error:
                self.close()
                if error.busy:
                    raise
        self._gradebook = self._closing.enter_context(self.course.gradebook())
        return self._done_in(self._gradebook, work)

    def _done_in(self, gradebook: Gradebook, work: Callable[[Gradebook], T]) -> T:
        try:
            with database.speaking(self.course.directory.db_url):
                return work(gradebook)
        finally:
            gradebook.db.remove()

    def _write_grades(self, batch: Sequence[Graded], gradebook: Gradebook) -> None:
        with gradebook.db.no_autoflush:
            assignment = gradebook.find_assignment(self.assignment)
            students = [graded.student for graded in batch]
            known = submissions(gradebook, assignment, students)
            known |= new_submissions(gradebook, assignment, [s for s in students if s not in known])
            kept, late = Kept(gradebook), []
            kept.read(known.values())
            for graded in batch:
                submission = known[graded.student]
                # None too: the time of an earlier hand-in says nothing of this one.
                submission.timestamp = self._timestamp(graded.student)
                for notebook in submission.notebooks:
                    _mark(notebook, graded, kept)
                    notebook.late_submission_penalty = None
                if submission.total_seconds_late > 0:
                    late.append(submission)
            gradebook.db.flush()
            kept.write()
            for submission in late:
                self._penalise(gradebook, submission)
            gradebook.db.commit()

    def renew_penalties(self, students: list[str]) -> list[str]:
        """Work out anew what is taken off for late submissions; give whose changed.

        Of those whose grade is recorded: a due date may have been moved, or a grade changed in
        Formgrader, since it was.
        """
        changed: list[str] = []
        for at in range(0, len(students), PORTION):
            some = students[at : at + PORTION]
            work = partial(self._renew_penalties, some)
            changed += _patiently(partial(self._in_gradebook, work))
        return sorted(changed)

    def _renew_penalties(self, students: list[str], gradebook: Gradebook) -> list[str]:
        changed = []
        assignment = gradebook.find_assignment(self.assignment)
        parts = selectinload(SubmittedAssignment.notebooks)
        for submission in entries_of(gradebook, assignment, students).options(parts):
            before = [part.late_submission_penalty or 0.0 for part in submission.notebooks]
            if submission.total_seconds_late > 0:
                self._penalise(gradebook, submission)
            elif any(before):
                for part in submission.notebooks:
                    part.late_submission_penalty = None
            after = [part.late_submission_penalty or 0.0 for part in submission.notebooks]
            if before != after:
                changed.append(submission.student_id)
        gradebook.db.commit()
        return changed

    def _timestamp(self, student: str) -> datetime | None:
        folder = self.course.folder("submitted", student, self.assignment)
        return self.course.directory.get_existing_timestamp(str(folder))

    def _penalise(self, gradebook: Gradebook, submission: SubmittedAssignment) -> None:
        """Take off what nbgrader's plugin for late submissions says."""
        for notebook in submission.notebooks:
            gradebook.db.refresh(notebook, ["score"])
            notebook.late_submission_penalty = penalty_of(
                self._penalties, notebook, submission.student_id, submission.total_seconds_late
            )


def _mark(notebook: SubmittedNotebook, graded: Graded, kept: Kept) -> None:
    """Enter scores and comments; what a person gave stays (see `kept`)."""
    for grade in notebook.grades:
        name = grade.cell.name
        if name in graded.scores:
            kept.enter(grade, graded.scores[name], graded.answers.get(name))
    for comment in notebook.comments:
        if comment.cell.name in graded.comments:
            comment.auto_comment = graded.comments[comment.cell.name]


def _patiently(write: Callable[[], T]) -> T:
    """Write to a gradebook that another process may be writing to as well.

    SQLite waits for two seconds by itself (``timeout`` in the URL); then the person is told.
    """
    for attempt in range(DATABASE_TRIES - 1):
        try:
            return write()
        except IntegrityError:
            log.warning("the gradebook has such a row: another grader was first by a moment")
        except GradebookError as error:
            if not error.busy:
                raise
            log.warning("the gradebook is busy: %s", error.__cause__)
            if attempt == 0:
                print(WAITING, file=sys.stderr, flush=True)
            time.sleep(DATABASE_PAUSE)
    return write()
