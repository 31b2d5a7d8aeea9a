"""6.5 fast_dropout: means of a ReLU and of a sigmoid under Gaussian noise."""

from __future__ import annotations

import functools
import math

import numpy as np

from dropout_course.engine.features import dtype, fixed, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting


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


def sigmoid(u):
    """Evaluate the logistic function."""
    return (1 + np.tanh(np.asarray(u) / 2)) / 2


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
    probit = [((0.7, 0.0), float(sigmoid(0.7))), ((mu, s2), sigmoid(mu))]
    case.gives(student.probit_sigmoid_mean, probit, tol=1e-12)


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


@question("Which dtype has the mean of a ReLU for float32?", edge=True)
def kind(student, case):
    return dtype(student.relu_gaussian_mean(MU.astype(np.float32), S2.astype(np.float32)))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.relu_gaussian_mean, case.frozen(MU), case.frozen(S2))


# What people write instead ---------------------------------------------------------------------


def cast(value, *args):
    arrays = (arg for arg in args if isinstance(arg, np.ndarray))
    return np.asarray(value).astype(next((a.dtype for a in arrays), np.dtype(float)))[()]


def erf(z):
    return np.vectorize(math.erf, otypes=[float])(z)


DENSITY_AT_0 = 1 / math.sqrt(2 * math.pi)


def relu_form(
    deviation=lambda s2: np.sqrt(np.asarray(s2, float)),
    density=DENSITY_AT_0,
    calm=lambda mu: np.maximum(mu, 0),
    cdf=lambda z: (1 + erf(z / math.sqrt(2))) / 2,
    noise=1.0,
):
    """μΦ(μ/s) + sφ(μ/s)."""

    def relu_gaussian_mean(mu, s2):
        s = deviation(s2)
        z = mu / np.where(s > 0, s, 1)
        mean = mu * cdf(z) + noise * s * density * np.exp(-(z**2) / 2)
        return cast(np.where(s > 0, mean, calm(mu)), mu, s2)

    return relu_gaussian_mean


def probit_form(damped=lambda mu, s2: mu / np.sqrt(1 + math.pi * s2 / 8)):
    """σ(μ/√(1+πs²/8))."""
    return lambda mu, s2: cast(sigmoid(damped(mu, s2)), mu, s2)


mistakes = Mistakes(relu_gaussian_mean=relu_form, probit_sigmoid_mean=probit_form)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
ROWS = (
    (
        "variance-for-deviation",
        "Variance as standard deviation",
        "s2 is the variance; the formula has its root, s.",
        {"deviation": lambda s2: np.asarray(s2, float)},
    ),
    (
        "density-without-constant",
        "Density without its constant",
        "The normal density is exp(-z²/2) / √(2π); the factor in front is missing.",
        {"density": 1.0},
    ),
    (
        "density-forgotten",
        "Second term forgotten",
        "The mean is μΦ(μ/s) + sφ(μ/s): the noise lifts it even at μ = 0.",
        {"noise": 0.0},
    ),
    (
        "root-two-forgotten",
        "√2 forgotten in Φ",
        "Φ(z) = (1 + erf(z/√2))/2; here erf gets z itself.",
        {"cdf": lambda z: (1 + erf(z)) / 2},
    ),
    (
        "division-by-zero-variance",
        "Division by a variance of 0",
        "Where s2 is 0 the quotient mu/s is infinite, and NaN at mu = 0; the mean there is "
        "max(mu, 0).",
        {"calm": lambda mu: np.where(np.asarray(mu) == 0, np.nan, np.maximum(mu, 0))},
    ),
    (
        "pi-eighths-forgotten",
        "π/8 forgotten",
        "√(1 + s²) belongs to the probit Φ; matching the slopes of σ and Φ brings in the factor "
        "π/8.",
        {"of": "probit_sigmoid_mean", "damped": lambda mu, s2: mu / np.sqrt(1 + s2)},
    ),
    (
        "sigmoid-of-the-mean",
        "The sigmoid of the mean",
        "This is σ(mu), as if there were no noise; noise pulls the mean of a sigmoid towards ½.",
        {"of": "probit_sigmoid_mean", "damped": lambda mu, s2: mu + 0 * s2},
    ),
    (
        "multiplied-by-the-root",
        "Multiplied by the root",
        "The mean is divided by √(1 + πs²/8): noise damps it, and here it grows.",
        {
            "of": "probit_sigmoid_mean",
            "damped": lambda mu, s2: mu * np.sqrt(1 + math.pi * s2 / 8),
        },
    ),
    (
        "root-forgotten",
        "Root forgotten",
        "The mean is divided by √(1 + πs²/8), not by what stands under the root.",
        {"of": "probit_sigmoid_mean", "damped": lambda mu, s2: mu / (1 + math.pi * s2 / 8)},
    ),
)
for name, title, says, changes in ROWS:
    mistakes.row(name, title, says, **changes)


@mistakes.whole(
    "relu-of-the-mean",
    "The ReLU of the mean",
    "This is max(mu, 0), as if there were no noise; noise lifts the mean of a ReLU.",
)
def relu_of_the_mean(mu, s2):
    return cast(np.maximum(mu, 0) + 0 * s2, mu, s2)


@mistakes.whole(
    "sample-for-expectation",
    "A sample for the expectation",
    "A mean over drawn values differs from call to call; the mean has a closed form.",
)
def sampled(mu, s2):
    noise = np.random.default_rng().standard_normal((400, *np.broadcast(mu, s2).shape))
    return cast(np.maximum(mu + np.sqrt(s2) * noise, 0).mean(axis=0), mu, s2)
