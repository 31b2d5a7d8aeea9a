"""Hidden laws of 6.3 glm_penalty."""

from __future__ import annotations

import itertools

import numpy as np

from dropout_course.exercises.ch06_what_it_optimizes import glm_penalty as visible
from dropout_course.exercises.ch06_what_it_optimizes.glm_penalty import averaged_penalty
from solutions.ch06_what_it_optimizes import glm_penalty


@visible.penalty_is_the_average.elsewhere(weight=2)
def penalty_is_the_average(student, case):
    calls = []
    for n, d in ((1, 2), (3, 10), (2, 12), (8, 2)):
        calls.append((case.apart(n, d), case.apart(d), case.rate(), "logistic", "exact"))
    for X in case.layouts(case.apart(3, 4)):
        calls.append((X, case.apart(4), case.rate(), "linear", "exact"))
    case.gives(student.glm_penalty, [(call, averaged_penalty(*call)) for call in calls])


@visible.penalty_by_curvature.against(glm_penalty, weight=2)
def penalty_by_curvature(case):
    calls, how = [], ("logistic", "quadratic")
    for n, d in ((2, 2), (5, 40), (60, 3)):
        X, beta, p = case.apart(n, d), 0.3 * case.apart(d), case.rate()
        calls += [(given, beta, p, *how) for given in case.layouts(X)]
    return calls


@visible.linear_is_quadratic.against(glm_penalty, weight=1)
def linear_is_quadratic(case):
    sizes = ((1, 3), (7, 8), (40, 2))
    drawn = [(case.apart(n, d), case.apart(d), case.rate()) for n, d in sizes]
    return [(*call, "linear", "quadratic") for call in drawn]


@visible.no_penalty.elsewhere(weight=1)
def no_penalty(student, case):
    X, beta = case.apart(5, 3), case.apart(3)
    kinds = list(itertools.product(("linear", "logistic"), ("exact", "quadratic")))
    case.gives(student.glm_penalty, [((X, beta, 0.0, *kind), 0.0) for kind in kinds])


@visible.large_scores.elsewhere(weight=1)
def large_scores(student, case):
    X, beta = np.array([[900.0, -1.0], [-5.0, -800.0], [1.0, 2.0]]), np.array([1.0, 1.5])
    for order in ("exact", "quadratic"):
        got = case.array(student.glm_penalty(X, beta, 0.4, "logistic", order), ())
        text = "at large scores the penalty must be finite"
        case.that(np.isfinite(got), text, received=float(got), kind="nonfinite")
