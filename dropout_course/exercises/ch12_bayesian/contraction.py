"""12.6 contraction: the power of N with which a spread goes down."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question

NS = np.array([10, 20, 80, 640])
ROUGH = np.array([2.0, 1.7, 0.4, 0.3])


def power(case, Ns, slope):
    """Give spreads that follow a power of N."""
    return float(case.uniform(low=0.5, high=3)) * Ns.astype(float) ** slope


def fitted(spreads, Ns):
    """Give the least-squares slope by its normal equations."""
    A = np.stack([np.ones(len(Ns)), np.log(Ns)], axis=1)
    return float(np.linalg.solve(A.T @ A, A.T @ np.log(spreads))[1])


# What is true of every right answer ------------------------------------------------------------


@law("A spread that goes with a power of N gives that power", weight=4, core=True)
def powers(student, case):
    slope = -float(case.uniform(low=0.1, high=0.9))
    examples = [((np.array([2.0, 1.0, 0.5]), np.array([25, 100, 400])), -0.5)]
    examples += [((power(case, NS, slope), NS), slope), ((power(case, NS, 0.3), NS), 0.3)]
    case.gives(student.contraction_slope, examples)


@law("Through scattered spreads goes the line of least squares", weight=4)
def scattered(student, case):
    Ns = np.cumsum(case.integers(5, 90, 6))
    noisy = np.exp(0.5 * case.apart(6))
    examples = [(ROUGH, NS), (noisy, Ns)]
    case.gives(student.contraction_slope, [(e, fitted(*e)) for e in examples])


@law("A spread that stays gives 0", weight=1)
def flat(student, case):
    case.gives(student.contraction_slope, [((np.full(4, 0.7), NS), 0.0)])


@law("The order of the sizes does not matter", weight=1)
def order(student, case):
    shuffled = [2, 0, 3, 1]
    asked = [student.contraction_slope(ROUGH[o], NS[o]) for o in ([0, 1, 2, 3], shuffled)]
    first, second = (case.array(answer, ()) for answer in asked)
    case.that(np.isfinite(first), "the slope is not finite", received=first)
    case.equal(second, first, what="the slope in another order", of=asked[1])


@law("It is one number, and the arrays stay as they are", weight=1, edge=True)
def form(student, case):
    case.form(student.contraction_slope(case.frozen(ROUGH), case.frozen(NS)), 0.5)


# By what a wrong answer is recognised, and what people write instead --------------------------


@question("What is the slope for spreads that go with a power of N?")
def exact(student, case):
    return rounded(student.contraction_slope(3 * NS**-0.25, NS))


@question("What is the slope through scattered spreads?")
def rough(student, case):
    return rounded(student.contraction_slope(ROUGH, NS))


@question("What is the slope of a spread that stays?")
def constant(student, case):
    return rounded(student.contraction_slope(np.full(4, 0.7), NS))


@question("Is it the same in another order?")
def reordered(student, case):
    orders = [0, 1, 2, 3], [2, 0, 3, 1]
    one, other = (rounded(student.contraction_slope(ROUGH[o], NS[o])) for o in orders)
    return bool(np.allclose(one, other))


@question("Does it write to the spreads?", edge=True)
def writes(student, case):
    return overwrites(student.contraction_slope, case.frozen(ROUGH), NS)


def slope_form(
    across=np.log,
    up=np.log,
    joined=lambda x, y: (x - x.mean()) @ (y - y.mean()) / ((x - x.mean()) @ (x - x.mean())),
):
    """A slope on two scales."""
    return lambda spreads, Ns: float(joined(across(Ns.astype(float)), up(spreads)))


mistakes = Mistakes(contraction_slope=slope_form)
mistakes.row(
    "no-logarithms",
    "No logarithms",
    "You fit a line to the spreads as they are; a power of N is a line in log spread against "
    "log N.",
    across=lambda Ns: Ns,
    up=lambda spreads: spreads,
)
mistakes.row(
    "log-of-the-spread-alone",
    "N without logarithm",
    "You take the logarithm of the spread alone; that finds an exponential decay, not a power.",
    across=lambda Ns: Ns,
)
mistakes.row(
    "log-of-n-alone",
    "Spread without logarithm",
    "You take the logarithm of N alone; take that of the spread as well.",
    up=lambda spreads: spreads,
)
mistakes.row(
    "end-points-alone",
    "First and last alone",
    "You draw the line through the first and the last point; least squares uses all of them.",
    joined=lambda x, y: (y[-1] - y[0]) / (x[-1] - x[0]),
)
mistakes.row(
    "through-the-origin",
    "A line through the origin",
    "Your line has no constant term, so it must pass log N = 0 at log spread = 0; subtract the "
    "means first.",
    joined=lambda x, y: x @ y / (x @ x),
)
mistakes.row(
    "axes-exchanged",
    "The axes exchanged",
    "You fit log N against log spread; the spread is what depends on N.",
    joined=lambda x, y: np.cov(x, y)[0, 1] / max(np.var(y, ddof=1), 1e-300),
)
mistakes.row(
    "rate-for-slope",
    "Rate with the wrong sign",
    "You give how fast it falls, a positive number; the slope of a spread that falls is negative.",
    joined=lambda x, y: -((x - x.mean()) @ (y - y.mean())) / ((x - x.mean()) @ (x - x.mean())),
)
mistakes.row(
    "variance-contracted",
    "Slope of the variance",
    "You give the slope of the variance, which is twice that of the spread.",
    up=lambda spreads: np.log(spreads**2),
)
mistakes.row(
    "correlation-for-slope",
    "Correlation for slope",
    "You give the correlation of the logarithms; the slope is covariance over the variance of "
    "log N.",
    joined=lambda x, y: 0.0 if np.ptp(y) < 1e-12 else np.corrcoef(x, y)[0, 1],
)
mistakes.row(
    "intercept-for-slope",
    "Intercept for slope",
    "You give the constant term of the line; np.polyfit gives the slope first, the constant last.",
    joined=lambda x, y: np.polyfit(x, y, 1)[1],
)
mistakes.row(
    "mean-of-pairwise-slopes",
    "Mean of the neighbours' slopes",
    "You average the slopes between neighbours, however far apart they are; least squares weighs "
    "all points together.",
    joined=lambda x, y: np.mean(np.diff(y) / np.diff(x)),
)
mistakes.row("writes-to-its-input", wrap=overwriting)
