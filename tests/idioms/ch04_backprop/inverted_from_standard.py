"""Right answers to 4.4 in other styles than the reference."""

from __future__ import annotations

import math

import numpy as np


def two_lines(W, lr, q):
    scaled = np.multiply(W, q).astype(W.dtype)
    return scaled, lr * q * q


def loop(W, lr, q):
    out = W.copy()
    flat = out.reshape(-1)
    for i in range(flat.size):
        flat[i] = q * flat[i]
    return (flat.reshape(W.shape), float(np.float64(lr) * np.square(q)))


def power(W: np.ndarray, lr: float, q: float) -> tuple[np.ndarray, float]:
    if q == 1:
        return W, lr
    W_inv = np.empty_like(W)
    np.multiply(W, W.dtype.type(q), out=W_inv)
    return W_inv, np.float64(math.pow(q, 2) * lr)


IDIOMS = [{"inverted_from_standard": f} for f in (two_lines, loop, power)]
