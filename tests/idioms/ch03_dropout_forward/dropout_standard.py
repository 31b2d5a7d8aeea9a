"""Right answers to 3.2 in other styles than the reference."""

from __future__ import annotations

import math
import warnings

import numpy as np


def where(x, mask, p, training):
    check(p)
    if training:
        return np.where(mask, x, np.zeros_like(x))
    return x * x.dtype.type(1 - p)


def loop(x, mask, p, training):
    if math.isnan(p) or p < 0 or p > 1:
        raise ValueError("p")
    y = np.zeros(x.shape, dtype=x.dtype)
    for i in np.ndindex(x.shape):
        if training:
            y[i] = x[i] if mask[i] else 0
        else:
            y[i] = (1 - p) * x[i]
    return y


def copied(x: np.ndarray, mask: np.ndarray, p: float, training: bool) -> np.ndarray:
    check(p)
    warnings.warn("dropout", stacklevel=1)
    y = np.array(x)
    if training:
        y[~mask] = 0.0
    else:
        y *= 1 - p
    return y


def astype(x, mask, p, training):
    if p != p or abs(p - 0.5) > 0.5:
        raise ValueError("p")
    factor = mask.astype(x.dtype) if training else np.asarray(1 - p, x.dtype)
    return np.multiply(x, factor)


def check(p):
    if not 0 <= p <= 1:
        raise ValueError("p is a probability")


IDIOMS = [{"dropout_standard": f} for f in (where, loop, copied, astype)]
