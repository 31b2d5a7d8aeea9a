"""Hidden laws of 3.3 dropout_inverted."""

from __future__ import annotations

import numpy as np

from autograder.hidden.ch03_dropout_forward import (
    edge_calls,
    evaluation_calls,
    form_calls,
    refused_calls,
    training_calls,
)
from dropout_course.exercises.ch03_dropout_forward import averaged
from dropout_course.exercises.ch03_dropout_forward import dropout_inverted as visible
from solutions.ch03_dropout_forward import dropout_inverted

training = visible.training.against(dropout_inverted, weight=2)(training_calls)
evaluation = visible.evaluation.against(dropout_inverted, weight=1.5)(evaluation_calls)
edges_of_p = visible.edges_of_p.against(dropout_inverted, weight=0.5)(edge_calls)
form = visible.form.against(dropout_inverted, weight=0.5, form=True)(form_calls)


@visible.mean.elsewhere(weight=0.5)
def mean(student, case):
    p, x = case.rate(), case.apart(4)
    case.equal(averaged(case, student.dropout_inverted, x, p), x, what="the mean over all masks")


@visible.dropped.elsewhere(weight=0.5)
def dropped(student, case):
    calls = []
    for dtype in (np.float32, np.float64):
        for value in (np.inf, -np.inf, np.nan):
            x, mask = case.normal(6, 5, dtype=dtype), case.mask((6, 5), 0.4)
            mask[:2, 0] = True, False  # one of them is kept in any case
            x = np.where(mask, x, dtype(value))
            x[0, 0] = value
            calls.append((x, mask, case.rate()))
    visible.require_odd(student, case, calls)


@visible.refusals.elsewhere(weight=0.5)
def refusals(student, case):
    case.raises(ValueError, [student.dropout_inverted(*call) for call in refused_calls(case)])
