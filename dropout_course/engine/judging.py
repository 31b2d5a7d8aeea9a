"""Running the laws of one exercise on one answer, and scoring."""

from __future__ import annotations

import math
import time
import warnings
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dropout_course.engine.case import Case, Observation
from dropout_course.engine.comparing import Broken
from dropout_course.engine.laws import Law
from dropout_course.engine.mistakes import Bank, Mistake
from dropout_course.engine.naming import name_mistakes
from dropout_course.engine.pictures import Picture, zeros
from dropout_course.engine.relations import Parameters, relation
from dropout_course.engine.student import Student
from dropout_course.engine.unanswered import (
    EngineError,
    Lost,
    Missing,
    Raised,
    Unanswered,
    Uncallable,
    Unsendable,
)
from dropout_course.engine.words import one_line, show, show_call

REASON = 500  # characters of an unexpected error's message
NO_CORE = 0.2  # share of the points within reach while the core law fails
LAW_ROOM = 16 << 20  # bytes of all that an answer may give for one law …
WORDS_ROOM = 8 << 20  # … and for all that is asked to put its mistake into words
LOST = ("timeout", "died", "broken")  # the kinds of finding after which nothing can be asked


@dataclass(frozen=True)
class Finding:
    """Why a law does not hold, in words.

    Attributes
    ----------
    kind : str
        ``todo``, ``missing``, ``raised``, ``timeout``, ``died``, ``broken``, ``type``, ``shape``,
        ``dtype``, ``nonfinite``, ``accepted`` or ``value``.
    reason : str
        One sentence.
    call, expected, received : str
        The smallest example that shows it; empty where there is none.
    trace : tuple of str
        The student's own lines, where the answer raised.
    picture : Picture or None
        Masks, zeros or counts, where looking beats reading.
    relation : str
        How the wrong result is related to the right one; empty where nothing can be said.
    """

    kind: str
    reason: str
    call: str = ""
    expected: str = ""
    received: str = ""
    trace: tuple[str, ...] = ()
    picture: Picture | None = None
    relation: str = ""


@dataclass(frozen=True)
class Outcome:
    """What one law found."""

    law: Law
    finding: Finding | None
    seconds: float

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
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # What wrong values lead to (the mean of an empty array) is told by a finding, or not at
        # all; a warning would name a file of ours to somebody who can do nothing about it.
        warnings.simplefilter("ignore")
        return _judge(exercise, points, laws, student, seed, bank, parameters or {})


def _judge(
    exercise: str,
    points: float,
    laws: Sequence[Law],
    student: Student,
    seed: int,
    bank: Bank | None,
    parameters: Parameters,
) -> Verdict:
    begin = time.perf_counter()
    outcomes = run_laws(laws, student, seed)
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
        outcome = _run(law, student, seed) if lost is None else Outcome(law, lost, 0.0)
        outcomes.append(outcome)
        if outcome.finding and outcome.finding.kind in LOST:
            lost = outcome.finding
    return outcomes


def _case(law: Law, seed: int, *, lenient: bool = False) -> Case:
    return Case([seed, zlib.crc32(law.name.encode()), int(law.hidden)], lenient=lenient)


def _run(law: Law, student: Student, seed: int) -> Outcome:
    student.forget()
    student.allow(LAW_ROOM)
    begin = time.perf_counter()
    finding: Finding | None = None
    try:
        law(student, _case(law, seed))
    except Broken as broken:
        finding = _of_broken(broken, student)
    except Unanswered as error:
        finding = _of_unanswered(error, student)
    except EngineError:
        raise
    except Exception as error:
        # A law may trip over a result of an unexpected form before it has judged that form;
        # that is the answer's fault, and never ends the check.
        reason = one_line(f"the result can't be judged: {error}")[:REASON]
        finding = Finding("type", reason, _example(student))
    return Outcome(law, finding, time.perf_counter() - begin)


# --- how a wrong value is related to the right one ---------------------------------------------


def _related(
    outcomes: list[Outcome], student: Student, seed: int, parameters: Parameters
) -> list[Outcome]:
    """Say of the first law with wrong values how they are related to the right ones."""
    wrong = [o for o in outcomes if o.finding and o.finding.kind in ("value", "nonfinite", "shape")]
    wrong.sort(key=lambda o: o.law.hidden)
    failures = [one for o in wrong for one in _failures(o.law, student, seed)]
    said = relation(failures, student, parameters)
    if not said or wrong[0].finding is None:
        return outcomes
    told = replace(wrong[0], finding=replace(wrong[0].finding, relation=said))
    return [told if o is wrong[0] else o for o in outcomes]


def _failures(law: Law, student: Student, seed: int) -> list[Observation]:
    """Run a law to its end, whatever it finds; give the comparisons that failed."""
    case = _case(law, seed, lenient=True)
    student.forget()
    try:
        law(student, case)
    except (EngineError, Lost):
        raise
    except Exception:
        pass  # what was compared before counts
    return [one for one in case.seen if not one.holds]


# --- in words ----------------------------------------------------------------------------------


def _example(student: Student) -> str:
    call = student.last
    return show_call(call) if call and not call.scene else ""


def _of_broken(broken: Broken, student: Student) -> Finding:
    expected = "" if broken.expected is None else show(broken.expected)
    received = "" if broken.received is None and not expected else show(broken.received)
    picture = broken.picture or zeros(broken.expected, broken.received)
    return Finding(
        broken.kind, one_line(broken.reason), _example(student), expected, received, picture=picture
    )


def _of_unanswered(error: Unanswered, student: Student) -> Finding:
    text = one_line(str(error))
    name = student.last.name if student.last else "your code"
    if isinstance(error, Missing):
        return Finding("missing", f"there is no {text}: run the cell that defines it")
    if isinstance(error, Raised):
        if error.is_a("NotImplementedError"):
            return Finding("todo", "this is still to be written")
        trace = tuple(map(one_line, error.trace))
        if error.is_a("ValueError") and "read-only" in error.message:
            reason = "it writes to its input; make a new array instead"
            return Finding("raised", reason, _example(student), "", text, trace)
        reason = f"it raised {one_line(error.kinds[0])}"
        return Finding("raised", reason, _example(student), "", text, trace)
    if isinstance(error, Uncallable):
        reason = f"{name} is a value of type {text}, not a function: run the cell that defines it "
        return Finding("type", reason + "again, and give what it returns another name")
    if isinstance(error, Unsendable):
        return Finding("type", f"{name} returned {text}", _example(student))
    assert isinstance(error, Lost)
    return Finding(error.kind, text, _example(student))
