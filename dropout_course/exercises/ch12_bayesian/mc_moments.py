"""12.1 mc_moments: predictive mean and variance from T passes."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, overwrites, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting
from dropout_course.exercises.ch12_bayesian import pair, rounded_part

NAMES = ("mean", "var")
THREE = np.array([[[1.0]], [[2.0]], [[6.0]]])  # mean 3, population variance 14/3
Z = np.arange(24.0).reshape(4, 3, 2) ** 1.5


def passes(case, T, N, D):
    """Draw passes that clearly differ."""
    return case.apart(T, N, D) + 3 * np.arange(T)[:, None, None]


def moments(case, student, calls):
    """Ask for all calls, then give their pairs (mean, var), each when it is judged.

    What is read last is the call that a report shows.
    """
    answers = [student.mc_moments(*call) for call in calls]
    return ((pair(case, answer, NAMES), answer) for answer in answers)


# What is true of every right answer ------------------------------------------------------------


@law("The mean is that over the passes", weight=2)
def means(student, case):
    calls = [(THREE, 2.0), (passes(case, 4, 3, 2), 0.7), (passes(case, 3, 2, 4), 5.0)]
    for (got, answer), call in zip(moments(case, student, calls), calls, strict=True):
        case.equal(got[0], call[0].mean(axis=0), what="the mean", of=answer)


@law("Passes that agree leave the variance of the noise, 1/tau", weight=3, core=True)
def noise(student, case):
    same = np.repeat(case.apart(1, 3, 2), 5, axis=0)
    calls = [(np.ones((2, 1, 1)), 4.0), (same, 0.3), (same[:, :1], 7.0)]
    for (got, answer), call in zip(moments(case, student, calls), calls, strict=True):
        want = np.full(call[0].shape[1:], 1 / call[1])
        case.equal(got[1], want, what="the variance", of=answer)


@law("Passes that differ add their population variance", weight=3)
def spread(student, case):
    for samples in (THREE, passes(case, 4, 3, 2), passes(case, 2, 1, 3)):
        agree = np.repeat(samples[:1], len(samples), axis=0)
        asked = moments(case, student, [(agree, 0.5), (samples, 0.5)])
        shape = samples.shape[1:]
        without, with_spread = (case.array(got[1], shape, what="the variance") for got, _ in asked)
        case.equal(with_spread - without, samples.var(axis=0), what="what the spread adds")


@law("float32 stays float32, and the passes stay as they are", weight=1, edge=True)
def form(student, case):
    x = case.frozen(Z.astype(np.float32))
    for one, name in zip(pair(case, student.mc_moments(x, 0.3), NAMES), NAMES, strict=True):
        case.form(one, x[0], what=name)


# By what a wrong answer is recognised, and what people write instead --------------------------


@question("Which mean does it give?")
def mean_given(student, case):
    return rounded_part(student.mc_moments(Z, 2.0), 0)


@question("Which variance have passes that agree?")
def of_noise(student, case):
    return rounded_part(student.mc_moments(np.ones((4, 1, 1)), 3.0), 1)


@question("What does the spread of the passes add to the variance?")
def of_spread(student, case):
    stacks = Z, np.ones_like(Z)
    with_spread, without = (rounded_part(student.mc_moments(x, 2.0), 1) for x in stacks)
    return np.round(with_spread - without, 4)


@question("Which dtype has the variance for float32?", edge=True)
def kind(student, case):
    return dtype(value_of(student.mc_moments(Z.astype(np.float32), 0.3))[1])


@question("Does it write to the passes?", edge=True)
def writes(student, case):
    return overwrites(student.mc_moments, case.frozen(Z), 0.3)


def moments_form(
    centre=lambda s: s.mean(axis=0),
    spread=lambda s: s.var(axis=0),
    noise=lambda tau, T: 1 / tau,
    total=lambda spread, noise: spread + noise,
):
    """Mean over the passes; their spread and the noise put together."""

    def mc_moments(samples, tau):
        T, D = len(samples), samples.dtype
        var = total(spread(samples), noise(tau, T))
        return centre(samples).astype(D), np.asarray(var).astype(D)

    return mc_moments


mistakes = Mistakes(mc_moments=moments_form)
mistakes.row(
    "tau-forgotten",
    "1/tau forgotten",
    "This is the spread of the passes alone, what the model does not know; an observation also "
    "carries noise, of variance 1/tau.",
    noise=lambda tau, T: 0.0,
)
mistakes.row(
    "tau-for-its-inverse",
    "tau for 1/tau",
    "You add tau; it is a precision, so the variance of the noise is 1/tau.",
    noise=lambda tau, T: tau,
)
mistakes.row(
    "noise-averages-out-over-passes",
    "Noise divided by T",
    "You divide 1/tau by the number of passes; more passes don't make an observation less noisy.",
    noise=lambda tau, T: 1 / tau / T,
)
mistakes.row(
    "noise-squared",
    "1/tau squared",
    "You add 1/tau²; 1/tau is a variance already.",
    noise=lambda tau, T: tau**-2,
)
mistakes.row(
    "spread-times-noise",
    "Spread times 1/tau",
    "You multiply the variance of the passes by 1/tau; the two are added.",
    total=lambda spread, noise: spread * noise,
)
mistakes.row(
    "deviation-for-variance",
    "Standard deviation",
    "You return the standard deviation; the variance is its square.",
    total=lambda spread, noise: np.sqrt(spread + noise),
)
mistakes.row(
    "noise-as-deviation",
    "Root of 1/tau added",
    "1/√tau is the standard deviation of the noise; variances are what adds up.",
    noise=lambda tau, T: tau**-0.5,
)
mistakes.row(
    "divided-by-passes-less-one",
    "Variance with T - 1",
    "Your variance divides by T - 1 (ddof=1); the predictive distribution is that of these T "
    "passes, so it divides by T.",
    spread=lambda s: s.var(axis=0, ddof=1) if len(s) > 1 else np.zeros(s.shape[1:]),
)
mistakes.row(
    "deviation-for-spread",
    "Standard deviation of the passes",
    "You add the standard deviation of the passes to the noise; square it first.",
    spread=lambda s: s.std(axis=0),
)
mistakes.row(
    "second-moment-for-variance",
    "Second moment, not variance",
    "You average the squares of the passes; subtract the square of their mean.",
    spread=lambda s: (s**2).mean(axis=0),
)
mistakes.row(
    "error-of-the-mean-for-spread",
    "Error of the mean",
    "You divide the variance of the passes by T: that is the error of the mean, which goes to 0 "
    "with more passes; the spread of the prediction does not.",
    spread=lambda s: s.var(axis=0) / len(s),
)
mistakes.row(
    "spread-over-points",
    "Variance over points too",
    "One variance for all points comes out; each point and output has its own, over axis 0.",
    spread=lambda s: np.full(s.shape[1:], s.var()),
)
mistakes.row(
    "median-for-mean",
    "Median for mean",
    "You take the median of the passes; the predictive mean is their mean.",
    centre=lambda s: np.median(s, axis=0),
)
mistakes.row(
    "first-pass-for-mean",
    "One pass in place of the mean",
    "The mean is that of the first pass alone; average over all of them.",
    centre=lambda s: s[0],
)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
