"""Visible laws of chapter 01, Overfitting, bias and variance.

They use identities and examples that can be followed by hand; no reference.
"""

from __future__ import annotations

import numpy as np

from dropout_course.case import Broken, array_like
from dropout_course.laws import law

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


def predicted(student, case, x, y, x_test, degree, *ridge):
    """Call poly_fit_predict and require one finite number for each test point."""
    got = array_like(student.poly_fit_predict(x, y, x_test, degree, *ridge), what="the prediction")
    case.that(
        got.shape == x_test.shape,
        f"there are {len(x_test)} test points, and the prediction has shape {got.shape}",
        kind="shape",
    )
    case.that(got.dtype.kind == "f", f"predictions are real numbers, not {got.dtype}", kind="dtype")
    case.that(np.isfinite(got).all(), "the prediction holds NaN or infinite values", received=got)
    return got


@law("poly_fit_predict", "Points on a polynomial give that polynomial back", weight=3, core=True)
def polynomial_is_recovered(student, case):
    x, t = np.array([-1.0, 0.0, 1.0]), np.array([0.5, 0.0, -0.5, -1.0])
    case.close(predicted(student, case, x, 1 + 2 * x, t, 1), 1 + 2 * t, FIT, what="1 + 2x")
    case.close(predicted(student, case, x, x**2, t, 2), t**2, FIT, what="the parabola x²")
    for degree in (0, 5):
        x, _ = training_set(case, degree + 5)
        w, t = case.normal(degree + 1), case.uniform(9, low=-1, high=1)
        got = predicted(student, case, x, powers(x, degree) @ w, t, degree)
        case.close(got, powers(t, degree) @ w, FIT, what="the polynomial")


@law("poly_fit_predict", "The residuals are orthogonal to every power of x", weight=2)
def residuals_are_orthogonal(student, case):
    y = np.array([1.0, 2.0, 6.0])
    got = predicted(student, case, np.array([-1.0, 0.0, 1.0]), y, np.array([0.0, 1.0]), 0)
    case.close(got, np.array([3.0, 3.0]), FIT, what="the fit of degree 0, which is the mean,")
    x, y = training_set(case, 12)
    residual = y - predicted(student, case, x, y, x, 4)
    sums = powers(x, 4).T @ residual
    case.close(sums, np.zeros(5), FIT, what="the sums Σ residual · x^j")


@law("poly_fit_predict", "Ridge shrinks all weights, by λ times their squares", weight=3)
def ridge_is_right(student, case):
    # One weight: Σ(y - w)² + λw² is least at w = Σy / (n + λ).
    x, y, t = np.array([-1.0, 0.0, 1.0]), np.array([1.0, 2.0, 6.0]), np.array([0.5])
    got = predicted(student, case, x, y, t, 0, 3.0)
    case.close(got, np.array([1.5]), FIT, what="the constant fit with ridge = 3")
    # At the minimum, λw = Xᵀ residual; so the residuals determine every prediction.
    for degree, n in ((2, 8), (6, 4)):
        x, y = training_set(case, n)
        t, ridge = case.uniform(5, low=-1, high=1), round(float(case.uniform(low=0.2, high=2)), 2)
        residual = y - predicted(student, case, x, y, x, degree, ridge)
        want = powers(t, degree) @ (powers(x, degree).T @ residual) / ridge
        got = predicted(student, case, x, y, t, degree, ridge)
        case.close(got, want, FIT, what="the prediction that follows from the residuals")


@law("poly_fit_predict", "With more weights than points, the smallest weights are taken", weight=2)
def minimum_norm(student, case):
    t = np.array([0.0, -1.0, 0.5])
    got = predicted(student, case, np.array([1.0]), np.array([2.0]), t, 1)
    case.close(got, 1 + t, FIT, what="the line through the one point (1, 2), with w = (1, 1),")
    got = predicted(student, case, np.array([0.5]), np.array([2.5]), t, 1)
    case.close(got, 2 + t, FIT, what="the line through the one point (½, 2½), with w = (2, 1),")
    x = np.array([-1.0, 1.0])
    got = predicted(student, case, x, np.array([-1.0, 1.0]), t, 3)
    case.close(got, (t + t**3) / 2, FIT, what="the cubic with w = (0, ½, 0, ½)")
    x, y = training_set(case, 4)
    got = predicted(student, case, x, y, x, 7)
    case.close(got, y, FIT, what="the fit at four training points, which it can meet exactly,")


@law("poly_fit_predict", "Predictions are made point by point, in the dtype of x", weight=1)
def point_by_point(student, case):
    x, y = training_set(case, 7)
    t = case.uniform(4, low=-1, high=1)
    whole = predicted(student, case, x, y, t, 3)
    case.close(predicted(student, case, x, y, t[:1], 3), whole[:1], FIT, what="the first point")
    case.close(predicted(student, case, x, y, t[::-1].copy(), 3), whole[::-1], FIT)
    x, t = np.linspace(-1, 1, 5, dtype=np.float32), np.array([0.5, 0.25], np.float32)
    for args in ((1,), (1, 0.5)):
        got = predicted(student, case, x, 2 * x, t, *args)
        case.that(
            got.dtype == np.float32,
            f"with float32 arrays the prediction is float32, not {got.dtype}",
            kind="dtype",
        )


# 1.2 bias_variance -----------------------------------------------------------------------------


def parts(student, case, predictions, truth):
    """Call bias_variance and require three real numbers."""
    got = student.bias_variance(predictions, truth)
    if not isinstance(got, (tuple, list)) or len(got) != 3:
        raise Broken("bias_variance must return a tuple (bias2, variance, mse)", kind="type")
    for name, value in zip(("bias2", "variance", "mse"), got, strict=True):
        number = isinstance(value, (float, int, np.floating)) and not isinstance(value, bool)
        case.that(number, f"{name} must be one number", received=value, kind="type")
    return tuple(map(float, got))


@law("bias_variance", "Bias² and variance add up to the squared error", weight=3, core=True)
def parts_add_up(student, case):
    # at the first point the mean is 1 off, at the second 2; the variances are 1 and 0
    predictions, truth = np.array([[0.0, 2.0], [2.0, 2.0]]), np.zeros(2)
    got = parts(student, case, predictions, truth)
    case.close(got, (2.5, 0.5, 3.0), 1e-9, what="(bias2, variance, mse)")
    for shape in ((3, 4), (10, 7)):
        predictions, truth = case.normal(*shape) + 1, case.normal(shape[1])
        bias2, variance, mse = parts(student, case, predictions, truth)
        each = np.mean([(row - truth) @ (row - truth) for row in predictions]) / shape[1]
        case.close(mse, each, 1e-9, what="mse, the mean of all squared differences from the truth,")
        case.close(bias2 + variance, mse, 1e-9, what="bias2 + variance")


@law("bias_variance", "Equal predictions from all training sets have no variance", weight=1)
def no_variance(student, case):
    row, truth = np.array([1.0, 5.0]), np.array([0.0, 3.0])
    for sets in (1, 4):
        got = parts(student, case, np.tile(row, (sets, 1)), truth)
        case.close(got, (2.5, 0.0, 2.5), 1e-9, what="(bias2, variance, mse)")


@law("bias_variance", "Predictions that are right on average have no bias", weight=1)
def no_bias(student, case):
    truth, off = case.normal(5), case.normal(3, 5)
    got = parts(student, case, np.array([[4.0], [2.0]]), np.array([3.0]))
    case.close(got, (0.0, 1.0, 1.0), 1e-9, what="(bias2, variance, mse)")
    bias2, _, _ = parts(student, case, np.vstack([truth + off, truth - off]), truth)
    case.close(bias2, 0.0, 1e-9, what="bias2")


@law("bias_variance", "Biases at different points do not cancel", weight=2)
def biases_do_not_cancel(student, case):
    got = parts(student, case, np.array([[1.0, -1.0], [1.0, -1.0]]), np.zeros(2))
    case.close(got, (1.0, 0.0, 1.0), 1e-9, what="(bias2, variance, mse)")
    # nor do differences between points count as variance
    truth = case.normal(6)
    got = parts(student, case, np.vstack([truth, truth]), truth)
    case.close(got, (0.0, 0.0, 0.0), 1e-9, what="(bias2, variance, mse) of the truth itself")


@law("bias_variance", "Counting every training set twice changes nothing", weight=2)
def counted_twice(student, case):
    one = np.array([[1.0], [3.0]])
    got = parts(student, case, one, np.array([2.0]))
    case.close(got[1], 1.0, 1e-9, what="the variance of a population of two, 1 and 3,")
    predictions, truth = case.normal(3, 4), case.normal(4)
    once = parts(student, case, predictions, truth)
    twice = parts(student, case, np.vstack([predictions, predictions]), truth)
    case.close(twice, once, 1e-9, what="(bias2, variance, mse) with every row twice")


@law("bias_variance", "Only differences from the truth matter, and they count squared", weight=1)
def shift_and_scale(student, case):
    predictions, truth, shift = case.normal(4, 3), case.normal(3), case.normal(3)
    once = np.array(parts(student, case, predictions, truth))
    moved = parts(student, case, predictions + shift, truth + shift)
    case.close(np.array(moved), once, 1e-9, what="the result after a shift of both")
    twice = parts(student, case, 2 * predictions, 2 * truth)
    case.close(np.array(twice), 4 * once, 1e-9, what="the result after doubling both")


# 1.3 ensemble_variance -------------------------------------------------------------------------


@law("ensemble_variance", "The variance of the mean, for any correlation", weight=3, core=True)
def variance_of_the_mean(student, case):
    case.equal(student.ensemble_variance(1.0, 0.5, 2), 0.75)
    # Var(mean) is the mean of all k² entries of the covariance matrix.
    for k in (3, case.integers(4, 12)):
        sigma2 = round(float(case.uniform(low=0.5, high=3)), 3)
        rho = round(float(case.uniform(low=0.1, high=0.9)), 3)
        covariance = sigma2 * np.where(np.eye(k, dtype=bool), 1.0, rho)
        case.equal(student.ensemble_variance(sigma2, rho, k), float(covariance.mean()))


@law("ensemble_variance", "Independent predictors: σ²/k", weight=1)
def independent(student, case):
    for k in (1, 4, 100):
        case.equal(student.ensemble_variance(2.0, 0.0, k), 2.0 / k)


@law("ensemble_variance", "A crowd of copies is worth one of them", weight=1)
def copies(student, case):
    for sigma2, k in ((3.0, 1), (3.0, 7), (0.25, 50)):
        case.equal(student.ensemble_variance(sigma2, 1.0, k), sigma2)
    case.equal(student.ensemble_variance(0.49, 0.3, 1), 0.49)


@law("ensemble_variance", "Negative correlation helps more, down to no variance at all", weight=1)
def negative(student, case):
    case.equal(student.ensemble_variance(2.0, -1.0, 2), 0.0)
    case.equal(student.ensemble_variance(4.0, -0.25, 5), 0.0)
    case.equal(student.ensemble_variance(3.0, -0.2, 3), 0.6)


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


def stopped(student, case, val, patience, train=None):
    """Call early_stopping; give best_epoch, stop_epoch and gap."""
    val = np.asarray(val, float)
    train = np.zeros(len(val)) if train is None else np.asarray(train, float)
    return dict_of(student.early_stopping(train, val, patience), case)


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


def epochs(student, case, val, patience, best, stop):
    """Require both epochs."""
    got = stopped(student, case, val, patience)
    case.that(
        got[:2] == (best, stop),
        f"with val = {list(val)} and patience = {patience}, (best_epoch, stop_epoch) is wrong",
        expected=(best, stop),
        received=got[:2],
    )


@law(
    "early_stopping",
    "It waits `patience` epochs, then goes back to the best",
    weight=3,
    core=True,
)
def waits_and_goes_back(student, case):
    epochs(student, case, [3.0, 2.0, 4.0, 5.0, 6.0], 2, best=1, stop=3)
    epochs(student, case, [3.0, 2.0, 4.0, 5.0, 6.0], 1, best=1, stop=2)
    epochs(student, case, [5.0, 4.0, 6.0, 3.0, 7.0, 8.0, 9.0], 2, best=3, stop=5)
    wait, fall = case.integers(1, 4), case.integers(1, 6)
    val = [float(v) for v in [*range(fall, 0, -1), 0, *range(1, 8)]]
    epochs(student, case, val, wait, best=fall, stop=fall + wait)


@law("early_stopping", "Without a stop it runs to the last epoch", weight=1.5)
def runs_to_the_end(student, case):
    epochs(student, case, [4.0, 3.0, 2.0, 1.0], 1, best=3, stop=3)
    epochs(student, case, [4.0, 3.0, 5.0, 6.0], 3, best=1, stop=3)
    epochs(student, case, [1.0], 1, best=0, stop=0)
    epochs(student, case, [1.0, 2.0, 3.0], 2, best=0, stop=2)


@law("early_stopping", "An epoch is compared with the best so far, not the one before", weight=2)
def compared_with_the_best(student, case):
    epochs(student, case, [5.0, 1.0, 4.0, 3.0, 2.0, 1.5], 3, best=1, stop=4)
    epochs(student, case, [2.0, 5.0, 4.0, 3.0, 1.0], 3, best=0, stop=3)


@law("early_stopping", "A tie is no improvement, and the first of equals is the best", weight=1.5)
def ties(student, case):
    epochs(student, case, [2.0, 1.0, 1.0, 1.0, 0.0], 2, best=1, stop=3)
    epochs(student, case, [2.0, 1.0, 3.0, 1.0, 4.0], 3, best=1, stop=4)
    epochs(student, case, [7.0] * 6, 4, best=0, stop=4)


@law("early_stopping", "What comes after the stop is never seen", weight=2)
def blind_after_the_stop(student, case):
    epochs(student, case, [3.0, 2.0, 4.0, 4.0, 0.0, 1.0], 2, best=1, stop=3)
    val = [4.0, 3.0, 5.0, 5.0, 5.0]
    for later in ([0.0, -1.0], [9.0, 9.0], [-5.0]):
        epochs(student, case, [*val, *later], 3, best=1, stop=4)


@law("early_stopping", "NaN is never an improvement", weight=1.5)
def not_a_number(student, case):
    nan = float("nan")
    epochs(student, case, [3.0, nan, 2.0, nan, nan, 1.0], 2, best=2, stop=4)
    epochs(student, case, [3.0, 1.0, nan, 2.0, 0.5], 3, best=4, stop=4)
    epochs(student, case, [3.0, nan, nan, nan], 3, best=0, stop=3)


@law("early_stopping", "The gap is validation minus training, at the best epoch", weight=1.5)
def gap_at_the_best(student, case):
    val, train = [3.0, 2.0, 4.0, 5.0], [3.5, 1.0, 0.5, 0.25]
    case.close(stopped(student, case, val, 2, train)[2], 1.0, 1e-9, what="the gap")
    case.close(stopped(student, case, val, 2, [9.0, 5.0, 1.0, 0.0])[2], -3.0, 1e-9, what="the gap")
    for train in ([0.0, 1.0, 2.0, 3.0], [8.0, 1.0, 7.0, 0.0]):
        got = stopped(student, case, val, 2, train)
        case.that(
            got[:2] == (1, 3),
            "the training curve has no say in the epochs",
            expected=(1, 3),
            received=got[:2],
        )
