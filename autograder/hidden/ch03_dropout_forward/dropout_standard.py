"""Hidden laws of 3.2 dropout_standard."""

from __future__ import annotations

from autograder.hidden.ch03_dropout_forward import (
    edge_calls,
    evaluation_calls,
    form_calls,
    refused_calls,
    training_calls,
)
from dropout_course.exercises.ch03_dropout_forward import dropout_standard as visible
from solutions.ch03_dropout_forward import dropout_standard

training = visible.training.against(dropout_standard, weight=2)(training_calls)
evaluation = visible.evaluation.against(dropout_standard, weight=2)(evaluation_calls)
edges_of_p = visible.edges_of_p.against(dropout_standard, weight=0.5)(edge_calls)
form = visible.form.against(dropout_standard, weight=0.5, form=True)(form_calls)


@visible.mean.elsewhere(weight=0.5)
def mean(student, case):
    visible.require_mean(student, case, case.apart(4), case.rate())


@visible.refusals.elsewhere(weight=0.5)
def refusals(student, case):
    case.raises(ValueError, [student.dropout_standard(*call) for call in refused_calls(case)])
