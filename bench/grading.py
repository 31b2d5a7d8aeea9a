"""Grading side by side with stock nbgrader: the same notebooks, the same cores, one run."""

from __future__ import annotations

import math
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from autograder.authoring.model import WRITTEN_POINTS
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.running import grading
from autograder.referee import Config as Grading
from autograder.referee import grade_notebook, sandboxes
from autograder.referee.cells import Role, role_of
from autograder.referee.session import Runner
from bench import growth, phases
from bench.courses import STEM, answered, chapter_uses, class_of, stock_config
from dropout_course.engine.inside.child import Cells

STOCK, NBGRADER, OURS = 4, 12, 96  # submissions
WANTED = {"numpy": (20, 3), "torch": (40, 8)}  # ratios: autograder autograde, nbgrader autograde


@dataclass(frozen=True)
class Times:
    """Seconds a submission of one notebook.

    Attributes
    ----------
    stock, nbgrader, one, two : float
        Stock nbgrader; nbgrader with our configuration; ours with one and with two workers.
    visible, whole : float
        The work itself: the cells and the visible laws, or all laws, in a process that has
        everything loaded.
    floor : float
        Fork, jail, the cells in IPython, and the end of the jail; no laws and no record.
    start : float
        Seconds once: the doctor's look at this machine, and the warm process.
    """

    stock: float
    nbgrader: float
    one: float
    two: float
    visible: float
    whole: float
    floor: float
    start: float


def run() -> str:
    """Grade a NumPy notebook and a torch notebook in all ways."""
    found = {library: _times(library) for library in WANTED}
    lines = [
        f"Notebook {STEM} with right answers to all exercises, without its demonstrations; the",
        "torch notebook imports torch and takes one step of Adam besides. Seconds a submission,",
        f"recorded in the gradebook: mean over a class ({STOCK} submissions for stock nbgrader,",
        f"{NBGRADER} for nbgrader with our configuration, {OURS} for ours). Stock runs the visible",
        f"checks alone, ours the hidden ones as well. Graded {_who()}.",
        "",
        "| notebook | stock nbgrader | `nbgrader autograde`, ours | ratio (wanted) "
        "| `autograder autograde`, 1 worker | ratio | 2 workers (default) | ratio (wanted) |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        *(_ratios(library, times) for library, times in found.items()),
        "",
        "Overhead: what is left of that when the work itself is taken off, the cells and the laws",
        "in a process that has everything loaded. The floor: fork, jail, cells, end of the jail.",
        "",
        "| notebook | stock: work | overhead | ours: work | overhead, 1 worker | ratio (wanted 25) "
        "| floor | stock / floor | start, once |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(_overheads(library, times) for library, times in found.items()),
        "",
        _memory(),
        "",
        *(line for library in WANTED for line in phases.lines(library)),
        *growth.judged(),
        "",
        *growth.recorded(),
    ]
    return "\n".join(lines)


def _who() -> str:
    """Say who grades: no way leads a supervisor out of the namespace of an ordinary user's jail."""
    if os.getuid():
        return "as an ordinary user, who needs a new supervisor for each jail of namespaces"
    return "as root, where a supervisor takes one jail after the other"


def _ratios(library: str, times: Times) -> str:
    ours, nbgrader_ratio = WANTED[library]
    cells = [library, f"{times.stock:.2f}"]
    cells += [f"{times.nbgrader:.3f}", f"{times.stock / times.nbgrader:.1f} ({nbgrader_ratio})"]
    cells += [f"{times.one:.3f}", f"{times.stock / times.one:.1f}"]
    cells += [f"{times.two:.3f}", f"{times.stock / times.two:.1f} ({ours})"]
    return "| " + " | ".join(cells) + " |"


def _overheads(library: str, times: Times) -> str:
    stock, ours = times.stock - times.visible, times.one - times.whole
    cells = [library, f"{times.visible:.3f}", f"{stock:.2f}", f"{times.whole:.3f}", f"{ours:.3f}"]
    cells += [f"{stock / ours:.0f}" if ours > 0 else "no overhead left to measure"]
    cells += [f"{times.floor:.3f}", f"{times.stock / times.floor:.0f}", f"{times.start:.1f} s"]
    return "| " + " | ".join(cells) + " |"


def _memory() -> str:
    own, others = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return (
        f"Peak memory: {own:.0f} MB for the process that grades with one worker and writes, "
        f"{others:.0f} MB for the largest of its children (workers, warm processes, kernels)."
    )


# --- the ways -------------------------------------------------------------------------------


def _times(library: str) -> Times:
    with class_of(library, 1) as home:  # what is read from disk for the first time counts for none
        _nbgrader(home, stock_config(home))
    with class_of(library, STOCK) as home:
        stock = _timed(lambda: _nbgrader(home, stock_config(home))) / STOCK
    with chapter_uses(library):
        with class_of(library, NBGRADER) as home:
            start = _timed(lambda: _open(home))
            nbgrader = _timed(lambda: _nbgrader(home, Course(home).config)) / NBGRADER
        with class_of(library, OURS) as home:
            _open(home)
            one = _timed(lambda: _ours(home, 1)) / OURS
            two = _timed(lambda: _ours(home, 2)) / OURS
            floor = _floor(home, library)
        visible, whole = (_work(library, hidden) for hidden in (False, True))
    return Times(stock, nbgrader, one, two, visible, whole, floor, start)


def _timed(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def _open(home: Path) -> Any:
    """Open the sandbox of a course: the doctor looks at this machine, the warm process loads."""
    opened = sandboxes.sandbox("auto", STEM, home / ".autograder")
    opened.start().close()
    return opened


def _ours(home: Path, workers: int) -> None:
    rows = grading.autograde_assignment(home, STEM, progress=False, workers=workers, force=True)
    # all but what a person grades
    wrong = [row for row in rows if row.score != row.max_score - WRITTEN_POINTS]
    if wrong:
        raise RuntimeError(f"{wrong[0].student} got {wrong[0].score}: {wrong[0].reason}")


def _nbgrader(home: Path, config: Any) -> None:
    directory = CourseDirectory(config=config)
    directory.assignment_id = STEM
    converter = Autograde(coursedir=directory, config=config)
    converter.force = True
    converter.start()


def _floor(home: Path, library: str) -> float:
    notebook, start = nbformat.reads(answered(library), 4), _open(home).start

    def once() -> None:
        with start() as process:
            for cell in notebook.cells:
                if role_of(cell) in (Role.SETUP, Role.SOLUTION, Role.EXTRA):
                    process.cell(cell.source, 20)

    return float(np.median([_timed(once) for _ in range(10)]))


class _Here(Runner):
    """A process that is none: it runs cells and answers calls where it is."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells

    def cell(
        self, source: str, seconds: float, idle_seconds: float = math.inf, grace: float = 0.0
    ) -> dict[str, Any]:
        return self._cells.run(source)

    def ask(self, request: bytes, seconds: float) -> bytes:
        from dropout_course.engine.inside import answering

        return answering.answer(self._cells.names, request)

    def seed(self, seed: int, seconds: float = 10.0) -> None:
        pass

    def replaced(self, seconds: float = 10.0) -> None:
        """The notebooks that are timed replace nothing."""

    def file(self, name: str, data: bytes, seconds: float = 10.0) -> None:
        """The notebooks that are timed hand in no files."""

    def clock(self) -> float:
        return 0.0

    def close(self) -> None:
        pass


@cache
def _cells() -> Cells:
    return Cells()  # IPython allows one in a process


def _work(library: str, hidden: bool) -> float:
    """Time the cells and the laws alone, in this process, with everything loaded."""
    notebook = nbformat.reads(answered(library), 4)
    config = Grading(start=lambda: _Here(_cells()))

    def once() -> None:
        result = grade_notebook(notebook, config=config, hidden=hidden)
        if result.score != result.max_score:
            raise RuntimeError(f"the work was not done: {result.score} of {result.max_score}")

    once()
    return float(np.median([_timed(once) for _ in range(10)]))
