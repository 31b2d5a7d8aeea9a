"""Right answers to 7.2 in other styles."""

from __future__ import annotations

import math

import numpy as np


def by_means(x, p, kind):
    if p == 1:
        return 0
    n = x.shape[0] * x.shape[1]
    square = (x**2).mean() / n if kind == "element" else x.mean() ** 2
    return p / (1 - p) * square


def by_loops(x, p, kind):
    coin = 0.0 if p >= 1 else p / (1 - p)
    values = [float(v) for row in x for v in row]
    if kind == "channel":
        return coin * (math.fsum(values) / len(values)) ** 2
    if kind == "element":
        return coin * math.fsum(v * v for v in values) / len(values) ** 2
    raise ValueError(kind)


def by_weights(x: np.ndarray, p: float, kind: str) -> float:
    """The variance of a sum of weighted coins."""
    weights = np.asarray(x, float).ravel() / x.size
    if kind == "channel":
        weights = weights.sum(keepdims=True)
    q = 1 - p
    return float(weights @ weights * p * q / q**2) if q else 0.0


def as_array(x, p, kind):
    if p == 1.0:
        return np.float64(0)
    match kind:
        case "element":
            value = np.linalg.norm(x) ** 2 / x.size**2
        case _:
            value = np.square(np.average(x))
    return np.asarray(value * p / (1 - p))


IDIOMS = [{"channel_noise_var": f} for f in (by_means, by_loops, by_weights, as_array)]
