"""What the exercises of chapter 02, Regularisers before dropout, share."""

from __future__ import annotations

import numpy as np


def problem(case, n, d, low=1.0, high=3.0):
    """Draw a well-conditioned regression problem: singular values of X between low and high.

    The targets lie in the range of X, so that no weight of the fit is tiny.
    """
    k = min(n, d)
    U, V = (np.linalg.qr(case.normal(size, k))[0] for size in (n, d))
    X = (U * np.linspace(low, high, k)) @ V.T
    return X, X @ case.apart(d) + 0.1 * case.normal(n)


def adam_inputs(case, *shape):
    """Draw weights, a gradient, and means that earlier steps could have left."""
    w, grad, m = (case.apart(*shape) for _ in range(3))
    return w, grad, m, m**2 + case.uniform(*shape, low=0.1, high=1)
