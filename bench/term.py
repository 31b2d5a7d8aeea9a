"""What a full gradebook costs: export, report and Formgrader's pages at the end of a term."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.apps.api import NbGraderAPI
from sqlalchemy import insert

from autograder.classroom.course import release_assignments
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.offices import export_assignments, write_report
from autograder.classroom.sample import hand_in_files, sample_class
from autograder.classroom.submissions.report import Record
from autograder.classroom.submissions.submission import OURS, Job, grade_submission
from autograder.root import course_root

STEM = "03-dropout-forward"
STUDENTS, ASSIGNMENTS = 1000, 13
RUNS, SEED, LIMIT = 3, 20270301, 5.0


def run() -> str:
    """Fill a gradebook, then take the times of what an instructor waits for."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copy(course_root() / "nbgrader_config.py", home)
        shutil.copytree(course_root() / "notebooks", home / "notebooks")
        names = release_assignments(home, progress=False)
        assert len(names) == ASSIGNMENTS, names
        course = Course(home)
        students = [f"s{number:04}" for number in range(STUDENTS)]
        _fill(course, names, students)
        _hand_in(course, names, students)
        rows = []
        for what, call in _waits(course, names).items():
            rows.append(f"| {what} | {_times(call)} |")
            print(rows[-1], file=sys.stderr, flush=True)
    return (
        f"A synthetic gradebook of {STUDENTS} students and {ASSIGNMENTS} assignments; the answers\n"
        f"to {STEM} are the sample class's, each student's made different. {RUNS} runs, in\n"
        f"seconds of the processor, least to most, and by the clock, least; {LIMIT:g} are wanted\n"
        "at most. On a shared machine the clock's are longer. Formgrader's pages are what\n"
        "its server computes for them; what a browser takes to draw a table is not in it.\n\n"
        "| what | processor | clock |\n|:--|--:|--:|\n" + "\n".join(rows)
    )


def _waits(course: Course, names: list[str]) -> dict[str, Callable[[], Any]]:
    api = NbGraderAPI(config=course.config)
    home, student = course.home, "s0500"
    return {
        "export, Canvas, all": lambda: export_assignments(home, names, "canvas"),
        "export, nbgrader's table, all": lambda: export_assignments(home, names, "nbgrader"),
        f"report {STEM}": lambda: write_report(home, STEM),
        "Formgrader, manage assignments": api.get_assignments,
        "Formgrader, manage submissions": lambda: api.get_submissions(STEM),
        "Formgrader, manual grading": lambda: api.get_notebooks(STEM),
        "Formgrader, submissions of a notebook": lambda: api.get_notebook_submissions(STEM, STEM),
        "Formgrader, page of a submission": lambda: api.get_notebook_submission_indices(STEM, STEM),
        "Formgrader, students": api.get_students,
        "Formgrader, a student": lambda: api.get_student_submissions(student),
    }


def _times(call: Callable[[], Any]) -> str:
    """Give processor time, least to most, and the least time by the clock on the wall."""
    worked, waited = [], []
    for _ in range(RUNS):
        began, wall = time.process_time(), time.perf_counter()
        call()
        worked.append(time.process_time() - began)
        waited.append(time.perf_counter() - wall)
    return f"{min(worked):.2f} to {max(worked):.2f} | {min(waited):.2f}"


def _fill(course: Course, names: list[str], students: list[str]) -> None:
    """Write rows for everybody: most points automatic, some by hand, some late."""
    rng = random.Random(SEED)
    tables: dict[Any, list[dict[str, Any]]] = {Student: [{"id": s} for s in students]}
    for kind in (SubmittedAssignment, SubmittedNotebook, Grade, Comment):
        tables[kind] = []
    with course.gradebook() as gradebook:
        for assignment in gradebook.db.query(Assignment).filter(Assignment.name.in_(names)):
            assignment.duedate = datetime(2027, 3, 1)
            (notebook,) = assignment.notebooks
            for student in students:
                handed, part = new_uuid(), new_uuid()
                when = assignment.duedate + timedelta(hours=rng.uniform(-72, 4))
                tables[SubmittedAssignment].append(
                    {
                        "id": handed,
                        "assignment_id": assignment.id,
                        "student_id": student,
                        "timestamp": when,
                    }
                )
                tables[SubmittedNotebook].append(
                    {
                        "id": part,
                        "assignment_id": handed,
                        "notebook_id": notebook.id,
                        "flagged": False,
                    }
                )
                for cell in notebook.grade_cells:
                    written = cell.cell_type == "markdown"
                    tables[Grade].append(
                        {
                            "id": new_uuid(),
                            "cell_id": cell.id,
                            "notebook_id": part,
                            "auto_score": None
                            if written
                            else rng.randint(0, 2 * int(cell.max_score)) / 2,
                            "extra_credit": None,
                            "manual_score": float(rng.randint(0, 5)) if written else None,
                            "needs_manual_grade": rng.random() < 0.1,
                        }
                    )
                for cell in notebook.solution_cells:
                    tables[Comment].append(
                        {
                            "id": new_uuid(),
                            "cell_id": cell.id,
                            "notebook_id": part,
                            "manual_comment": "Well put." if rng.random() < 0.1 else None,
                        }
                    )
        for kind, rows in tables.items():
            gradebook.db.execute(insert(kind.__table__), rows)
        gradebook.db.commit()


def _hand_in(course: Course, names: list[str], students: list[str]) -> None:
    """Lay submitted and graded notebooks on the disk: different ones for the report's assignment.

    The others are one file under many names: what is measured looks whether they are there.
    """
    graded = _graded(course)
    for name in names:
        release = course.folder("release", ".", name) / f"{name}.ipynb"
        notebook = json.loads(release.read_bytes())
        notebook["metadata"][OURS]["record"] = Record(handed_in=True).to_json()
        one = course.root / f"one-{name}.ipynb"
        one.write_text(json.dumps(notebook), "utf-8")
        for number, student in enumerate(students):
            for step in ("submitted", "autograded"):
                place = course.folder(step, student, name)
                place.mkdir(parents=True)
                if name == STEM and step == "autograded":
                    text = _own(graded[number % len(graded)], number)
                    (place / release.name).write_text(text, "utf-8")
                else:
                    os.link(one, place / release.name)


def _graded(course: Course) -> list[str]:
    """Grade what the sample class handed in."""
    release = course.folder("release", ".", STEM) / f"{STEM}.ipynb"
    job = Job(STEM, release, course.home, "auto")
    releases = {name: release.parents[1] / name / f"{name}.ipynb" for name in course.assignments()}
    found = []
    for student in sample_class():
        if hand_in := student.chapters.get(STEM.partition("-")[0]):
            folder = course.root / "work" / student.id
            folder.mkdir(parents=True)
            for name, data in hand_in_files(STEM, hand_in, releases).items():
                (folder / name).write_bytes(data)
            found.append(grade_submission(job, student.id, folder).text)
    return found


def _own(text: str, number: int) -> str:
    """Make answers a student's own: each with a line that no other has."""
    notebook = nbformat.reads(text, 4)
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("solution") and cell.cell_type == "code":
            cell.source += f"\n\n\nmine_{number} = {number}"
    return nbformat.v4.writes(notebook)
