"""Running the laws of one exercise on one answer, and scoring."""

from __future__ import annotations

import itertools
import math
import time
import warnings
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dropout_course.engine.case import Case, Observation
from dropout_course.engine.comparing import Broken
from dropout_course.engine.findings import Finding, example_of, of_broken, of_unanswered
from dropout_course.engine.laws import Law
from dropout_course.engine.mistakes import Bank, Mistake
from dropout_course.engine.naming import name_mistakes
from dropout_course.engine.relations import Parameters, relation
from dropout_course.engine.student import Student
from dropout_course.engine.unanswered import EngineError, Lost, Unanswered
from dropout_course.engine.words import one_line

REASON = 500  # characters of an unexpected error's message
NO_CORE = 0.2  # share of the points within reach while the core law fails
LAW_ROOM = 16 << 20  # bytes of all that an answer may give for one law …
WORDS_ROOM = 8 << 20  # … and for all that is asked to put its mistake into words
__all__ = ["Finding", "Outcome", "Verdict", "judge", "run_law", "run_laws", "score"]
Run = Callable[[Sequence[Law], Student, int], "list[Outcome]"]
LOST = ("timeout", "died", "broken")  # the kinds of finding after which nothing can be asked


@dataclass(frozen=True)
class Outcome:
    """What one law found.

    Attributes
    ----------
    law : Law
    finding : Finding or None
        None if it holds.
    seconds : float
    looked : bool
        False if it was not run, since the answer was lost in a law before it.
    """

    law: Law
    finding: Finding | None
    seconds: float
    looked: bool = True

    @property
    def passed(self) -> bool:
        """Whether the law holds."""
        return self.finding is None


@dataclass(frozen=True)
class Verdict:
    """All that is known about one answer to one exercise."""

    exercise: str
    points: float
    outcomes: tuple[Outcome, ...]
    mistakes: tuple[Mistake, ...] = ()
    seconds: float = 0.0

    @property
    def mistake(self) -> Mistake | None:
        """The mistake to tell of first."""
        return self.mistakes[0] if self.mistakes else None

    @property
    def score(self) -> float:
        """Points earned."""
        return score(self.points, self.outcomes)

    @property
    def passed(self) -> bool:
        """Whether every law holds."""
        return all(outcome.passed for outcome in self.outcomes)

    @property
    def first_failure(self) -> Outcome | None:
        """The failure to look at first: a visible one where there is one."""
        failed = [outcome for outcome in self.outcomes if not outcome.passed]
        return min(failed, key=lambda outcome: outcome.law.hidden, default=None)

    @property
    def left(self) -> Outcome | None:
        """The law in which the answer was lost, if others were not looked at for that."""
        before = list(itertools.takewhile(lambda outcome: outcome.looked, self.outcomes))
        return before[-1] if before and len(before) < len(self.outcomes) else None


def score(points: float, outcomes: Iterable[Outcome]) -> float:
    """Points times the weights of the laws that hold over all weights, down to a half point.

    While the core law fails, by the visible or the hidden one, at most a fifth of the points.
    """
    outcomes = list(outcomes)
    total = sum(outcome.law.weight for outcome in outcomes)
    earned = sum(outcome.law.weight for outcome in outcomes if outcome.passed)
    share = earned / total if total else 0.0
    if any(outcome.law.core and not outcome.passed for outcome in outcomes):
        share = min(share, NO_CORE)
    return math.floor(2 * points * share + 1e-9) / 2


def judge(
    exercise: str,
    points: float,
    laws: Sequence[Law],
    student: Student,
    seed: int,
    bank: Bank | None = None,
    parameters: Parameters | None = None,
    run: Run | None = None,
) -> Verdict:
    """Run laws on an answer and, if one fails, say what can be said of the mistake.

    Parameters
    ----------
    exercise
        The exercise id.
    points
        The points of the exercise.
    laws
        The laws of this exercise, in the order in which they are shown.
    student
        The answer.
    seed
        The same seed gives the same inputs.
    bank
        What is known of wrong answers; without it no mistake is named.
    parameters
        The names of the parameters of the functions to write, for what is said of a relation.
    run
        Runs the laws in another way than `run_laws` does, and gives the same.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # What wrong values lead to (the mean of an empty array) is told by a finding, or not at
        # all; a warning would name a file of ours to somebody who can do nothing about it.
        warnings.simplefilter("ignore")
        return _judge(
            exercise, points, laws, student, seed, bank, parameters or {}, run or run_laws
        )


def _judge(
    exercise: str,
    points: float,
    laws: Sequence[Law],
    student: Student,
    seed: int,
    bank: Bank | None,
    parameters: Parameters,
    run: Run,
) -> Verdict:
    begin = time.perf_counter()
    outcomes = run(laws, student, seed)
    named: tuple[Mistake, ...] = ()
    kinds = {outcome.finding.kind for outcome in outcomes if outcome.finding}
    if kinds - {"todo", "missing"} and not kinds & set(LOST):
        student.allow(WORDS_ROOM)
        try:
            outcomes = _related(outcomes, student, seed, parameters)
            named = name_mistakes(student, bank) if bank else ()
        except Lost:
            pass  # the laws have been judged; only the words about the mistake are lost
    return Verdict(exercise, points, tuple(outcomes), named, time.perf_counter() - begin)


def run_laws(laws: Sequence[Law], student: Student, seed: int) -> list[Outcome]:
    """Run laws on an answer, and look for no words about what breaks them; see `judge`."""
    outcomes: list[Outcome] = []
    lost: Finding | None = None
    for law in laws:
        outcome = run_law(law, student, seed) if lost is None else Outcome(law, lost, 0.0, False)
        outcomes.append(outcome)
        if lost is None and outcome.finding and outcome.finding.kind in LOST:
            why = f"not looked at: the answer was lost in {law.name!r} ({outcome.finding.reason})"
            lost = Finding(outcome.finding.kind, why)
    return outcomes


def _case(law: Law, seed: int, *, lenient: bool = False) -> Case:
    return Case([seed, zlib.crc32(law.name.encode()), int(law.hidden)], lenient=lenient)


def run_law(law: Law, student: Student, seed: int) -> Outcome:
    """Run one law on an answer; see `judge`."""
    student.forget()
    student.allow(LAW_ROOM)
    begin = time.perf_counter()
    finding: Finding | None = None
    try:
        law(student, _case(law, seed))
    except Broken as broken:
        finding = of_broken(broken, student)
    except Unanswered as error:
        finding = of_unanswered(error, student)
    except EngineError:
        raise
    except Exception as error:
        # A law may trip over a result of an unexpected form before it has judged that form;
        # that is the answer's fault, and never ends the check.
        reason = one_line(f"the result can't be judged: {error}")[:REASON]
        finding = Finding("type", reason, example_of(student))
    return Outcome(law, finding, time.perf_counter() - begin)


# --- how a wrong value is related to the right one ---------------------------------------------


def _related(
    outcomes: list[Outcome], student: Student, seed: int, parameters: Parameters
) -> list[Outcome]:
    """Say of the first law with wrong values how they are related to the right ones."""
    wrong = [o for o in outcomes if o.finding and o.finding.kind in ("value", "nonfinite", "shape")]
    wrong.sort(key=lambda o: o.law.hidden)
    seen = [one for o in wrong for one in _compared(o.law, student, seed)]
    sentence = relation(seen, student, parameters)
    if not sentence or wrong[0].finding is None:
        return outcomes
    related = replace(wrong[0], finding=replace(wrong[0].finding, relation=sentence))
    return [related if o is wrong[0] else o for o in outcomes]


def _compared(law: Law, student: Student, seed: int) -> list[Observation]:
    """Run a law to its end, whatever it finds; give its comparisons."""
    case = _case(law, seed, lenient=True)
    student.forget()
    try:
        law(student, case)
    except (EngineError, Lost):
        raise
    except Exception:
        pass  # what was compared before counts
    return case.seen
