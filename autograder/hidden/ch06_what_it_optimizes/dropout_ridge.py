"""Hidden laws of 6.2 dropout_ridge."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch06_what_it_optimizes import dropout_ridge as visible
from dropout_course.exercises.ch06_what_it_optimizes.dropout_ridge import correlated, orthogonal
from solutions.ch06_what_it_optimizes import dropout_ridge


def as_reference(student, case, calls):
    """Require the reference's weights."""
    examples = [(call, dropout_ridge(*call)) for call in calls]
    case.gives(student.dropout_ridge, examples, tol=1e-8, what="w")


@visible.gradient_vanishes.elsewhere(weight=3)
def gradient_vanishes(student, case):
    calls = []
    for n, d in ((3, 2), (30, 2), (12, 6)):
        y = case.apart(n)
        calls += [(X, y, case.rate()) for X in case.layouts(correlated(case, n, d))]
    # more features than examples: with dropout there is one minimiser all the same
    calls.append((case.apart(3, 5), case.apart(3), case.rate(low=0.3)))
    as_reference(student, case, calls)


@visible.orthogonal_columns_shrink.elsewhere(weight=1)
def orthogonal_columns_shrink(student, case):
    examples = []
    for n, d in ((3, 3), (20, 5)):
        X, w, p = orthogonal(case, n, d), case.apart(d), case.rate()
        examples.append(((X, X @ w, p), (1 - p) * w))
    case.gives(student.dropout_ridge, examples, what="w")


@visible.weights_in_other_units.elsewhere(weight=1)
def weights_in_other_units(student, case):
    X, y, p = correlated(case, 10, 4), case.apart(10), case.rate()
    once = student.dropout_ridge(X, y, p)
    some = np.array([[1.0, 6.0, 0.2, 1.0], [-2.0, 1.0, 1.0, 0.5]])
    asked = [(units, student.dropout_ridge(X * units, y, p)) for units in some]
    w = case.array(once, (4,))
    for units, answer in asked:
        case.equal(case.array(answer, (4,)) * units, w, what="w in other units")


@visible.least_squares.elsewhere(weight=1)
def least_squares(student, case):
    as_reference(student, case, [(correlated(case, 25, 3), case.apart(25), 0.0)])


@visible.minimum_norm.elsewhere(weight=1)
def minimum_norm(student, case):
    X = np.array([[1.0, 0.0, 2.0], [1.0, 0.0, -1.0], [0.0, 0.0, 1.0]])
    equal = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 2.0], [1.0, 1.0, 1.0]])
    y = np.array([3.0, 1.0, -1.0])
    as_reference(student, case, [(X, y, 0.0), (equal, y, 0.0)])


@visible.form.against(dropout_ridge, weight=1, form=True)
def form(case):
    calls = []
    for dtype in (np.float32, np.float64):
        X, y = case.normal(9, 3, dtype=dtype), case.normal(9, dtype=dtype)
        calls.append((case.frozen(X), case.frozen(y), 0.4))
    return calls
