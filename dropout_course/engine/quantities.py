"""Comparisons as numbers: the parts of each, and the call's own quantities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dropout_course.engine.case import Observation
from dropout_course.engine.comparing import agree, numbers_in, tolerance

Parameters = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Compared:
    """A part of one comparison, as arrays of float, and the call's own quantities."""

    want: np.ndarray
    got: np.ndarray
    tol: float
    rates: Mapping[str, float]
    scalars: Mapping[str, float]
    counts: Mapping[str, int]
    arrays: Mapping[str, np.ndarray]
    masks: Mapping[str, np.ndarray]

    def right(self) -> bool:
        """Whether the result is the one that was wanted."""
        return self.equals(self.want)

    def equals(self, other: Any) -> bool:
        """Whether the result is this instead."""
        other = np.asarray(other, float)
        return other.shape == self.got.shape and agree(self.got, other, self.tol)


def compared_parts(one: Observation, parameters: Parameters) -> list[Compared]:
    """Give the parts of a comparison that failed, or all of one that held, if they are numbers."""
    made = []
    quantities = _quantities(one, parameters)
    for want, got in _parts(one.want, one.got):
        try:
            a, b = numbers_in(want), numbers_in(got)
        except Exception:
            continue
        tol = max(tolerance(a), tolerance(b))
        a, b = a.astype(float), b.astype(float)
        right = a.shape == b.shape and agree(b, a, tol)
        if not np.isfinite(b).any() or (right and not one.holds):
            continue
        made.append(Compared(a, b, tol, *quantities))
    return made


def _parts(want: Any, got: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(want, dict) and isinstance(got, dict):
        yield from ((want[key], got[key]) for key in want if key in got)
    elif isinstance(want, (tuple, list)) and isinstance(got, (tuple, list)):
        yield from zip(want, got)  # noqa: B905 - a result of another length has been refused
    else:
        yield want, got


def _quantities(
    one: Observation, parameters: Parameters
) -> tuple[
    dict[str, float], dict[str, float], dict[str, int], dict[str, np.ndarray], dict[str, np.ndarray]
]:
    """Give rates, other numbers, counts, arrays and masks of a call, by the student's names."""
    names = list(parameters.get(one.call.name, ()))
    rates: dict[str, float] = {}
    scalars: dict[str, float] = {}
    counts: dict[str, int] = {}
    arrays: dict[str, np.ndarray] = {}
    masks: dict[str, np.ndarray] = {}
    given = dict(zip(names, one.call.args))  # noqa: B905 - defaults may be left out
    given |= one.call.kwargs
    for name, value in _flat(given):
        if isinstance(value, bool):
            continue
        if isinstance(value, float):
            scalars[name] = value
            if 0 <= value <= 1:
                rates[name] = value
        elif isinstance(value, int) and value > 1:
            counts[name] = value
        elif isinstance(value, np.ndarray) and value.dtype == bool:
            masks[name] = value
        elif isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
            arrays[name] = value.astype(float)
            if value.ndim:
                counts[f"the length of {name}"] = value.shape[0]
            if value.ndim > 1:
                counts[f"the number of columns of {name}"] = value.shape[-1]
                counts[f"the size of {name}"] = value.size
    return rates, scalars, counts, arrays, masks


def _flat(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give named values; a cache of (mask, p, training) gives its parts."""
    for name, value in given.items():
        if name == "cache" and isinstance(value, tuple) and len(value) == 3:
            yield from zip(("mask", "p", "training"), value, strict=True)
        elif isinstance(value, dict):
            yield from value.items()
        else:
            yield name, value


def mode(one: Observation, parameters: Parameters) -> tuple[Any, ...]:
    """Give what tells apart calls that may go wrong in different ways: function and switches."""
    given = dict(zip(parameters.get(one.call.name, ()), one.call.args))  # noqa: B905
    return (one.call.name, *(value for _, value in _flat(given) if isinstance(value, bool)))
