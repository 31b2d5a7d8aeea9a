"""Hidden laws of 2.3 noise_is_ridge."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch02_regularizers import noise_is_ridge as visible
from dropout_course.exercises.ch02_regularizers import problem
from solutions.ch02_regularizers import noise_is_ridge


@visible.gradient_vanishes.against(noise_is_ridge, weight=2)
def gradient_vanishes(case):
    sizes = ((4, 3), (30, 5), (10, 1), (3, 2))
    calls = [(*problem(case, n, d), float(case.uniform(low=0.1, high=0.8))) for n, d in sizes]
    X, y = problem(case, 6, 4)
    return calls + [(given, y, 0.5) for given in case.layouts(X)]


@visible.others_do_worse.against(noise_is_ridge, weight=1)
def others_do_worse(case):
    X, y = problem(case, 8, 3)
    return [(X, 100 * y, 0.7), (X, y, 0.2)]


@visible.counted_twice.elsewhere(weight=1)
def counted_twice(student, case):
    X, y = problem(case, 4, 2)
    asked = [student.noise_is_ridge(np.tile(X, (n, 1)), np.tile(y, n), 0.3) for n in (1, 2, 5)]
    once = case.array(asked[0], (2,))
    for again in asked[1:]:
        case.equal(again, once, what="w from the same examples several times")


@visible.limits.against(noise_is_ridge, weight=1)
def limits(case):
    X, y = problem(case, 9, 4)
    return [(X, y, sigma2) for sigma2 in (1e-6, 1e-2, 1e3)]


@visible.more_inputs.against(noise_is_ridge, weight=1)
def more_inputs(case):
    return [(*problem(case, n, d), 0.4) for n, d in ((3, 7), (1, 5))]


@visible.form.against(noise_is_ridge, weight=1, form=True)
def form(case):
    calls = []
    for dtype in (np.float32, np.float64):
        X, y = (case.frozen(a.astype(dtype)) for a in problem(case, 6, 3))
        calls.append((X, y, 0.5))
    return calls
