"""How a wrong value is related to the right one: what can be said of any exercise, without a bank.

Where a law compares a result with what it must be, the call is at hand: its rates, its counts,
its arrays and masks. If the result is, say, the expected one times 1 - p in every comparison that
fails, and there are several, that is said in a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from dropout_course.engine.case import Observation
from dropout_course.engine.comparing import agree, numbers_in
from dropout_course.engine.inside import codec
from dropout_course.engine.quantities import Compared, Parameters, compared_parts, mode
from dropout_course.engine.student import Student
from dropout_course.engine.unanswered import EngineError, Lost

Holds = Callable[[Compared], bool]


def relation(seen: Sequence[Observation], student: Student, parameters: Parameters) -> str:
    """Say how wrong results are related to the right ones, in a sentence; "" if nothing holds.

    Parameters
    ----------
    seen
        Comparisons, in the order in which they are told of. Those that failed, of the first one's
        function and mode, must all bear what is said; where one that held does not, it is said of
        the wrong results alone.
    student
        The answer; it may be called again.
    parameters
        The names of the parameters of each function.
    """
    seen = [one for one in seen if not one.call.scene]
    first = next((one for one in seen if not one.holds), None)
    if first is None:
        return ""
    seen = [one for one in seen if mode(one, parameters) == mode(first, parameters)]
    failed = [one for one in seen if not one.holds]
    if _differs_from_call_to_call(failed, student):
        return "Two equal calls give different results, and this value is a fixed one: no sampling"
    compared = [made for one in failed for made in compared_parts(one, parameters)]
    distinct = {(one.got.tobytes(), one.want.tobytes()) for one in compared}
    if len(distinct) < 2:
        return ""
    right = [made for one in seen if one.holds for made in compared_parts(one, parameters)]
    with np.errstate(all="ignore"):
        for holds, what in _candidates(compared):
            if all(map(holds, compared)):
                everywhere = all(map(holds, right))
                return f"{'Your' if everywhere else 'Where it is wrong, your'} result is {what}"
    return ""


def _candidates(compared: Sequence[Compared]) -> Iterator[tuple[Holds, str]]:
    """Give relations, and in words what they say of a result, the most telling first."""
    for name in compared[0].arrays:
        yield _is_the_argument(name), f"{name}, unchanged"
    yield from _factors(compared)
    for words, function in _FUNCTIONS.items():
        yield _is_function(function), words
    for name in compared[0].masks:
        for kept in (True, False):
            words = f"right where {name} is {kept}, and wrong where it is {not kept}"
            yield _right_where(name, kept), words


def _is_the_argument(name: str) -> Holds:
    return lambda one: name in one.arrays and one.equals(one.arrays[name])


def _is_function(function: Callable[[np.ndarray], Any]) -> Holds:
    return lambda one: one.equals(function(one.want))


# --- the expected one times something -------------------------------------------------------


def _factors(compared: Sequence[Compared]) -> Iterator[tuple[Holds, str]]:
    """Look for a factor: a power of a rate, a count, or a constant, the same in all comparisons."""
    first = compared[0]
    for name in first.rates:
        for words, function in _OF_A_RATE.items():
            sentence = f"the expected one {words.format(p=name)}"
            yield _times(_of(function, "rates", name)), sentence
    for words, factor in _CONSTANTS.items():
        yield _times(_constant(factor)), f"the expected one {words}"
    for name in first.scalars:
        for words, function in _OF_A_SCALAR.items():
            sentence = f"the expected one {words.format(c=name)}"
            yield _times(_of(function, "scalars", name)), sentence
    for name in first.counts:
        for words, function in _OF_A_COUNT.items():
            sentence = f"the expected one {words.format(n=name)}"
            yield _times(_of(function, "counts", name)), sentence + _summed(words, name)


def _of(function: Callable[[float], float], kind: str, name: str) -> Callable[[Compared], float]:
    return lambda one: function(getattr(one, kind)[name])


def _constant(factor: float) -> Callable[[Compared], float]:
    return lambda one: factor


def _times(factor: Callable[[Compared], float]) -> Holds:
    def holds(one: Compared) -> bool:
        try:
            c = float(factor(one))
        except (KeyError, ZeroDivisionError, ValueError):
            return False
        if abs(c - 1) < 1e-6 or c == 0:  # of what is 0 it is said below that it is
            return one.right()
        return math.isfinite(c) and one.equals(c * one.want)

    return holds


def _summed(words: str, name: str) -> str:
    """Say where a sum and a mean were exchanged: over the parts of an array."""
    if not name.startswith("the "):
        return ""
    exchanged = {"times {n}": "a sum in place of a mean"}
    exchanged["divided by {n}"] = "a mean in place of a sum"
    return f", as for {exchanged[words]}" if words in exchanged else ""


_OF_A_RATE: dict[str, Callable[[float], float]] = {
    "times 1 - {p}": lambda p: 1 - p,
    "divided by 1 - {p}": lambda p: 1 / (1 - p),
    "times {p}": lambda p: p,
    "divided by {p}": lambda p: 1 / p,
    "times (1 - {p})/{p}, as if {p} and 1 - {p} were exchanged": lambda p: (1 - p) / p,
    "times {p}/(1 - {p}), as if {p} and 1 - {p} were exchanged": lambda p: p / (1 - p),
    "times (1 - {p})²": lambda p: (1 - p) ** 2,
    "divided by (1 - {p})²": lambda p: (1 - p) ** -2,
    "times √(1 - {p})": lambda p: math.sqrt(1 - p),
    "divided by √(1 - {p})": lambda p: 1 / math.sqrt(1 - p),
    "times {p}²": lambda p: p**2,
    "divided by {p}²": lambda p: p**-2,
    "times √{p}": math.sqrt,
    "divided by √{p}": lambda p: 1 / math.sqrt(p),
    "times {p}(1 - {p})": lambda p: p * (1 - p),
    "divided by {p}(1 - {p})": lambda p: 1 / (p * (1 - p)),
    "times √({p}/(1 - {p}))": lambda p: math.sqrt(p / (1 - p)),
    "times √((1 - {p})/{p})": lambda p: math.sqrt((1 - p) / p),
}
_OF_A_SCALAR: dict[str, Callable[[float], float]] = {
    "times {c}": lambda c: c,
    "divided by {c}": lambda c: 1 / c,
    "times {c} squared": lambda c: c**2,
    "divided by {c} squared": lambda c: c**-2,
    "times √{c}": math.sqrt,
    "divided by √{c}": lambda c: 1 / math.sqrt(c),
}
_OF_A_COUNT: dict[str, Callable[[float], float]] = {
    "times {n}": lambda n: n,
    "divided by {n}": lambda n: 1 / n,
    "times √({n})": math.sqrt,
    "divided by √({n})": lambda n: 1 / math.sqrt(n),
    "times {n} squared": lambda n: n**2,
    "divided by {n} squared": lambda n: n**-2,
    "times n/(n - 1) with n = {n}": lambda n: n / (n - 1),
    "times (n - 1)/n with n = {n}": lambda n: (n - 1) / n,
}
_CONSTANTS: dict[str, float] = {
    "times 2": 2.0,
    "times ½": 0.5,
    "with the other sign": -1.0,
    "times 4": 4.0,
    "times ¼": 0.25,
    "times -2": -2.0,
    "times -½": -0.5,
    "times ln 2 (log to base 2?)": math.log(2),
    "divided by ln 2 (log to base 2?)": 1 / math.log(2),
}
_FUNCTIONS: dict[str, Callable[[np.ndarray], Any]] = {
    "the square of the expected one": np.square,
    "the square root of the expected one": np.sqrt,
    "1 minus the expected one": lambda want: 1 - want,
    "1 plus the expected one": lambda want: 1 + want,
    "the expected one minus 1": lambda want: want - 1,
    "the inverse of the expected one": np.reciprocal,
    "the exponential of the expected one": np.exp,
    "the logarithm of the expected one": np.log,
    "the absolute value of the expected one": np.abs,
    "the expected one, transposed": lambda want: want.T if want.ndim > 1 else np.inf,
    "the expected one, in reverse order": lambda want: want[::-1] if want.ndim else np.inf,
    "the expected one, normalised to sum 1": (
        lambda want: want / want.sum() if want.ndim and want.sum() else np.inf
    ),
    "the sum over the expected one": lambda want: want.sum() if want.ndim else np.inf,
    "the mean of the expected one": lambda want: want.mean() if want.ndim else np.inf,
    "the sum of the expected one along its first axis": (
        lambda want: want.sum(axis=0) if want.ndim > 1 else np.inf
    ),
    "the mean of the expected one along its first axis": (
        lambda want: want.mean(axis=0) if want.ndim > 1 else np.inf
    ),
    "NaN where the expected one is 0": lambda want: np.where(want == 0, np.nan, want),
    "zero everywhere": np.zeros_like,
}


def _right_where(name: str, kept: bool) -> Holds:
    def holds(one: Compared) -> bool:
        if one.right():
            return True
        mask = one.masks.get(name)
        if mask is None or not mask.shape == one.got.shape == one.want.shape:
            return False
        side = mask if kept else ~mask
        if not side.any() or side.all():
            return False
        return agree(one.got[side], one.want[side], one.tol)

    return holds


def _differs_from_call_to_call(failed: Sequence[Observation], student: Student) -> bool:
    """Whether an answer that is asked for a fixed value gives another one each time."""
    for one in failed[:1]:
        if any(isinstance(arg, codec.Rng) for arg in one.call.args):
            return False
        again = [student.ask(one.call) for _ in range(2)]
        try:
            first, second = (numbers_in(answer.value).astype(float) for answer in again)
        except (EngineError, Lost):
            raise
        except Exception:  # no value, or one without numbers
            return False
        return first.shape == second.shape and not np.array_equal(first, second, equal_nan=True)
    return False
