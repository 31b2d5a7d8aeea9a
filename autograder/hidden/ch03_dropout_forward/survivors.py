"""Hidden laws of 3.4 survivors."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.exercises.ch03_dropout_forward import survivors as visible
from solutions.ch03_dropout_forward import prob_dead_layer, survivor_pmf


@visible.small_layers.elsewhere(weight=1.5)
def small_layers(student, case):
    sizes = (1, 2, 3, 17, 100, case.integers(20, 100))
    calls = [(n, case.rate(0.02, 0.98)) for n in sizes]
    case.gives(student.survivor_pmf, [(c, survivor_pmf(*c)) for c in calls], tol=1e-10)


@visible.moments.elsewhere(weight=0.5)
def moments(student, case):
    calls = [(1, 0.4), (90, 0.97), (30, case.rate()), (200, case.rate())]
    visible.require_moments(student, case, calls)


@visible.dead_layer.elsewhere(weight=2)
def dead_layer(student, case):
    calls = [(2, case.rate()), (5, case.rate()), (40, 0.5), (1200, 0.999)]
    case.gives(student.prob_dead_layer, [(c, prob_dead_layer(*c)) for c in calls], tol=1e-10)


@visible.certain.elsewhere(weight=0.5)
def certain(student, case):
    visible.require_certainty(student, case, (1, 40, 200))


@visible.wide_layers.elsewhere(weight=1.5)
def wide_layers(student, case):
    calls = [(200, case.rate()), (1200, 0.001), (1200, 0.999)]
    case.gives(student.survivor_pmf, [(c, by_logarithms(*c)) for c in calls], tol=1e-10)


def by_logarithms(n, p):
    """Give the distribution of survivors, 0 < p < 1, to 1e-12 for n up to some thousands."""
    k = np.arange(n + 1)
    log_factorial = np.cumsum(np.log(np.maximum(k, 1)))
    log_choose = log_factorial[n] - log_factorial - log_factorial[::-1]
    return np.exp(log_choose + k * math.log1p(-p) + (n - k) * math.log(p))
