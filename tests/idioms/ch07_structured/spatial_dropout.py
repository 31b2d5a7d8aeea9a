"""Right answers to 7.1 in other styles."""

from __future__ import annotations

import numpy as np


def moved(x, mask, p, channels_last=False):
    if p == 1:
        return np.zeros_like(x)
    y = x if channels_last else np.moveaxis(x, 1, -1)
    m = np.expand_dims(mask, tuple(range(1, x.ndim - 1)))
    y = np.where(m, y / (1 - p), 0).astype(x.dtype)
    return y if channels_last else np.moveaxis(y, -1, 1)


def loop(x, mask, p, channels_last=False):
    y = np.zeros_like(x)
    for n in range(mask.shape[0]):
        for c in range(mask.shape[1]):
            if mask[n, c]:
                where = (n, ..., c) if channels_last else (n, c)
                y[where] = x[where] / (1 - p)
    return y


def einsum(x: np.ndarray, mask: np.ndarray, p: float, channels_last: bool = False) -> np.ndarray:
    scale = mask.astype(x.dtype) * (0 if p == 1 else 1 / (1 - p))
    return np.einsum("n...c,nc->n...c" if channels_last else "nc...,nc->nc...", x, scale)


def grown(x, mask, p, channels_last=False):
    print(x.shape)
    m = mask
    while m.ndim < x.ndim:
        m = m[:, None] if channels_last else m[..., None]
    y = x * m
    if p < 1:
        y /= 1 - p
    return y


IDIOMS = [{"spatial_dropout": f} for f in (moved, loop, einsum, grown)]
