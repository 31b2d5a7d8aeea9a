"""Right answers to 6.3 in other styles than the reference."""

from __future__ import annotations

import itertools
import math

import numpy as np


def product(X, beta, p, family, order):
    q = 1.0 - p
    u = X @ beta
    if family == "linear":
        A, A2 = (lambda t: t * t / 2), np.ones(len(u))
    else:
        A = lambda t: np.maximum(t, 0) + np.log1p(np.exp(-np.abs(t)))
        e = np.exp(-np.abs(u))
        A2 = e / (1 + e) ** 2
    if order == "quadratic":
        return 0.5 * p / q * np.sum(beta**2 * (A2 @ X**2))
    total = -A(u).sum()
    for mask in itertools.product([0, 1], repeat=len(beta)):
        prob = math.prod(q if kept else p for kept in mask)
        total += prob * A(X @ (np.array(mask) / q * beta)).sum()
    return total


def bits(X, beta, p, family, order):
    """Number the masks by their bits."""
    n, d = X.shape
    scores = X @ beta
    if order == "quadratic":
        pi = 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
        weight = 1 if family == "linear" else (pi * (1 - pi))[:, np.newaxis]
        return float((weight * X**2 * beta**2).sum() * p / (2 * (1 - p)))
    masks = (np.arange(2**d)[:, None] >> np.arange(d)) & 1
    prob = np.prod(np.where(masks == 1, 1 - p, p), axis=1)
    result = 0.0
    for i in range(n):
        noisy = (masks / (1 - p)) @ (X[i] * beta)
        if family == "linear":
            result += prob @ (noisy**2) / 2 - scores[i] ** 2 / 2
        else:
            result += prob @ np.logaddexp(0.0, noisy) - np.logaddexp(0.0, scores[i])
    return np.float64(result)


def recursive(X, beta, p, family, order):
    """Decide one feature after the other."""
    if order == "quadratic":
        total = 0.0
        for x in X:
            u = abs(float(x @ beta))
            curve = 1.0 if family == "linear" else math.exp(-u) / (1 + math.exp(-u)) ** 2
            total += 0.5 * curve * p / (1 - p) * float(np.sum((x * beta) ** 2))
        return total

    def A(u):
        return 0.5 * u**2 if family == "linear" else np.logaddexp(u, 0)

    def mean(u, j):
        if j == len(beta):
            return A(u).sum()
        kept = u + X[:, j] * beta[j] / (1 - p)
        return (1 - p) * mean(kept, j + 1) + p * mean(u, j + 1)

    return float(mean(np.zeros(len(X)), 0) - A(X @ beta).sum())


IDIOMS = [{"glm_penalty": f} for f in (product, bits, recursive)]
