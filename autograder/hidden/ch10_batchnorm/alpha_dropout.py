"""Hidden laws of 10.4 alpha_dropout."""

from __future__ import annotations

import numpy as np

from autograder.hidden.ch10_batchnorm import SHAPES, form_calls, masked_calls
from dropout_course.exercises.ch10_batchnorm import alpha_dropout as visible
from dropout_course.exercises.ch10_batchnorm import edge_examples
from solutions.ch10_batchnorm import alpha_constants, alpha_dropout, alpha_dropout_backward


@visible.constants.against(alpha_constants, weight=1.5)
def constants(case):
    return [(p,) for p in (0.01, 0.5, 0.9, 0.99, 0.0)] + [(case.rate(),) for _ in range(5)]


forward = visible.forward.against(alpha_dropout, weight=2)(masked_calls)
backward = visible.backward.against(alpha_dropout_backward, weight=1.5)(masked_calls)


@visible.edges_of_p.elsewhere(weight=0.5)
def edges_of_p(student, case):
    for function in (student.alpha_dropout, student.alpha_dropout_backward):
        for shape in SHAPES:
            case.gives(function, edge_examples(case.apart(*shape), shape))


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for x, mask, p in form_calls(case):
        flat = np.broadcast_to(mask[..., None], x.shape).copy()
        for function in (student.alpha_dropout, student.alpha_dropout_backward):
            case.form(function(x, flat, p), x)
