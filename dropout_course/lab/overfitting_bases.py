"""Polynomials of smallest norm in bases other than the powers, for chapter 01."""

from __future__ import annotations

import numpy as np


def legendre_fits(
    x: np.ndarray, y: np.ndarray, x_test: np.ndarray, count: int, scaled: bool
) -> np.ndarray:
    """Fit polynomials in the Legendre basis: the fit whose weights there have the smallest norm.

    Parameters
    ----------
    x, y : ndarray, shape (S, n)
        Training sets.
    x_test : ndarray, shape (m,)
        Where to predict.
    count : int
        Weights, one more than the degree.
    scaled : bool
        Whether all basis functions are scaled to the same mean square; otherwise all have the
        largest value 1, so that those of high degree have a smaller mean square.

    Returns
    -------
    ndarray, shape (S, m)
        Predictions at `x_test`.
    """
    scale = np.sqrt(2 * np.arange(count) + 1) if scaled else np.ones(count)

    def basis(points: np.ndarray) -> np.ndarray:
        return np.polynomial.legendre.legvander(points, count - 1) * scale

    there = basis(x_test)
    fits = (np.linalg.lstsq(basis(a), b, rcond=1e-10)[0] for a, b in zip(x, y))  # noqa: B905
    return np.array([there @ weights for weights in fits])
