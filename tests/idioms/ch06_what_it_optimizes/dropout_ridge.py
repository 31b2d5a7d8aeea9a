"""Right answers to 6.2 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def pinv(X, y, p):
    G = X.T.astype(float) @ X.astype(float)
    w = np.linalg.pinv(G + p / (1 - p) * np.diag(np.diag(G))) @ (X.T.astype(float) @ y)
    return w.astype(X.dtype)


def scaled(X, y, p):
    """Bring every column to length 1, use plain ridge there, and go back."""
    A, q = np.array(X, dtype=np.float64), 1 - p
    if p == 0:
        return (np.linalg.pinv(A) @ y).astype(X.dtype)
    length = np.linalg.norm(A, axis=0)
    used = length > 0
    Z = A[:, used] / length[used]
    v = np.linalg.solve(Z.T @ Z + p / q * np.identity(used.sum()), Z.T @ y)
    w = np.zeros(A.shape[1])
    w[used] = v / length[used]
    return w.astype(X.dtype)


def lstsq(X, y, p):
    """Solve the normal equations by least squares, which takes singular ones as well."""
    A = X.astype(np.float64)
    G = A.T @ A
    G[np.diag_indices_from(G)] *= 1 / (1 - p)
    return np.linalg.lstsq(G, A.T @ y.astype(np.float64), rcond=None)[0].astype(X.dtype)


def by_standard(X, y, p):
    """Solve standard dropout and multiply by q."""
    A, q = X.astype(np.float64), 1 - p
    G = q**2 * A.T @ A + p * q * np.diag((A * A).sum(0))
    return np.asarray(q * (np.linalg.pinv(G, hermitian=True) @ (q * A.T @ y)), dtype=X.dtype)


IDIOMS = [{"dropout_ridge": f} for f in (pinv, scaled, lstsq, by_standard)]
