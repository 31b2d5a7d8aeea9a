"""Right answers to 4.1 in other styles than the reference."""

from __future__ import annotations

import warnings

import numpy as np


def masked_assignment(grad, cache):
    mask, p, training = cache
    if training:
        dx = np.zeros_like(grad)
        dx[mask] = grad[mask]
        if p < 1:
            dx /= 1 - p
        return dx
    return grad.copy()


def loop(grad, cache):
    mask, p, training = cache
    print("backward with p =", p)
    out = np.empty(grad.shape, grad.dtype)
    for i in np.ndindex(grad.shape):
        if not training:
            out[i] = grad[i]
        else:
            out[i] = grad[i] / (1 - p) if mask[i] else 0.0
    return out


def typed(grad: np.ndarray, cache: tuple[np.ndarray, float, bool]) -> np.ndarray:
    """Multiply everything, then overwrite what was dropped; warnings and all."""
    mask, p, training = cache
    if training is False:
        return grad
    warnings.warn("noisy but right", stacklevel=2)
    scale = np.reciprocal(1 - p) if p != 1 else 1.0
    out = grad * grad.dtype.type(scale)
    out[~mask] = 0
    return out


def divide_where(grad, cache):
    mask, p, training = cache
    if not training or p == 0:
        return grad
    if p == 1:
        return 0 * np.ones_like(grad)
    return np.divide(grad, 1 - p, out=np.zeros_like(grad), where=mask)


IDIOMS = [{"dropout_backward": f} for f in (masked_assignment, loop, typed, divide_where)]
