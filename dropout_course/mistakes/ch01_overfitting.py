"""Known mistakes of chapter 01, Overfitting, bias and variance: wrong answers that run."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.laws import mistake, probe

# 1.1 poly_fit_predict --------------------------------------------------------------------------


def _powers(t, degree):
    return np.vander(t.astype(np.float64), degree + 1, increasing=True)


def _least_squares(A, y, penalty):
    """Weights that minimise |y - A w|² + Σ penalty w²; of several solutions the smallest."""
    rows = np.vstack([A, np.diag(np.sqrt(penalty))])
    return np.linalg.lstsq(rows, np.concatenate([y, np.zeros(len(penalty))]), rcond=None)[0]


def _fit(x, y, x_test, degree, penalty):
    w = _least_squares(_powers(x, degree), y, np.asarray(penalty, float))
    return (_powers(x_test, degree) @ w).astype(x.dtype)


@mistake(
    "M170",
    "poly_fit_predict",
    title="One power too few",
    says="A polynomial of degree d has d + 1 weights, from the constant to x^d; here the highest "
    "power is missing.",
)
def one_power_too_few(x, y, x_test, degree, ridge=0.0):
    if degree == 0:
        return np.zeros_like(x_test)
    return _fit(x, y, x_test, degree - 1, np.full(degree, ridge))


@mistake(
    "M171",
    "poly_fit_predict",
    title="No constant term",
    says="The constant, x to the power 0, is one of the monomials; without it every fit goes "
    "through the origin.",
)
def no_constant(x, y, x_test, degree, ridge=0.0):
    if degree == 0:
        return np.zeros_like(x_test)
    A, T = _powers(x, degree)[:, 1:], _powers(x_test, degree)[:, 1:]
    return (T @ _least_squares(A, y, np.full(degree, ridge))).astype(x.dtype)


@mistake(
    "M172",
    "poly_fit_predict",
    title="Constant not penalised",
    says="The penalty of this exercise counts all weights, the constant too; leaving it out is a "
    "common convention, but another one.",
)
def constant_spared(x, y, x_test, degree, ridge=0.0):
    return _fit(x, y, x_test, degree, [0.0] + [ridge] * degree)


@mistake(
    "M173",
    "poly_fit_predict",
    title="Mean instead of sum",
    says="The penalty is added to the sum of the squared errors, not to their mean; with the mean "
    "it weighs n times as much.",
)
def mean_of_errors(x, y, x_test, degree, ridge=0.0):
    return _fit(x, y, x_test, degree, np.full(degree + 1, len(x) * ridge))


@mistake(
    "M174",
    "poly_fit_predict",
    title="Ridge squared",
    says="The extra equations carry the square root of ridge, because their errors are squared; "
    "here the penalty is ridge² Σw².",
)
def ridge_squared(x, y, x_test, degree, ridge=0.0):
    return _fit(x, y, x_test, degree, np.full(degree + 1, float(ridge) ** 2))


@mistake(
    "M175",
    "poly_fit_predict",
    title="Ridge ignored",
    says="The result does not depend on ridge: the penalty on the weights is missing.",
)
def ridge_ignored(x, y, x_test, degree, ridge=0.0):
    return _fit(x, y, x_test, degree, np.zeros(degree + 1))


@mistake(
    "M176",
    "poly_fit_predict",
    title="Smallest in another basis",
    says="With more weights than points, the smallest weights of the monomials are wanted; "
    "np.polyfit rescales the columns first, and so takes another of the many solutions.",
)
def scaled_columns(x, y, x_test, degree, ridge=0.0):
    A = _powers(x, degree)
    if ridge or degree < len(x):
        return _fit(x, y, x_test, degree, np.full(degree + 1, ridge))
    norms = np.sqrt((A * A).sum(axis=0))
    w = np.linalg.lstsq(A / norms, y, rcond=None)[0] / norms
    return (_powers(x_test, degree) @ w).astype(x.dtype)


@mistake(
    "M177",
    "poly_fit_predict",
    title="Predicted at the training points",
    says="The predictions are those at the training points x; they are wanted at x_test.",
)
def at_training_points(x, y, x_test, degree, ridge=0.0):
    return _fit(x, y, x, degree, np.full(degree + 1, ridge))


@mistake(
    "M178",
    "poly_fit_predict",
    title="Weights in reverse",
    says="The weights are matched with the powers in reverse: np.vander and np.polyval begin with "
    "the highest power unless told otherwise.",
)
def reversed_weights(x, y, x_test, degree, ridge=0.0):
    w = _least_squares(_powers(x, degree), y, np.full(degree + 1, float(ridge)))
    return (_powers(x_test, degree) @ w[::-1]).astype(x.dtype)


@probe("poly_fit_predict")
def tell_fits_apart(student, case):
    x, t = np.linspace(-1, 1, 5), np.array([0.3, -0.8])
    y = np.array([1.0, 3.0, -1.0, 2.0, 4.0])

    def rounded(*args):
        got = student.attempt("poly_fit_predict", *args)
        plain = isinstance(got, np.ndarray) and got.dtype.kind == "f"
        return np.round(got.astype(np.float64), 6) + 0.0 if plain else got

    return [rounded(x, y, t, 2), rounded(x, y, t, 2, 0.5), rounded(x[:2], y[:2], t, 3)]


# 1.2 bias_variance -----------------------------------------------------------------------------


def _parts(bias2, variance, mse):
    return float(np.mean(bias2)), float(np.mean(variance)), float(np.mean(mse))


@mistake(
    "M179",
    "bias_variance",
    title="Biases cancel",
    says="The bias is squared at each point and then averaged; averaged first, a bias of +1 here "
    "and -1 there cancels.",
)
def square_of_mean_bias(predictions, truth):
    bias = np.mean(predictions.mean(axis=0) - truth)
    return _parts(bias**2, predictions.var(axis=0), (predictions - truth) ** 2)


@mistake(
    "M180",
    "bias_variance",
    title="Variance with S - 1",
    says="The variance divides by S, the number of training sets (ddof=0); with S - 1 the two "
    "parts no longer add up to the squared error.",
)
def sample_variance(predictions, truth):
    sets = len(predictions)
    variance = predictions.var(axis=0) * (sets / (sets - 1) if sets > 1 else np.nan)
    bias2 = (predictions.mean(axis=0) - truth) ** 2
    return _parts(bias2, variance, (predictions - truth) ** 2)


@mistake(
    "M181",
    "bias_variance",
    title="Variance around the truth",
    says="The variance is the spread around the mean prediction, not around the truth: that is "
    "the whole squared error.",
)
def around_the_truth(predictions, truth):
    errors = (predictions - truth) ** 2
    return _parts((predictions.mean(axis=0) - truth) ** 2, errors, errors)


@mistake(
    "M182",
    "bias_variance",
    title="Error instead of bias",
    says="The bias belongs to the mean prediction over training sets; the squared errors of the "
    "single predictions, averaged, are the whole error.",
)
def bias_of_each(predictions, truth):
    errors = (predictions - truth) ** 2
    return _parts(errors, predictions.var(axis=0), errors)


@mistake(
    "M183",
    "bias_variance",
    title="Variance over points too",
    says="The variance is taken over training sets, at each point by itself; here differences "
    "between the points are counted as well.",
)
def variance_of_everything(predictions, truth):
    bias2 = (predictions.mean(axis=0) - truth) ** 2
    return _parts(bias2, predictions.var(), (predictions - truth) ** 2)


@mistake(
    "M184",
    "bias_variance",
    title="Wrong axis",
    says="Training sets are rows: average over axis 0. Here the average runs over the points.",
)
def over_the_points(predictions, truth):
    bias2 = (predictions.mean(axis=1, keepdims=True) - truth) ** 2
    return _parts(bias2, predictions.var(axis=1), (predictions - truth) ** 2)


@mistake(
    "M185",
    "bias_variance",
    title="Not squared",
    says="These are a mean absolute bias and a mean standard deviation; only the squares, bias² "
    "and variance, add up.",
)
def not_squared(predictions, truth):
    bias = np.abs(predictions.mean(axis=0) - truth)
    return _parts(bias, predictions.std(axis=0), (predictions - truth) ** 2)


@probe("bias_variance")
def tell_parts_apart(student, case):
    predictions = np.array([[1.0, -1.0, 0.5], [3.0, 0.0, 0.0]])
    truth = np.array([0.5, 1.0, 0.0])
    asked = [(predictions, truth), (np.array([[2.0, 4.0], [1.0, 1.0], [0.0, 1.0]]), truth[:2])]

    def numbers(args):
        got = student.attempt("bias_variance", *args)
        return [float(part) for part in got] if isinstance(got, (tuple, list)) else got

    return [numbers(args) for args in asked]


# 1.3 ensemble_variance -------------------------------------------------------------------------


@mistake(
    "M187",
    "ensemble_variance",
    title="Correlation forgotten",
    says="σ²/k holds for uncorrelated predictors only; every pair adds a covariance ρσ².",
)
def correlation_forgotten(sigma2, rho, k):
    return sigma2 / k


@mistake(
    "M188",
    "ensemble_variance",
    title="Every pair counted once",
    says="Each pair occurs twice in the double sum, as (i, j) and as (j, i): there are k(k - 1) "
    "covariances, not half as many.",
)
def pairs_once(sigma2, rho, k):
    return sigma2 / k + (k - 1) / (2 * k) * rho * sigma2


@mistake(
    "M189",
    "ensemble_variance",
    title="Divided by k once",
    says="This is the variance of the sum divided by k; a factor 1/k comes out of a variance "
    "squared, as 1/k².",
)
def divided_once(sigma2, rho, k):
    return sigma2 * (1 + (k - 1) * rho)


@mistake(
    "M190",
    "ensemble_variance",
    title="Correlation taken for covariance",
    says="rho is a correlation; the covariance of two predictors is rho times sigma2.",
)
def covariance(sigma2, rho, k):
    return sigma2 / k + (k - 1) / k * rho


@mistake(
    "M191",
    "ensemble_variance",
    title="Variance squared",
    says="sigma2 is the variance already, σ²; here it is squared once more.",
)
def squared_again(sigma2, rho, k):
    return sigma2**2 * (rho + (1 - rho) / k)


@mistake(
    "M192",
    "ensemble_variance",
    title="k pairs for each predictor",
    says="Each predictor has k - 1 partners, not k: a crowd of one keeps its variance.",
)
def k_partners(sigma2, rho, k):
    return sigma2 * (rho + 1 / k)


@probe("ensemble_variance")
def tell_variances_apart(student, case):
    asked = [(2.0, 0.3, 4), (0.7, 0.5, 3), (3.0, 0.1, 2)]
    got = [student.attempt("ensemble_variance", *args) for args in asked]
    return [float(v) if isinstance(v, (int, float, np.floating)) else v for v in got]


# 1.4 early_stopping ----------------------------------------------------------------------------


def _walk(val, patience, *, better=lambda value, best: value < best, previous=False, total=False):
    """Give best and stop epoch of a loop with one detail changed."""
    best, waited = 0, 0
    for epoch in range(1, len(val)):
        improved = better(val[epoch], val[epoch - 1] if previous else val[best])
        if val[epoch] < val[best] or (improved and not previous):
            best = epoch
        waited = waited + 1 if not improved else (waited if total else 0)
        if waited >= patience:
            return best, epoch
    return best, len(val) - 1


def _result(train, val, best, stop):
    return {"best_epoch": best, "stop_epoch": stop, "gap": float(val[best] - train[best])}


@mistake(
    "M194",
    "early_stopping",
    title="Looked into the future",
    says="The best epoch is searched in the whole curve; the epochs after the stop are never "
    "trained.",
)
def sees_the_future(train_curve, val_curve, patience):
    _, stop = _walk(val_curve, patience)
    return _result(train_curve, val_curve, int(np.nanargmin(val_curve)), stop)


@mistake(
    "M195",
    "early_stopping",
    title="One epoch too patient",
    says="Training ends with the epoch that completes the run of `patience` epochs without "
    "improvement, not one epoch later.",
)
def one_too_patient(train_curve, val_curve, patience):
    return _result(train_curve, val_curve, *_walk(val_curve, patience + 1))


@mistake(
    "M196",
    "early_stopping",
    title="Compared with the epoch before",
    says="An epoch that is better than the one before, and worse than the best, is no "
    "improvement; the count must go on.",
)
def compares_with_the_previous(train_curve, val_curve, patience):
    return _result(train_curve, val_curve, *_walk(val_curve, patience, previous=True))


@mistake(
    "M197",
    "early_stopping",
    title="A tie taken for an improvement",
    says="An equal value is no improvement: use a strict comparison, and keep the first of equals.",
)
def ties_improve(train_curve, val_curve, patience):
    best, stop = _walk(val_curve, patience, better=lambda value, best: value <= best)
    return _result(train_curve, val_curve, best, stop)


@mistake(
    "M198",
    "early_stopping",
    title="Count never reset",
    says="The count of epochs without improvement starts again at every improvement; here it adds "
    "up over the whole run.",
)
def never_reset(train_curve, val_curve, patience):
    return _result(train_curve, val_curve, *_walk(val_curve, patience, total=True))


@mistake(
    "M199",
    "early_stopping",
    title="Returned the last weights",
    says="best_epoch is the epoch with the lowest validation value so far; here it is the epoch "
    "at which training stops.",
)
def returns_the_last(train_curve, val_curve, patience):
    _, stop = _walk(val_curve, patience)
    return _result(train_curve, val_curve, stop, stop)


@mistake(
    "M186",
    "early_stopping",
    title="NaN taken for the minimum",
    says="np.argmin gives the position of a NaN where there is one; NaN is never an improvement.",
)
def nan_is_the_minimum(train_curve, val_curve, patience):
    _, stop = _walk(val_curve, patience)
    return _result(train_curve, val_curve, int(np.argmin(val_curve[: stop + 1])), stop)


@mistake(
    "M193",
    "early_stopping",
    title="Gap with the wrong sign",
    says="The gap is validation minus training, so that it is positive where the validation value "
    "is the worse one.",
)
def gap_reversed(train_curve, val_curve, patience):
    best, stop = _walk(val_curve, patience)
    gap = float(train_curve[best] - val_curve[best])
    return {"best_epoch": best, "stop_epoch": stop, "gap": gap}


@probe("early_stopping")
def tell_stops_apart(student, case):
    curves = [
        [5.0, 3.0, 3.0, 4.0, 2.0, 2.5, 2.2, 2.1, 2.3, 1.0, 0.5],
        [4.0, 5.0, 3.0, 6.0, 2.0, 7.0, 8.0, 9.0, 0.0, 1.0],
        [3.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0],
        [2.0, float("nan"), 1.0, float("nan"), float("nan"), float("nan"), 3.0],
    ]
    found = []
    for val in curves:
        train = np.linspace(1, 0, len(val))
        for patience in (2, 3):
            got = student.attempt("early_stopping", train, np.array(val), patience)
            if isinstance(got, dict) and "gap" in got:
                got = {key: float(value) for key, value in got.items()}
            found.append(got)
    return found
