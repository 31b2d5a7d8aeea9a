"""Right answers to 5.3 in other styles than the reference."""

from __future__ import annotations

import math

import numpy as np


def powers(probs, weights):
    mean = np.prod(probs ** weights[:, None], axis=0)
    return mean / mean.sum()


def loop(probs, weights):
    K = probs.shape[1]
    logs = [0.0] * K
    for row, w in zip(probs, weights, strict=True):
        if w == 0:
            continue
        for k in range(K):
            logs[k] += float(w) * (math.log(row[k]) if row[k] > 0 else -math.inf)
    top = max(logs)
    mean = np.array([math.exp(value - top) for value in logs])
    return (mean / mean.sum()).astype(probs.dtype)


def where(probs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        terms = np.where(weights[:, None] > 0, weights[:, None] * np.log(probs), 0)
    logs = terms.sum(0)
    mean = np.exp(logs - np.logaddexp.reduce(logs))
    return mean.astype(probs.dtype)


def running(probs, weights):
    print("geometric")
    mean = np.ones(probs.shape[1])
    for row, w in zip(probs.astype(float), weights, strict=True):
        mean = mean * row**w
        mean = mean / mean.max()
    return np.asarray(mean / mean.sum(), dtype=probs.dtype)


IDIOMS = [{"geometric_mean": f} for f in (powers, loop, where, running)]
