"""How long a student waits for `check`, and the grader for a chapter's laws."""

from __future__ import annotations

import importlib
import statistics
import time
from collections.abc import Callable

from autograder.referee.grade import laws_of
from autograder.referee.sandboxes import library_of
from dropout_course import course, exercises
from dropout_course.engine.checking import check
from dropout_course.engine.judging import judge
from dropout_course.engine.student import Student

RUNS, FEW, SECONDS = 30, 3, 5.0  # what takes long is run less often


def _times(call: Callable[[], object], runs: int = RUNS) -> list[float]:
    call()
    taken: list[float] = []
    while len(taken) < runs and (len(taken) < FEW or sum(taken) < 1e3 * SECONDS):
        begin = time.perf_counter()
        call()
        taken.append(1e3 * (time.perf_counter() - begin))
    return taken


def run() -> str:
    """Time the visible checks of every exercise, right and wrong, and whole chapters."""
    lines = [
        "`check(...)` in a notebook: a right answer, and a known mistake (which is looked for and",
        f"named). {RUNS} runs each, or {SECONDS:g} s of them. Milliseconds.",
        "",
        "| exercise | right: median | right: worst | wrong: median | wrong: worst |",
        "|---|---:|---:|---:|---:|",
    ]
    medians: dict[str, list[float]] = {"numpy": [], "torch": []}
    for exercise in course.exercises().values():
        names = dict(vars(importlib.import_module(f"solutions.{exercise.package}")))
        mistake = exercises.bank(exercise).mistakes[0]
        wrong = {**names, mistake.replaces: mistake.answer}
        good = _times(lambda e=exercise.id, n=names: repr(check(e, namespace=n)))
        bad = _times(lambda e=exercise.id, n=wrong: repr(check(e, namespace=n)))
        cells = [statistics.median(good), max(good), statistics.median(bad), max(bad)]
        medians[library_of(exercise.stem)].append(cells[0])
        numbers = " | ".join(f"{cell:.1f}" for cell in cells)
        lines.append(f"| {exercise.number} `{exercise.id}` | {numbers} |")
    summaries = [f"{statistics.median(found):.1f} ms in {name}" for name, found in medians.items()]
    lines += ["", f"Median over the exercises: {' and '.join(summaries)}.", ""]
    lines += ["Visible and hidden laws of a whole chapter in the grader, right answers:", ""]
    for stem in dict.fromkeys(e.stem for e in course.exercises().values()):
        lines.append(
            f"- {stem}: {statistics.median(_times(lambda s=stem: _chapter(s), 10)):.0f} ms"
        )
    return "\n".join(lines)


def _chapter(stem: str) -> None:
    names = dict(vars(importlib.import_module(f"solutions.{course.module_name(stem)}")))
    student = Student.here(names)
    for exercise in course.of_chapter(stem):
        judge(exercise.id, exercise.points, laws_of(exercise), student, 1)
