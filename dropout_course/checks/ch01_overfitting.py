"""Visible laws of chapter 01, Overfitting, bias and variance.

They use identities and examples that can be followed by hand; no reference.
"""

from __future__ import annotations

import numpy as np

from dropout_course.engine.case import Broken, array_like
from dropout_course.engine.laws import law

FIT = 1e-6  # of the largest prediction


# 1.1 poly_fit_predict --------------------------------------------------------------------------


def training_set(case, n):
    """Draw equispaced points in [-1, 1], each moved by a tenth of the spacing, and targets."""
    spacing = 2 / (n - 1)
    x = np.linspace(-1, 1, n) + 0.1 * spacing * case.uniform(n, low=-1, high=1)
    return x, case.normal(n)


def powers(x, degree):
    """Evaluate 1, x, …, x**degree, one column each."""
    return x[:, None] ** np.arange(degree + 1)


def predictions(student, case, calls):
    """Call poly_fit_predict several times; give one finite number for each test point, in turn."""
    for args, got in student.each("poly_fit_predict", calls):
        x_test = args[2]
        got = array_like(got, what="the prediction")
        case.that(
            got.shape == x_test.shape,
            f"there are {len(x_test)} test points, and the prediction has shape {got.shape}",
            kind="shape",
        )
        text = f"predictions are real numbers, not {got.dtype}"
        case.that(got.dtype.kind == "f", text, kind="dtype")
        text = "the prediction holds NaN or infinite values"
        case.that(np.isfinite(got).all(), text, received=got)
        yield got


def fits(student, case, examples):
    """Require the predictions of several examples: (arguments, prediction, what it is)."""
    got = predictions(student, case, [args for args, _, _ in examples])
    for _, want, what in examples:
        case.close(next(got), want, FIT, what=what)


def of_polynomial(case, degree, n, m):
    """Draw n training points on a polynomial and m test points: an example for `fits`."""
    x, _ = training_set(case, n)
    w, t = case.normal(degree + 1), case.uniform(m, low=-1, high=1)
    y, want = powers(x, degree) @ w, powers(t, degree) @ w
    return (x, y, t, degree), want, "the polynomial"


@law("poly_fit_predict", "Points on a polynomial give that polynomial back", weight=3, core=True)
def polynomial_is_recovered(student, case):
    x, t = np.array([-1.0, 0.0, 1.0]), np.array([0.5, 0.0, -0.5, -1.0])
    examples = [
        ((x, 1 + 2 * x, t, 1), 1 + 2 * t, "1 + 2x"),
        ((x, x**2, t, 2), t**2, "the parabola x²"),
        *(of_polynomial(case, degree, degree + 5, 9) for degree in (0, 5)),
    ]
    fits(student, case, examples)


@law("poly_fit_predict", "The residuals are orthogonal to every power of x", weight=2)
def residuals_are_orthogonal(student, case):
    friendly = np.array([-1.0, 0.0, 1.0]), np.array([1.0, 2.0, 6.0]), np.array([0.0, 1.0]), 0
    x, y = training_set(case, 12)
    got = predictions(student, case, [friendly, (x, y, x, 4)])
    what = "the fit of degree 0, which is the mean,"
    case.close(next(got), np.array([3.0, 3.0]), FIT, what=what)
    sums = powers(x, 4).T @ (y - next(got))
    case.close(sums, np.zeros(5), FIT, what="the sums Σ residual · x^j")


@law("poly_fit_predict", "Ridge shrinks all weights, by λ times their squares", weight=4)
def ridge_is_right(student, case):
    # One weight: Σ(y - w)² + λw² is least at w = Σy / (n + λ).
    calls = [(np.array([-1.0, 0.0, 1.0]), np.array([1.0, 2.0, 6.0]), np.array([0.5]), 0, 3.0)]
    for degree, n in ((2, 8), (6, 4)):
        x, y = training_set(case, n)
        t, ridge = case.uniform(5, low=-1, high=1), round(float(case.uniform(low=0.2, high=2)), 2)
        calls += [(x, y, x, degree, ridge), (x, y, t, degree, ridge)]
    got = predictions(student, case, calls)
    case.close(next(got), np.array([1.5]), FIT, what="the constant fit with ridge = 3")
    # At the minimum, λw = Xᵀ residual; so the residuals determine every prediction.
    for x, y, t, degree, ridge in calls[2::2]:
        residual = y - next(got)
        want = powers(t, degree) @ (powers(x, degree).T @ residual) / ridge
        case.close(next(got), want, FIT, what="the prediction that follows from the residuals")


@law("poly_fit_predict", "With more weights than points, the smallest weights are taken", weight=2)
def minimum_norm(student, case):
    t, two = np.array([0.0, -1.0, 0.5]), np.array([-1.0, 1.0])
    x, y = training_set(case, 4)
    examples = [
        (
            (np.array([1.0]), np.array([2.0]), t, 1),
            1 + t,
            "the line through the one point (1, 2), with w = (1, 1),",
        ),
        (
            (np.array([0.5]), np.array([2.5]), t, 1),
            2 + t,
            "the line through the one point (½, 2½), with w = (2, 1),",
        ),
        ((two, two, t, 3), (t + t**3) / 2, "the cubic with w = (0, ½, 0, ½)"),
        ((x, y, x, 7), y, "the fit at four training points, which it can meet exactly,"),
    ]
    fits(student, case, examples)


@law("poly_fit_predict", "Predictions are made point by point, in the dtype of x", weight=1)
def point_by_point(student, case):
    x, y = training_set(case, 7)
    t = case.uniform(4, low=-1, high=1)
    calls = [(x, y, some, 3) for some in (t, t[:1], t[::-1].copy())]
    x, t = np.linspace(-1, 1, 5, dtype=np.float32), np.array([0.5, 0.25], np.float32)
    got = predictions(student, case, [*calls, (x, 2 * x, t, 1), (x, 2 * x, t, 1, 0.5)])
    whole = next(got)
    case.close(next(got), whole[:1], FIT, what="the first point")
    case.close(next(got), whole[::-1], FIT)
    for single in got:
        case.that(
            single.dtype == np.float32,
            f"with float32 arrays the prediction is float32, not {single.dtype}",
            kind="dtype",
        )


# 1.2 bias_variance -----------------------------------------------------------------------------


def parts(student, case, calls):
    """Call bias_variance several times; give three real numbers of each, in turn."""
    for _, got in student.each("bias_variance", calls):
        if not isinstance(got, (tuple, list)) or len(got) != 3:
            raise Broken("bias_variance must return a tuple (bias2, variance, mse)", kind="type")
        for name, value in zip(("bias2", "variance", "mse"), got, strict=True):
            number = isinstance(value, (float, int, np.floating)) and not isinstance(value, bool)
            case.that(number, f"{name} must be one number", received=value, kind="type")
        yield tuple(map(float, got))


@law("bias_variance", "Bias² and variance add up to the squared error", weight=3, core=True)
def parts_add_up(student, case):
    # at the first point the mean is 1 off, at the second 2; the variances are 1 and 0
    calls = [(np.array([[0.0, 2.0], [2.0, 2.0]]), np.zeros(2))]
    calls += [(case.normal(S, m) + 1, case.normal(m)) for S, m in ((3, 4), (10, 7))]
    got = parts(student, case, calls)
    case.close(next(got), (2.5, 0.5, 3.0), 1e-9, what="(bias2, variance, mse)")
    for predictions, truth in calls[1:]:
        bias2, variance, mse = next(got)
        each = np.mean([(row - truth) @ (row - truth) for row in predictions]) / len(truth)
        case.close(mse, each, 1e-9, what="mse, the mean of all squared differences from the truth,")
        case.close(bias2 + variance, mse, 1e-9, what="bias2 + variance")


@law("bias_variance", "Equal predictions from all training sets have no variance", weight=1)
def no_variance(student, case):
    row, truth = np.array([1.0, 5.0]), np.array([0.0, 3.0])
    for got in parts(student, case, [(np.tile(row, (sets, 1)), truth) for sets in (1, 4)]):
        case.close(got, (2.5, 0.0, 2.5), 1e-9, what="(bias2, variance, mse)")


@law("bias_variance", "Predictions that are right on average have no bias", weight=1)
def no_bias(student, case):
    truth, off = case.normal(5), case.normal(3, 5)
    calls = [(np.array([[4.0], [2.0]]), np.array([3.0]))]
    calls += [(np.vstack([truth + off, truth - off]), truth)]
    got = parts(student, case, calls)
    case.close(next(got), (0.0, 1.0, 1.0), 1e-9, what="(bias2, variance, mse)")
    case.close(next(got)[0], 0.0, 1e-9, what="bias2")


@law("bias_variance", "Biases at different points do not cancel", weight=2)
def biases_do_not_cancel(student, case):
    truth = case.normal(6)
    calls = [
        (np.array([[1.0, -1.0], [1.0, -1.0]]), np.zeros(2)),
        (np.vstack([truth, truth]), truth),
    ]
    got = parts(student, case, calls)
    case.close(next(got), (1.0, 0.0, 1.0), 1e-9, what="(bias2, variance, mse)")
    # nor do differences between points count as variance
    case.close(next(got), (0.0, 0.0, 0.0), 1e-9, what="(bias2, variance, mse) of the truth itself")


@law("bias_variance", "Counting every training set twice changes nothing", weight=2)
def counted_twice(student, case):
    predictions, truth = case.normal(3, 4), case.normal(4)
    calls = [(np.array([[1.0], [3.0]]), np.array([2.0]))]
    calls += [(rows, truth) for rows in (predictions, np.vstack([predictions, predictions]))]
    got = parts(student, case, calls)
    case.close(next(got)[1], 1.0, 1e-9, what="the variance of a population of two, 1 and 3,")
    once = next(got)
    case.close(next(got), once, 1e-9, what="(bias2, variance, mse) with every row twice")


@law("bias_variance", "Only differences from the truth matter, and they count squared", weight=1)
def shift_and_scale(student, case):
    predictions, truth, shift = case.normal(4, 3), case.normal(3), case.normal(3)
    calls = [
        (predictions, truth),
        (predictions + shift, truth + shift),
        (2 * predictions, 2 * truth),
    ]
    got = map(np.array, parts(student, case, calls))
    once = next(got)
    case.close(next(got), once, 1e-9, what="the result after a shift of both")
    case.close(next(got), 4 * once, 1e-9, what="the result after doubling both")


# 1.3 ensemble_variance -------------------------------------------------------------------------


def variances(student, case, examples):
    """Require the variances of several examples: (arguments, variance)."""
    answers = student.each("ensemble_variance", [args for args, _ in examples])
    for (_, got), (_, want) in zip(answers, examples, strict=True):
        case.equal(got, want)


@law("ensemble_variance", "The variance of the mean, for any correlation", weight=3, core=True)
def variance_of_the_mean(student, case):
    examples = [((1.0, 0.5, 2), 0.75)]
    # Var(mean) is the mean of all k² entries of the covariance matrix.
    for k in (3, case.integers(4, 12)):
        sigma2 = round(float(case.uniform(low=0.5, high=3)), 3)
        rho = round(float(case.uniform(low=0.1, high=0.9)), 3)
        covariance = sigma2 * np.where(np.eye(k, dtype=bool), 1.0, rho)
        examples.append(((sigma2, rho, k), float(covariance.mean())))
    variances(student, case, examples)


@law("ensemble_variance", "Independent predictors: σ²/k", weight=1)
def independent(student, case):
    variances(student, case, [((2.0, 0.0, k), 2.0 / k) for k in (1, 4, 100)])


@law("ensemble_variance", "A crowd of copies is worth one of them", weight=1)
def copies(student, case):
    examples = [((sigma2, 1.0, k), sigma2) for sigma2, k in ((3.0, 1), (3.0, 7), (0.25, 50))]
    variances(student, case, [*examples, ((0.49, 0.3, 1), 0.49)])


@law("ensemble_variance", "Negative correlation helps more, down to no variance at all", weight=1)
def negative(student, case):
    examples = [((2.0, -1.0, 2), 0.0), ((4.0, -0.25, 5), 0.0), ((3.0, -0.2, 3), 0.6)]
    variances(student, case, examples)


@law("ensemble_variance", "An average of averages is the average", weight=2)
def average_of_averages(student, case):
    sigma2, rho = round(float(case.uniform(low=0.5, high=2)), 3), case.rate()
    whole = student.ensemble_variance(sigma2, rho, 6)
    group = student.ensemble_variance(sigma2, rho, 2)
    if not isinstance(group, (int, float, np.floating)) or not group > 0:
        raise Broken("a variance is a positive number here", received=group)
    # two groups share covariance ρσ², each has the variance of a pair
    case.equal(student.ensemble_variance(float(group), rho * sigma2 / float(group), 3), whole)


# 1.4 early_stopping ----------------------------------------------------------------------------

KEYS = {"best_epoch", "stop_epoch", "gap"}


def stopped(student, case, calls):
    """Call early_stopping several times; give best_epoch, stop_epoch and gap, in turn."""
    for _, got in student.each("early_stopping", calls):
        yield dict_of(got, case)


def dict_of(got, case):
    """Require a dict with the three keys, whole numbers for the epochs and a real gap."""
    if not isinstance(got, dict) or set(got) != KEYS:
        raise Broken("the result must be a dict with best_epoch, stop_epoch, gap", kind="type")
    for key in ("best_epoch", "stop_epoch"):
        whole = isinstance(got[key], (int, np.integer)) and not isinstance(got[key], bool)
        case.that(whole, f"{key} must be an int", received=got[key], kind="type")
    case.that(
        isinstance(got["gap"], (int, float, np.floating)),
        "gap must be one number",
        received=got["gap"],
        kind="type",
    )
    return int(got["best_epoch"]), int(got["stop_epoch"]), float(got["gap"])


def epochs(student, case, *examples):
    """Require both epochs of several examples: (val, patience, (best_epoch, stop_epoch))."""
    calls = [(np.zeros(len(val)), np.array(val), patience) for val, patience, _ in examples]
    got = stopped(student, case, calls)
    for val, patience, want in examples:
        both = next(got)[:2]
        case.that(
            both == want,
            f"with val = {val} and patience = {patience}, (best_epoch, stop_epoch) is wrong",
            expected=want,
            received=both,
        )


@law(
    "early_stopping",
    "It waits `patience` epochs, then goes back to the best",
    weight=3,
    core=True,
)
def waits_and_goes_back(student, case):
    wait, fall = case.integers(1, 4), case.integers(1, 6)
    val = [float(v) for v in [*range(fall, 0, -1), 0, *range(1, 8)]]
    epochs(
        student,
        case,
        ([3.0, 2.0, 4.0, 5.0, 6.0], 2, (1, 3)),
        ([3.0, 2.0, 4.0, 5.0, 6.0], 1, (1, 2)),
        ([5.0, 4.0, 6.0, 3.0, 7.0, 8.0, 9.0], 2, (3, 5)),
        (val, wait, (fall, fall + wait)),
    )


@law("early_stopping", "Without a stop it runs to the last epoch", weight=1.5)
def runs_to_the_end(student, case):
    epochs(
        student,
        case,
        ([4.0, 3.0, 2.0, 1.0], 1, (3, 3)),
        ([4.0, 3.0, 5.0, 6.0], 3, (1, 3)),
        ([1.0], 1, (0, 0)),
        ([1.0, 2.0, 3.0], 2, (0, 2)),
    )


@law("early_stopping", "An epoch is compared with the best so far, not the one before", weight=2)
def compared_with_the_best(student, case):
    epochs(
        student,
        case,
        ([5.0, 1.0, 4.0, 3.0, 2.0, 1.5], 3, (1, 4)),
        ([2.0, 5.0, 4.0, 3.0, 1.0], 3, (0, 3)),
    )


@law("early_stopping", "A tie is no improvement, and the first of equals is the best", weight=1.5)
def ties(student, case):
    epochs(
        student,
        case,
        ([2.0, 1.0, 1.0, 1.0, 0.0], 2, (1, 3)),
        ([2.0, 1.0, 3.0, 1.0, 4.0], 3, (1, 4)),
        ([7.0] * 6, 4, (0, 4)),
    )


@law("early_stopping", "What comes after the stop is never seen", weight=2)
def blind_after_the_stop(student, case):
    val, laters = [4.0, 3.0, 5.0, 5.0, 5.0], ([0.0, -1.0], [9.0, 9.0], [-5.0])
    examples = [([*val, *later], 3, (1, 4)) for later in laters]
    epochs(student, case, ([3.0, 2.0, 4.0, 4.0, 0.0, 1.0], 2, (1, 3)), *examples)


@law("early_stopping", "NaN is never an improvement", weight=1.5)
def not_a_number(student, case):
    nan = float("nan")
    epochs(
        student,
        case,
        ([3.0, nan, 2.0, nan, nan, 1.0], 2, (2, 4)),
        ([3.0, 1.0, nan, 2.0, 0.5], 3, (4, 4)),
        ([3.0, nan, nan, nan], 3, (0, 3)),
    )


@law("early_stopping", "The gap is validation minus training, at the best epoch", weight=1.5)
def gap_at_the_best(student, case):
    trains = (
        [3.5, 1.0, 0.5, 0.25], [9.0, 5.0, 1.0, 0.0], [0.0, 1.0, 2.0, 3.0], [8.0, 1.0, 7.0, 0.0],
    )  # fmt: skip
    val = np.array([3.0, 2.0, 4.0, 5.0])
    got = stopped(student, case, [(np.array(train), val, 2) for train in trains])
    case.close(next(got)[2], 1.0, 1e-9, what="the gap")
    case.close(next(got)[2], -3.0, 1e-9, what="the gap")
    for both in (three[:2] for three in got):
        text = "the training curve has no say in the epochs"
        case.that(both == (1, 3), text, expected=(1, 3), received=both)
