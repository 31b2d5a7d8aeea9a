"""Hidden laws of 12.4 uncertainties."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch12_bayesian import part, some_probs
from dropout_course.exercises.ch12_bayesian import uncertainties as visible
from dropout_course.exercises.ch12_bayesian.uncertainties import KEYS, SPLIT, require


def stacks(case):
    """Draw stacks of other shapes and layouts."""
    shapes = ((1, 3, 4), (2, 1, 2), (9, 5, 3))
    drawn = [some_probs(case, *shape) for shape in shapes]
    return [*drawn, *case.layouts(some_probs(case, 4, 3, 5))]


@visible.predictive.elsewhere(weight=1)
def predictive(student, case):
    require(student, case, "predictive_entropy", stacks(case))


@visible.expected.elsewhere(weight=1)
def expected(student, case):
    require(student, case, "expected_entropy", stacks(case))


@visible.information.elsewhere(weight=1)
def information(student, case):
    answers = [student.uncertainties(probs) for probs in stacks(case)[1:]]
    for answer in answers:
        total, mean = (case.array(part(case, answer, key), what=key) for key in KEYS[:2])
        own = part(case, answer, KEYS[2])
        case.equal(own, np.asarray(total - mean), what=KEYS[2], of=answer)


@visible.ratio.elsewhere(weight=1)
def ratio(student, case):
    tie = np.array([[[0.5, 0.5]], [[0.2, 0.8]], [[0.3, 0.7]], [[0.5, 0.5]]])  # ties go to class 0
    require(student, case, "variation_ratio", [tie, SPLIT, *stacks(case)])


@visible.largest.elsewhere(weight=0.5)
def largest(student, case):
    require(student, case, "max_prob", [SPLIT, *stacks(case)])


@visible.zeros.elsewhere(weight=1)
def zeros(student, case):
    probs = np.array([[[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]], [[0.0, 0.0, 1.0], [0.0, 0.3, 0.7]]])
    answer = student.uncertainties(probs)
    for key in KEYS[:3]:
        got = case.array(part(case, answer, key), (2,), what=key)
        case.that(np.isfinite(got).all(), f"{key} is not finite", received=got, kind="nonfinite")


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for kind in (np.float32, np.float64):
        probs = case.frozen(some_probs(case, 3, 4, 5, dtype=kind))
        answer = student.uncertainties(probs)
        for key in KEYS:
            case.form(part(case, answer, key), probs[0, :, 0], what=key)
