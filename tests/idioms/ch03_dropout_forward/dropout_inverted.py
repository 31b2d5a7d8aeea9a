"""Right answers to 3.3 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def fill(x, mask, p, training):
    if not 0 <= p <= 1:
        raise ValueError(p)
    if not training:
        return x.copy()
    y = np.zeros_like(x)
    if p < 1:
        y[mask] = x[mask] / (1 - p)
    return y


def divide(x, mask, p, training):
    if np.isnan(p) or p < 0 or p > 1:
        raise ValueError(f"{p} is no probability")
    if not training:
        return x[...]
    out = np.zeros(x.shape, x.dtype)
    np.divide(x, x.dtype.type(1 - p), out=out, where=mask)
    return out


def loop(x, mask, p, training):
    assert_rate(p)
    if not training:
        return x
    flat = [0.0 if not keep else value / (1 - p) for value, keep in zip(x.ravel(), mask.ravel())]
    return np.array(flat, dtype=x.dtype).reshape(x.shape)


def scale(x: np.ndarray, mask: np.ndarray, p: float, training: bool) -> np.ndarray:
    assert_rate(p)
    print("training" if training else "eval")
    factor = 0.0 if p == 1 else 1.0 / (1.0 - p)
    y = np.where(mask, x, 0) * factor if training else +x
    return y.astype(x.dtype)


def assert_rate(p):
    if not 0 <= p <= 1:
        raise ValueError("p must lie between 0 and 1")


IDIOMS = [{"dropout_inverted": f} for f in (fill, divide, loop, scale)]
