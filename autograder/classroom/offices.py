"""What goes in and out of a course beside grading: collecting, feedback, marks, the report."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from autograder.classroom.collecting.aside import KEPT
from autograder.classroom.collecting.bring import Brought, bring
from autograder.classroom.collecting.notebooks import what_came
from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.lock import holding
from autograder.classroom.folder.standing import require_released, what_is_missing
from autograder.classroom.returns.feedback import SECRET
from autograder.classroom.returns.insight import look_at, plain
from autograder.classroom.returns.insight_page import report_page
from autograder.classroom.returns.lms import FORMATS, Exported, export_marks
from autograder.classroom.returns.returning import (
    pack,
    page_of,
    require_graded,
    stale,
    title_of,
    write_pages,
)

NOBODY = (
    "Nobody has handed in through the exchange {exchange} yet: if your class uses a learning "
    "platform, name the file that it delivers."
)


def stale_feedback(root: Path, assignment: str) -> list[str]:
    """Give the students whose feedback is older than a grade, a comment or a penalty."""
    return stale(Course(root), assignment)


def nothing_to_grade(root: Path, assignment: str) -> str:
    """Say what to run first where nothing of an assignment is there to be graded."""
    return what_is_missing(Course(root), assignment)


def write_feedback(
    root: Path,
    names: Collection[str],
    *,
    release: bool = False,
    progress: bool = True,
    all_of_them: bool = False,
) -> dict[str, int]:
    """Write feedback where it is missing or no longer true; give how many, by assignment.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py.
    names : collection of str
        Assignment ids.
    release : bool
        Also put all feedback where students fetch it.
    progress : bool
        Show a progress bar.
    all_of_them : bool
        True to refuse an assignment of which nothing is graded.

    Raises
    ------
    CourseError
        The gradebook can't be read, the exchange can't be written, or nothing is graded.
    """
    course, written = Course(root), {}
    for assignment in names:
        if not all_of_them and not course.students(assignment):
            continue
        with holding(course, f"feedback {assignment}"):
            if all_of_them:
                require_graded(course, assignment)
            written[assignment] = write_pages(course, assignment, progress)
            if release:
                course.release_feedback(assignment)
    return written


def not_fetched(root: Path, names: Collection[str]) -> list[str]:
    """Give the students who can't fetch feedback through the exchange: they handed in otherwise."""
    course = Course(root)
    found = {
        student
        for name in names
        for student in course.students(name)
        if page_of(course, name, student).is_file()
        and not (page_of(course, name, student).parent / SECRET).is_file()
    }
    return sorted(found)


def pack_feedback(
    root: Path, names: Collection[str], *, all_of_them: bool = True
) -> dict[str, Path]:
    """Pack the feedback of assignments into a zip each, by assignment.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py.
    names : collection of str
        Assignment ids.
    all_of_them : bool
        False to pass over assignments for which nobody handed in.

    Raises
    ------
    CourseError
        There is no feedback for one, or a zip can't be written.
    """
    course = Course(root)
    return {name: pack(course, name) for name in names if all_of_them or course.students(name)}


def write_report(
    root: Path, assignment: str, to: Path | None = None
) -> tuple[dict[str, Any], Path]:
    """Write the report of an assignment; give what it says as plain data, and where it is.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py.
    assignment : str
        Assignment id.
    to : Path, optional
        By default reports/ASSIGNMENT.html in the course folder.

    Raises
    ------
    CourseError
        Nothing of it is graded, or the page can't be written.
    """
    course = Course(root)
    found = look_at(course, assignment)
    path = to or course.root / "reports" / f"{assignment}.html"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(report_page(title_of(assignment), found), "utf-8", "replace")
    except OSError as error:
        raise CourseError(
            f"{path} could not be written ({error.strerror or error}). Make room or name another "
            "place with --to, then run the same command again."
        ) from error
    return plain(found), path


def collect_assignment(
    root: Path, assignment: str, source: Path | None = None, roster: Path | None = None
) -> Brought:
    """Collect through nbgrader's exchange, or from a folder or zip of a platform.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py.
    assignment : str
        Assignment id.
    source, roster : Path, optional
        See `autograder.classroom.collecting.bring.bring`.

    Raises
    ------
    CourseError
        It can't be collected; the message says why.
    """
    course = Course(root)
    require_released(course, assignment)
    with holding(course, f"collect {assignment}"):
        if source is not None:
            return bring(course, assignment, source, roster)
        before = set(course.students(assignment))
        useless = course.collect(assignment)
        after = course.students(assignment)
    problems = [] if after else [NOBODY.format(exchange=course.exchange)]
    for student, place in useless.items():
        submitted = course.folder("submitted", student, assignment)
        came = f"{student}: the latest hand-in in the exchange"
        problems.append(
            KEPT.format(came=came, shown=what_came(place), place=place, submitted=submitted)
        )
    new, known = ([s for s in after if (s in before) is was] for was in (False, True))
    return Brought(new, known, problems)


def export_assignments(
    root: Path,
    names: Collection[str],
    form: str,
    to: Path | None = None,
    *,
    all_of_them: bool = True,
) -> Exported:
    """Write marks for a platform.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py.
    names : collection of str
        Assignment ids.
    form : str
        One of `FORMATS`.
    to : Path, optional
        See `export_marks`.
    all_of_them : bool
        False to pass over assignments for which nobody handed in.

    Raises
    ------
    CourseError
        There is no such format, nothing to export, or the file can't be written.
    """
    if form not in FORMATS:
        raise CourseError(f"there is no format {form!r}; there is {', '.join(FORMATS)}")
    course = Course(root)
    for name in names if all_of_them else ():
        require_released(course, name)
    chosen = [name for name in names if all_of_them or course.students(name)]
    return export_marks(course, chosen or list(names), form, to)
