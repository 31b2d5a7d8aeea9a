"""Right answers to 3.4 in other styles than the reference."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np


def one_unit_at_a_time(n, p):
    pmf = np.zeros(n + 1)
    pmf[0] = 1.0
    for _ in range(n):
        pmf[1:] = (1 - p) * pmf[:-1] + p * pmf[1:]
        pmf[0] *= p
    return pmf


def convolve(n, p):
    """Square and multiply: a layer of n is two layers of n/2."""
    if n == 1:
        return np.array([p, 1 - p], dtype=float)
    half = convolve(n // 2, p)
    whole = np.convolve(half, half)
    return np.convolve(whole, [p, 1 - p]) if n % 2 else whole


def exact(n, p):
    """Exact integers: p is a fraction with a power of two below."""
    drop = Fraction(p)
    num, den = drop.numerator, drop.denominator
    keep = den - num
    total, pmf, term = den**n, [], num**n
    if num == 0:
        return np.array([0.0] * n + [1.0])
    shift = max(total.bit_length() - 2000, 0)
    total >>= shift
    for k in range(n + 1):
        pmf.append((term >> shift) / total)
        term = term * (n - k) * keep // ((k + 1) * num)
    return np.array(pmf)


def lgamma_loop(n: int, p: float) -> np.ndarray:
    pmf = np.zeros(n + 1)
    if p == 0:
        pmf[n] = 1
    elif p == 1:
        pmf[0] = 1
    else:
        for k in range(n + 1):
            log = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
            pmf[k] = math.exp(log + k * math.log(1 - p) + (n - k) * math.log(p))
    return pmf


IDIOMS = [
    {"survivor_pmf": pmf, "prob_dead_layer": dead}
    for pmf, dead in (
        (one_unit_at_a_time, lambda n, p: math.pow(p, n)),
        (convolve, lambda n, p: float(p**n)),
        (exact, lambda n, p: np.prod(np.full(n, p))),
        (lgamma_loop, lambda n, p: one_unit_at_a_time(n, p)[0]),
    )
]
