"""Grading side by side with stock nbgrader: the same notebooks, the same cores, one run."""

from __future__ import annotations

import ast
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.classroom.course import autograde_assignment, release_assignments
from autograder.classroom.coursedir import Course
from autograder.referee import sandboxes
from autograder.referee.cells import Role, grade_id, role_of
from autograder.root import course_root
from dropout_course.laws import module_name

STEM = "03-dropout-forward"
STOCK, OURS = 4, 24  # submissions
TORCH = """import torch
net = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.Dropout(0.5), torch.nn.Linear(16, 1))
step = torch.optim.Adam(net.parameters())
net(torch.ones(4, 8)).square().mean().backward()
step.step()"""


def run() -> str:
    """Grade a NumPy notebook and a torch notebook in three ways."""
    lines = [
        f"Notebook {STEM}, all exercises right; the torch notebook imports torch and takes one",
        "step of Adam besides. Seconds a submission, recorded in the gradebook: mean over a class,",
        "one worker, the time for the first submission (doctor and warm process) taken off ours.",
        "Stock nbgrader runs the visible checks alone, ours the hidden ones as well. The",
        "demonstrations, which ours skips, are left out of the notebook for both.",
        "",
        "| notebook | stock nbgrader | `nbgrader autograde`, our configuration | ratio "
        "| `autograder autograde` | ratio | start |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for library in ("numpy", "torch"):
        lines.append(_row(library))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines += ["", f"Peak memory of the grader: {peak:.0f} MB."]
    sandboxes.library_of = lambda stem: "numpy"
    lines += ["", "How `autograder autograde` grows with the class (NumPy):", ""]
    lines += ["| submissions | seconds | seconds a submission |", "|---:|---:|---:|"]
    counts, seconds = (6, 12, 24, 48), []
    for count in counts:
        with _course("numpy", count) as home:
            taken = _timed(lambda home=home: _ours(home))
        seconds.append(taken)
        lines.append(f"| {count} | {taken:.2f} | {taken / count:.3f} |")
    slope, start = np.polyfit(counts, seconds, 1)
    lines += ["", f"Least squares: {start:.1f} s + {slope:.3f} s a submission."]
    return "\n".join(lines)


def _row(library: str) -> str:
    with _course(library, STOCK) as home:
        stock = _timed(lambda: _nbgrader(home, _stock(home))) / STOCK
    sandboxes.library_of = lambda stem: library
    with _course(library, 1) as home:
        start = _timed(lambda: _ours(home))
    with _course(library, OURS) as home:
        nbgrader = (_timed(lambda: _nbgrader(home, Course(home).config)) - start) / OURS
    with _course(library, OURS) as home:
        ours = (_timed(lambda: _ours(home)) - start) / OURS
    cells = [f"{stock:.2f}", f"{nbgrader:.3f}", f"{stock / nbgrader:.1f}"]
    cells += [f"{ours:.3f}", f"{stock / ours:.1f}", f"{start:.1f} s"]
    return f"| {library} | " + " | ".join(cells) + " |"


def _timed(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


@contextmanager
def _course(library: str, students: int) -> Iterator[Path]:
    """Set up a course in a folder of its own, with a class that has handed in."""
    root = course_root()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        home = Path(folder)
        shutil.copy(root / "nbgrader_config.py", home)
        (home / "notebooks").mkdir()
        (home / "notebooks" / f"{STEM}.ipynb").write_text(_release(root))
        release_assignments(home, [STEM], progress=False)
        course = Course(home)
        data = _completed(root, library)
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


def _completed(root: Path, library: str) -> str:
    nb = nbformat.reads(_release(root), 4)
    source = (root / "solutions" / f"{module_name(STEM)}.py").read_text()
    ast.parse(source)
    for number, cell in enumerate(nb.cells):
        if role_of(cell) is Role.SOLUTION and grade_id(cell):
            cell.source = source
            last = number
    if library == "torch":
        nb.cells.insert(last + 1, nbformat.v4.new_code_cell(TORCH))
    return nbformat.writes(nb)


def _stock(home: Path) -> Any:
    course = home / "build" / "course"
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.course_id = "dropout"
    config.CourseDirectory.db_url = f"sqlite:///{course / 'gradebook.db'}"
    return config


def _nbgrader(home: Path, config: Any) -> None:
    directory = CourseDirectory(config=config)
    directory.assignment_id = STEM
    converter = Autograde(coursedir=directory, config=config)
    converter.force = True
    converter.start()


def _ours(home: Path) -> None:
    rows = autograde_assignment(home, STEM, progress=False)
    wrong = [row for row in rows if row.score != row.max_score]
    if wrong:
        raise RuntimeError(f"{wrong[0].student} got {wrong[0].score}: {wrong[0].reason}")
