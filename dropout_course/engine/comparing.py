"""Whether a result is what it must be: its values in whatever form, or its form alone.

A law about values accepts any form that carries them (float64 for float32, 0 and 1 for a mask, a
list for an array), and a law about form looks at no value, so that one slip breaks one law.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dropout_course.engine.pictures import Picture

TOLERANCE = {"f4": 1e-5, "f2": 1e-2, "c8": 1e-5}
DEFAULT_TOLERANCE = 1e-9
_ORDINAL = ["the first", "the second", "the third", "the fourth", "the fifth"]


@dataclass
class Broken(Exception):
    """A law does not hold for an answer.

    Attributes
    ----------
    reason : str
        A sentence: what is wrong.
    expected, received : object or None
        Shown side by side where they are given.
    kind : str
        ``value``, ``type``, ``shape``, ``dtype``, ``nonfinite``, ``raised``, ``accepted``.
    picture : Picture or None
        Drawn below the values.
    """

    reason: str
    expected: Any = None
    received: Any = None
    kind: str = "value"
    picture: Picture | None = None

    def __str__(self) -> str:
        return self.reason


def tolerance(array: np.ndarray) -> float:
    """Give the house tolerance of an array's dtype: 1e-9 in float64, 1e-5 in float32."""
    return TOLERANCE.get(array.dtype.str[1:], DEFAULT_TOLERANCE)


def _tolerance(want: np.ndarray, got: np.ndarray) -> float:
    """Give the tolerance of both; the answer's own dtype grants no more than float32 would.

    A law about values takes any form that carries them. Half precision carries two digits, which
    a sample has where an exact value is asked for.
    """
    return max(tolerance(want), min(tolerance(got), TOLERANCE["f4"]))


def agree(a: np.ndarray, b: np.ndarray, tol: float) -> bool:
    """Whether two arrays of one shape agree by the house rule (b is the expected one).

    max|a - b| <= tol * max(1, max|b|), with NaN and infinities in the same places.
    """
    if a.dtype == b.dtype and np.array_equal(a, b):
        return True
    with np.errstate(all="ignore"):
        odd = ~(np.isfinite(a) & np.isfinite(b))
        if odd.any() and not np.array_equal(a[odd], b[odd], equal_nan=True):
            return False
        a, b = (np.where(odd, 0, x).astype(np.result_type(x, np.float64)) for x in (a, b))
        if not a.size:
            return True
        scale = max(1.0, float(np.abs(b).max()))
        return float(np.abs(a - b).max()) <= tol * scale


def numbers_in(got: Any, *, what: str = "the result") -> np.ndarray:
    """Give what carries numbers as an array; a list of numbers, or a number, will do.

    Raises
    ------
    Broken
        There are no real numbers in it.
    """
    array = _as_array(got)
    if array is None:
        raise Broken(f"{what} must be a NumPy array, not {kind_of(got)}", None, got, "type")
    if array.dtype.kind not in "bfiu":
        text = f"{what} has dtype {array.dtype}, and it must hold real numbers"
        raise Broken(text, None, got, "dtype")
    return array


def _as_array(got: Any) -> np.ndarray | None:
    if isinstance(got, np.ndarray):
        return got
    if isinstance(got, (bool, int, float, np.generic)):
        return np.asarray(got)
    if isinstance(got, (list, tuple)):
        try:
            array = np.asarray(got)
        except ValueError:  # ragged
            return None
        return array if array.dtype.kind in "bfiu" else None
    if type(got).__name__ == "Tensor":
        return got.detach().numpy()
    return None


def holds_parts(got: Any, count: int) -> bool:
    """Whether a result has so many parts: a tuple, a list, or an array along its first axis."""
    if isinstance(got, np.ndarray):
        return got.ndim > 0 and len(got) == count
    return isinstance(got, (tuple, list)) and len(got) == count


def kind_of(value: Any) -> str:
    """Name a value's type the way a person would."""
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, np.ndarray):
        dims = "x".join(map(str, value.shape))
        return f"an array of shape ({dims})" if value.ndim else "a 0-d array"
    names = {bool: "a bool", int: "an int", float: "a float", str: "a string", set: "a set"}
    names |= {list: "a list", tuple: f"a tuple of {_size(value)}", dict: "a dict"}
    return names.get(type(value), f"a value of type {type(value).__name__}")


def _size(value: Any) -> str:
    return f"{len(value)} values" if isinstance(value, tuple) else "values"


# --- values ---------------------------------------------------------------------------------


def require_values(got: Any, want: Any, tol: float | None, what: str) -> None:
    """Require the values of `want`, part by part, in any form that carries them."""
    if type(want).__name__ == "Tensor":
        want = want.detach().numpy()
    if isinstance(want, np.ndarray):
        _require_array(got, want, tol, what)
    elif isinstance(want, (bool, np.bool_, str)) or want is None:
        _require_same(got, want, what)
    elif isinstance(want, (int, float, np.number)):
        _require_number(got, want, tol, what)
    elif isinstance(want, dict):
        if not isinstance(got, dict):
            raise Broken(f"{what} must be a dict, not {kind_of(got)}", want, got, "type")
        if set(got) != set(want):
            raise Broken(f"{what} has the wrong keys", sorted(want), sorted(got), "type")
        for key, value in want.items():
            require_values(got[key], value, tol, f"the value of {key!r}")
    elif isinstance(want, (tuple, list)):
        _require_length(got, want, what)
        for i, value in enumerate(want):
            require_values(got[i], value, tol, f"{ordinal(i)} value")
    elif isinstance(want, (set, frozenset)):
        if not isinstance(got, (set, frozenset)):
            raise Broken(f"{what} must be a set, not {kind_of(got)}", want, got, "type")
        if got != want:
            raise Broken(f"{what} has the wrong members", want, got)
    else:
        raise TypeError(f"a law can't compare with {type(want).__name__}")


def ordinal(i: int) -> str:
    """Name the position i, counted from 0: the first, the second, …."""
    return _ORDINAL[i] if i < len(_ORDINAL) else f"the {i + 1}th"


def _require_array(got: Any, want: np.ndarray, tol: float | None, what: str) -> None:
    array = numbers_in(got, what=what)
    if array.shape != want.shape:
        text = f"{what} has shape {array.shape}, and it must have shape {want.shape}"
        raise Broken(text, want, got, "shape")
    if tol is None:
        tol = _tolerance(want, array) if want.dtype.kind == "f" else tolerance(want)
    if agree(array, want, tol):
        return
    if array.dtype.kind == "f" and np.isfinite(want).all() and not np.isfinite(array).all():
        raise Broken(f"{what} holds NaN or infinite values", want, got, "nonfinite")
    raise Broken(f"{what} has the wrong values", want, got)


def _require_same(got: Any, want: Any, what: str) -> None:
    plain = got.item() if isinstance(got, (np.generic, np.ndarray)) and got.size == 1 else got
    if isinstance(plain, (list, np.ndarray)) or plain != want:
        raise Broken(f"{what} is not what it must be", want, got)


def _one_number(got: Any, want: Any, what: str) -> Any:
    """Require one real number, of any value, and give it."""
    if isinstance(got, np.ndarray) and got.ndim == 0:
        got = got[()]
    if isinstance(got, (bool, np.bool_)) or not isinstance(got, (int, float, np.number)):
        raise Broken(f"{what} must be one number, not {kind_of(got)}", want, got, "type")
    if isinstance(got, (complex, np.complexfloating)):
        raise Broken(f"{what} must be a real number", want, got, "type")
    return got


def _require_number(got: Any, want: Any, tol: float | None, what: str) -> None:
    got = _one_number(got, want, what)
    if tol is None:
        tol = _tolerance(np.asarray(want), np.asarray(got))
    got, want = float(got), float(want)
    if got == want or (math.isnan(got) and math.isnan(want)):
        return
    if math.isfinite(want) and not math.isfinite(got):
        raise Broken(f"{what} is not a finite number", want, got, "nonfinite")
    if not (math.isfinite(want) and abs(got - want) <= tol * max(1.0, abs(want))):
        raise Broken(f"{what} is wrong", want, got)


def _require_length(got: Any, want: Any, what: str) -> None:
    kind = "a tuple" if isinstance(want, tuple) else "a list"
    if isinstance(got, np.ndarray) and got.ndim:
        got = list(got)
    if not isinstance(got, (tuple, list)):
        raise Broken(f"{what} must be {kind} of {len(want)}, not {kind_of(got)}", want, got, "type")
    if len(got) != len(want):
        raise Broken(f"{what} must hold {len(want)} values, not {len(got)}", want, got, "type")


# --- form -----------------------------------------------------------------------------------


def require_form(got: Any, want: Any, what: str) -> None:
    """Require the type, and of arrays dtype and shape, of `want`, part by part; no value."""
    if isinstance(want, np.ndarray):
        if not isinstance(got, np.ndarray):
            raise Broken(f"{what} must be a NumPy array, not {kind_of(got)}", None, got, "type")
        if got.shape != want.shape:
            text = f"{what} has shape {got.shape}, and it must have shape {want.shape}"
            raise Broken(text, None, got, "shape")
        if got.dtype != want.dtype:
            text = f"{what} has dtype {got.dtype}, and it must have dtype {want.dtype}"
            raise Broken(text, None, got, "dtype")
    elif type(want).__name__ == "Tensor":
        if type(got).__name__ != "Tensor":
            raise Broken(f"{what} must be a torch tensor, not {kind_of(got)}", None, got, "type")
        if got.dtype != want.dtype:
            text = f"{what} has dtype {got.dtype}, and it must have dtype {want.dtype}"
            raise Broken(text, None, got, "dtype")
    elif isinstance(want, (bool, np.bool_)):
        if not isinstance(got, (bool, np.bool_)):
            raise Broken(f"{what} must be a bool, not {kind_of(got)}", None, got, "type")
    elif isinstance(want, (int, float, np.number)):
        _one_number(got, None, what)
    elif isinstance(want, dict):
        if not isinstance(got, dict) or set(got) != set(want):
            raise Broken(f"{what} must be a dict with the keys {sorted(want)}", None, got, "type")
        for key, value in want.items():
            require_form(got[key], value, f"the value of {key!r}")
    elif isinstance(want, (tuple, list)):
        if not isinstance(got, (tuple, list)):
            text = f"{what} must be a tuple of {len(want)}, not {kind_of(got)}"
            raise Broken(text, None, got, "type")
        _require_length(got, want, what)
        for i, value in enumerate(want):
            require_form(got[i], value, f"{ordinal(i)} value")
    elif type(got) is not type(want):
        raise Broken(f"{what} must be {kind_of(want)}, not {kind_of(got)}", None, got, "type")
