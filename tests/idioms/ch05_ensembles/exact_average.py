"""Right answers to 5.2 in other styles than the reference."""

from __future__ import annotations

import itertools

import numpy as np


def running_sum(f, x, p):
    if p == 1:
        return f(np.zeros(x.shape, x.dtype))
    total = 0
    for bits in itertools.product((0, 1), repeat=len(x)):
        k = sum(bits)
        mask = np.array(bits, dtype=bool)
        prob = (1 - p) ** k * p ** (len(x) - k)  # a Python float leaves float32 alone
        total = total + prob * f(mask * x / (1 - p))
    return total


def numpy_average(f, x, p):
    masks = np.array(list(itertools.product([True, False], repeat=len(x))))
    scale = 1 / (1 - p) if p < 1 else 0.0
    values = np.array([f((row * x * scale).astype(x.dtype)) for row in masks])
    weights = [np.prod([1 - p if kept else p for kept in row]) for row in masks]
    mean = np.average(values, axis=0, weights=weights)
    return mean.astype(x.dtype) if isinstance(mean, np.ndarray) else float(mean)


def recursive(f, x, p):
    """One unit after the other: E = q E[kept] + p E[dropped]."""
    q = 1 - p

    def go(z, i):
        if i == len(z):
            return f(z)
        dropped, kept = z.copy(), z.copy()
        dropped[i] = 0
        if q > 0:
            kept[i] = x[i] / q
        return q * go(kept, i + 1) + p * go(dropped, i + 1)

    return go(np.array(x), 0)


def einsum(f, x, p):
    n = len(x)
    masks = np.stack(np.meshgrid(*[[False, True]] * n, indexing="ij"), -1).reshape(-1, n)
    kept = masks.sum(axis=-1)
    weights = (1.0 - p) ** kept * float(p) ** (n - kept)
    rows = [np.where(m, x / (1 - p), 0).astype(x.dtype) if p < 1 else 0 * x for m in masks]
    values = np.stack([np.asarray(f(row)) for row in rows])
    return np.einsum("m,m...->...", weights, values).astype(values.dtype)


IDIOMS = [{"exact_average": f} for f in (running_sum, numpy_average, recursive, einsum)]
