"""Right answers to 10.4 in other styles than the reference."""

from __future__ import annotations

import math

import numpy as np

SATURATION = -1.7580993408473766


def by_variance(p):
    kept, coin = 1 - p, p * (1 - p) * SATURATION**2
    a = 1 / math.sqrt(kept + coin)
    return a, -a * p * SATURATION


def by_numpy(p):
    q = 1.0 - p
    a = 1 / np.sqrt(q * (1 + p * SATURATION**2))
    return (a, -p * SATURATION * a)


def as_list(p):
    a = ((1 - p) * (1 + p * 3.0909132923427937)) ** -0.5
    return [a, a * p * 1.7580993408473766]


def selected(x, mask, p):
    if p >= 1:
        return np.zeros(x.shape, x.dtype)
    a, b = by_variance(p)
    return np.where(mask, a * x + b, a * SATURATION + b).astype(x.dtype)


def arithmetic(x, mask, p):
    if p == 1:
        return x * 0
    a, b = as_list(p)
    keep = mask.astype(x.dtype)
    return (a * (x * keep + SATURATION * (1 - keep)) + b).astype(x.dtype)


def filled(x, mask, p):
    y = np.zeros_like(x)
    if p < 1:
        a, b = (float(c) for c in by_numpy(p))
        y[...] = a * SATURATION + b
        y[mask] = a * x[mask] + b
    return y


def masked_slope(grad, mask, p):
    if p == 1:
        return np.zeros_like(grad)
    return grad * (mask * by_variance(p)[0]).astype(grad.dtype)


def chosen_slope(grad, mask, p):
    slope = 0.0 if p == 1 else as_list(p)[0]
    return np.where(mask, slope * grad, 0).astype(grad.dtype)


def filled_slope(grad, mask, p):
    back = np.zeros(grad.shape, dtype=grad.dtype)
    if p != 1:
        back[mask] = grad[mask] * float(by_numpy(p)[0])
    return back


IDIOMS = [
    {"alpha_constants": c, "alpha_dropout": f, "alpha_dropout_backward": g}
    for c, f, g in (
        (by_variance, selected, masked_slope),
        (by_numpy, arithmetic, chosen_slope),
        (as_list, filled, filled_slope),
    )
]
