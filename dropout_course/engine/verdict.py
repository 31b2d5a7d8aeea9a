"""Running the laws of one exercise on one answer, scoring, and naming the mistake."""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dropout_course.engine.case import TOLERANCE, Broken, Case, agree
from dropout_course.engine.laws import Law, Mistake, ProbeBody
from dropout_course.engine.pictures import Picture, zeros
from dropout_course.engine.student import (
    EngineError,
    Lost,
    Missing,
    Raised,
    Student,
    Unanswered,
    Unsendable,
)
from dropout_course.engine.words import one_line, show, show_call

REASON = 500  # characters of an unexpected error's message
NO_CORE = 0.2  # share of the points within reach while the core law fails


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
    """

    kind: str
    reason: str
    call: str = ""
    expected: str = ""
    received: str = ""
    trace: tuple[str, ...] = ()
    picture: Picture | None = None


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
    mistake: Mistake | None = None
    seconds: float = 0.0
    fields: Mapping[str, Any] = field(default_factory=dict)

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


# --- running --------------------------------------------------------------------------------


def judge(
    exercise: str,
    points: float,
    laws: Sequence[Law],
    student: Student,
    seed: int,
    known: tuple[Sequence[Mistake], Mapping[str, ProbeBody]] | None = None,
) -> Verdict:
    """Run laws on an answer and, if one fails, look for the known mistake.

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
    known
        Mistakes and probes of the chapter; without them none is named.
    """
    begin = time.perf_counter()
    outcomes: list[Outcome] = []
    lost: Finding | None = None
    for law in laws:
        outcome = _run(law, student, seed) if lost is None else Outcome(law, lost, 0.0)
        outcomes.append(outcome)
        if outcome.finding and outcome.finding.kind in ("timeout", "died", "broken"):
            lost = outcome.finding
    mistake = None
    failed = [outcome.finding.kind for outcome in outcomes if outcome.finding]
    if known and lost is None and set(failed) - {"todo", "missing"}:
        mistake = name_mistake(exercise, student, *known, seed=seed)
    return Verdict(exercise, points, tuple(outcomes), mistake, time.perf_counter() - begin)


def _run(law: Law, student: Student, seed: int) -> Outcome:
    case = Case([seed, zlib.crc32(law.name.encode()), int(law.hidden)])
    student.last = None
    begin = time.perf_counter()
    finding: Finding | None = None
    try:
        law.body(student, case)
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
    if isinstance(error, Unsendable):
        return Finding("type", f"{name} returned {text}", _example(student))
    assert isinstance(error, Lost)
    return Finding(error.kind, text, _example(student))


# --- naming ---------------------------------------------------------------------------------


def name_mistake(
    exercise: str,
    student: Student,
    mistakes: Sequence[Mistake],
    probes: Mapping[str, ProbeBody],
    seed: int,
) -> Mistake | None:
    """Find the known mistake that behaves like an answer; None where none does.

    The exercise's probe is run on the answer and on every known mistake with the same inputs;
    what it returns must agree. A name that a mistake doesn't replace is left out of the
    comparison.
    """
    body = probes.get(exercise)
    if body is None:
        return None
    theirs = _probed(body, student, seed)
    if theirs is None:
        return None
    for mistake in mistakes:
        if mistake.exercise == exercise:
            known = _probed(body, Student.here({mistake.replaces: mistake.answer}), seed)
            if known is not None and _alike(theirs, known):
                return mistake
    return None


def _probed(body: ProbeBody, student: Student, seed: int) -> Any:
    try:
        return body(student, Case([seed, 1]))
    except EngineError:
        raise
    except Exception:  # an answer of a form that the probe doesn't know behaves like no mistake
        return None


def _absent(value: Any) -> bool:
    return isinstance(value, dict) and value.get("unanswered") == "missing"


def _alike(a: Any, b: Any) -> bool:
    """Whether a probe of an answer, a, agrees with that of a mistake, b, where b has a value."""
    if _absent(b):
        return True
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        return agree(a, b, TOLERANCE.get(a.dtype.str[1:], 1e-9))
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(_alike, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_alike(a[key], b[key]) for key in a)
    if isinstance(a, (float, np.floating)) and isinstance(b, (float, np.floating)):
        x, y = float(a), float(b)
        same = x == y or (math.isnan(x) and math.isnan(y))
        return same or abs(x - y) <= 1e-9 * max(1.0, abs(y))
    return type(a) is type(b) and bool(a == b)
