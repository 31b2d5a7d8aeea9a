"""Right answers to 10.5 in other styles than the reference."""

from __future__ import annotations

import numpy as np

SATURATION = -1.0507009873554805 * 1.6732632423543772


def constants(p):
    a = ((1 - p) * (1 + p * SATURATION**2)) ** -0.5
    return a, -a * p * SATURATION


def indexed(x, mask, p):
    y = np.zeros_like(x)
    if p < 1:
        a, b = constants(p)
        y[mask] = a * x[mask] + b
        y[~mask] = a * SATURATION + b
    return y


def broadcast(x, mask, p):
    if p == 1:
        return np.zeros(x.shape, dtype=x.dtype)
    a, b = constants(p)
    keep = np.expand_dims(mask, axis=tuple(range(2, x.ndim)))
    return (a * np.where(keep, x, SATURATION) + b).astype(x.dtype)


def looped(x, mask, p):
    y = x.copy()
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            if p == 1:
                y[n, c] = 0
                continue
            a, b = constants(p)
            y[n, c] = a * (x[n, c] if mask[n, c] else SATURATION) + b
    return y


def flattened(x, mask, p):
    if p == 1:
        return x * 0
    a, b = constants(p)
    flat = x.reshape(x.shape[0], x.shape[1], -1)
    keep = mask[:, :, None].astype(x.dtype)
    y = a * (flat * keep + SATURATION * (1 - keep)) + b
    return y.reshape(x.shape).astype(x.dtype)


IDIOMS = [{"feature_alpha_dropout": f} for f in (indexed, broadcast, looped, flattened)]
