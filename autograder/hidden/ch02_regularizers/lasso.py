"""Hidden laws of 2.2 lasso."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch02_regularizers import lasso as visible
from dropout_course.exercises.ch02_regularizers import problem
from solutions.ch02_regularizers import lasso_ista, soft_threshold


@visible.moves_and_stops.against(soft_threshold, weight=2)
def moves_and_stops(case):
    calls = [(case.apart(*shape), 1.2) for shape in ((20,), (3, 5), (2, 3, 2))]
    calls += [(given, 0.5) for given in case.layouts(case.apart(3, 4))]
    return [*calls, (np.array([5.0, -1e-9, 2.0, -4.0, 0.25]), 2.0)]


@visible.no_threshold.against(soft_threshold, weight=1)
def no_threshold(case):
    return [(case.normal(6, dtype=np.float32), 0.0), (case.normal(2, 3), 0.0)]


@visible.one_update.against(lasso_ista, weight=1)
def one_update(case):
    problems = [problem(case, n, d) for n, d in ((5, 3), (3, 6), (1, 4))]
    return [(X, y, 0.3, steps) for X, y in problems for steps in (0, 1)]


@visible.every_update.against(lasso_ista, weight=2)
def every_update(case):
    sizes = ((9, 4, 0.5, 3), (4, 9, 1.0, 10), (6, 6, 0.0, 7), (12, 2, 2.0, 2))
    calls = [(*problem(case, n, d), lam, steps) for n, d, lam, steps in sizes]
    X, y = problem(case, 6, 3)
    calls += [(visible.X, -visible.Y, 1.5, steps) for steps in (2, 4)]
    return calls + [(given, y, 0.4, 4) for given in case.layouts(X)]


@visible.optimal_in_the_end.elsewhere(weight=2)
def optimal_in_the_end(student, case):
    X, y = problem(case, 9, 6, high=1.4)
    lam = 0.8 * float(np.abs(X.T @ y).max())
    want, answer = lasso_ista(X, y, lam, 150), student.lasso_ista(X, y, lam, 150)
    case.equal(answer, want, tol=1e-7, what="w after 150 steps")
    weak = np.abs(X.T @ (y - X @ want)) < 0.99 * lam
    text = "a weight that is pulled with less than λ is not exactly 0"
    case.that(not case.array(answer)[weak].any(), text)


@visible.form.elsewhere(weight=1)
def form(student, case):
    for dtype in (np.float32, np.float64):
        X, y = (case.frozen(a.astype(dtype)) for a in problem(case, 7, 3))
        case.form(student.lasso_ista(X, y, 0.5, 5), X[0], what="w")
        case.form(student.soft_threshold(X, 0.5), X)
