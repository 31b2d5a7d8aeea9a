"""Right answers to 6.1 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def gamma(X, y, w, p):
    """Use the diagonal of the Gram matrix."""
    if p == 1:
        return np.sum(y**2)
    gamma2 = np.diag(X.T @ X)
    return np.linalg.norm(y - X @ w) ** 2 + p / (1 - p) * (gamma2 * w**2).sum()


def moments(X, y, w, p):
    """Add squared bias and variance of each prediction."""
    q = 1 - p
    if q == 0:
        return float(np.dot(y, y))
    mean = X.dot(w)
    variance = np.einsum("ij,j->i", np.square(X), np.square(w)) * p / q
    return float(np.sum((y - mean) ** 2 + variance))


def loops(X, y, w, p):
    total = 0.0
    for i in range(X.shape[0]):
        score = noise = 0.0
        for j in range(X.shape[1]):
            score += float(X[i, j]) * float(w[j])
            noise += (float(X[i, j]) * float(w[j])) ** 2
        if p < 1:
            total += (float(y[i]) - score) ** 2 + p / (1 - p) * noise
        else:
            total += float(y[i]) ** 2
    return total


IDIOMS = [{"expected_dropout_loss": f} for f in (gamma, moments, loops)]
