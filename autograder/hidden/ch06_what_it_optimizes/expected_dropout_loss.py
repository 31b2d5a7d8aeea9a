"""Hidden laws of 6.1 expected_dropout_loss."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch06_what_it_optimizes import expected_dropout_loss as visible
from solutions.ch06_what_it_optimizes import expected_dropout_loss


@visible.loss_is_the_average.elsewhere(weight=3)
def loss_is_the_average(student, case):
    calls = []
    for n, d in ((1, 2), (1, 7), (20, 30), (40, 3)):
        y, w = 3 * case.apart(n), case.apart(d)
        for X in case.layouts(case.apart(n, d)):
            calls.append((X, y, w, case.rate(low=0.02, high=0.98)))
    single = (case.apart(*shape, dtype=np.float32) for shape in ((6, 4), (6,), (4,)))
    for call in [*calls, (*single, 0.3)]:
        X, y, w = (a.astype(float) for a in call[:3])
        want = expected_dropout_loss(X, y, w, call[3])
        tol = 1e-5 if call[0].dtype == np.float32 else None
        case.equal(student.expected_dropout_loss(*call), want, tol=tol)


@visible.loss_without_dropout.against(expected_dropout_loss, weight=1)
def loss_without_dropout(case):
    sizes = ((1, 3), (9, 2))
    return [(case.apart(n, d), case.apart(n), case.apart(d), 0.0) for n, d in sizes]


@visible.loss_at_one.against(expected_dropout_loss, weight=1)
def loss_at_one(case):
    return [(case.apart(5, 3), case.apart(5), case.apart(3), 1.0)]


@visible.loss_in_other_units.elsewhere(weight=1)
def loss_in_other_units(student, case):
    X, y, w, p = case.apart(6, 4), case.apart(6), case.apart(4), case.rate()
    units = np.array([1e-3, 1e3, 7.0, -0.2])
    once = student.expected_dropout_loss(X, y, w, p)
    again = student.expected_dropout_loss(X * units, y, w / units, p)
    case.equal(again, float(case.array(once, ())), what="the loss in other units")


@visible.examples_add_up.elsewhere(weight=1)
def examples_add_up(student, case):
    X, y, w = (case.frozen(case.apart(*shape)) for shape in ((6, 2), (6,), (2,)))
    first, second, whole = (
        student.expected_dropout_loss(X[rows], y[rows], w, 0.3)
        for rows in (slice(2), slice(2, 6), slice(6))
    )
    total = float(case.array(first, ()) + case.array(second, ()))
    case.equal(whole, total, what="the loss of six examples, against that of two and four,")
