"""What people write instead of 6.5 fast_dropout: both means with parts replaced."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.mistakes import Mistakes, overwriting, upcasting
from dropout_course.exercises.ch06_what_it_optimizes import sigmoid


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
    noise=lambda s: s,
    score=lambda mu, s: mu / s,
):
    """μΦ(μ/s) + sφ(μ/s)."""

    def relu_gaussian_mean(mu, s2):
        s = deviation(s2)
        z = score(mu, np.where(s > 0, s, 1))
        mean = mu * cdf(z) + noise(s) * density * np.exp(-(z**2) / 2)
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
        {"noise": lambda s: 0 * s},
    ),
    (
        "variance-before-the-density",
        "Variance before the density",
        "The mean is μΦ(μ/s) + sφ(μ/s): the second term has s in front, and here it has s².",
        {"noise": lambda s: s**2},
    ),
    (
        "density-not-scaled",
        "Density without s",
        "The mean is μΦ(μ/s) + sφ(μ/s): the s in front of the second term is missing.",
        {"noise": np.ones_like},
    ),
    (
        "not-standardised",
        "Not standardised",
        "Φ and φ belong to a normal number of variance 1, so they get μ/s; here they get μ.",
        {"score": lambda mu, s: mu + 0 * s},
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
        "zero-without-variance",
        "0 without variance",
        "Where s2 is 0 there is no noise, and the mean is what the ReLU makes of mu: max(mu, 0).",
        {"calm": lambda mu: 0 * np.asarray(mu)},
    ),
    (
        "relu-forgotten-without-variance",
        "No ReLU without variance",
        "Where s2 is 0 the mean is max(mu, 0): without noise a ReLU is still a ReLU, and here mu "
        "comes out.",
        {"calm": lambda mu: mu},
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
    (
        "variance-squared",
        "Variance squared",
        "s2 is the variance already; under the root it is squared once more.",
        {
            "of": "probit_sigmoid_mean",
            "damped": lambda mu, s2: mu / np.sqrt(1 + math.pi * s2**2 / 8),
        },
    ),
    (
        "deviation-as-variance",
        "Standard deviation as variance",
        "Under the root stands πs²/8, with the variance s2; here its root s stands there.",
        {
            "of": "probit_sigmoid_mean",
            "damped": lambda mu, s2: mu / np.sqrt(1 + math.pi * np.sqrt(s2) / 8),
        },
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
    "one-zero-for-all",
    "One zero for all",
    "A single variance of 0 makes every entry max(mu, 0), also those that have noise; choose entry "
    "by entry, with np.where.",
)
def one_zero_for_all(mu, s2):
    return (relu_of_the_mean if np.any(np.asarray(s2) == 0) else relu_form())(mu, s2)


@mistakes.whole(
    "sample-for-expectation",
    "A sample for the expectation",
    "A mean over drawn values differs from call to call; the mean has a closed form.",
)
def sampled(mu, s2):
    noise = np.random.default_rng().standard_normal((400, *np.broadcast(mu, s2).shape))
    return cast(np.maximum(mu + np.sqrt(s2) * noise, 0).mean(axis=0), mu, s2)
