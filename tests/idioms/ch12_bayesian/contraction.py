"""Right answers to 12.6 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def with_polyfit(spreads, Ns):
    return np.polyfit(np.log(Ns), np.log(spreads), 1)[0]


def with_lstsq(spreads, Ns):
    A = np.vander(np.log10(Ns), 2)  # any base: it cancels
    return float(np.linalg.lstsq(A, np.log10(spreads), rcond=None)[0][0])


def with_cov(spreads, Ns):
    C = np.cov(np.log(Ns), np.log(spreads))
    return C[0, 1] / C[0, 0]


def with_sums(spreads, Ns):
    x, y, n = np.log(np.asarray(Ns, float)), np.log(spreads), len(Ns)
    return (n * (x * y).sum() - x.sum() * y.sum()) / (n * (x * x).sum() - x.sum() ** 2)


IDIOMS = [{"contraction_slope": f} for f in (with_polyfit, with_lstsq, with_cov, with_sums)]
