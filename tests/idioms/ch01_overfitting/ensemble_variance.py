"""Right answers to 1.3 in other styles than the reference."""

from __future__ import annotations

from fractions import Fraction

import numpy as np


def expanded(sigma2, rho, k):
    return sigma2 / k + (k - 1) / k * rho * sigma2


def of_sum(sigma2, rho, k):
    total = k * sigma2 + k * (k - 1) * rho * sigma2
    return np.float64(total / k**2)


def matrix(sigma2, rho, k):
    """Sum the covariance matrix."""
    covariance = np.full((k, k), rho * sigma2, dtype=float)
    np.fill_diagonal(covariance, sigma2)
    ones = np.ones(k) / k
    return ones @ covariance @ ones


def exact(sigma2, rho, k):
    s, r = Fraction(sigma2), Fraction(rho)
    return float(s * (1 + (k - 1) * r) / k)


IDIOMS = [{"ensemble_variance": f} for f in (expanded, of_sum, matrix, exact)]
