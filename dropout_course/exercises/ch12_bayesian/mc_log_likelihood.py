"""12.3 mc_log_likelihood: how probable the passes find what was observed."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, finite, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting

Y = np.array([0.0, 1.0, -2.0])
SAMPLES = np.array([[0.5, 1.5, 0.0], [-1.0, 3.0, -1.0], [2.0, 1.0, -3.0], [0.0, -1.0, 1.0]])
TWO_PI = 2 * np.pi


def density(y, mean, var):
    """Give the logarithm of a normal density."""
    return -((y - mean) ** 2) / (2 * var) - np.log(TWO_PI * var) / 2


def mixture(y, samples, tau):
    """Give what must come out."""
    return np.logaddexp.reduce(density(y, samples, 1 / tau), axis=0) - np.log(len(samples))


def observed(case, T, N):
    """Draw observations and passes that clearly differ, all near enough for a density above 1e-3.

    What goes wrong far from all passes breaks the law about that alone.
    """
    y = case.apart(N)
    return y, y + 0.4 * case.apart(T, N) + np.linspace(-0.5, 0.5, T)[:, None]


def tau_of(case):
    """Draw a precision that keeps away from 1."""
    return case.choice((0.3, 2.5)) * float(case.uniform(low=0.8, high=1.2))


# What is true of every right answer ------------------------------------------------------------


@law("One pass gives the logarithm of its normal density", weight=3, core=True)
def one_pass(student, case):
    calls = [(np.zeros(1), np.zeros((1, 1)), 2.0), (np.ones(1), np.zeros((1, 1)), 4.0)]
    calls += [(*observed(case, 1, n), tau_of(case)) for n in (3, 5)]
    answers = [(*call, density(call[0], call[1][0], 1 / call[2])) for call in calls]
    case.gives(student.mc_log_likelihood, [((y, s, tau), want) for y, s, tau, want in answers])


@law("Several passes: their densities are averaged, then the logarithm is taken", weight=4)
def several(student, case):
    calls = [(np.zeros(1), np.array([[0.0], [2.0]]), 2.0)]
    calls += [(*observed(case, T, 3), tau_of(case)) for T in (2, 5)]
    first = [student.mc_log_likelihood(y, s[:1], tau) for y, s, tau in calls]
    every = [student.mc_log_likelihood(*call) for call in calls]
    for (y, s, tau), one, answer in zip(calls, first, every, strict=True):
        first_alone = case.array(one, y.shape)
        gained = case.array(answer, y.shape) - first_alone
        want = mixture(y, s, tau) - density(y, s[0], 1 / tau)
        case.equal(gained, want, what="what the other passes change", tol=1e-8)


@law("A residual of 10,000 gives a finite number", weight=2)
def far(student, case):
    y, samples = np.array([1e4, 0.0]), np.stack([np.zeros(2), case.apart(2)])
    case.gives(student.mc_log_likelihood, [((y, samples, 1.5), mixture(y, samples, 1.5))], tol=1e-6)


@law("float32 stays float32, one number a point, and nothing is written to", weight=1, edge=True)
def form(student, case):
    y, samples = (case.frozen(x.astype(np.float32)) for x in (Y, SAMPLES))
    case.form(student.mc_log_likelihood(y, samples, 0.5), y)


# By what a wrong answer is recognised, and what people write instead --------------------------


@question("What does one pass give?")
def single(student, case):
    return [rounded(student.mc_log_likelihood(Y, SAMPLES[:1], tau), 5) for tau in (1.0, 3.0)]


@question("What do further passes change?")
def others(student, case):
    one, all_of_them = (student.mc_log_likelihood(Y, s, 1.0) for s in (SAMPLES[:1], SAMPLES))
    return np.round(rounded(all_of_them, 8) - rounded(one, 8), 5)


def at_far(student, *y):
    """Say what a residual of 10,000 gives: -5e7 is right."""
    got = student.mc_log_likelihood(np.array([1e4, *y]), np.zeros((2, 1 + len(y))), 1.0)
    return "far too large" if finite(got) and rounded(got)[0] > -1e3 else finite(got)


@question("Is a large residual finite?")
def large(student, case):
    return at_far(student)


@question("And beside a small one?")
def large_and_small(student, case):
    return at_far(student, 0.0)


@question("Which dtype comes of float32?", edge=True)
def kind(student, case):
    arrays = (x.astype(np.float32) for x in (Y, SAMPLES))
    return dtype(student.mc_log_likelihood(*arrays, 0.5))


@question("Does it write to y?", edge=True)
def writes(student, case):
    return overwrites(student.mc_log_likelihood, case.frozen(Y), SAMPLES, 0.5)


def stable(exponent):
    """Give the log of a sum of exponentials over axis 0."""
    top = exponent.max(axis=0)
    return top + np.log(np.exp(exponent - top).sum(axis=0))


def naive(exponent):
    """Give the same, and -inf where all of them underflow."""
    with np.errstate(divide="ignore"):
        return np.log(np.exp(exponent).sum(axis=0))


def likelihood_form(
    exponent=lambda y, s, tau: -tau / 2 * (y - s) ** 2,
    joined=stable,
    passes=lambda T: np.log(T),
    constant=lambda tau: (np.log(tau) - np.log(TWO_PI)) / 2,
    out=lambda values: values,
):
    """Exponents, joined over the passes, and constants."""

    def mc_log_likelihood(y, samples, tau):
        together = joined(exponent(y, samples, tau)) - passes(len(samples))
        return out(together + constant(tau)).astype(y.dtype)

    return mc_log_likelihood


mistakes = Mistakes(mc_log_likelihood=likelihood_form)
mistakes.row(
    "mean-of-logs",
    "Mean of the logarithms",
    "You average log densities over the passes, which is a lower bound; average the densities, "
    "then take the logarithm.",
    joined=lambda e: e.mean(axis=0),
    passes=lambda T: 0.0,
)
mistakes.row(
    "passes-not-counted",
    "log T forgotten",
    "The densities are added up, not averaged: subtract log T, or more passes seem to be a better "
    "model.",
    passes=lambda T: 0.0,
)
mistakes.row(
    "density-without-two-pi",
    "log 2π forgotten",
    "The normal density has 1/√(2π) in front, so -½ log 2π is missing.",
    constant=lambda tau: np.log(tau) / 2,
)
mistakes.row(
    "constants-left-out",
    "Constants left out",
    "½ log tau - ½ log 2π is missing, which stands in front of the exponential in a density.",
    constant=lambda tau: 0.0,
)
mistakes.row(
    "precision-missing-in-front",
    "½ log tau forgotten",
    "½ log tau is missing; without it a larger tau only ever costs, and one can't be chosen.",
    constant=lambda tau: -np.log(TWO_PI) / 2,
)
mistakes.row(
    "half-missing-in-front",
    "log tau without its half",
    "The density has √tau in front, so its logarithm adds ½ log tau; the half is missing.",
    constant=lambda tau: np.log(tau) - np.log(TWO_PI) / 2,
)
mistakes.row(
    "half-missing",
    "The half is missing",
    "The exponent is -½ tau times the squared residual; the half is missing.",
    exponent=lambda y, s, tau: -tau * (y - s) ** 2,
)
mistakes.row(
    "tau-read-as-variance",
    "tau read as variance",
    "You use tau as the variance of the noise; it is the precision, one over the variance.",
    exponent=lambda y, s, tau: -((y - s) ** 2) / (2 * tau),
    constant=lambda tau: (-np.log(tau) - np.log(TWO_PI)) / 2,
)
mistakes.row(
    "not-squared",
    "Not squared",
    "The residual enters the exponent without its square.",
    exponent=lambda y, s, tau: -tau / 2 * np.abs(y - s),
)
mistakes.row(
    "densities-underflow",
    "Densities underflow",
    "Far from all passes every exp is 0, and log 0 is -inf: take the largest exponent out before "
    "you exponentiate (logsumexp).",
    joined=naive,
)
mistakes.row(
    "one-maximum-for-all-points",
    "One maximum for all points",
    "You take out the largest exponent of all points, so a point far from its passes underflows "
    "beside one that is near; take one for each point, over axis 0.",
    joined=lambda e: e.max() + naive(e - e.max()),
)
mistakes.row(
    "epsilon-in-the-log",
    "A tiny number in the logarithm",
    "You add a tiny number so that the logarithm stays finite, and far from all passes nothing "
    "else is left; take the largest exponent out instead (logsumexp).",
    joined=lambda e: np.log(np.exp(e).sum(axis=0) + 1e-12),
)
mistakes.row(
    "sign-of-a-loss",
    "Negative log-likelihood",
    "You give the negative; a log-likelihood is larger for a better model.",
    out=lambda values: -values,
)
mistakes.row(
    "best-pass-alone",
    "The best pass alone",
    "Only the largest exponent is left; the other passes count as well.",
    joined=lambda e: e.max(axis=0),
    passes=lambda T: 0.0,
)


@mistakes.whole(
    "density-of-the-mean",
    "Density of the mean prediction",
    "You average the passes first and take one density around their mean; the spread of the "
    "passes is then lost.",
)
def density_of_the_mean(y, samples, tau):
    return density(y, samples.mean(axis=0), 1 / tau).astype(y.dtype)


@mistakes.whole(
    "one-normal-for-the-mixture",
    "One normal for the mixture",
    "You fit one normal density to mean and total variance; asked for is the mixture of T "
    "densities, which can have several peaks.",
)
def one_normal(y, samples, tau):
    var = samples.var(axis=0) + 1 / tau
    return density(y, samples.mean(axis=0), var).astype(y.dtype)


@mistakes.whole(
    "joint-over-points",
    "One number for all points",
    "You give one number, the likelihood of all points under the same pass; asked for is the "
    "marginal one, a number for each point.",
)
def joint(y, samples, tau):
    total = density(y, samples, 1 / tau).sum(axis=1)
    return np.full_like(y, (stable(total) - np.log(len(samples))) / len(y))


mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
