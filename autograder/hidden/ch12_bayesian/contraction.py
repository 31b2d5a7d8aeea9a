"""Hidden laws of 12.6 contraction."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch12_bayesian import contraction as visible
from dropout_course.exercises.ch12_bayesian.contraction import NS, power
from solutions.ch12_bayesian import contraction_slope


@visible.powers.against(contraction_slope, weight=2)
def powers(case):
    two, many = np.array([8, 800]), np.array([3, 10, 50, 51, 10**6, 10**7])
    calls = [(power(case, two, -0.5), two), (power(case, many, -0.05), many)]
    slope = -float(case.uniform(low=0.1, high=0.9))
    return [*calls, (power(case, NS, slope), NS.astype(float))]


@visible.scattered.against(contraction_slope, weight=2)
def scattered(case):
    calls = []
    for k in (3, 5, 9):
        Ns = np.cumsum(case.integers(2, 400, k))
        calls.append((np.exp(case.apart(k)), Ns))
    spreads, Ns = np.exp(0.4 * case.apart(6)), np.array([10, 10, 10, 90, 90, 1000])
    return calls + [(other, Ns) for other in case.layouts(spreads)]


@visible.flat.elsewhere(weight=0.5)
def flat(student, case):
    sizes = np.array([5, 9, 100])
    case.gives(
        student.contraction_slope, [((np.full(3, s), sizes), 0.0) for s in (0.01, 1.0, 30.0)]
    )


@visible.order.elsewhere(weight=0.5)
def order(student, case):
    spreads = np.exp(np.array([0.9, -0.4, 0.8, -0.7, 0.1])) * float(case.uniform(low=0.5))
    Ns = np.array([4, 9, 30, 200, 900])
    asked = [
        student.contraction_slope(spreads[o], Ns[o]) for o in ([0, 1, 2, 3, 4], [3, 1, 4, 0, 2])
    ]
    first, second = (case.array(answer, ()) for answer in asked)
    case.that(np.isfinite(first), "the slope is not finite", received=first)
    case.equal(second, first, what="the slope in another order", of=asked[1])


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    arrays = case.frozen(np.exp(case.apart(3))), case.frozen(np.array([5.0, 10.0, 90.0]))
    case.form(student.contraction_slope(*arrays), 0.5)
