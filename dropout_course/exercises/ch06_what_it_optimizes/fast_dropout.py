"""6.5 fast_dropout: means of a ReLU and of a sigmoid under Gaussian noise."""

from __future__ import annotations

import functools
import math

import numpy as np

from dropout_course.engine.features import dtype, fixed, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch06_what_it_optimizes import sigmoid
from dropout_course.exercises.ch06_what_it_optimizes.wrong_means import mistakes

__all__ = ["mistakes"]  # what people write instead


@functools.cache
def gauss_legendre():
    """Nodes and weights of Gauss–Legendre quadrature with 60 points on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    return (nodes + 1) / 2, weights / 2


def relu_mean(mu, s2):
    """Integrate u times the Gaussian density over u > 0, to about 1e-13."""
    s, (t, w) = math.sqrt(s2), gauss_legendre()
    low, high = max(0.0, mu - 9 * s), max(0.0, mu + 9 * s)
    u = low + (high - low) * t
    density = np.exp(-((u - mu) ** 2) / (2 * s2)) / (s * math.sqrt(2 * math.pi))
    return float((high - low) * w @ (u * density))


# What is true of every right answer ------------------------------------------------------------


@law("The mean of the ReLU of a Gaussian", weight=3, core=True)
def mean_of_relu(student, case):
    mu, s2 = case.apart(4), case.uniform(4, low=0.3, high=0.8) * np.array([1.0, 2, 4, 8])
    calls = [(0.0, 0.5), (0.0, 4.0), (1.0, 4.0), (-1.0, 4.0), (2.0, 0.25), (-3.0, 9.0)]
    examples = [(call, relu_mean(*call)) for call in calls]
    want = np.array([relu_mean(a, b) for a, b in zip(mu, s2, strict=True)])
    case.gives(student.relu_gaussian_mean, [*examples, ((mu, s2), want)], tol=1e-10)


@law("Without variance it is the value itself", weight=1.5, edge=True)
def no_variance(student, case):
    mu, s2 = np.array([-1.0, 0.0, 2.0]), np.zeros(3)
    relu = [((2.5, 0.0), 2.5), ((mu, s2), np.maximum(mu, 0))]
    case.gives(student.relu_gaussian_mean, relu, tol=1e-12)
    beside_calm(student, case, 0.5, 4.0)
    probit = [((0.7, 0.0), float(sigmoid(0.7))), ((mu, s2), sigmoid(mu))]
    case.gives(student.probit_sigmoid_mean, probit, tol=1e-12)


def beside_calm(student, case, mu, s2):
    """Require the same mean for a variance that stands beside one of 0."""
    alone = student.relu_gaussian_mean(mu, s2)
    both = student.relu_gaussian_mean(np.array([mu, mu]), np.array([0.0, s2]))
    want = float(case.array(alone, ()))
    what = "the mean of a ReLU, where an entry beside it has no variance,"
    case.equal(float(case.array(both, (2,))[1]), want, tol=1e-12, what=what)


@law("max(u, 0) - max(-u, 0) = u, in the mean too", weight=1)
def relu_symmetry(student, case):
    mu, s2 = 3 * case.apart(5), case.uniform(5, low=4, high=50)
    up, down = student.relu_gaussian_mean(mu, s2), student.relu_gaussian_mean(-mu, s2)
    difference = case.array(up, (5,)) - case.array(down, (5,))
    case.equal(difference, mu, tol=1e-12, what="the mean at mu minus the mean at -mu")


@law("The sigmoid of the mean, damped by the variance", weight=3)
def damped_sigmoid(student, case):
    # √(1+8) = 3 and √(1+3) = 2
    examples = [
        ((3.0, 64 / math.pi), float(sigmoid(1.0))),
        ((2.0, 24 / math.pi), float(sigmoid(1.0))),
        ((np.array([-2.0, 0.0, 2.0]), 24 / math.pi), sigmoid(np.array([-1.0, 0.0, 1.0]))),
    ]
    case.gives(student.probit_sigmoid_mean, examples, tol=1e-12)


@law("Means and variances broadcast", weight=1)
def broadcasting(student, case):
    mu, s2 = np.abs(case.apart(3, 1)), case.uniform(4, low=0.1, high=2)  # not where max gives 0
    for function in (student.relu_gaussian_mean, student.probit_sigmoid_mean):
        table, one = function(mu, s2), function(float(mu[1, 0]), float(s2[2]))
        values = case.array(table, (3, 4))
        case.equal(one, float(values[1, 2]), tol=1e-12, what="the value for two numbers")


@law("float32 stays float32, and the inputs stay as they are", weight=1, edge=True)
def form(student, case):
    mu, s2 = (
        case.frozen(np.array([-1.0, 0.5], np.float32)),
        case.frozen(np.array([2.0, 0.3], np.float32)),
    )
    for function in (student.relu_gaussian_mean, student.probit_sigmoid_mean):
        case.form(function(mu, s2), mu)


# By what a wrong answer is recognised ----------------------------------------------------------

MU, S2 = np.array([-1.0, 0.5, 2.0]), np.array([2.0, 0.3, 5.0])


@question("What is the mean of a ReLU?")
def relu(student, case):
    return fixed(student.relu_gaussian_mean, MU, S2)


@question("What is the mean of a sigmoid?")
def damped(student, case):
    return fixed(student.probit_sigmoid_mean, MU, S2)


@question("What is the mean of a ReLU without variance?", edge=True)
def relu_calm(student, case):
    return rounded(student.relu_gaussian_mean(np.array([-1.0, 0.0, 2.0]), np.zeros(3)))


@question("What is it beside an entry without variance?", edge=True)
def beside(student, case):
    return rounded(student.relu_gaussian_mean(np.array([0.5, 0.5]), np.array([0.0, 4.0])))


@question("Which dtype has the mean of a ReLU for float32?", edge=True)
def kind(student, case):
    return dtype(student.relu_gaussian_mean(MU.astype(np.float32), S2.astype(np.float32)))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.relu_gaussian_mean, case.frozen(MU), case.frozen(S2))
