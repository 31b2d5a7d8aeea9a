"""The function `check`: the visible laws of one exercise, run on what the notebook holds now."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dropout_course import course, exercises
from dropout_course.engine.judging import judge
from dropout_course.engine.overview import Overview
from dropout_course.engine.report import Report
from dropout_course.engine.student import Student

_failures: dict[str, int] = {}  # how often each exercise has failed: which hint is next


class CheckError(Exception):
    """`check` was asked for something that it can't do; the message says what to do."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows this in place of a traceback through our own code.
        return [f"check: {self}"]


def check(
    target: Any, *, seed: int | None = None, namespace: Mapping[str, Any] | None = None
) -> Any:
    """Check an exercise: say which laws your answer keeps, and where it breaks one.

    Parameters
    ----------
    target : str or function or class
        The exercise's id, as in ``check("dropout_inverted")``, or the object that you wrote; or
        a chapter's number, as in ``check("03")``, for all of its exercises at a glance.
    seed : int, optional
        Repeats the random inputs of an earlier check. Without it they are fresh.
    namespace : mapping, optional
        Where to look for your names; by default where `check` is called.

    Returns
    -------
    Report or Overview
        Shown by a notebook or a terminal. While nbgrader executes the notebook, the words are
        printed instead, and the score is returned as a plain float: the form from which nbgrader
        takes partial credit.

    Raises
    ------
    CheckError
        There is no such exercise.
    """
    names = dict(sys._getframe(1).f_globals if namespace is None else namespace)
    if isinstance(target, str) and target in course.chapters():
        return _overview(target, names, seed)
    try:
        exercise = course.find(_name_of(target))
    except LookupError as error:
        raise CheckError(str(error)) from None
    if not isinstance(target, str):
        names[target.__name__] = target
    graded = bool(os.environ.get("NBGRADER_EXECUTION"))
    seed = secrets.randbits(32) if seed is None else seed
    with _no_stderr() if graded else _nothing():
        report = _report(exercise, names, seed, hints=not graded)
    if graded:
        print(report, end="")
        return float(report.score)
    return report


def _overview(number: str, names: Mapping[str, Any], seed: int | None) -> Any:
    chapter = course.chapters()[number]
    graded = bool(os.environ.get("NBGRADER_EXECUTION"))
    seed = secrets.randbits(32) if seed is None else seed
    found = course.of_chapter(chapter["stem"])
    with _no_stderr() if graded else _nothing():
        reports = tuple(_report(exercise, names, seed, hints=False) for exercise in found)
    overview = Overview(f"Chapter {int(number)}, {chapter['title']}", reports)
    return print(overview) if graded else overview


def _name_of(target: Any) -> str:
    name = target if isinstance(target, str) else getattr(target, "__name__", None)
    if not isinstance(name, str):
        raise CheckError(
            "give the exercise's name in quotes, as the cell below the exercise does, "
            "or the function or class that you wrote"
        )
    return name


def _report(exercise: course.Exercise, names: Mapping[str, Any], seed: int, hints: bool) -> Report:
    verdict = judge(
        exercise.id,
        exercise.points,
        exercises.visible_laws(exercise),
        Student.here(names),
        seed,
        exercises.bank(exercise),
        dict(exercise.parameters),
    )
    hint = ""
    if verdict.passed:
        _failures.pop(exercise.id, None)
    elif hints:
        hint = _next_hint(exercise)
    return Report(
        verdict,
        title=f"Exercise {exercise.number}, {exercise.title}",
        hint=hint,
        link=course.book_url() + exercise.section,
        footnote=f"The same inputs again: check({exercise.id!r}, seed={seed}).",
    )


def _next_hint(exercise: course.Exercise) -> str:
    """Climb one rung of the ladder with every failed check; stay on the last one."""
    count = _failures[exercise.id] = _failures.get(exercise.id, 0) + 1
    rung = min(count, len(exercise.hints))
    if not rung:
        return ""
    return f"Hint {rung} of {len(exercise.hints)}: {exercise.hints[rung - 1]}"


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _no_stderr() -> Iterator[None]:
    """Keep stderr empty, C code included: nbgrader gives no points to a cell that uses it."""
    sys.stderr.flush()
    try:
        kept, sink = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:
        yield
        return
    os.dup2(sink, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(sink)
