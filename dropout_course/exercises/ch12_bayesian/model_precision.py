"""12.2 model_precision: from weight decay to the precision of the noise, and back."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question
from dropout_course.exercises.ch12_bayesian import number

HALF, FULL = "half_mse", "mse"


def setting(case):
    """Draw length scale, rate, N and the last number, so that both results are of size 1."""
    N = case.integers(20, 60)
    return float(case.uniform(low=6, high=9)), case.rate(), N, float(case.uniform(low=0.6, high=2))


def value(length_scale, p, N, given, loss):
    """Give tau for lam, or lam for tau: the product of the two is fixed."""
    return (1 - p) * length_scale**2 / (N * given) / (2 if loss == HALF else 1)


def by_two(function, case):
    """Require that the loss without the half gives twice as much."""
    for call in ((2.0, 0.25, 3, 0.5), setting(case), setting(case)):
        asked = [function(*call, loss) for loss in (HALF, FULL)]
        half, full = (number(case, answer) for answer in asked)
        ratio = full / half if half else 0.0
        case.equal(ratio, 2.0, what="the result for 'mse' over that for 'half_mse'", tol=1e-8)


def by_value(function, case):
    """Require values for the loss with the half."""
    calls = [(2.0, 0.25, 3, 0.5, HALF), (*setting(case), HALF), (*setting(case), HALF)]
    case.gives(function, [(call, value(*call)) for call in calls])


# What is true of every right answer ------------------------------------------------------------


@law("With half the squared error, tau is (1 - p) l²/(2 N lam)", weight=2, core=True)
def precision(student, case):
    by_value(student.tau_from, case)


@law("Without the half, tau is twice as large", weight=2)
def precision_without_half(student, case):
    by_two(student.tau_from, case)


@law("With half the squared error, lam leads back to tau", weight=2)
def decay(student, case):
    by_value(student.lam_from, case)


@law("Without the half, lam is twice as large", weight=2)
def decay_without_half(student, case):
    by_two(student.lam_from, case)


# By what a wrong answer is recognised, and what people write instead --------------------------


def at(function, loss=HALF, length_scale=3.0, p=0.2, N=10, given=0.4):
    """Give a result, rounded."""
    return rounded(function(length_scale, p, N, given, loss))


@question("Which tau belongs to half the squared error?")
def tau_half(student, case):
    return [at(student.tau_from), at(student.tau_from, p=0.7, N=4, length_scale=5.0, given=2.0)]


@question("Which factor lies between the taus of the two losses?")
def tau_ratio(student, case):
    return np.round(at(student.tau_from, FULL) / at(student.tau_from), 4)


@question("Which lam belongs to half the squared error?")
def lam_half(student, case):
    return [at(student.lam_from), at(student.lam_from, p=0.7, N=4, length_scale=5.0, given=2.0)]


@question("Which factor lies between the lams of the two losses?")
def lam_ratio(student, case):
    return np.round(at(student.lam_from, FULL) / at(student.lam_from), 4)


def precision_form(
    keep=lambda p: 1 - p,
    length=lambda length_scale: length_scale**2,
    count=lambda N: N,
    half=lambda loss: 2 if loss == HALF else 1,
    turned=lambda value, given: value / given,
):
    """One number from four, and the loss."""

    def convert(length_scale, p, N, given, loss):
        return turned(keep(p) * length(length_scale) / (count(N) * half(loss)), given)

    return convert


mistakes = Mistakes(tau_from=precision_form, lam_from=precision_form)
mistakes.row(
    "p-read-as-keep",
    "p read as keep",
    "The formula holds the probability of keeping, 1 - p; p is that of dropping.",
    keep=lambda p: p,
)
mistakes.row(
    "divided-by-keep",
    "Divided by 1 - p",
    "You divide by the keep probability; the prior's strength is shared by the kept weights, so "
    "1 - p stands above the bar.",
    keep=lambda p: 1 / (1 - p),
)
mistakes.row(
    "keep-squared",
    "1 - p squared",
    "The probability of keeping enters squared; only the length scale does.",
    keep=lambda p: (1 - p) ** 2,
)
mistakes.row(
    "data-not-counted",
    "N missing",
    "N is missing: the loss is a mean over the examples, while each of them adds to the "
    "likelihood.",
    count=lambda N: 1,
)
mistakes.row(
    "length-not-squared",
    "Length scale not squared",
    "The length scale enters squared: the prior's precision is l².",
    length=lambda length_scale: length_scale,
)
mistakes.row(
    "loss-ignored",
    "The loss is ignored",
    "Both losses give the same; without the half the error counts twice as much against the same "
    "penalty.",
    half=lambda loss: 2,
)
mistakes.row(
    "losses-exchanged",
    "The losses exchanged",
    "The factor 2 stands with the wrong loss: it belongs below the bar where the loss has a half.",
    half=lambda loss: 1 if loss == HALF else 2,
)
mistakes.row(
    "weight-decay-for-lam",
    "lam taken for weight_decay",
    "You read lam as torch's weight_decay, which is 2 lam; here lam multiplies the squared "
    "weights themselves.",
    turned=lambda value, given: value / (given / 2),
)
mistakes.row(
    "variance-for-precision",
    "Variance of the noise, not precision",
    "You give 1/tau, the variance of the noise; tau is the precision.",
    turned=lambda value, given: given / value,
)
mistakes.row(
    "weight-decay-returned",
    "weight_decay returned",
    "You give torch's weight_decay; lam is half of it.",
    of="lam_from",
    turned=lambda value, given: 2 * value / given,
)
mistakes.row(
    "multiplied-by-tau",
    "Multiplied by tau",
    "You multiply by tau; the more precise the observations, the smaller the penalty beside them.",
    of="lam_from",
    turned=lambda value, given: value * given,
)
mistakes.row(
    "count-forgotten-on-the-way-back",
    "N missing in lam",
    "lam_from forgets N: with more data the same prior is a smaller share of a mean loss.",
    of="lam_from",
    count=lambda N: 1,
)
mistakes.row(
    "loss-ignored-on-the-way-back",
    "The loss is ignored in lam",
    "lam_from gives the same for both losses; without the half, lam is twice as large.",
    of="lam_from",
    half=lambda loss: 2,
)
mistakes.row(
    "losses-exchanged-on-the-way-back",
    "The losses exchanged in lam",
    "In lam_from the factor 2 stands with the wrong loss: it belongs below the bar where the loss "
    "has a half.",
    of="lam_from",
    half=lambda loss: 1 if loss == HALF else 2,
)
