"""What questions say of results: plain data that is alike for answers that do the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from dropout_course.engine.case import BAD_RATES
from dropout_course.engine.comparing import agree, numbers_in, tolerance
from dropout_course.engine.student import Answer
from dropout_course.engine.unanswered import Lost, Missing, Raised, Unanswered

FEW = 4  # so many different values are named; of more it is said that there are many


def value_of(got: Any) -> Any:
    """Give the value of an answer, or the value itself."""
    return got.value if isinstance(got, Answer) else got


def plain(value: Any) -> Any:
    """Give the answer to a question without promises in it."""
    if isinstance(value, Answer):
        return value.value
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    return value


def tried(got: Answer) -> Any:
    """Give the value of a call, or what came of it in a word: ``raises ValueError``."""
    try:
        return got.value
    except (Lost, Missing):
        raise
    except Raised as error:
        if error.is_a("NotImplementedError"):
            raise
        return f"raises {error.kinds[0]}"
    except Unanswered as error:
        return error.kind


def values(got: Any, digits: int = 4) -> Any:
    """Give the different values in an array, rounded and sorted, or ``"many"``."""
    array = numbers_in(value_of(got)).astype(float)
    found = sorted({float(v) + 0.0 for v in np.round(array, digits).ravel().tolist()}, key=_order)
    return found if len(found) <= FEW else "many"


def _order(value: float) -> tuple[bool, float]:
    return (math.isnan(value), value)


def ratio(got: Any, to: Any) -> np.ndarray:
    """Divide a result by an array without zeros, entry by entry."""
    with np.errstate(all="ignore"):
        return numbers_in(value_of(got)).astype(float) / np.asarray(to, float)


def rounded(got: Any, digits: int = 6) -> Any:
    """Give the numbers of a result, rounded; a form that carries the same ones is alike."""
    return np.round(numbers_in(value_of(got)).astype(float), digits)


def fixed(function: Callable[..., Answer], *args: Any, digits: int = 6) -> Any:
    """Give the numbers of a call, rounded; of one that is random, say so."""
    # Of a few masks even a mean is what it was once in some hundred pairs of calls.
    first, *others = [function(*args) for _ in range(4)]
    value = rounded(first, digits)
    if all(np.array_equal(value, rounded(other, digits), equal_nan=True) for other in others):
        return value
    return "differs from call to call"


def share(got: Any, candidates: Mapping[str, float], within: float = 0.04) -> str:
    """Name the candidate that the mean of a result is nearest to, or ``"other"``."""
    mean = float(numbers_in(value_of(got)).astype(float).mean())
    near = [name for name, value in candidates.items() if abs(mean - value) < within]
    return near[0] if near else "other"


def finite(got: Any) -> bool:
    """Whether a result holds finite numbers alone."""
    parts = value_of(got)
    parts = parts if isinstance(parts, (list, tuple)) else [parts]
    return all(bool(np.isfinite(numbers_in(part)).all()) for part in parts)


def dtype(got: Any) -> str:
    """Name the dtype of a result, or its type where it is no array."""
    value = value_of(got)
    return str(getattr(value, "dtype", type(value).__name__))


def refuses(function: Callable[[float], Answer], rates: Iterable[float] = BAD_RATES) -> Any:
    """Whether ``function(p)`` raises ValueError for each of some bad rates; else what comes of one.

    Returns
    -------
    bool or str
        True; or of the first rate that is not refused so ``"accepted"``, or what was raised.
    """
    for came in [tried(answer) for answer in [function(p) for p in rates]]:
        if not isinstance(came, str):
            return "accepted"
        if came != "raises ValueError":
            return came
    return True


def overwrites(function: Callable[..., Answer], *args: Any) -> bool:
    """Whether a call with frozen arrays fails because it writes to one of them."""
    try:
        function(*args).value  # noqa: B018 - waits for the call
    except Raised as error:
        return error.is_a("ValueError") and "read-only" in error.message
    return False


def alike(a: Any, b: Any) -> bool:
    """Whether two answers to a question are the same, up to rounding."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.shape != b.shape or (a.dtype.kind == "b") != (b.dtype.kind == "b"):
            return False
        return agree(a, b, max(tolerance(a), tolerance(b)))
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if _is_number(a) and _is_number(b):
        x, y = float(a), float(b)
        if not (math.isfinite(x) and math.isfinite(y)):
            return x == y or (math.isnan(x) and math.isnan(y))
        return abs(x - y) <= 1e-9 * max(1.0, abs(y))
    return _kind(a) is _kind(b) and bool(a == b)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_))


def _kind(value: Any) -> type:
    return bool if isinstance(value, np.bool_) else type(value)
