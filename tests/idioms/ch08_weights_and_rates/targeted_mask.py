"""Right answers to 8.3 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def loops(W, gamma, alpha, u, kind):
    keep = np.ones(W.shape, dtype=bool)
    rows, columns = W.shape
    if kind == "weight":
        for j in range(columns):
            for i in np.argsort(abs(W[:, j]))[: int(gamma * rows)]:
                keep[i, j] = u[i, j] >= alpha
    else:
        for j in np.argsort((W**2).sum(0))[: int(gamma * columns)]:
            keep[:, j] = u[j] >= alpha
    return keep


def threshold(W, gamma, alpha, u, kind):
    size = np.abs(W) if kind == "weight" else np.linalg.norm(W, axis=0)
    n = int(gamma * size.shape[0])
    if n == 0:
        return np.ones_like(W, dtype=bool)
    largest_candidate = np.sort(size, axis=0)[n - 1]
    keep = (size > largest_candidate) | (u >= alpha)
    return keep if kind == "weight" else np.repeat(keep[None], len(W), axis=0)


def partition(W, gamma, alpha, u, kind):
    size = W * W if kind == "weight" else (W * W).sum(axis=0)
    candidate = np.zeros(size.shape, bool)
    n = int(gamma * len(size))
    order = np.argsort(size, axis=0)[:n]
    np.put_along_axis(candidate, order, True, axis=0)
    drop = np.logical_and(candidate, u < alpha)
    return np.logical_not(drop) if kind == "weight" else np.logical_not(drop)[np.newaxis]


IDIOMS = [{"targeted_mask": f} for f in (loops, threshold, partition)]
