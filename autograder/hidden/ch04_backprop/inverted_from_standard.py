"""Hidden laws of 4.4 inverted_from_standard."""

from __future__ import annotations

import numpy as np

from autograder.hidden.ch04_backprop import SHAPES
from dropout_course.exercises.ch04_backprop import inverted_from_standard as visible
from dropout_course.exercises.ch04_backprop.inverted_from_standard import converted, follow
from solutions.ch04_backprop import inverted_from_standard


@visible.same_trajectory.elsewhere(weight=2)
def same_trajectory(student, case):
    shapes = (((3, 1), 0.02), ((5, 4), 0.02))
    calls = [(case.apart(*shape), lr, 1 - case.rate()) for shape, lr in shapes]
    asked = [student.inverted_from_standard(*call) for call in calls]
    for standard, answer in zip(calls, asked, strict=True):
        follow(case, standard, converted(case, answer, standard[0]), steps=20)
    calls = [(given, 0.3, 0.7) for given in case.layouts(case.apart(4, 3))]
    for call in calls:
        case.equal(student.inverted_from_standard(*call), inverted_from_standard(*call))


@visible.same_outputs.elsewhere(weight=1.5)
def same_outputs(student, case):
    calls = [(case.apart(6, 3), 0.1, q) for q in (0.01, 0.35, 0.9)]
    for W, lr, q in calls:
        W_inv, _ = converted(case, student.inverted_from_standard(W, lr, q), W)
        h, mask = case.apart(4, 6), case.mask((4, 6), 1 - q)
        case.equal((mask * h / q) @ W_inv, (mask * h) @ W, what="the output in training")
        case.equal(h @ W_inv, (q * h) @ W, what="the output in eval")


@visible.nothing_at_one.against(inverted_from_standard, weight=0.5)
def nothing_at_one(case):
    return [(case.apart(2, 3), 2.0, 1.0)]


@visible.form.against(inverted_from_standard, weight=0.5, form=True)
def form(case):
    dtypes = (np.float32, np.float64)
    weights = [case.normal(*shape, dtype=dtype) for dtype in dtypes for shape in SHAPES]
    return [(case.frozen(W), 0.1, 1 - case.rate()) for W in weights]
