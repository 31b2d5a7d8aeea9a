"""Right answers to 9.3 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def moments(q, T, kind):
    alive = q if kind == "tied" else q**T
    factor = q**-T if q else 0.0
    mean = alive * factor
    return alive, mean, alive * factor**2 - mean**2


def steps(q, T, kind):
    if q == 0:
        return (0.0, 0.0, 0.0)
    alive, mean, square = (q, 1.0, 1 / q)
    for _ in range(T - 1):
        if kind == "step":
            alive, square = alive * q, square / q
        else:
            mean, square = mean / q, square / q**2
    return alive, mean, square - mean * mean


def two_outcomes(q, T, kind):
    coins = {"step": T, "tied": 1}[kind]
    probs = np.array([1 - q**coins, q**coins])
    values = np.array([0.0, 1 / q**T if q > 0 else 0.0])
    mean = probs @ values
    return [probs[1], mean, probs @ (values - mean) ** 2]


def as_one_array(q, T, kind):
    """Return one array, which unpacks like a tuple."""
    return np.array(moments(q, T, kind))


IDIOMS = [{"memory_survival": f} for f in (moments, steps, two_outcomes, as_one_array)]
