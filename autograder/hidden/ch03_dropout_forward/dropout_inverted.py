"""Hidden laws of 3.3 dropout_inverted."""

from __future__ import annotations

import numpy as np

from autograder.hidden.ch03_dropout_forward import SHAPES, edge_calls, form_calls, training_calls
from dropout_course.engine.case import BAD_RATES
from dropout_course.exercises.ch03_dropout_forward import averaged
from dropout_course.exercises.ch03_dropout_forward import dropout_inverted as visible
from solutions.ch03_dropout_forward import dropout_inverted

training = visible.training.against(dropout_inverted, weight=2)(training_calls)
edges_of_p = visible.edges_of_p.against(dropout_inverted, weight=0.5)(edge_calls)
form = visible.form.against(dropout_inverted, weight=0.5, form=True)(form_calls)


@visible.evaluation.against(dropout_inverted, weight=1.5)
def evaluation(case):
    rates = zip((0.0, 0.3, 0.9, 1.0), SHAPES[1:], strict=True)
    return [(case.apart(*shape), case.mask(shape, p), p, False) for p, shape in rates]


@visible.mean.elsewhere(weight=0.5)
def mean(student, case):
    p, x = case.rate(), case.apart(5)
    case.equal(averaged(case, student.dropout_inverted, x, p), x, what="the mean over all masks")


@visible.dropped.elsewhere(weight=0.5)
def dropped(student, case):
    calls = []
    for dtype in (np.float32, np.float64):
        x, mask = case.normal(6, 5, dtype=dtype), case.mask((6, 5), 0.4)
        x = np.where(mask, x, dtype(case.choice((np.inf, -np.inf, np.nan))))
        calls.append((x, mask, case.rate(), True))
    for (x, mask, *_), answer in [(call, student.dropout_inverted(*call)) for call in calls]:
        y = case.array(answer, x.shape)
        case.that((y[~mask] == 0).all(), "a dropped entry is not exactly 0", received=y)


@visible.refusals.elsewhere(weight=0.5)
def refusals(student, case):
    x, mask = case.normal(2, 3), case.mask((2, 3), 0.3)
    rates = (-1e-9, 1 + 1e-9, 2.0, -np.inf, np.inf, *BAD_RATES)
    calls = [(x, mask, p, mode) for mode in (True, False) for p in rates]
    case.raises(ValueError, [student.dropout_inverted(*call) for call in calls])
