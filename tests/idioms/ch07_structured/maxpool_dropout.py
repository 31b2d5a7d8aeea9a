"""Right answers to 7.5 in other styles."""

from __future__ import annotations

import itertools

import numpy as np


def by_assignment(window, p):
    order = np.argsort(window, kind="stable")
    probs = np.zeros_like(window)
    factor = 1 - p
    for index in order[::-1]:
        probs[index] = factor
        factor = factor * p
    return probs, p**window.size


def by_counting(window, p):
    n = len(window)
    probs = np.empty(n, dtype=window.dtype)
    for i in range(n):
        above = sum(w > window[i] for w in window) + sum(w == window[i] for w in window[i + 1 :])
        probs[i] = (1 - p) * p ** int(above)
    return [probs, p**n]


def by_enumeration(window: np.ndarray, p: float):
    probs, nobody = np.zeros(len(window)), 0.0
    for mask in itertools.product((0, 1), repeat=len(window)):
        weight = np.prod([1 - p if m else p for m in mask])
        kept = [(value, i) for i, (value, m) in enumerate(zip(window, mask)) if m]
        if kept:
            probs[max(kept)[1]] += weight
        else:
            nobody += weight
    return probs.astype(window.dtype), nobody


def by_inverse(window, p):
    rank = np.argsort(np.argsort(window, kind="stable"), kind="stable")
    above = len(window) - 1 - rank
    return ((1 - p) * np.power(float(p), above)).astype(window.dtype), np.float64(p) ** len(window)


def pool_sorted(window, p):
    total = 0.0
    for k, value in enumerate(sorted(window, reverse=True)):
        total += (1 - p) * p**k * value
    return total


def pool_recursive(window, p):
    mean = 0.0
    for value in np.sort(window):
        mean = (1 - p) * value + p * mean
    return mean


def pool_dot(window, p):
    return np.dot(by_inverse(window, p)[0], window)


IDIOMS = [
    {"maxpool_dropout_probs": by_assignment, "prob_weighted_pool": pool_sorted},
    {"maxpool_dropout_probs": by_counting, "prob_weighted_pool": pool_recursive},
    {"maxpool_dropout_probs": by_enumeration, "prob_weighted_pool": pool_dot},
    {"maxpool_dropout_probs": by_inverse, "prob_weighted_pool": pool_sorted},
]
