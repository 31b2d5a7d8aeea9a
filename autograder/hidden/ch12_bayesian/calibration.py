"""Hidden laws of 12.5 calibration."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch12_bayesian import calibration as visible
from dropout_course.exercises.ch12_bayesian import some_probs
from dropout_course.exercises.ch12_bayesian.calibration import UNEVEN, confidences
from dropout_course.exercises.ch12_bayesian.wrong_scores import quantile
from solutions.ch12_bayesian import brier, ece


@visible.gaps.against(ece, weight=1.5)
def gaps(case):
    probs, labels = confidences(case, 50, 3, 15)
    calls = [(other, labels, 15) for other in case.layouts(probs)]
    return [*calls, (UNEVEN[:1], np.array([1]), 15), (*confidences(case, 200, 10, 15), 15)]


@visible.bins.against(ece, weight=0.5)
def bins(case):
    return [(*confidences(case, 90, 5, n), n) for n in (2, 7, 20)]


@visible.certain.elsewhere(weight=0.5)
def certain(student, case):
    probs = np.eye(4)[[0, 3, 2]]
    examples = [((probs, np.array([1, 3, 2]), n), 1 / 3) for n in (10, 3)]
    edge = np.array([[0.625, 0.375], [0.4, 0.6]]), np.array([1, 1]), 8
    case.gives(student.ece, [*examples, (edge, 0.1125)])


@visible.scores.against(brier, weight=1)
def scores(case):
    calls = [(some_probs(case, n, k), case.integers(0, k, n)) for n, k in ((1, 2), (9, 3), (4, 7))]
    labels = case.integers(0, 3, 5)
    return calls + [(other, labels) for other in case.layouts(some_probs(case, 5, 3))]


@visible.inside.elsewhere(weight=1.5)
def inside(student, case):
    far = np.array([0.2, -0.6, 1.0, -1.4, 1.75, -2.4, 2.8, 0.4])
    for level in (0.3, 0.68, 0.9, 0.99):
        mean, var = case.normal(8, scale=3), case.choice((0.1, 9.0)) * case.uniform(8, low=0.8)
        want = float((np.abs(far) <= quantile(level)).mean())
        calls = [(other, mean, var, level) for other in case.layouts(mean + far * np.sqrt(var))]
        case.gives(student.coverage, [(call, want) for call in calls])


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    probs, labels = map(case.frozen, (some_probs(case, 6, 3), case.integers(0, 3, 6)))
    y, mean, var = (case.frozen(case.uniform(5, low=0.5)) for _ in range(3))
    asked = [student.ece(probs, labels, 10), student.brier(probs, labels)]
    for answer in [*asked, student.coverage(y, mean, var, 0.8)]:
        case.form(answer, 0.5)
