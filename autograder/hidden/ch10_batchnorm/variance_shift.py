"""Hidden laws of 10.1 variance_shift."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch10_batchnorm import variance_shift as visible
from dropout_course.exercises.ch10_batchnorm.variance_shift import covariance
from solutions.ch10_batchnorm import shift_after_dropout, shift_after_linear


@visible.one_unit.against(shift_after_dropout, weight=2)
def one_unit(case):
    calls = [(float(case.apart()), float(case.uniform(low=0.3, high=3)), case.rate())
             for _ in range(4)]  # fmt: skip
    return [*calls, (-3.0, 0.5, 0.7), (0.0, 1.0, 0.9), (1.0, 1.0, 0.0)]


@visible.sums.against(shift_after_linear, weight=2)
def sums(case):
    calls = [(np.array([-2.0]), np.array([1.5]), np.array([[0.7]]), 0.4)]
    for n in (2, 20):
        (cov, w), mean = covariance(case, n), case.apart(n)
        calls += [(w, mean, other, case.rate()) for other in case.layouts(cov)]
        calls.append((w, mean, cov, 0.0))
    return calls


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    cov, w = covariance(case, 4)
    arrays = map(case.frozen, (w, case.apart(4), cov))
    answers = [student.shift_after_linear(*arrays, 0.7), student.shift_after_dropout(0.0, 1.0, 0.1)]
    for answer in answers:
        case.form(answer, 0.5)
