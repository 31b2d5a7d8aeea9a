"""Hidden laws of 1.1 poly_fit_predict."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch01_overfitting import poly_fit_predict as visible
from dropout_course.exercises.ch01_overfitting.poly_fit_predict import (
    FIT,
    of_polynomial,
    training_set,
)
from solutions.ch01_overfitting import poly_fit_predict


def as_reference(student, case, calls):
    """Require the reference's predictions."""
    examples = [(call, poly_fit_predict(*call)) for call in calls]
    case.gives(student.poly_fit_predict, examples, tol=FIT, what="the prediction")


@visible.polynomial_is_recovered.elsewhere(weight=2)
def polynomial_is_recovered(student, case):
    sizes = ((0, 2), (1, 2), (5, 6), (10, 14))
    examples = [of_polynomial(case, degree, n, 6) for degree, n in sizes]
    case.gives(student.poly_fit_predict, examples, tol=FIT, what="the polynomial")


@visible.residuals_are_orthogonal.elsewhere(weight=1)
def residuals_are_orthogonal(student, case):
    calls = []
    for degree, n in ((2, 5), (7, 20), (10, 30)):
        x, y = training_set(case, n)
        calls += [(x, y, case.uniform(8, low=-1, high=1), degree), (x, y, x, degree, 0.0)]
    as_reference(student, case, calls)


@visible.ridge_is_right.elsewhere(weight=3)
def ridge_is_right(student, case):
    calls = []
    for degree, n, ridge in ((1, 3, 2.0), (10, 15, 0.01), (10, 5, 0.5), (4, 40, 30.0)):
        x, y = training_set(case, n)
        calls.append((x, y + 3, case.uniform(5, low=-1, high=1), degree, ridge))
    as_reference(student, case, calls)
    x, y = training_set(case, 9)
    enormous = student.poly_fit_predict(x, y, x[:2], 3, 1e9)
    case.equal(enormous, np.zeros(2), tol=1e-6, what="the prediction with an enormous ridge")


@visible.minimum_norm.elsewhere(weight=1)
def minimum_norm(student, case):
    calls = []
    for degree, n in ((2, 2), (7, 4), (10, 6)):
        x, y = training_set(case, n)
        calls.append((x, y, case.uniform(6, low=-1, high=1), degree))
    as_reference(student, case, calls)


@visible.point_by_point.elsewhere(weight=1)
def point_by_point(student, case):
    x, y = training_set(case, 9)
    calls = [(x, y, t, 2) for t in (np.array([0.25]), case.uniform(40, low=-1, high=1), x)]
    as_reference(student, case, calls + [(a, y, a, 2, 0.1) for a in case.layouts(x)])


@visible.form.elsewhere(weight=1)
def form(student, case):
    for dtype in (np.float32, np.float64):
        x = case.frozen(np.linspace(-1, 1, 6).astype(dtype))
        t = case.frozen(np.array([0.5, -0.25, 0.0], dtype))
        case.form(student.poly_fit_predict(x, x, t, 2), t)
