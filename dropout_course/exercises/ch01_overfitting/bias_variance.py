"""1.2 bias_variance: the squared error of a method, split in two."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.comparing import holds_parts
from dropout_course.engine.features import rounded, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question

PARTS = "(bias2, variance, mse)"

# What is true of every right answer ------------------------------------------------------------


def part(case, answer, which):
    """Give one of the three numbers of a result."""
    got = answer.value
    case.that(
        holds_parts(got, 3),
        f"bias_variance must return a tuple {PARTS}",
        received=got,
        kind="type",
    )
    return float(case.array(got[which], ()))


@law("Bias² and variance add up to the squared error", weight=3, core=True)
def parts_add_up(student, case):
    # at the first point the mean is 1 off, at the second 2; the variances are 1 and 0
    hand = (np.array([[0.0, 2.0], [2.0, 2.0]]), np.zeros(2)), (2.5, 0.5, 3.0)
    calls = [(case.normal(S, m) + 1, case.normal(m)) for S, m in ((3, 4), (10, 7))]
    answers = [student.bias_variance(*call) for call in calls]
    case.gives(student.bias_variance, [hand], what=PARTS)
    for (predictions, truth), answer in zip(calls, answers, strict=True):
        bias2, variance, mse = (part(case, answer, which) for which in range(3))
        each = np.mean([(row - truth) @ (row - truth) for row in predictions]) / len(truth)
        case.equal(mse, float(each), what="mse, the mean of all squared differences,")
        case.equal(bias2 + variance, mse, what="bias2 + variance")


@law("Equal predictions from all training sets have no variance", weight=1)
def no_variance(student, case):
    row, truth = np.array([1.0, 5.0]), np.array([0.0, 3.0])
    for answer in [student.bias_variance(np.tile(row, (sets, 1)), truth) for sets in (1, 4)]:
        case.equal(part(case, answer, 1), 0.0, what="the variance")


@law("Predictions that are right on average have no bias", weight=1)
def no_bias(student, case):
    truth, off = case.normal(5), case.apart(3, 5)
    calls = [
        (np.array([[4.0], [2.0]]), np.array([3.0])),
        (np.vstack([truth + off, truth - off]), truth),
    ]
    for answer in [student.bias_variance(*call) for call in calls]:
        case.equal(part(case, answer, 0), 0.0, what="bias2")


@law("Biases at different points do not cancel", weight=2)
def biases_do_not_cancel(student, case):
    answer = student.bias_variance(np.array([[1.0, -1.0], [1.0, -1.0]]), np.zeros(2))
    case.equal(part(case, answer, 0), 1.0, what="bias2")


@law("The variance is that of each point, over the training sets, and divides by S", weight=3)
def population_variance(student, case):
    predictions, truth = case.normal(3, 4), case.normal(4)
    twice = np.vstack([predictions, predictions])
    hand = student.bias_variance(np.array([[1.0], [3.0]]), np.array([2.0]))
    spread = student.bias_variance(np.array([[0.0, 10.0], [2.0, 12.0]]), np.zeros(2))
    once, again = (student.bias_variance(rows, truth) for rows in (predictions, twice))
    case.equal(part(case, hand, 1), 1.0, what="the variance of a population of two, 1 and 3,")
    case.equal(part(case, spread, 1), 1.0, what="the variance, 1 at either point,")
    want = part(case, once, 1)
    case.equal(part(case, again, 1), want, what="the variance with every training set twice")


# By what a wrong answer is recognised ----------------------------------------------------------

GIVEN = np.array([[1.0, -1.0, 0.5], [3.0, 0.0, 0.0]]), np.array([0.5, 1.0, 0.0])
SQUARE = np.array([[2.0, 4.0], [1.0, 1.0]]), np.array([0.5, 1.0])


def each(student, which):
    """Give one part for two inputs; for the square one every axis is possible."""
    return [rounded(value_of(student.bias_variance(*args))[which]) for args in (GIVEN, SQUARE)]


@question("What is the bias?")
def bias(student, case):
    return each(student, 0)


@question("What is the variance?")
def variance(student, case):
    return each(student, 1)


@question("What is the error?")
def error(student, case):
    return each(student, 2)


# What people write instead ---------------------------------------------------------------------


def split(
    bias2=lambda f, truth: (f.mean(axis=0) - truth) ** 2,
    variance=lambda f, truth: f.var(axis=0),
    mse=lambda f, truth: (f - truth) ** 2,
):
    """Average three arrays; each mistake has another one."""

    def bias_variance(predictions, truth):
        return tuple(float(np.mean(of(predictions, truth))) for of in (bias2, variance, mse))

    return bias_variance


mistakes = Mistakes(bias_variance=split)
mistakes.row(
    "biases-cancel",
    "Biases cancel",
    "The bias is squared at each point and then averaged; averaged first, a bias of +1 here "
    "and -1 there cancels.",
    bias2=lambda f, truth: np.mean(f.mean(axis=0) - truth) ** 2,
)
mistakes.row(
    "sample-variance",
    "Variance with S - 1",
    "The variance divides by S, the number of training sets (ddof=0); with S - 1 the two "
    "parts no longer add up to the squared error.",
    variance=lambda f, truth: f.var(axis=0) * (len(f) / (len(f) - 1) if len(f) > 1 else np.nan),
)
mistakes.row(
    "variance-around-truth",
    "Variance around the truth",
    "The variance is the spread around the mean prediction, not around the truth: that is "
    "the whole squared error.",
    variance=lambda f, truth: (f - truth) ** 2,
)
mistakes.row(
    "error-for-bias",
    "Error instead of bias",
    "The bias belongs to the mean prediction over training sets; the squared errors of the "
    "single predictions, averaged, are the whole error.",
    bias2=lambda f, truth: (f - truth) ** 2,
)
mistakes.row(
    "variance-over-points",
    "Variance over points too",
    "The variance is taken over training sets, at each point by itself; here differences "
    "between the points are counted as well.",
    variance=lambda f, truth: f.var(),
)
mistakes.row(
    "wrong-axis",
    "Wrong axis",
    "Training sets are rows: average over axis 0. Here the average runs over the points.",
    bias2=lambda f, truth: (f.mean(axis=1, keepdims=True) - truth) ** 2,
    variance=lambda f, truth: f.var(axis=1),
)
mistakes.row(
    "spread-over-the-points",
    "Variance along the wrong axis",
    "You take the variance of each training set over its points; it is taken at each point, over "
    "the training sets: axis 0.",
    variance=lambda f, truth: f.var(axis=1),
)
mistakes.row(
    "not-squared",
    "Not squared",
    "These are a mean absolute bias and a mean standard deviation; only the squares, bias² "
    "and variance, add up.",
    bias2=lambda f, truth: np.abs(f.mean(axis=0) - truth),
    variance=lambda f, truth: f.std(axis=0),
)
mistakes.row(
    "standard-deviation-for-variance",
    "Standard deviation for variance",
    "This is the mean standard deviation; the variance is its square, at each point.",
    variance=lambda f, truth: f.std(axis=0),
)
mistakes.row(
    "sum-for-mean",
    "Sum instead of mean",
    "The three numbers are averages over the m points; here they are sums.",
    bias2=lambda f, truth: len(truth) * (f.mean(axis=0) - truth) ** 2,
    variance=lambda f, truth: len(truth) * f.var(axis=0),
    mse=lambda f, truth: len(truth) * (f - truth) ** 2,
)
mistakes.row(
    "error-of-mean-prediction",
    "Error of the mean prediction",
    "mse is the error of each prediction, averaged over training sets; the error of their mean "
    "is the squared bias alone.",
    mse=lambda f, truth: (f.mean(axis=0) - truth) ** 2,
)
mistakes.row(
    "bias-not-squared",
    "Bias not squared",
    "This is the mean absolute bias; its square at each point is asked for, averaged over the "
    "points.",
    bias2=lambda f, truth: np.abs(f.mean(axis=0) - truth),
)
mistakes.row(
    "parts-exchanged",
    "Bias and variance exchanged",
    "The squared bias comes first and the variance second; you return them the other way round.",
    bias2=lambda f, truth: f.var(axis=0),
    variance=lambda f, truth: (f.mean(axis=0) - truth) ** 2,
)


@mistakes.whole(
    "points-not-averaged",
    "Points not averaged",
    "Each of the three is one number, the mean over the m points; you return one for each point.",
)
def each_point(predictions, truth):
    mean = predictions.mean(axis=0)
    variance, mse = predictions.var(axis=0), ((predictions - truth) ** 2).mean(axis=0)
    return (mean - truth) ** 2, variance, mse
