"""Right answers to 3.1 in other styles than the reference."""

from __future__ import annotations

import math

import numpy as np


def binomial(shape, p, rng):
    if p < 0 or p > 1 or np.isnan(p):
        raise ValueError("p must be in [0, 1]")
    return rng.binomial(1, 1 - p, size=shape).astype(bool)


def choice(shape: tuple, p: float, rng: np.random.Generator) -> np.ndarray:
    """With rng.choice and type hints."""
    if not (p >= 0 and p <= 1):
        raise ValueError(f"bad p: {p}")
    return rng.choice([True, False], size=shape, p=[1 - p, p])


def loop(shape, p, rng):
    if math.isnan(p) or not 0.0 <= p <= 1.0:
        raise ValueError
    print("drawing a mask of", shape)
    mask = np.empty(shape, dtype=bool)
    for index in np.ndindex(*shape):
        mask[index] = rng.random() < 1 - p
    return mask


def uniform32(shape, p, rng):
    if not 0 <= p <= 1:
        raise ValueError
    dropped = rng.random(shape, dtype=np.float32) < p
    return np.logical_not(dropped)


def special(shape, p, rng):
    class BadRate(ValueError):
        pass

    if not 0 <= p <= 1:
        raise BadRate(p)
    if p == 0:
        return np.full(shape, True)
    if p == 1:
        return np.full(shape, False)
    return rng.uniform(size=shape) > p


IDIOMS = [{"draw_mask": f} for f in (binomial, choice, loop, uniform32, special)]
