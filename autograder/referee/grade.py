"""Grade one rebuilt notebook."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from autograder.referee.cells import Role, exercise_of, grade_id, role_of
from autograder.referee.inputs import attempt_hash, exercise_seed
from autograder.referee.lacking import why_lacking
from autograder.referee.limits import Limits, our_limits
from autograder.referee.results import ExerciseResult, NotebookResult, exercise_result
from autograder.referee.sandboxes import UNSAFE, starter
from autograder.referee.session import Runner, Session
from dropout_course import course, exercises
from dropout_course.engine.judging import Finding, Outcome, Verdict, judge
from dropout_course.engine.laws import Law, laws_in
from dropout_course.engine.report import Report, as_text
from dropout_course.engine.student import Student
from dropout_course.engine.unanswered import EngineError

REPLACED = (
    "Course code was replaced in the student's process ({}). It was put back before it was used. "
    "No exercise needs that: whoever grades will want to read the notebook."
)


@dataclass(frozen=True)
class Config:
    """How to grade.

    Attributes
    ----------
    key : bytes
        The course's key; see `autograder.referee.inputs`.
    level : str
        The sandbox: ``auto``, ``namespaces``, ``landlock``, or, without one, ``unsafe``.
    state : Path
        The folder in which the doctor's verdict on this machine is kept.
    limits : Limits or None
        How long a notebook may take; None for our own.
    start : callable or None
        Makes the process in which the notebook runs; by default that of the level.
    """

    key: bytes = b""
    level: str = "auto"
    state: Path = Path(".autograder")
    limits: Limits | None = None
    start: Callable[[], Runner] | None = None


@cache
def laws_of(exercise: course.Exercise) -> tuple[Law, ...]:
    """All laws of an exercise: the visible ones, then the hidden ones."""
    hidden = importlib.import_module(f"autograder.hidden.{exercise.package}.{exercise.id}")
    return (*exercises.visible_laws(exercise), *laws_in(hidden))


def grade_notebook(
    nb: Any,
    *,
    student: str = "",
    config: Config | None = None,
    hidden: bool = True,
    files: Mapping[str, bytes] | None = None,
) -> NotebookResult:
    """Run a rebuilt notebook in a process of its own and judge its answers.

    Parameters
    ----------
    nb
        The released notebook with the student's solution cells and extra cells in it.
    student
        The student's id; with the course's key it decides the random inputs.
    config
        Time limits and the key.
    hidden
        Whether hidden laws are run as well as visible ones.
    files
        What was handed in beside the notebook, by name: it may import and read these.

    Returns
    -------
    NotebookResult
        One verdict an exercise, whatever the notebook does.

    Raises
    ------
    JailError
        There is no safe sandbox on this machine.
    """
    config = config or Config()
    stem = nb.metadata["dropout_course"]["chapter"]
    sources = [c.source for c in nb.cells if role_of(c) in (Role.SOLUTION, Role.EXTRA)]
    attempt = attempt_hash(sources, files or {})
    session = Session(
        config.start or starter(config.level, stem, config.state),
        seed=exercise_seed(config.key, student, stem, attempt),
        limits=config.limits or our_limits(stem),
        files=files,
    )
    result = NotebookResult(chapter=stem.partition("-")[0])
    if hidden and config.level == "unsafe":  # who checks runs their own code
        result.problems.append(UNSAFE)
    try:
        for cell in _to_run(nb):
            session.run(grade_id(cell) or cell.id, cell.source)
        for cell in nb.cells:  # an answer is what a name stands for at the end
            if role_of(cell) is Role.CHECK:
                exercise = course.exercises()[exercise_of(cell)]
                seed = exercise_seed(config.key, student, exercise.id, attempt)
                wanted = [law for law in laws_of(exercise) if hidden or not law.hidden]
                result.exercises.append(_judge(session, exercise, wanted, seed, config, nb))
        session.ask_for_replaced()
    except EngineError as error:
        raise error.__cause__ or error from None  # what failed says what to do
    finally:
        session.close()
    result.cell_outputs = session.outputs
    if session.replaced:
        result.notes.append(REPLACED.format(", ".join(sorted(session.replaced))))
    return result


def _to_run(nb: Any) -> list[Any]:
    """Give the cells that run, in order; stubs that nobody filled in first, to hide no answer."""
    cells = [c for c in nb.cells if role_of(c) in (Role.SETUP, Role.SOLUTION, Role.EXTRA)]
    untouched = set(nb.metadata["dropout_course"].get("untouched", []))
    return sorted(cells, key=lambda cell: grade_id(cell) not in untouched)


def _judge(
    session: Session,
    exercise: course.Exercise,
    wanted: list[Law],
    seed: int,
    config: Config,
    nb: Any,
) -> ExerciseResult:
    # A seed of its own: that of the inputs must not be known where the answer runs.
    session.reseed(exercise_seed(config.key, str(seed), f"{exercise.id} process", b""))
    student = Student(session.transport(exercise.id))
    bank, parameters = exercises.bank(exercise), dict(exercise.parameters)
    verdict = judge(exercise.id, exercise.points, wanted, student, seed, bank, parameters)
    verdict = _explained(verdict, session.trouble.get(exercise.id, ""), nb, session.trouble)
    return exercise_result(verdict, _words(exercise, verdict))


def _explained(verdict: Verdict, problem: str, nb: Any, trouble: Mapping[str, str]) -> Verdict:
    """Say why a name is missing, where its cell failed or was not run."""

    def better(outcome: Outcome) -> Outcome:
        if outcome.finding and outcome.finding.kind == "missing" and problem:
            return replace(outcome, finding=Finding("cell", problem))
        return outcome

    verdict = replace(verdict, outcomes=tuple(map(better, verdict.outcomes)))
    first = verdict.first_failure
    if first is None or first.finding is None:
        return verdict
    why = why_lacking(first.finding, nb, trouble)
    if not why:
        return verdict
    amended = replace(
        first, finding=replace(first.finding, reason=f"{first.finding.reason}; {why}")
    )
    return replace(verdict, outcomes=tuple(amended if o is first else o for o in verdict.outcomes))


def _words(exercise: course.Exercise, verdict: Verdict) -> str:
    title = f"Exercise {exercise.number}, {exercise.title}"
    link = course.book_url() + exercise.section
    return as_text(Report(verdict, title, link=link))
