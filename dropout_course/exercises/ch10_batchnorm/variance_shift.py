"""10.1 variance_shift: variance in evaluation over variance in training."""

from __future__ import annotations

import itertools

import numpy as np

from dropout_course.engine.features import overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question

W, MEAN = np.array([1.0, -2.0, 0.5]), np.array([1.0, 0.5, -2.0])
APART = np.diag([1.0, 2.0, 0.5])  # covariances of units that know nothing of each other
TOGETHER = np.array([[1.0, -0.8, 0.2], [-0.8, 2.0, 0.0], [0.2, 0.0, 0.5]])


def covariance(case, n):
    """Draw a covariance matrix whose units are clearly correlated, and weights that show it."""
    shared = case.apart(n)
    return np.outer(shared, shared) + np.diag(case.uniform(n, low=0.5, high=1.5)), shared


def over_all_masks(w, mean, cov, p):
    """Give the shift by its definition: the variance in training is an average over masks."""
    square = 0.0
    for mask in itertools.product((0, 1), repeat=len(w)):
        u = w * np.array(mask) / (1 - p)
        chance = np.prod(np.where(mask, 1 - p, p))
        square += chance * (u @ cov @ u + (u @ mean) ** 2)
    return float(w @ cov @ w / (square - (w @ mean) ** 2))


# What is true of every right answer ------------------------------------------------------------


@law("Mean 2, variance 1, p = 1/2 shift by 1/6, and so on for any unit", weight=4, core=True)
def one_unit(student, case):
    mean, var, p = float(case.apart()), float(case.uniform(low=0.5, high=2)), case.rate()
    examples = [
        ((2.0, 1.0, 0.5), 1 / 6),
        ((0.0, 3.0, 0.2), 0.8),
        ((mean, var, p), (1 - p) * var / (var + p * mean**2)),
    ]
    case.gives(student.shift_after_dropout, examples)


@law("Behind a linear layer it is that of an average over all masks", weight=4)
def sums(student, case):
    examples = []
    for n in (3, 5):
        (cov, w), mean, p = covariance(case, n), case.apart(n), case.rate()
        examples.append(((w, mean, cov, p), over_all_masks(w, mean, cov, p)))
    # by hand: signal 1 + 1 + 2 · 0.5 = 3, noise 1 · (1 + 1) = 2
    pair = (np.ones(2), np.zeros(2), np.array([[1.0, 0.5], [0.5, 1.0]]), 0.5)
    case.gives(student.shift_after_linear, [(pair, 0.6), *examples])


@law("It is one number, and the arrays stay as they are", weight=1, edge=True)
def form(student, case):
    arrays = map(case.frozen, (W, MEAN, TOGETHER))
    for answer in (student.shift_after_dropout(1.0, 2.0, 0.3),
                   student.shift_after_linear(*arrays, 0.3)):  # fmt: skip
        case.form(answer, 0.5)


# By what a wrong answer is recognised, and what people write instead --------------------------


@question("What is it for a unit with mean 0?")
def centred(student, case):
    return rounded(student.shift_after_dropout(0.0, 2.0, 0.3))


@question("What is it for a unit with a mean?")
def with_mean(student, case):
    return rounded(student.shift_after_dropout(1.5, 2.0, 0.3))


@question("What is it behind uncorrelated units with mean 0?")
def apart(student, case):
    return rounded(student.shift_after_linear(W, np.zeros(3), APART, 0.3))


@question("What is it behind correlated units?")
def together(student, case):
    return rounded(student.shift_after_linear(W, np.zeros(3), TOGETHER, 0.3))


@question("What is it behind units with a mean?")
def means(student, case):
    return rounded(student.shift_after_linear(W, MEAN, APART, 0.3))


@question("Does it write to its arrays?", edge=True)
def writes(student, case):
    arrays = map(case.frozen, (W, MEAN, TOGETHER))
    return overwrites(student.shift_after_linear, *arrays, 0.3)


def shift_form(
    trained=lambda mean, var, p: (var + mean**2) / (1 - p) - mean**2,
    compared=lambda evaluated, trained: evaluated / trained,
):
    """The ratio of two variances, behind dropout."""
    return lambda mean, var, p: float(compared(var, trained(mean, var, p)))


def linear_form(
    signal=lambda w, cov: w @ cov @ w,
    noise=lambda w, mean, cov: np.sum(w**2 * (mean**2 + np.diag(cov))),
    odds=lambda p: p / (1 - p),
    compared=lambda signal, noise: signal / (signal + noise),
):
    """The ratio of two variances, behind a linear layer."""

    def shift_after_linear(w, mean, cov, p):
        return float(compared(signal(w, cov), odds(p) * noise(w, mean, cov)))

    return shift_after_linear


mistakes = Mistakes(shift_after_dropout=shift_form, shift_after_linear=linear_form)
mistakes.row(
    "shift-upside-down",
    "Training over evaluation",
    "The ratio stands upside down: evaluation over training, so the shift is at most 1.",
    compared=lambda evaluated, trained: trained / evaluated,
)
mistakes.row(
    "shift-of-deviations",
    "Ratio of standard deviations",
    "You compare standard deviations; the shift is the ratio of the variances.",
    compared=lambda evaluated, trained: np.sqrt(evaluated / trained),
)
mistakes.row(
    "mean-forgotten",
    "The mean forgotten",
    "The result is 1 - p for every unit; a mean adds variance, because the coin moves it as well.",
    trained=lambda mean, var, p: var / (1 - p),
)
mistakes.row(
    "divided-by-p",
    "Divided by p",
    "The mean square is divided by p; kept units have been divided by the keep probability 1 - p.",
    trained=lambda mean, var, p: (var + mean**2) / p - mean**2,
)
mistakes.row(
    "factor-missing",
    "Factor missing",
    "This is the variance behind a plain mask; inverted dropout also divides by 1 - p.",
    trained=lambda mean, var, p: (1 - p) * (var + mean**2) - ((1 - p) * mean) ** 2,
)
mistakes.row(
    "mean-square-for-variance",
    "Mean square for variance",
    "(var + mean²)/(1 - p) is the mean square in training; the square of the mean is still to be "
    "subtracted.",
    trained=lambda mean, var, p: (var + mean**2) / (1 - p),
)
mistakes.row(
    "variance-squared",
    "Variance squared",
    "You square var, which is a variance already.",
    trained=lambda mean, var, p: (var**2 + mean**2) / (1 - p) - mean**2,
    compared=lambda evaluated, trained: evaluated**2 / trained,
)
mistakes.row(
    "mean-not-squared",
    "Mean not squared",
    "The mean enters without its square; the mean square of a unit is var + mean².",
    trained=lambda mean, var, p: (var + mean) / (1 - p) - mean,
)
mistakes.row(
    "keep-for-every-sum",
    "1 - p for every sum",
    "The result is 1 - p whatever the weights; that holds only for uncorrelated units of mean 0.",
    of="shift_after_linear",
    signal=lambda w, cov: 1.0,
    noise=lambda w, mean, cov: 1.0,
)
mistakes.row(
    "covariances-ignored",
    "Covariances ignored",
    "Only the diagonal of cov enters; the variance of a sum needs every pair, w @ cov @ w.",
    of="shift_after_linear",
    signal=lambda w, cov: np.sum(w**2 * np.diag(cov)),
)
mistakes.row(
    "weights-not-squared",
    "Weights not squared",
    "The noise holds w, not its square: a variance takes the square of a factor.",
    of="shift_after_linear",
    noise=lambda w, mean, cov: np.sum(w * (mean**2 + np.diag(cov))),
)
mistakes.row(
    "variance-for-mean-square",
    "Variance for mean square",
    "Each unit's noise is its variance alone; the coin acts on the mean too, so it is the mean "
    "square, variance plus mean².",
    of="shift_after_linear",
    noise=lambda w, mean, cov: np.sum(w**2 * np.diag(cov)),
)
mistakes.row(
    "one-coin-for-the-sum",
    "One coin for the sum",
    "The noise is that of one coin for all units; each has its own, so their noise variances add.",
    of="shift_after_linear",
    noise=lambda w, mean, cov: w @ (cov + np.outer(mean, mean)) @ w,
)
mistakes.row(
    "p-for-odds",
    "p in the place of p/q",
    "The noise is multiplied by p; the variance of a scaled mask is p/(1 - p).",
    of="shift_after_linear",
    odds=lambda p: p,
)
mistakes.row(
    "variance-of-a-plain-mask",
    "Variance of a plain mask",
    "The noise is multiplied by p(1 - p), the variance of a plain mask; divided by 1 - p, the mask "
    "has the variance p/(1 - p).",
    of="shift_after_linear",
    odds=lambda p: p * (1 - p),
)
mistakes.row(
    "sum-upside-down",
    "Training over evaluation for a sum",
    "Behind a linear layer your ratio stands upside down: evaluation goes over training.",
    of="shift_after_linear",
    compared=lambda signal, noise: (signal + noise) / signal,
)
mistakes.row(
    "noise-alone-below",
    "Noise alone below the bar",
    "You divide the signal by the noise; the variance in training is the sum of the two.",
    of="shift_after_linear",
    compared=lambda signal, noise: signal / noise,
)
mistakes.row("writes-to-its-input", of="shift_after_linear", wrap=overwriting)
