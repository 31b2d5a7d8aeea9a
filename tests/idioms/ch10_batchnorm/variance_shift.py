"""Right answers to 10.1 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def by_noise(mean, var, p):
    return var / (var + p / (1 - p) * (var + mean**2))


def by_product(mean, var, p):
    q = 1 - p
    return q * var / (var + p * mean * mean)


def by_moments(mean, var, p):
    second = (var + mean**2) / (1.0 - p)
    return np.float64(var) / (second - mean**2)


def with_einsum(w, mean, cov, p):
    signal = np.einsum("i,ij,j->", w, cov, w)
    noise = np.einsum("i,i->", w**2, mean**2 + cov.diagonal()) * p / (1 - p)
    return signal / (signal + noise)


def with_loops(w, mean, cov, p):
    n, signal, noise = len(w), 0.0, 0.0
    for i in range(n):
        noise += w[i] ** 2 * (mean[i] ** 2 + cov[i, i])
        for j in range(n):
            signal += w[i] * w[j] * cov[i, j]
    return signal / (signal + noise * p / (1 - p))


def with_matrix(w, mean, cov, p):
    D = np.diag(np.diag(cov) + mean**2) * p / (1 - p)
    return (w @ cov @ w) / (w @ (cov + D) @ w)


IDIOMS = [
    {"shift_after_dropout": f, "shift_after_linear": g}
    for f, g in ((by_noise, with_einsum), (by_product, with_loops), (by_moments, with_matrix))
]
