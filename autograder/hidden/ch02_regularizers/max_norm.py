"""Hidden laws of 2.4 max_norm."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch02_regularizers import max_norm as visible
from solutions.ch02_regularizers import max_norm


@visible.long_rows.against(max_norm, weight=2)
def long_rows(case):
    some = [4 * case.apart(*shape) for shape in ((3, 3), (2, 9), (8, 2), (1, 4))]
    calls = [(W, c) for W in some for c in (0.01, 1.0, 1.9)]
    return calls + [(given, 0.5) for given in case.layouts(some[0])]


@visible.short_rows.against(max_norm, weight=1)
def short_rows(case):
    exactly = np.array([[3.0, 4.0], [-3.0, 4.0], [0.0, 5.0]])
    return [(np.zeros((3, 2)), 1.0), (exactly, 5.0), (case.apart(4, 4), 100.0)]


@visible.row_by_row.elsewhere(weight=1)
def row_by_row(student, case):
    for shape in ((6, 3), (3, 6), (4, 4)):
        W = case.apart(*shape) * case.uniform(shape[0], 1, low=0.1, high=4)
        whole, back = student.max_norm(W, 1.3), student.max_norm(W[::-1].copy(), 1.3)
        first = student.max_norm(W[:1], 1.3)
        together = case.array(whole, shape)
        case.equal(back, together[::-1], what="the result for rows in reverse order")
        case.equal(first, together[:1], what="the first row alone")


@visible.twice_is_once.elsewhere(weight=1)
def twice_is_once(student, case):
    W = 3 * case.apart(5, 4)
    once = case.array(student.max_norm(W, 2.0), W.shape)
    case.equal(student.max_norm(once, 2.0), once, what="the result of a second application")


@visible.form.against(max_norm, weight=1, form=True)
def form(case):
    shapes = ((3, 4), (7, 2))
    return [
        (case.frozen(case.apart(*shape, dtype=dtype)), 0.8)
        for shape in shapes
        for dtype in (np.float32, np.float64)
    ]
