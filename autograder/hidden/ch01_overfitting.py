"""Hidden laws of chapter 01, Overfitting, bias and variance.

They bear the names of visible laws and repeat them on other shapes, dtypes and edge values, and on
random inputs against the reference.
"""

from __future__ import annotations

import numpy as np

from dropout_course.checks.ch01_overfitting import (
    FIT,
    fits,
    of_polynomial,
    parts,
    predictions,
    stopped,
    training_set,
    variances,
)
from dropout_course.engine.laws import law
from solutions import ch01_overfitting as reference

# 1.1 poly_fit_predict --------------------------------------------------------------------------


def agree(student, case, calls):
    """Require the reference's predictions."""
    for args, got in zip(calls, predictions(student, case, calls), strict=True):
        case.close(got, reference.poly_fit_predict(*args), FIT, what="the prediction")


@law("poly_fit_predict", "Points on a polynomial give that polynomial back", weight=2, core=True)
def polynomial_is_recovered(student, case):
    sizes = ((0, 2), (1, 2), (5, 6), (10, 14))
    fits(student, case, [of_polynomial(case, degree, n, 6) for degree, n in sizes])


@law("poly_fit_predict", "The residuals are orthogonal to every power of x", weight=1)
def residuals_are_orthogonal(student, case):
    calls = []
    for degree, n in ((2, 5), (7, 20), (10, 30)):
        x, y = training_set(case, n)
        calls += [(x, y, case.uniform(8, low=-1, high=1), degree), (x, y, x, degree, 0.0)]
    agree(student, case, calls)


@law("poly_fit_predict", "Ridge shrinks all weights, by λ times their squares", weight=3)
def ridge_is_right(student, case):
    calls = []
    for degree, n, ridge in ((1, 3, 2), (10, 15, 0.01), (10, 5, 0.5), (4, 40, 30.0)):
        x, y = training_set(case, n)
        calls.append((x, y + 3, case.uniform(5, low=-1, high=1), degree, ridge))
    agree(student, case, calls)
    x, y = training_set(case, 9)
    what = "the prediction with an enormous ridge"
    (got,) = predictions(student, case, [(x, y, x[:2], 3, 1e9)])
    case.close(got, np.zeros(2), 1e-6, what=what)


@law("poly_fit_predict", "With more weights than points, the smallest weights are taken", weight=1)
def minimum_norm(student, case):
    calls = []
    for degree, n in ((2, 2), (7, 4), (10, 6)):
        x, y = training_set(case, n)
        calls.append((x, y, case.uniform(6, low=-1, high=1), degree))
    agree(student, case, calls)


@law("poly_fit_predict", "Predictions are made point by point, in the dtype of x", weight=1)
def point_by_point(student, case):
    x, y = training_set(case, 9)
    calls = [(x, y, t, 2) for t in (np.array([0.25]), case.uniform(40, low=-1, high=1), x)]
    agree(student, case, calls + [(given, y, given, 2, 0.1) for given in case.layouts(x)])
    x = np.linspace(-1, 1, 6, dtype=np.float32)
    t = np.array([0.5, -0.25, 0.0], np.float32)
    got = student.poly_fit_predict(x, 1 - x, t, 2)
    case.equal(got, 1 - t, tol=1e-4, what="the prediction from float32 arrays")


# 1.2 bias_variance -----------------------------------------------------------------------------


def same_parts(student, case, calls):
    """Require the reference's three numbers."""
    for args, got in zip(calls, parts(student, case, calls), strict=True):
        want = reference.bias_variance(*(a.astype(float) for a in args))
        tol = 1e-5 if args[0].dtype == np.float32 else 1e-9
        case.close(got, want, tol, what="(bias2, variance, mse)")


@law("bias_variance", "Bias² and variance add up to the squared error", weight=2, core=True)
def parts_add_up(student, case):
    shapes = ((2, 1), (5, 5), (4, 30), (50, 3))
    calls = [(case.normal(*shape) - 0.5, case.normal(shape[1])) for shape in shapes]
    predictions, truth = case.normal(8, 6), case.normal(6)
    calls += [(given, truth) for given in case.layouts(predictions)]
    calls += [(case.normal(8, 6, dtype=np.float32), case.normal(6, dtype=np.float32))]
    same_parts(student, case, calls)


@law("bias_variance", "Equal predictions from all training sets have no variance", weight=1)
def no_variance(student, case):
    calls = []
    for sets in (1, 7):
        truth = case.normal(3)
        calls.append((np.tile(case.normal(3), (sets, 1)), truth))
    same_parts(student, case, calls)


@law("bias_variance", "Predictions that are right on average have no bias", weight=1)
def no_bias(student, case):
    truth, off = case.normal(4), case.normal(6, 4)
    same_parts(student, case, [(truth + off - off.mean(axis=0), truth)])


@law("bias_variance", "Biases at different points do not cancel", weight=1)
def biases_do_not_cancel(student, case):
    off = case.normal(7)
    off -= off.mean()
    truth = case.normal(7)
    same_parts(student, case, [(truth + off + 0.1 * case.normal(3, 7), truth)])


@law("bias_variance", "Counting every training set twice changes nothing", weight=1)
def counted_twice(student, case):
    predictions, truth = case.normal(2, 3), case.normal(3)
    same_parts(student, case, [(np.tile(predictions, (times, 1)), truth) for times in (1, 3)])


# 1.3 ensemble_variance -------------------------------------------------------------------------


def same_variances(student, case, calls):
    """Require the reference's numbers."""
    examples = [(args, float(reference.ensemble_variance(*args))) for args in calls]
    variances(student, case, examples)


@law("ensemble_variance", "The variance of the mean, for any correlation", weight=2, core=True)
def variance_of_the_mean(student, case):
    sizes = (2, 5, 30, 1000)
    calls = [(float(case.uniform(low=0.1, high=9)), case.rate(), k) for k in sizes]
    same_variances(student, case, calls)


@law("ensemble_variance", "Independent predictors: σ²/k", weight=1)
def independent(student, case):
    same_variances(student, case, [*((0.3, 0.0, k) for k in (2, 3, 10**6)), (5, 0, 2)])


@law("ensemble_variance", "A crowd of copies is worth one of them", weight=1)
def copies(student, case):
    same_variances(student, case, [(0.0, 0.4, 3), (7, 1, 9), (0.1, 0.7, 1), (0.1, -1.0, 1)])


@law("ensemble_variance", "Negative correlation helps more, down to no variance at all", weight=1)
def negative(student, case):
    calls = [(1.7, -part / (k - 1), k) for k in (2, 4, 11) for part in (1.0, 0.5)]
    same_variances(student, case, calls)


# 1.4 early_stopping ----------------------------------------------------------------------------


def same_stops(student, case, calls):
    """Require the reference's dicts."""
    for (train, val, patience), got in zip(calls, stopped(student, case, calls), strict=True):
        want = reference.early_stopping(train, val, patience)
        expected = (want["best_epoch"], want["stop_epoch"])
        text = "(best_epoch, stop_epoch) is wrong"
        case.that(got[:2] == expected, text, expected=expected, received=got[:2])
        tol = 1e-5 if val.dtype == np.float32 else 1e-9
        case.close(got[2], want["gap"], tol, what="the gap")


def beside_noise(case, val, patience):
    """Give the arguments of a call, with a training curve of noise."""
    return case.normal(len(val)), val, patience


def noisy(case, length):
    """Draw a curve that falls, rises again, and is noisy throughout."""
    t = np.linspace(0, 3, length)
    return np.exp(-2 * t) + 0.1 * t + 0.05 * case.normal(length)


@law(
    "early_stopping",
    "It waits `patience` epochs, then goes back to the best",
    weight=2,
    core=True,
)
def waits_and_goes_back(student, case):
    calls = [beside_noise(case, noisy(case, 40), patience) for patience in (1, 2, 3, 5, 8)]
    calls += [beside_noise(case, given, 3) for given in case.layouts(noisy(case, 40))]
    same_stops(student, case, calls)


@law("early_stopping", "Without a stop it runs to the last epoch", weight=1)
def runs_to_the_end(student, case):
    calls = []
    for length, patience in ((1, 5), (2, 1), (2, 2), (7, 6), (7, 7), (5, 100)):
        rising = np.arange(0.0, length)
        for val in (case.normal(length), length - rising, rising):
            calls.append(beside_noise(case, val, patience))
    same_stops(student, case, calls)


@law("early_stopping", "An epoch is compared with the best so far, not the one before", weight=1)
def compared_with_the_best(student, case):
    val = np.array([1.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 0.5])
    same_stops(student, case, [beside_noise(case, val, patience) for patience in (2, 4, 6, 7)])


@law("early_stopping", "A tie is no improvement, and the first of equals is the best", weight=1)
def ties(student, case):
    calls = [beside_noise(case, case.integers(0, 4, 15).astype(float), n) for n in (1, 2, 4)]
    calls += [beside_noise(case, np.array([-1.0, -2.0, -2.0, -2.0, -3.0]), 3)]
    same_stops(student, case, calls)


@law("early_stopping", "What comes after the stop is never seen", weight=1)
def blind_after_the_stop(student, case):
    calls = []
    for patience in (2, 4):
        val = np.concatenate([noisy(case, 6), np.full(patience, 3.0), [-9.0, -8.0]])
        calls.append(beside_noise(case, val, patience))
    same_stops(student, case, calls)


@law("early_stopping", "NaN is never an improvement", weight=1)
def not_a_number(student, case):
    calls = []
    for patience in (1, 3, 5):
        val = noisy(case, 20)
        val[1 + case.integers(0, 19, 6)] = np.nan
        calls.append(beside_noise(case, val, patience))
    same_stops(student, case, calls)


@law("early_stopping", "The gap is validation minus training, at the best epoch", weight=1)
def gap_at_the_best(student, case):
    calls = []
    for dtype in (np.float32, np.float64):
        val, train = noisy(case, 15).astype(dtype), case.normal(15, dtype=dtype)
        calls.append((train, val, 3))
    same_stops(student, case, calls)
