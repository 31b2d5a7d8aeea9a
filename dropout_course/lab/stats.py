"""Means, standard errors and paired differences over a handful of runs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Two-sided 95 % quantiles of Student's t for 1, 2, … degrees of freedom.  Stored, so that a
# notebook needs no scipy; a test derives them again.
T95 = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
)  # fmt: skip


class Difference(NamedTuple):
    """A mean difference of paired runs with its 95 % interval."""

    mean: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.mean:+.1f} [{self.low:+.1f}, {self.high:+.1f}] over {self.n} paired runs"


def mean(runs: np.ndarray) -> np.ndarray:
    """Mean over the last axis, the runs."""
    return np.asarray(runs, float).mean(-1)


def standard_error(runs: np.ndarray) -> np.ndarray:
    """Standard error of the mean over the last axis, the runs (at least two)."""
    runs = np.asarray(runs, float)
    if runs.shape[-1] < 2:
        raise ValueError("A standard error needs at least two runs: pass more seeds.")
    return runs.std(-1, ddof=1) / np.sqrt(runs.shape[-1])


def plus_minus(runs: np.ndarray) -> str:
    """Write the mean of a few runs and its standard error: ``'  8.4 ± 0.4'``."""
    return f"{float(mean(runs)):5.1f} ± {float(standard_error(runs)):.1f}"


def paired_difference(a: np.ndarray, b: np.ndarray) -> Difference:
    """Mean of ``a - b`` over paired runs and its 95 % t interval.

    Parameters
    ----------
    a, b : array_like, shape (n,)
        Results of two methods on the same n seeds, in the same order; n >= 2.

    Returns
    -------
    Difference
        Mean, ends of the interval, n.  Beyond 31 runs the quantile of 31 runs is used,
        which makes the interval a little too wide, never too narrow.
    """
    difference = np.asarray(a, float) - np.asarray(b, float)
    if difference.ndim != 1:
        raise ValueError("Pass two one-dimensional arrays of paired runs.")
    centre = float(difference.mean())
    half = T95[min(len(difference) - 1, len(T95)) - 1] * float(standard_error(difference))
    return Difference(centre, centre - half, centre + half, len(difference))
