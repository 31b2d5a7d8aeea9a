"""Hidden laws of 1.2 bias_variance."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch01_overfitting import bias_variance as visible
from dropout_course.exercises.ch01_overfitting.bias_variance import PARTS, part
from solutions.ch01_overfitting import bias_variance


@visible.parts_add_up.elsewhere(weight=2)
def parts_add_up(student, case):
    shapes = ((2, 1), (5, 5), (4, 30), (50, 3))
    calls = [(case.normal(*shape) - 0.5, case.normal(shape[1])) for shape in shapes]
    predictions, truth = case.normal(8, 6), case.normal(6)
    calls += [(given, truth) for given in case.layouts(predictions)]
    calls += [(case.normal(8, 6, dtype=np.float32), case.normal(6, dtype=np.float32))]
    calls += [(case.frozen(predictions), case.frozen(truth))]
    for call, answer in [(call, student.bias_variance(*call)) for call in calls]:
        want = bias_variance(*(a.astype(float) for a in call))
        case.equal(answer, want, tol=1e-5 if call[0].dtype == np.float32 else None, what=PARTS)


def some_part(student, case, calls, which):
    """Require one of the reference's three numbers."""
    for call, answer in [(call, student.bias_variance(*call)) for call in calls]:
        case.equal(part(case, answer, which), bias_variance(*call)[which])


@visible.no_variance.elsewhere(weight=1)
def no_variance(student, case):
    calls = [(np.tile(case.normal(3), (sets, 1)), case.normal(3)) for sets in (1, 7)]
    some_part(student, case, calls, 1)


@visible.no_bias.elsewhere(weight=1)
def no_bias(student, case):
    truth, off = case.normal(4), case.apart(6, 4)
    some_part(student, case, [(truth + off - off.mean(axis=0), truth)], 0)


@visible.biases_do_not_cancel.elsewhere(weight=1)
def biases_do_not_cancel(student, case):
    off = case.apart(7)
    off -= off.mean()
    truth = case.normal(7)
    some_part(student, case, [(truth + off + 0.1 * case.apart(3, 7), truth)], 0)


@visible.population_variance.elsewhere(weight=1.5)
def population_variance(student, case):
    predictions, truth = case.apart(2, 3), case.normal(3)
    some_part(student, case, [(np.tile(predictions, (n, 1)), truth) for n in (1, 3)], 1)
