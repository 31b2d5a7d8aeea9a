"""Hidden laws of 1.3 ensemble_variance."""

from __future__ import annotations

from dropout_course.exercises.ch01_overfitting import ensemble_variance as visible
from solutions.ch01_overfitting import ensemble_variance


@visible.variance_of_the_mean.against(ensemble_variance, weight=2)
def variance_of_the_mean(case):
    sizes = (2, 5, 30, 1000)
    return [(float(case.uniform(low=1.5, high=9)), case.rate(), k) for k in sizes]


@visible.independent.against(ensemble_variance, weight=1)
def independent(case):
    return [*((0.3, 0.0, k) for k in (2, 3, 1000)), (5.0, 0.0, 2)]


@visible.copies.against(ensemble_variance, weight=1)
def copies(case):
    return [(7.0, 1.0, 9), (0.1, 1.0, 3)]


@visible.one.against(ensemble_variance, weight=1)
def one(case):
    return [(0.1, 0.7, 1), (0.1, -1.0, 1)]


@visible.negative.against(ensemble_variance, weight=1)
def negative(case):
    return [(1.7, -part / (k - 1), k) for k in (2, 4, 11) for part in (1.0, 0.5)]
