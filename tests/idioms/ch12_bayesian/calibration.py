"""Right answers to 12.5 in other styles than the reference."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np


def ece_by_loop(probs, labels, bins=15):
    top, hit = probs.max(-1), (probs.argmax(-1) == labels).astype(float)
    edges, out = np.linspace(0, 1, bins + 1), 0.0
    for b in range(bins):
        chosen = (top > edges[b]) & (top <= edges[b + 1])
        if chosen.sum() > 0:
            out += chosen.sum() / len(labels) * abs(hit[chosen].mean() - top[chosen].mean())
    return out


def ece_by_ceil(probs, labels, bins=15):
    top = np.max(probs, axis=1)
    place = np.ceil(top * bins).astype(int) - 1
    gaps = np.zeros(bins)
    np.add.at(gaps, place, (np.argmax(probs, axis=1) == labels) - top)
    return np.abs(gaps).sum() / len(top)


def ece_by_digitize(probs, labels, bins=15):
    top, hit = probs.max(1), probs.argmax(1) == labels
    place = np.digitize(top, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    return sum(
        np.mean(place == b) * np.abs(np.mean(hit[place == b]) - np.mean(top[place == b]))
        for b in np.unique(place)
    )


def brier_by_identity(probs, labels):
    picked = np.take_along_axis(probs, labels[:, None], 1)[:, 0]
    return np.mean((probs**2).sum(1) - 2 * picked + 1)


def brier_by_copy(probs, labels):
    difference = probs.copy()
    difference[np.arange(len(labels)), labels] -= 1
    return float(np.square(difference).sum() / len(labels))


def brier_by_eye(probs, labels):
    return np.linalg.norm(probs - np.eye(probs.shape[1])[labels], axis=1).__pow__(2).mean()


def coverage_by_interval(y, mean, var, level):
    half = NormalDist().inv_cdf(0.5 + level / 2) * np.sqrt(var)
    return np.mean((mean - half <= y) & (y <= mean + half))


def coverage_by_score(y, mean, var, level):
    z = (y - mean) / var**0.5
    return float(np.mean(np.abs(z) <= -NormalDist().inv_cdf((1 - level) / 2)))


def coverage_by_probability(y, mean, var, level):
    cdf = [NormalDist(m, v**0.5).cdf(o) for o, m, v in zip(y, mean, var)]
    return sum(abs(2 * c - 1) <= level for c in cdf) / len(cdf)


IDIOMS = [
    {"ece": ece_by_loop, "brier": brier_by_identity, "coverage": coverage_by_interval},
    {"ece": ece_by_ceil, "brier": brier_by_copy, "coverage": coverage_by_score},
    {"ece": ece_by_digitize, "brier": brier_by_eye, "coverage": coverage_by_probability},
]
