"""Right answers to 2.3 in other styles than the reference."""

from __future__ import annotations

import math

import numpy as np


def stacked(X, y, sigma2):
    """Write the penalty as more equations."""
    n, d = X.shape
    A = np.vstack([X, math.sqrt(n * sigma2) * np.eye(d)])
    b = np.concatenate([y, np.zeros(d)])
    return np.linalg.lstsq(A, b, rcond=None)[0].astype(X.dtype)


def dual(X, y, sigma2):
    n = len(X)
    a = np.linalg.solve(X @ X.T + n * sigma2 * np.identity(n), y)
    return np.asarray(X.T @ a, dtype=X.dtype)


def svd(X, y, sigma2):
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return (Vt.T @ (s / (s**2 + X.shape[0] * sigma2) * (U.T @ y))).astype(X.dtype)


def means(X, y, sigma2):
    """Divide both sides by n."""
    n, d = X.shape
    C = np.cov(X.T, bias=True).reshape(d, d) + np.outer(X.mean(0), X.mean(0))
    return (np.linalg.inv(C + sigma2 * np.eye(d)) @ (X.T @ y / n)).astype(X.dtype)


IDIOMS = [{"noise_is_ridge": f} for f in (stacked, dual, svd, means)]
