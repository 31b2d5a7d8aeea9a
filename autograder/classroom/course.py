"""A whole course: released, collected, graded, with feedback and a table of grades."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.lock import holding
from autograder.classroom.gradebook.marks import Mark, read_marks
from autograder.classroom.gradebook.marks import reason as reason_of
from autograder.classroom.gradebook.rows import read_record
from autograder.classroom.returns.returning import write_pages
from autograder.classroom.running.grading import autograde_assignment
from autograder.classroom.running.journal import Journal, Row
from autograder.classroom.sample import sample_set_up

__all__ = [
    "Course",
    "CourseError",
    "Row",
    "assignments",
    "autograde_assignment",
    "grade_course",
    "grade_table",
    "release_assignments",
    "run_course",
]


def assignments(root: Path) -> list[str]:
    """Return the assignment ids: the stems of the chapter notebooks."""
    return list(Course(root).chapters())


def release_assignments(
    root: Path, names: Collection[str] = (), *, progress: bool = True
) -> list[str]:
    """Make assignments of chapter notebooks and release them through nbgrader's exchange.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py and notebooks/.
    names : collection of str
        Assignment ids; none means all.
    progress : bool
        Show a progress bar.

    Returns
    -------
    list of str
        What is released now, whether or not it was before.

    Raises
    ------
    CourseError
        See `Course.set_up`.
    """
    course = Course(root)
    with holding(course, " ".join(["release", *names])):
        course.set_up(progress, names)
    return [name for name in course.assignments() if name in (names or course.assignments())]


def grade_course(root: Path, *, progress: bool = True, level: str = "auto") -> dict[str, list[Row]]:
    """Collect and grade all that was handed in, write feedback and grades.csv.

    Does only what has changed since it was last called.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py.
    progress : bool
        Show progress bars.
    level : str
        The sandbox; see `autograder.sandbox.open_sandbox`.

    Returns
    -------
    dict
        Rows by assignment.

    Raises
    ------
    CourseError
        If a step for all students can't be done; a single submission never raises.
    """
    course = Course(root)
    rows = {}
    for assignment in course.ours():
        if (course.exchange / course.course_id / "inbound").is_dir():
            course.collect(assignment)
        shown = progress and bool(course.students(assignment))  # no bar for what nobody handed in
        rows[assignment] = autograde_assignment(root, assignment, progress=shown, level=level)
        write_pages(course, assignment, shown)
    course.export()
    return rows


def run_course(root: Path, *, progress: bool = True, level: str = "auto") -> dict[str, Any]:
    """Build notebooks and book, set up the course, and grade the sample class (`make course`).

    Parameters
    ----------
    root : Path
        The checkout.
    progress : bool
        Show progress bars and, at the end, the table of grades.
    level : str
        The sandbox; see `autograder.sandbox.open_sandbox`.

    Returns
    -------
    dict
        Where everything is, and the rows by assignment, as plain data.

    Raises
    ------
    CourseError
        See `grade_course`.
    """
    from autograder.authoring.book import build_book
    from autograder.authoring.build import build_notebooks

    build_notebooks(root)
    book = build_book(root, quiet=not progress)
    sample_set_up(root, progress=progress)
    rows = grade_course(root, progress=progress, level=level)
    course = Course(root)
    if progress:
        console = Console()
        console.print(grade_table(root))
        places = [
            f"book       {book}",
            f"feedback   {course.root / 'feedback'}",
            f"gradebook  {course.root / 'gradebook.db'}",
            f"grades     {course.root / 'grades.csv'}",
            "Formgrader make lab",
        ]
        console.print("\n".join(places), soft_wrap=True, highlight=False)
    return {
        "book": str(book),
        "course": str(course.root),
        "gradebook": course.gradebook_address,
        "grades": str(course.root / "grades.csv"),
        "assignments": {name: [asdict(row) for row in found] for name, found in rows.items()},
    }


def grade_table(root: Path) -> Table:
    """Return a table of all students: points by chapter, and why.

    The points are those of the gradebook, manual grades and penalties included.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py.
    """
    course = Course(root)
    assignments = [name for name in course.assignments() if course.students(name)]
    table = Table(title="Grades", show_lines=True)
    table.add_column("Student", no_wrap=True)
    for assignment in assignments:
        table.add_column(assignment.partition("-")[0], justify="right", no_wrap=True)
    table.add_column("What happened")
    with course.gradebook() as gradebook:
        students = sorted(s.id for s in gradebook.students)
        marks = {name: read_marks(gradebook, name) for name in assignments}
    for student in students:
        cells, reasons = [], []
        for assignment in assignments:
            mark = marks[assignment].get(student)
            points = "–" if mark is None or mark.open else f"{mark.score:g}/{mark.max_score:g}"
            cells.append(points)
            if reason := _reason(course, assignment, student, mark):
                reasons.append(f"{assignment.partition('-')[0]}: {reason}")
        explanation = Text("\n".join(reasons) or "Nothing was handed in.")
        table.add_row(Text(student), *cells, explanation)
    return table


def _reason(course: Course, assignment: str, student: str, mark: Mark | None) -> str:
    record = read_record(course, assignment, student)
    if record:
        return reason_of(record, mark) if mark else record.reason
    last = Journal(course.state / f"{assignment}.jsonl").last(student)
    return last.reason if last else ""
