"""Hidden laws of 4.1 dropout_backward."""

from __future__ import annotations

import numpy as np

from autograder.hidden.ch04_backprop import SHAPES
from dropout_course.exercises.ch04_backprop import dropout_backward as visible
from solutions.ch04_backprop import dropout_backward


@visible.adjoint_identity.elsewhere(weight=2)
def adjoint_identity(student, case):
    examples = []
    for shape in SHAPES:
        p = case.rate()
        examples.append((case.apart(*shape), case.mask(shape, p), p))
    grad, mask = case.apart(4, 5), case.mask((4, 5), 0.3)
    examples += [(laid_out, mask, 0.3) for laid_out in case.layouts(grad)]
    examples += [(grad, laid_out, 0.3) for laid_out in case.layouts(mask)]
    examples.append((grad.astype(np.float32), mask, 0.3))
    visible.require_adjoint(student, case, examples)


@visible.finite_differences.elsewhere(weight=1)
def finite_differences(student, case):
    visible.require_differences(student, case, ((5,), (2, 2, 2)))


@visible.dropped_get_zero.elsewhere(weight=1)
def dropped_get_zero(student, case):
    examples = []
    for dtype in (np.float32, np.float64):
        grad, mask = case.apart(2, 3, 5, dtype=dtype), case.mask((2, 3, 5), 0.5)
        odd = [dtype(value) for value in (1, np.inf, -np.inf, np.nan)]
        examples += [(np.where(mask, grad, value), mask) for value in odd]
    visible.require_zeros(student, case, examples)


@visible.evaluation.against(dropout_backward, weight=2)
def evaluation(case):
    rates = zip((0.0, 0.3, 0.9, 1.0), SHAPES[1:], strict=True)
    calls = [(case.apart(*shape), (case.mask(shape, p), p, False)) for p, shape in rates]
    odd = np.array([np.inf, np.nan, 1.0, -np.inf])
    return [*calls, (odd, (np.ones(4, bool), 0.3, False))]


@visible.edges_of_p.against(dropout_backward, weight=0.5)
def edges_of_p(case):
    calls = []
    for shape in SHAPES:
        for p in (0.0, 1.0):
            calls.append((case.apart(*shape), (np.full(shape, p == 0), p, True)))
    return calls


@visible.form.against(dropout_backward, weight=0.5, form=True)
def form(case):
    inputs = [case.frozen(case.normal(*shape, dtype=np.float32)) for shape in SHAPES]
    inputs.append(case.frozen(case.normal(2, 3)))
    return [(g, (case.mask(g.shape, 0.3), 0.3, mode)) for g in inputs for mode in (True, False)]
