"""Right answers to 3.5 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def two_points(x, p):
    """From the two values that each entry can take."""
    q = 1 - p
    value = x / q if q else np.zeros_like(x)
    mean = q * value
    second = q * value**2
    return mean.astype(x.dtype), (second - mean**2).astype(x.dtype), second.sum()


def factor(x, p):
    if p == 1:
        zeros = np.zeros(len(x), dtype=x.dtype)
        return [zeros, zeros.copy(), 0.0]
    ratio = x.dtype.type(p / (1 - p))
    return [x, ratio * np.square(x), float(np.dot(x, x)) / (1 - p)]


def loop(x: np.ndarray, p: float) -> tuple:
    mean, var, second = np.empty_like(x), np.empty_like(x), 0.0
    for i, value in enumerate(x):
        mean[i] = value if p < 1 else 0
        var[i] = p / (1 - p) * value**2 if p < 1 else 0
        second += float(value) ** 2 / (1 - p) if p < 1 else 0
    return mean, var, second


def norm(x, p):
    if p >= 1:
        return 0 * x, 0 * x, 0
    norm2 = np.linalg.norm(x) ** 2
    return x.copy(), x**2 / (1 - p) - x**2, norm2 / (1 - p)


IDIOMS = [{"output_moments": f} for f in (two_points, factor, loop, norm)]
