"""Hidden laws of 4.1 dropout_backward."""

from __future__ import annotations

import numpy as np

from autograder.hidden.ch04_backprop import SHAPES
from dropout_course.exercises.ch04_backprop import difference
from dropout_course.exercises.ch04_backprop import dropout_backward as visible
from solutions.ch04_backprop import dropout_backward


@visible.adjoint_identity.elsewhere(weight=2)
def adjoint_identity(student, case):
    examples = []
    for shape in SHAPES:
        p = case.rate()
        examples.append((case.apart(*shape), case.apart(*shape), case.mask(shape, p), p))
    visible.adjoint(student, case, examples)
    g, mask = case.apart(4, 5), case.mask((4, 5), 0.3)
    calls = [(grad, (mask, 0.3, True)) for grad in case.layouts(g)]
    calls += [(g, (other, 0.3, True)) for other in case.layouts(mask)]
    want = dropout_backward(g, (mask, 0.3, True))
    case.gives(student.dropout_backward, [(args, want) for args in calls])


@visible.finite_differences_agree.elsewhere(weight=1)
def finite_differences_agree(student, case):
    examples = []
    for shape in ((5,), (2, 2, 2)):
        # with higher rates tanh is flat, and a wrong factor of nothing is nothing
        p, x = case.rate(0.1, 0.6), case.apart(*shape)
        mask = case.mask(shape, p)
        want = difference(lambda z, m=mask, q=1 - p: np.tanh(m * z / q), x)
        upstream = 1 - np.tanh(mask * x / (1 - p)) ** 2
        examples.append(((upstream, (mask, p, True)), want))
    case.gives(student.dropout_backward, examples, tol=1e-6)


@visible.dropped_get_zero.elsewhere(weight=0.5)
def dropped_get_zero(student, case):
    calls = []
    for dtype in (np.float32, np.float64):
        mask = case.mask((6, 5), 0.4)
        for value in (np.inf, -np.inf, np.nan):
            grad = np.where(mask, case.normal(6, 5, dtype=dtype), dtype(value))
            calls.append((grad, mask, case.rate()))
    asked = [student.dropout_backward(grad, (mask, p, True)) for grad, mask, p in calls]
    kept = [student.dropout_backward(grad, (~mask, p, True)) for grad, mask, p in calls]
    for (grad, mask, _), answer, other in zip(calls, asked, kept, strict=True):
        got = case.array(answer, grad.shape)
        case.that((got[~mask] == 0).all(), "a dropped entry is not exactly 0", received=got)
        visible.kept_stays(case, grad, ~mask, case.array(other, grad.shape))


@visible.eval_is_identity.elsewhere(weight=2)
def eval_is_identity(student, case):
    rates = zip((0.0, 0.3, 0.9, 1.0), SHAPES[1:], strict=True)
    calls = [(case.apart(*shape), (case.mask(shape, p), p, False)) for p, shape in rates]
    case.gives(student.dropout_backward, [(call, call[0]) for call in calls])


@visible.edges_of_p.elsewhere(weight=0.5)
def edges_of_p(student, case):
    examples = []
    for shape in SHAPES:
        grad, everything, nothing = case.apart(*shape), np.ones(shape, bool), np.zeros(shape, bool)
        examples.append(((grad, (everything, 0.0, True)), grad))
        examples.append(((grad, (nothing, 1.0, True)), 0 * grad))
    case.gives(student.dropout_backward, examples)


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for dtype in (np.float32, np.float64):
        for shape in SHAPES:
            grad, mask = case.frozen(case.normal(*shape, dtype=dtype)), case.mask(shape, 0.3)
            for mode in (True, False):
                case.form(student.dropout_backward(grad, (case.frozen(mask), 0.3, mode)), grad)
