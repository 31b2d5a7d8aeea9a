"""Courses to grade for trial: chapter 3 with right answers, for any number of students."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from traitlets.config import Config

from autograder.classroom.course import release_assignments
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.sample import HandIn, completed
from autograder.referee import sandboxes
from autograder.referee.cells import Role, role_of
from autograder.root import course_root

STEM = "03-dropout-forward"
ANSWERS = HandIn(("where",))
TORCH = """import torch
net = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.Dropout(0.5), torch.nn.Linear(16, 1))
step = torch.optim.Adam(net.parameters())
net(torch.ones(4, 8)).square().mean().backward()
step.step()"""


@contextmanager
def chapter_uses(library: str) -> Iterator[None]:
    """Say that the chapter may import a library."""
    whole = sandboxes.library_of
    sandboxes.library_of = lambda stem: library
    try:
        yield
    finally:
        sandboxes.library_of = whole


@contextmanager
def class_of(library: str, students: int) -> Iterator[Path]:
    """Set up a course in a folder of its own, with a class that has handed in."""
    root = course_root()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        home = Path(folder)
        shutil.copy(root / "nbgrader_config.py", home)
        (home / "notebooks").mkdir()
        (home / "notebooks" / f"{STEM}.ipynb").write_text(_release(root))
        release_assignments(home, [STEM], progress=False)
        course = Course(home)
        data = answered(library)
        for number in range(students):
            handed_in = course.folder("submitted", f"student{number:04d}", STEM)
            handed_in.mkdir(parents=True)
            (handed_in / f"{STEM}.ipynb").write_text(data)
        yield home


def _release(root: Path) -> str:
    """Give the released notebook without its demonstrations."""
    nb = nbformat.read(root / "notebooks" / f"{STEM}.ipynb", 4)
    nb.cells = [cell for cell in nb.cells if role_of(cell) is not Role.DEMO]
    return nbformat.writes(nb)


def answered(library: str) -> str:
    """Give the notebook with right answers to all exercises."""
    nb = completed(nbformat.reads(_release(course_root()), 4), STEM.partition("-")[0], ANSWERS)
    if library == "torch":
        after = next(n for n, cell in enumerate(nb.cells) if role_of(cell) is Role.SETUP)
        nb.cells.insert(after + 1, nbformat.v4.new_code_cell(TORCH))
    return nbformat.writes(nb)


def stock_config(home: Path) -> Any:
    """Configure nbgrader as it comes."""
    course = home / "build" / "course"
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.course_id = "dropout"
    config.CourseDirectory.db_url = f"sqlite:///{course / 'gradebook.db'}"
    return config
