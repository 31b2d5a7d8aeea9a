"""What a page of feedback costs: a class with all its pages, written anew."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

import nbformat

from autograder.classroom.course import release_assignments
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.returns.returning import write_pages
from autograder.classroom.running.grading import autograde_assignment
from autograder.classroom.sample import HandIn, completed
from autograder.root import course_root

STEM = "03-dropout-forward"
STUDENTS, RUNS = 40, 5
LIMIT = 20.0  # milliseconds a student


def run() -> str:
    """Grade a class once, then write its feedback several times."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copy(course_root() / "nbgrader_config.py", home)
        shutil.copytree(course_root() / "notebooks", home / "notebooks")
        release_assignments(home, [STEM], progress=False)
        course = Course(home)
        release = course.folder("release", ".", STEM) / f"{STEM}.ipynb"
        right = completed(nbformat.read(release, 4), STEM.partition("-")[0], HandIn(("where",)))
        text = nbformat.writes(right)
        for number in range(STUDENTS):
            place = course.folder("submitted", f"s{number:03}", STEM)
            place.mkdir(parents=True)
            (place / release.name).write_text(text, "utf-8")
        autograde_assignment(home, STEM, progress=False)
        times = []
        for _ in range(RUNS):
            shutil.rmtree(course.root / "feedback", ignore_errors=True)
            began = time.perf_counter()
            written = write_pages(course, STEM, progress=False)
            times.append(1000 * (time.perf_counter() - began) / written)
    verdict = "within" if min(times) <= LIMIT else "above"
    return (
        f"Feedback on {STEM} for {STUDENTS} students, read from the gradebook and written to the\n"
        f"disk, {RUNS} runs: {min(times):.1f} to {max(times):.1f} ms a student, {verdict} the "
        f"{LIMIT:g} ms that are wanted."
    )
