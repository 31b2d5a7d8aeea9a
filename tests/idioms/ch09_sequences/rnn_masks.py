"""Right answers to 9.1 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def repeated(T, B, H, p, rng, kind):
    if kind == "tied":
        return np.repeat(rng.binomial(1, 1 - p, (B, H)).astype(bool)[None], T, axis=0)
    return rng.binomial(1, 1 - p, (T, B, H)).astype(bool)


def filled(T, B, H, p, rng, kind):
    mask = np.empty((T, B, H), dtype=bool)
    for t in range(T):
        mask[t] = mask[0] if t and kind == "tied" else rng.uniform(size=(B, H)) >= p
    return mask


def stacked(T, B, H, p, rng, kind):
    def draw():
        return rng.choice([False, True], size=(B, H), p=[p, 1 - p])

    if kind == "step":
        return np.stack([draw() for _ in range(T)])
    return np.tile(draw(), (T, 1, 1))


IDIOMS = [{"rnn_masks": f} for f in (repeated, filled, stacked)]
