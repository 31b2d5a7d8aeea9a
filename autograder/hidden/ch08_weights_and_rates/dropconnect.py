"""Hidden laws of 8.1 dropconnect."""

from __future__ import annotations

import numpy as np

from autograder.hidden.ch08_weights_and_rates import layers
from dropout_course.exercises.ch08_weights_and_rates import dropconnect as visible
from dropout_course.exercises.ch08_weights_and_rates import layer, parts, same_dtypes
from solutions.ch08_weights_and_rates import dropconnect_backward, dropconnect_forward


@visible.forward.against(dropconnect_forward, weight=2)
def forward(case):
    return [(v, weights, 0 * b, mask) for v, weights, b, mask in layers(case)]


@visible.bias.against(dropconnect_forward, weight=0.5)
def bias(case):
    return [(0 * v, weights, b, mask) for v, weights, b, mask in layers(case)]


def _gradient(name):
    """Give a law that compares one gradient with that of the reference."""

    def body(student, case):
        calls = [(case.apart(*m.shape[:2]), v, weights, m) for v, weights, _, m in layers(case)]
        asked = [(call, student.dropconnect_backward(*call)) for call in calls]
        for call, answer in asked:
            want = dict(zip(visible.GRADIENTS, dropconnect_backward(*call), strict=True))
            case.equal(parts(case, answer, visible.GRADIENTS)[name], want[name], what=name)

    return body


to_inputs = visible.to_inputs.elsewhere(weight=1.5)(_gradient("dv"))
to_weights = visible.to_weights.elsewhere(weight=1.5)(_gradient("dW"))
to_biases = visible.to_biases.elsewhere(weight=0.5)(_gradient("db"))


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for kind in (np.float32, np.float64):
        v, weights, b, mask = layer(case, 3, 4, 2)
        v, weights, b = (case.frozen(x.astype(kind)) for x in (v, weights, b))
        grad = case.frozen(case.normal(3, 2, dtype=kind))
        mask = case.frozen(mask)
        case.form(student.dropconnect_forward(v, weights, b, mask), grad)
        back = student.dropconnect_backward(grad, v, weights, mask)
        same_dtypes(case, back, visible.GRADIENTS, kind)
