"""Grade one rebuilt notebook."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from autograder.referee.below import changed_below
from autograder.referee.cells import Role, exercise_of, grade_id, role_of
from autograder.referee.inputs import attempt_hash, exercise_seed
from autograder.referee.lacking import why_lacking
from autograder.referee.limits import Limits, our_limits
from autograder.referee.results import NotebookResult, exercise_result
from autograder.referee.sandboxes import UNSAFE, starter
from autograder.referee.session import Runner, Session
from autograder.referee.together import ApartError, run_together
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
# Of an exercise's time for calls: an answer that needs more, as a loop does, is lost, and then the
# notebook is graded anew with one law after the other, which have all of it.
TRIAL = 0.2

AT_ITS_CHECK = (
    "Exercise {} was judged as it stood at its check: a cell below deletes a name that the answer "
    "uses, or gives it another value. Take another name there."
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
    grading = _Grading(nb, student, config or Config(), hidden, files or {})
    return grading.result()


class _Grading:
    """One notebook being graded; see `grade_notebook`."""

    def __init__(
        self, nb: Any, student: str, config: Config, hidden: bool, files: Mapping[str, bytes]
    ) -> None:
        self.nb, self._student, self._config, self._files = nb, student, config, files
        self._hidden = hidden
        self._together = True
        self._stem = nb.metadata["dropout_course"]["chapter"]
        sources = [c.source for c in nb.cells if role_of(c) in (Role.SOLUTION, Role.EXTRA)]
        self._attempt = attempt_hash(sources, files)

    def result(self) -> NotebookResult:
        """Run the cells, and judge what their names stand for at the end."""
        try:
            return self._result()
        except ApartError:
            self._together = False
            return self._result()

    def _result(self) -> NotebookResult:
        result = NotebookResult(chapter=self._stem.partition("-")[0])
        if self._hidden and self._config.level == "unsafe":  # who checks runs their own code
            result.problems.append(UNSAFE)
        with self._session() as session:
            for cell in _to_run(self.nb):
                session.run(grade_id(cell) or cell.id, cell.source)
            verdicts = {one: self._judge(session, one) for one in _checked(self.nb)}
            session.ask_for_replaced()
        replaced = session.replaced
        lost = [one for one, verdict in verdicts.items() if verdict.score < one.points]
        if changed := [one for one in lost if changed_below(self.nb, one)]:
            before, more = self._at_their_checks(changed)
            replaced |= more
            better = {one: v for one, v in before.items() if v.score > verdicts[one].score}
            verdicts |= better
            result.notes += [AT_ITS_CHECK.format(one.number) for one in better]
        result.exercises += [exercise_result(v, _words(one, v)) for one, v in verdicts.items()]
        result.cell_outputs = session.outputs
        if replaced:
            result.notes.append(REPLACED.format(", ".join(sorted(replaced))))
        return result

    @contextmanager
    def _session(self) -> Iterator[Session]:
        config, seed = self._config, self._seed(self._stem)
        session = Session(
            config.start or starter(config.level, self._stem, config.state),
            seed=seed,
            limits=config.limits or our_limits(self._stem),
            files=self._files,
        )
        try:
            yield session
        except EngineError as error:
            raise error.__cause__ or error from None  # what failed says what to do
        finally:
            session.close()

    def _seed(self, what: str) -> int:
        return exercise_seed(self._config.key, self._student, what, self._attempt)

    def _at_their_checks(
        self, some: Sequence[course.Exercise]
    ) -> tuple[dict[course.Exercise, Verdict], set[str]]:
        """Run the cells once more, and judge some answers where their checks stand."""
        verdicts: dict[course.Exercise, Verdict] = {}
        with self._session() as session:
            for cell in _to_run(self.nb, Role.CHECK):
                if role_of(cell) is not Role.CHECK:
                    session.run(grade_id(cell) or cell.id, cell.source)
                elif (exercise := course.exercises()[exercise_of(cell)]) in some:
                    verdicts[exercise] = self._judge(session, exercise)
                if len(verdicts) == len(some):
                    break
            session.ask_for_replaced()
        return verdicts, session.replaced

    def _judge(self, session: Session, exercise: course.Exercise) -> Verdict:
        seed = self._seed(exercise.id)
        # A seed of its own: that of the inputs must not be known where the answer runs.
        fresh = exercise_seed(self._config.key, str(seed), f"{exercise.id} process", b"")
        alive = session.reseed(fresh)
        student = Student(session.transport(exercise.id))
        wanted = [law for law in laws_of(exercise) if self._hidden or not law.hidden]
        bank, parameters = exercises.bank(exercise), dict(exercise.parameters)
        run = None  # one law after the other
        if self._together and alive:
            run = partial(run_together, session.transport(exercise.id, TRIAL))
        verdict = judge(exercise.id, exercise.points, wanted, student, seed, bank, parameters, run)
        trouble = session.trouble
        return _explained(verdict, trouble.get(exercise.id, ""), self.nb, trouble)


def _checked(nb: Any) -> list[course.Exercise]:
    """Give the exercises of a notebook, in order."""
    checks = [cell for cell in nb.cells if role_of(cell) is Role.CHECK]
    return [course.exercises()[exercise_of(cell)] for cell in checks]


def _to_run(nb: Any, *more: Role) -> list[Any]:
    """Give the cells that run, in order; stubs that nobody filled in first, to hide no answer."""
    cells = [c for c in nb.cells if role_of(c) in (Role.SETUP, Role.SOLUTION, Role.EXTRA, *more)]
    untouched = set(nb.metadata["dropout_course"].get("untouched", []))
    return sorted(cells, key=lambda cell: grade_id(cell) not in untouched)


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
