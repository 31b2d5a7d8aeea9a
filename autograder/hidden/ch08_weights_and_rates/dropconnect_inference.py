"""Hidden laws of 8.2 dropconnect_inference."""

from __future__ import annotations

import numpy as np

from autograder.hidden.ch08_weights_and_rates import layers
from dropout_course.exercises.ch08_weights_and_rates import dropconnect_inference as visible
from dropout_course.exercises.ch08_weights_and_rates import layer, parts, same_dtypes
from solutions.ch08_weights_and_rates import dropconnect_moments, dropconnect_relu_mean


def calls(case):
    """Give calls of many sizes and layouts."""
    return [(v, weights, b, case.rate()) for v, weights, b, _ in layers(case)]


def _moment(name):
    """Give a law that compares one moment with that of the reference."""

    def body(student, case):
        asked = [(call, student.dropconnect_moments(*call)) for call in calls(case)]
        for call, answer in asked:
            want = dict(zip(visible.MOMENTS, dropconnect_moments(*call), strict=True))
            case.equal(parts(case, answer, visible.MOMENTS)[name], want[name], what=name)

    return body


mean = visible.mean.elsewhere(weight=1)(_moment("mean"))
variance = visible.variance.elsewhere(weight=2)(_moment("var"))
relu_mean = visible.relu_mean.against(dropconnect_relu_mean, weight=2)(calls)


@visible.certain.against(dropconnect_relu_mean, weight=0.5)
def certain(case):
    drawn = [(layer(case, 2, 3, 4), q) for q in (0.0, 1.0)]
    v, weights, b, _ = layer(case, 3, 4, 2)
    still = [(v, 0 * weights, b, 0.3), (0 * v, weights, b, 0.7), (0 * v, weights, 0 * b, 0.7)]
    return [(*one[:3], q) for one, q in drawn] + still


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for kind in (np.float32, np.float64):
        v, weights, b, _ = layer(case, 3, 4, 2)
        v, weights, b = (case.frozen(x.astype(kind)) for x in (v, weights, b))
        moments = student.dropconnect_moments(v, weights, b, 0.3)
        relu = student.dropconnect_relu_mean(v, weights, b, 0.3)
        same_dtypes(case, moments, visible.MOMENTS, kind)
        case.form(relu, np.zeros((3, 2), kind))
