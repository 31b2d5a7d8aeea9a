"""A case: the inputs of one law and the words for what it finds.

Inputs come from one generator, so a case repeats exactly from its seed. Judgements raise `Broken`
with what was expected and what came; the feedback adds the call that showed it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dropout_course.engine.inside import codec
from dropout_course.engine.pictures import Picture
from dropout_course.engine.student import Lost, Raised, Student, Unanswered

TOLERANCE = {"f4": 1e-5, "f2": 1e-2, "c8": 1e-5}
DEFAULT_TOLERANCE = 1e-9


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


class Case:
    """Inputs and judgements for one law.

    Parameters
    ----------
    seed
        Any integer or sequence of integers: the same seed gives the same inputs.
    """

    def __init__(self, seed: int | Sequence[int]) -> None:
        self._seed = seed

    @cached_property
    def _rng(self) -> np.random.Generator:
        # Made when it is first needed: many laws draw nothing, and it takes as long as a call.
        return np.random.default_rng(self._seed)

    # --- inputs -----------------------------------------------------------------------------

    def normal(self, *shape: int, dtype: Any = np.float64, scale: float = 1.0) -> np.ndarray:
        """Draw standard normal numbers times `scale`."""
        return np.asarray(scale * self._rng.standard_normal(shape), dtype)

    def uniform(
        self, *shape: int, low: float = 0.0, high: float = 1.0, dtype: Any = np.float64
    ) -> np.ndarray:
        """Draw numbers uniform on [low, high)."""
        return np.asarray(self._rng.uniform(low, high, shape), dtype)

    def integers(self, low: int, high: int, *shape: int) -> Any:
        """Draw integers from low to high - 1: an array, or one Python int without a shape."""
        drawn = self._rng.integers(low, high, shape or None)
        return drawn if shape else int(drawn)

    def rate(self, low: float = 0.1, high: float = 0.9) -> float:
        """Draw a drop probability that keeps its distance from 0, 1/2 and 1.

        At p = 1/2 dropping and keeping look alike.
        """
        while abs((p := float(self._rng.uniform(low, high))) - 0.5) < 0.05:
            pass
        return round(p, 3)

    def mask(self, shape: tuple[int, ...], p: float) -> np.ndarray:
        """Draw a mask, True for kept.

        For 0 < p < 1 it holds at least one kept and one dropped unit wherever it has two units.
        """
        mask = self._rng.random(shape) >= p
        if 0 < p < 1 and mask.size > 1:
            one, other = self._rng.choice(mask.size, 2, replace=False)
            if mask.all():
                mask.flat[one] = False
            elif not mask.any():
                mask.flat[other] = True
        return mask

    def choice(self, options: Sequence[Any]) -> Any:
        """Pick one of the options."""
        return options[int(self._rng.integers(len(options)))]

    def rng(self) -> codec.Rng:
        """Give an argument that arrives as a fresh ``numpy.random.Generator``."""
        return codec.Rng(int(self._rng.integers(2**62)))

    def seed(self) -> int:
        """Draw a seed, for a scene that makes its own generators."""
        return int(self._rng.integers(2**62))

    @staticmethod
    def fn(name: str, **params: Any) -> codec.Fn:
        """Give an argument that arrives as the function `name` of `dropout_course.scenes`."""
        return codec.Fn(name, params)

    @staticmethod
    def layouts(x: np.ndarray) -> Iterator[np.ndarray]:
        """Give the same values in four memory layouts: C, Fortran, strided, reversed."""
        for how in "CFSR":
            yield codec.laid_out(np.ascontiguousarray(x), how)

    # --- judgements -------------------------------------------------------------------------

    def equal(self, got: Any, want: Any, *, tol: float | None = None, what: str = "") -> None:
        """Require the same type, dtype, shape and values, up to the house tolerance.

        Two arrays agree when max|a - b| <= tol * max(1, max|b|), with tol = 1e-9 in float64 and
        1e-5 in float32, and when NaN and infinities stand in the same places. Containers are
        compared part by part; `what` names the part in the message.
        """
        _compare(got, want, tol, what or "the result", exact_dtype=True)

    def gives(
        self,
        student: Student,
        name: str,
        examples: Sequence[tuple[tuple[Any, ...], Any]],
        *,
        tol: float | None = None,
        what: str = "",
    ) -> None:
        """Require what several calls of one function give; see `equal`.

        Parameters
        ----------
        examples
            The arguments of each call, and its right result.
        """
        answers = student.answers(name, [args for args, _ in examples])
        for answer, (_, want) in zip(answers, examples, strict=True):
            self.equal(answer(), want, tol=tol, what=what)

    def close(self, got: Any, want: Any, tol: float, *, what: str = "") -> None:
        """Require the same shape and values within `tol`; any floating dtype will do."""
        _compare(got, want, tol, what or "the result", exact_dtype=False)

    @staticmethod
    def that(
        holds: Any,
        reason: str,
        *,
        expected: Any = None,
        received: Any = None,
        kind: str = "value",
        picture: Picture | None = None,
    ) -> None:
        """Require a condition; `reason` says in a sentence what is wrong when it fails."""
        if not holds:
            raise Broken(reason, expected, received, kind, picture)

    @staticmethod
    def raises(error: type[BaseException], call: Callable[..., Any], *args: Any) -> None:
        """Require that ``call(*args)`` raises the exception, or one derived from it."""
        name = error.__name__
        try:
            value = call(*args)
        except Raised as raised:
            if raised.is_a("NotImplementedError"):
                raise
            if not raised.is_a(name):
                text = f"this call must raise {name}, and it raised {raised.kinds[0]}"
                raise Broken(text, name, str(raised), "raised") from None
        except (Lost, Unanswered):
            raise
        else:
            text = f"this call must raise {name}, and it returned a value"
            raise Broken(text, _Word(f"raises {name}"), value, "accepted")

    def all_raise(
        self,
        error: type[BaseException],
        student: Student,
        name: str,
        calls: Iterable[tuple[Any, ...]],
    ) -> None:
        """Require of each of several calls of one function that it raises; see `raises`."""
        for answer in student.answers(name, calls):
            self.raises(error, answer)


class _Word(str):
    """Text that is shown as it is, without quotes."""


def array_like(got: Any, *, what: str = "the result") -> np.ndarray:
    """Require a NumPy array; give it back."""
    if not isinstance(got, np.ndarray):
        raise Broken(f"{what} must be a NumPy array, not {kind_of(got)}", None, got, "type")
    return got


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


def agree(a: np.ndarray, b: np.ndarray, tol: float) -> bool:
    """Whether two arrays of one shape agree by the house rule (b is the expected one)."""
    if a.dtype == bool or b.dtype == bool:
        return bool(np.array_equal(a, b))
    if a.dtype == b.dtype and np.array_equal(a, b):
        return True
    with np.errstate(all="ignore"):
        odd = ~(np.isfinite(a) & np.isfinite(b))
        if odd.any() and not np.array_equal(a[odd], b[odd], equal_nan=True):
            return False
        a, b = np.where(odd, 0, a), np.where(odd, 0, b)
        if not a.size:
            return True
        scale = max(1.0, float(np.abs(b).max()))
        return float(np.abs(a - b).max()) <= tol * scale


def _compare(got: Any, want: Any, tol: float | None, what: str, exact_dtype: bool) -> None:
    if isinstance(want, np.ndarray):
        _compare_arrays(got, want, tol, what, exact_dtype)
    elif isinstance(want, (bool, str, np.bool_)) or want is None:
        same = isinstance(got, (bool, np.bool_)) if isinstance(want, (bool, np.bool_)) else True
        if not same or isinstance(got, np.ndarray) or got != want:
            raise Broken(f"{what} is not what it must be", want, got)
    elif isinstance(want, (int, float, np.number)):
        _compare_numbers(got, want, tol, what)
    elif isinstance(want, dict):
        _compare_dicts(got, want, tol, what, exact_dtype)
    elif isinstance(want, (tuple, list)):
        _compare_sequences(got, want, tol, what, exact_dtype)
    elif isinstance(want, (set, frozenset)):
        if not isinstance(got, (set, frozenset)):
            raise Broken(f"{what} must be a set, not {kind_of(got)}", want, got, "type")
        if got != want:
            raise Broken(f"{what} has the wrong members", want, got)
    else:
        raise TypeError(f"a law can't compare with {type(want).__name__}")


def _compare_arrays(got: Any, want: np.ndarray, tol: float | None, what: str, exact: bool) -> None:
    got = array_like(got, what=what)
    if got.shape != want.shape:
        text = f"{what} has shape {got.shape}, and it must have shape {want.shape}"
        raise Broken(text, want, got, "shape")
    if exact and got.dtype != want.dtype:
        text = f"{what} has dtype {got.dtype}, and it must have dtype {want.dtype}"
        raise Broken(text, want, got, "dtype")
    if not exact and got.dtype.kind not in "fiu":
        text = f"{what} has dtype {got.dtype}, and it must hold real numbers"
        raise Broken(text, want, got, "dtype")
    if tol is None:
        tol = TOLERANCE.get(want.dtype.str[1:], DEFAULT_TOLERANCE)
    if agree(got, want, tol):
        return
    if got.dtype.kind in "fc" and np.isfinite(want).all() and not np.isfinite(got).all():
        raise Broken(f"{what} holds NaN or infinite values", want, got, "nonfinite")
    raise Broken(f"{what} has the wrong values", want, got)


def _compare_numbers(got: Any, want: Any, tol: float | None, what: str) -> None:
    if isinstance(got, (bool, np.bool_)) or not isinstance(got, (int, float, np.number)):
        raise Broken(f"{what} must be one number, not {kind_of(got)}", want, got, "type")
    if isinstance(got, (complex, np.complexfloating)):
        raise Broken(f"{what} must be a real number", want, got, "type")
    tol = DEFAULT_TOLERANCE if tol is None else tol
    got, want = float(got), float(want)
    if got == want or (math.isnan(got) and math.isnan(want)):
        return
    if math.isfinite(want) and not math.isfinite(got):
        raise Broken(f"{what} is not a finite number", want, got, "nonfinite")
    if not abs(got - want) <= tol * max(1.0, abs(want)):
        raise Broken(f"{what} is wrong", want, got)


def _compare_dicts(
    got: Any, want: dict[str, Any], tol: float | None, what: str, exact: bool
) -> None:
    if not isinstance(got, dict):
        raise Broken(f"{what} must be a dict, not {kind_of(got)}", want, got, "type")
    if set(got) != set(want):
        raise Broken(f"{what} has the wrong keys", sorted(want), sorted(got), "type")
    for key, value in want.items():
        _compare(got[key], value, tol, f"the value of {key!r}", exact)


def _compare_sequences(got: Any, want: Any, tol: float | None, what: str, exact: bool) -> None:
    kind = "a tuple" if isinstance(want, tuple) else "a list"
    if not isinstance(got, (tuple, list)):
        raise Broken(f"{what} must be {kind} of {len(want)}, not {kind_of(got)}", want, got, "type")
    if len(got) != len(want):
        raise Broken(f"{what} must hold {len(want)} values, not {len(got)}", want, got, "type")
    for i, value in enumerate(want):
        _compare(got[i], value, tol, f"{_ORDINAL[i] if i < 5 else f'{i + 1}th'} value", exact)


_ORDINAL = ["the first", "the second", "the third", "the fourth", "the fifth"]
