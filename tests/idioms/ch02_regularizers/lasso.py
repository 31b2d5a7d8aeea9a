"""Right answers to 2.2 in other styles than the reference."""

from __future__ import annotations

import math

import numpy as np


def clip(w, t):
    return w - np.clip(w, -t, t)


def halves(w, t):
    return np.maximum(w - t, 0) - np.maximum(-w - t, 0)


def where(w, t):
    return np.where(w > t, w - t, np.where(w < -t, w + t, 0 * w))


def factor(w, t):
    """Scale instead of shift, with care where w is 0."""
    size = np.abs(w)
    return w * np.maximum(1 - t / np.where(size > 0, size, 1), 0) if t > 0 else w.copy()


def gram(X, y, lam, steps):
    """Work with XᵀX and Xᵀy, and take the step from the largest eigenvalue."""
    G, b = X.T @ X, X.T @ y
    L = np.linalg.eigvalsh(G)[-1]
    w = np.zeros_like(b)
    for _ in range(steps):
        w = clip(w - (G @ w - b) / L, lam / L)
    return w.astype(X.dtype)


def svd(X, y, lam, steps):
    step = 1.0 / np.linalg.svd(X, compute_uv=False).max() ** 2
    w = np.zeros(X.shape[1], dtype=X.dtype)
    k = 0
    while k < steps:
        a = w - step * np.dot(X.T, np.dot(X, w) - y)
        w = np.sign(a) * np.where(np.abs(a) > step * lam, np.abs(a) - step * lam, 0)
        k += 1
    return w


def residual(X, y, lam, steps):
    """Follow the residual, in double precision throughout."""
    A, b = np.asarray(X, np.float64), np.asarray(y, np.float64)
    L = np.linalg.norm(A, ord=2) ** 2
    w = np.zeros(A.shape[1])
    for _ in range(steps):
        a = w + A.T @ (b - A @ w) / L
        w = np.array([math.copysign(max(abs(x) - lam / L, 0.0), x) for x in a])
    return w.astype(X.dtype)


IDIOMS = [
    {"soft_threshold": soft, "lasso_ista": ista}
    for soft, ista in ((clip, gram), (halves, svd), (where, residual), (factor, gram))
]
