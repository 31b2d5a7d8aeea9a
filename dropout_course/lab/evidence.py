"""What a chapter's sentences rest on: recorded quantities, and conditions that must hold.

The book's build executes cells tagged ``evidence``, fills recorded numbers into its sentences and
stops where a condition fails.  Anywhere else `record` and `claim` do nothing, so that no notebook
stops over them::

    lab.record("ch07.noise", {"pixel": pixel_runs, "channel": channel_runs})
    lab.claim("channel noise does not average out", lab.above(channel_runs, pixel_runs))
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .stats import Difference, paired_difference

BUILD = "DROPOUT_COURSE_BUILD"  # set by the book's build for its kernels
# myst-nb takes outputs of this kind off the page and hands their data to the build.
PREFIX = "application/papermill.record/"


@dataclass(frozen=True)
class Finding:
    """Whether a comparison holds, and the numbers that decided it.

    Findings join with ``&`` and ``|``, with each other and with plain comparisons, and turn round
    with ``~``.
    """

    holds: bool
    numbers: str
    __array_ufunc__ = None  # so that a NumPy bool on the left leaves the joining to us

    def __bool__(self) -> bool:
        return self.holds

    def __and__(self, other: Finding | bool | np.bool_) -> Finding:
        return Finding(self.holds and bool(other), f"{self.numbers}; {_numbers(other)}")

    def __or__(self, other: Finding | bool | np.bool_) -> Finding:
        return Finding(self.holds or bool(other), f"{self.numbers}; {_numbers(other)}")

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> Finding:
        return Finding(not self.holds, self.numbers)


def record(name: str, values: Any) -> None:
    """Give a measured quantity a name for the book's sentences and claims.

    Parameters
    ----------
    name : str
        ``"chNN.name"``, a literal, once in the book.
    values : float, array_like of shape (n,), Difference, or dict of these
        A number, one value for each seed, or a paired difference.

    Raises
    ------
    ValueError
        In the book's build alone: a value is not finite, or has more than one axis.
    """
    if os.environ.get(BUILD):
        _publish(name, _entries(name, values))


def claim(sentence: str, condition: Finding | bool | np.bool_) -> None:
    """Say what must hold for a sentence of the page to stand.

    Parameters
    ----------
    sentence : str
        Words of this page, literally; a part of a sentence will do.
    condition : Finding or bool
        What the sentence says, evaluated on the runs of this build.
    """
    if not os.environ.get(BUILD):
        return
    _publish(f"claim: {sentence}", {"holds": bool(condition), "numbers": _numbers(condition)})


def below(a: Any, b: Any = 0.0) -> Finding:
    """Whether the 95 % interval of the paired difference a - b lies below 0.

    Parameters
    ----------
    a, b : float, array_like of shape (n,), or Difference (then `b` is a number)
        Two numbers are compared as they are.
    """
    _, high, numbers = _difference(a, b)
    return Finding(high < 0, numbers)


def above(a: Any, b: Any = 0.0) -> Finding:
    """Whether the 95 % interval of the paired difference a - b lies above 0 (see `below`)."""
    low, _, numbers = _difference(a, b)
    return Finding(low > 0, numbers)


def undecided(a: Any, b: Any = 0.0) -> Finding:
    """Whether the 95 % interval of the paired difference a - b contains 0 (see `below`)."""
    low, high, numbers = _difference(a, b)
    return Finding(low <= 0 <= high, numbers)


def within(a: Any, low: float, high: float) -> Finding:
    """Whether the 95 % interval of `a`, or the number `a`, lies in [low, high]."""
    left, right = ends(a)
    return Finding(low <= left and right <= high, f"[{left:.4g}, {right:.4g}]")


def every(comparison: Any) -> Finding:
    """Whether a comparison of runs is true in each of them: ``every(a < b)``."""
    true = np.atleast_1d(np.asarray(comparison, bool))
    return Finding(bool(true.all()), f"true in {int(true.sum())} of {true.size} runs")


def ends(a: Any) -> tuple[float, float]:
    """Both ends of the 95 % interval of runs or of a difference; a number is both ends."""
    if isinstance(a, Difference):
        return a.low, a.high
    runs = np.asarray(a, float)
    if runs.ndim == 0:
        return float(runs), float(runs)
    around = paired_difference(runs, np.zeros_like(runs))
    return around.low, around.high


def _difference(a: Any, b: Any) -> tuple[float, float, str]:
    """Ends of the interval of a - b, and both as words."""
    if isinstance(a, Difference):
        shift = float(b)
        low, high = a.low - shift, a.high - shift
        words = f"{a.mean - shift:+.4g} [{low:+.4g}, {high:+.4g}] over {a.n} paired runs"
        return low, high, f"a − b = {words}"
    left, right = np.asarray(a, float), np.asarray(b, float)
    if left.ndim == right.ndim == 0:
        gap = float(left - right)
        return gap, gap, f"a − b = {gap:+.4g}"
    left, right = np.broadcast_arrays(left, right)
    return _difference(paired_difference(left, right), 0.0)


def _numbers(condition: Any) -> str:
    """What a report says of a condition."""
    if isinstance(condition, Finding):
        return condition.numbers
    return f"the condition is {str(bool(condition)).lower()}"


def _entries(name: str, values: Any) -> dict[str, Any]:
    """The values of a record as JSON: ``{key: [...] | number | {mean, low, high, n}}``."""
    named = values if isinstance(values, Mapping) else {"": values}
    return {str(key): _plain(name, value) for key, value in named.items()}


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, Difference):
        numbers = {key: float(number) for key, number in value._asdict().items()}
        array = np.array(list(numbers.values()))
    else:
        array = np.asarray(value, float)
    if array.ndim > 1 or array.size == 0:
        raise ValueError(f"{name}: record a number, one value for each seed, or a dict of these")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: a value is not finite; look at the run that made it")
    return numbers if isinstance(value, Difference) else array.tolist()


def _publish(name: str, data: dict[str, Any]) -> None:
    from IPython.display import publish_display_data

    mark = {"name": name, "mime_prefix": PREFIX}
    # as text: a notebook holds JSON only under types that are called so
    publish_display_data({f"{PREFIX}text/plain": json.dumps(data)}, {"scrapbook": mark})
