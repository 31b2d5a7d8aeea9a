"""Right answers to 3.6 in other styles than the reference."""

from __future__ import annotations

import math

import numpy as np


def gap_where(f, z, mask, p):
    def D(a):
        return np.where(mask, a / (1 - p), 0) if p < 1 else np.zeros_like(a)

    return np.max(np.abs(f(D(z)) - D(f(z))))


def gap_scale(f, z, mask, p):
    scale = np.zeros(z.shape) if p == 1 else mask / (1 - p)
    return float(np.linalg.norm((f(z * scale) - f(z) * scale).ravel(), ord=np.inf))


def gap_loop(f, z, mask, p):
    left, right = f(drop(z, mask, p)), drop(f(z), mask, p)
    return max(abs(float(a) - float(b)) for a, b in zip(left.flat, right.flat))


def drop(a, mask, p):
    y = np.zeros_like(a)
    if p < 1:
        y[mask] = a[mask] / (1 - p)
    return y


def commuting_loop(names):
    found = set()
    for name in names:
        if name in ("relu", "leaky_relu", "linear", "abs"):
            found.add(name)
    return found


def commuting_difference(names):
    return set(names).difference(["tanh", "sigmoid", "gelu"])


def commuting_measured(names):
    functions = {
        "relu": lambda z: max(z, 0.0),
        "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
        "linear": lambda z: 3.0 * z,
        "tanh": math.tanh,
        "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
        "gelu": lambda z: z * (1 + math.erf(z / math.sqrt(2))) / 2,
        "abs": abs,
    }

    def homogeneous(f):
        return all(abs(f(c * z) - c * f(z)) < 1e-9 for c in (0.0, 0.5, 3.0) for z in (-1.3, 2.1))

    return {name for name in names if homogeneous(functions[name])}


IDIOMS = [
    {"placement_gap": gap_where, "commuting": commuting_loop},
    {"placement_gap": gap_scale, "commuting": commuting_difference},
    {"placement_gap": gap_loop, "commuting": commuting_measured},
]
