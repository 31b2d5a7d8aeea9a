"""Feedback for a class: written where it is missing or no longer true, and packed for others."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.standing import what_is_missing
from autograder.classroom.gradebook.marks import Mark, read_marks
from autograder.classroom.gradebook.rows import graded_in, record_in
from autograder.classroom.returns import page, page_style
from autograder.classroom.returns.page import feedback_page
from autograder.classroom.running.journal import key_of
from autograder.classroom.running.progress import track
from autograder.classroom.submissions import words
from autograder.classroom.submissions.report import Record
from autograder.classroom.submissions.submission import OURS
from dropout_course import course as material

SECRETS = ("submission_secret.txt", "timestamp.txt")
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the same pages make the same zip


def write_pages(course: Course, assignment: str, progress: bool = True) -> int:
    """Write the pages that are missing or no longer true, and return how many.

    Raises
    ------
    CourseError
        A page can't be written, or a graded notebook is damaged.
    """
    with course.gradebook() as gradebook:
        marks = read_marks(gradebook, assignment)
    title, done, damaged = title_of(assignment), {}, []
    try:
        stale = list(_stale(course, assignment, marks))
        for student, key, data in track(stale, f"feedback {assignment}", progress):
            notebook = graded_in(data)
            if notebook is None:
                damaged.append(student)
                continue
            found = record_in(notebook)
            if not found:  # not ours: nbgrader's own feedback is right for it
                continue
            mark = marks.get(student) or Mark(student)
            text = feedback_page(title, notebook, found, mark)
            _put(course, assignment, student, text)
            done[_step(assignment, student)] = key
    except OSError as error:
        raise CourseError(
            f"The feedback could not be written ({error.strerror or error}: {error.filename}). "
            "Make room or give yourself the right to write there, then run the same command again."
        ) from error
    finally:
        course.stamps.set_all(done)
    if damaged:
        raise CourseError(
            f"The graded notebooks of {', '.join(damaged)} are damaged; all other feedback is "
            f"written. Run `autograder autograde {assignment}`, which grades them anew."
        )
    return len(done)


def require_graded(course: Course, assignment: str) -> None:
    """Refuse an assignment of which nothing is graded.

    Raises
    ------
    CourseError
        The message says what to run first.
    """
    folders = (course.folder("autograded", s, assignment) for s in course.students(assignment))
    if not any(folder.is_dir() for folder in folders):
        raise CourseError(what_is_missing(course, assignment))


def stale(course: Course, assignment: str) -> list[str]:
    """Give the students whose page is there, but older than a grade, a comment or a penalty."""
    with course.gradebook() as gradebook:
        marks = read_marks(gradebook, assignment)
    found = _stale(course, assignment, marks)
    return [s for s, _, _ in found if page_of(course, assignment, s).is_file()]


def pack(course: Course, assignment: str, target: Path | None = None) -> Path:
    """Put all pages of an assignment into a zip, one a student, and return where it is.

    Raises
    ------
    CourseError
        There is no page, or the zip can't be written.
    """
    target = target or course.root / "feedback" / f"{assignment}.zip"
    pages = [(s, page_of(course, assignment, s)) for s in course.students(assignment)]
    pages = [(student, path) for student, path in pages if path.is_file()]
    if not pages:
        raise CourseError(
            f"There is no feedback for {assignment}; run `autograder autograde {assignment}` first."
        )
    new = target.with_name(target.name + ".new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
            for student, path in pages:
                info = zipfile.ZipInfo(f"{student}/{assignment}.html", EARLIEST)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(info, path.read_bytes())
        new.replace(target)
    except OSError as error:
        raise CourseError(
            f"{target} could not be written ({error.strerror or error}). Make room or name "
            "another place, then run the same command again."
        ) from error
    finally:
        new.unlink(missing_ok=True)
    return target


def title_of(assignment: str) -> str:
    """Give the title of an assignment: its chapter's, if it is one of the course."""
    chapter = material.chapters().get(assignment.partition("-")[0])
    return f"{assignment[:2]} · {chapter['title']}" if chapter else assignment


def _stale(
    course: Course, assignment: str, marks: dict[str, Mark]
) -> Iterator[tuple[str, str, bytes]]:
    """Give student, key and graded notebook of each page that is not there, or not true."""
    for student in course.students(assignment):
        graded = course.folder("autograded", student, assignment) / f"{assignment}.ipynb"
        if graded.is_file():
            data = graded.read_bytes()
            mark = marks.get(student)
            key = key_of(data, repr(mark and mark.shown), _template())
            fresh = course.stamps.fresh(_step(assignment, student), key)
            if not fresh or not page_of(course, assignment, student).is_file():
                yield student, key, data


def _put(course: Course, assignment: str, student: str, text: str) -> None:
    target = page_of(course, assignment, student)
    target.parent.mkdir(parents=True, exist_ok=True)
    graded = course.folder("autograded", student, assignment)
    for name in SECRETS:  # by them nbgrader's exchange finds whose page it is
        if (graded / name).is_file():
            (target.parent / name).write_bytes((graded / name).read_bytes())
    new = target.with_name(target.name + ".new")
    new.write_text(text, encoding="utf-8", errors="replace")
    new.replace(target)


def page_of(course: Course, assignment: str, student: str) -> Path:
    """Give where the feedback of a student is."""
    return course.folder("feedback", student, assignment) / f"{assignment}.html"


def _step(assignment: str, student: str) -> str:
    return f"feedback {assignment} {student}"


@lru_cache(maxsize=1)
def _template() -> str:
    files: list[Any] = [page.__file__, page_style.__file__, words.__file__]
    return key_of(*(Path(name).read_bytes() for name in files))


class FeedbackPage(HTMLExporter):
    """Our page, also where nbgrader asks for feedback: its command, and Formgrader's button.

    A notebook that our steps did not grade gets nbgrader's own page.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Give the page of a graded notebook."""
        notebook = json.loads(Path(filename).read_bytes())
        found = notebook["metadata"].get(OURS, {}).get("record")
        names = (resources or {}).get("nbgrader", {})
        if not found or not names or resources is None:
            return super().from_filename(filename, resources, **kw)
        student, assignment = names["student"], names["assignment"]
        mark = self._marks(names["db_url"], assignment).get(student) or Mark(student)
        text = feedback_page(title_of(assignment), notebook, Record.from_json(found), mark)
        return text, resources | {"output_extension": self.file_extension}

    def _marks(self, db_url: str, assignment: str) -> dict[str, Mark]:
        """Read the marks of a class once for all of its pages."""
        known: dict[str, dict[str, Mark]] = self.__dict__.setdefault("_known", {})
        if assignment not in known:
            converter: Any = self.parent
            with Gradebook(db_url, converter.coursedir.course_id) as gradebook:
                known[assignment] = read_marks(gradebook, assignment)
        return known[assignment]
