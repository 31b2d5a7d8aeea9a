"""Hidden laws of 6.5 fast_dropout."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch06_what_it_optimizes import fast_dropout as visible
from solutions import ch06_what_it_optimizes as reference

NAMES = ("relu_gaussian_mean", "probit_sigmoid_mean")


def same(student, case, names, calls):
    """Require the reference's values, to an absolute error of 1e-12."""
    for name in names:
        wants = [getattr(reference, name)(*call) for call in calls]
        answers = [getattr(student, name)(*call) for call in calls]
        for want, answer in zip(wants, answers, strict=True):
            gap = np.abs(case.array(answer, np.shape(want)) - want).max()
            text = f"{name} is off by {gap:.1e}"
            case.that(gap <= 1e-12, text, expected=want, received=answer.value)


@visible.mean_of_relu.elsewhere(weight=2)
def mean_of_relu(student, case):
    mu = case.uniform(4, 5, low=-20, high=20)
    variances = case.uniform(4, 5, low=0.5, high=100), case.uniform(4, 5, low=1e-8, high=1e-3)
    calls = [(given, s2) for s2 in variances for given in case.layouts(mu)]
    same(student, case, NAMES[:1], calls)


@visible.no_variance.elsewhere(weight=1)
def no_variance(student, case):
    mu = np.array([[-20.0, 20.0, 0.0], [3.0, -0.5, 1.0]])
    same(student, case, NAMES, [(mu, np.zeros((2, 3))), (-3.0, 0.0)])
    for mean in (0.25, -1.5):
        visible.beside_calm(student, case, mean, 9.0)


@visible.relu_symmetry.elsewhere(weight=0.5)
def relu_symmetry(student, case):
    mu, s2 = 4 * case.apart(3, 2), case.uniform(3, 2, low=9, high=60)
    up, down = student.relu_gaussian_mean(mu, s2), student.relu_gaussian_mean(-mu, s2)
    difference = case.array(up, (3, 2)) - case.array(down, (3, 2))
    case.equal(difference, mu, tol=1e-12, what="the mean at mu minus the mean at -mu")


@visible.damped_sigmoid.elsewhere(weight=2)
def damped_sigmoid(student, case):
    mu, s2 = case.uniform(4, 5, low=-20, high=20), case.uniform(4, 5, low=1, high=100)
    same(student, case, NAMES[1:], [(mu, s2), (-2.0, 3.0)])


@visible.broadcasting.elsewhere(weight=1)
def broadcasting(student, case):
    for name in NAMES:
        function = getattr(student, name)
        for shape, other in (((3,), (2, 3)), ((2, 1, 3), (4, 1)), ((1,), (5,))):
            mu, s2 = case.apart(*shape), case.uniform(*other, low=0.1, high=5)
            full = np.broadcast_arrays(mu, s2)
            together, written_out = function(mu, s2), function(*(a.copy() for a in full))
            values = case.array(written_out, full[0].shape)
            case.equal(together, values, tol=1e-12, what=f"{name} of shapes {shape} and {other}")


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for name in NAMES:
        for dtype in (np.float32, np.float64):
            mu = case.frozen(case.normal(2, 3, dtype=dtype))
            case.form(getattr(student, name)(mu, case.frozen(mu**2)), mu)
