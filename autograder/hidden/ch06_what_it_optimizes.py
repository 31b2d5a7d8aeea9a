"""Hidden laws of chapter 06, What does dropout optimise?.

They bear the names of visible laws and repeat them on other shapes, dtypes and edge values, and on
random inputs against the reference.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from dropout_course.checks import ch06_what_it_optimizes as visible
from dropout_course.checks.ch06_what_it_optimizes import number
from dropout_course.engine.case import array_like
from dropout_course.engine.laws import law
from dropout_course.engine.statistics import ChiSquare
from solutions import ch06_what_it_optimizes as reference

# 6.1 expected_dropout_loss ---------------------------------------------------------------------


def same_losses(student, case, calls):
    """Require the reference's numbers."""
    for args, got in student.each("expected_dropout_loss", calls):
        X, y, w, p = args
        want = reference.expected_dropout_loss(X.astype(float), y.astype(float), w.astype(float), p)
        case.equal(number(got), want, tol=1e-5 if X.dtype == np.float32 else 1e-9)


@law("expected_dropout_loss", "It is the average over all masks", weight=3, core=True)
def loss_is_the_average(student, case):
    calls = []
    for n, d in ((1, 1), (1, 7), (20, 30), (40, 3)):
        y, w = case.normal(n, scale=3), case.normal(d)
        for X in case.layouts(case.normal(n, d)):
            calls.append((X, y, w, case.rate(low=0.02, high=0.99)))
    single = (case.normal(*shape, dtype=np.float32) for shape in ((6, 4), (6,), (4,)))
    same_losses(student, case, [*calls, (*single, 0.3)])


@law("expected_dropout_loss", "p = 0 gives the plain squared error", weight=1)
def loss_without_dropout(student, case):
    sizes = ((1, 3), (9, 2))
    calls = [(case.normal(n, d), case.normal(n), case.normal(d), 0) for n, d in sizes]
    same_losses(student, case, calls)


@law("expected_dropout_loss", "p = 1 leaves ‖y‖²", weight=1)
def loss_at_one(student, case):
    calls = [(case.normal(5, 3), case.normal(5), case.normal(3), p) for p in (1, 1.0)]
    same_losses(student, case, calls)


@law("expected_dropout_loss", "Other units for a feature change nothing", weight=1)
def loss_in_other_units(student, case):
    X, w, units = case.normal(6, 4), case.normal(4), np.array([1e-3, 1e3, 7.0, -0.2])
    same_losses(student, case, [(X * units, case.normal(6), w / units, case.rate())])


# 6.2 dropout_ridge -----------------------------------------------------------------------------


def same_weights(student, case, calls):
    """Require the reference's weights."""
    for args, got in zip(calls, visible.weights(student, case, calls), strict=True):
        case.close(got, reference.dropout_ridge(*args), 1e-8, what="w")


@law(
    "dropout_ridge", "At the minimum the gradient of the expected loss is zero", weight=3, core=True
)
def gradient_vanishes(student, case):
    calls = []
    for n, d in ((1, 1), (30, 2), (12, 6)):
        y = case.normal(n)
        calls += [(X, y, case.rate()) for X in case.layouts(case.normal(n, d))]
    # more features than examples: with dropout there is one minimiser all the same
    calls.append((case.normal(3, 5), case.normal(3), case.rate(low=0.3)))
    same_weights(student, case, calls)


@law("dropout_ridge", "Orthogonal features shrink by q, whatever their scale", weight=1)
def orthogonal_columns_shrink(student, case):
    calls, wanted = [], []
    for n, d in ((3, 3), (20, 5)):
        X, w, p = visible.orthogonal(case, n, d), case.normal(d), case.rate()
        calls.append((X, X @ w, p))
        wanted.append((1 - p) * w)
    for got, want in zip(visible.weights(student, case, calls), wanted, strict=True):
        case.close(got, want, 1e-9, what="w")


@law("dropout_ridge", "Other units for a feature change no prediction", weight=1)
def weights_in_other_units(student, case):
    X, y, p = case.normal(10, 4), case.normal(10), case.rate()
    some = np.array([[1.0, 6.0, 0.2, 1.0], [-2.0, 1.0, 1.0, 0.5]])
    same_weights(student, case, [(X * units, y, p) for units in some])


@law("dropout_ridge", "p = 0 is least squares", weight=1)
def least_squares(student, case):
    calls = []
    for n, d in ((4, 4), (25, 3)):
        X = visible.orthogonal(case, n, d) @ (np.eye(d) + 0.2 * np.ones((d, d)))
        calls.append((X, case.normal(n), 0))
    same_weights(student, case, calls)


@law("dropout_ridge", "Of several minimisers it is the smallest", weight=1)
def minimum_norm(student, case):
    X, y = (
        np.array([[1.0, 0.0, 2.0], [1.0, 0.0, -1.0], [0.0, 0.0, 1.0]]),
        np.array([3.0, 1.0, -1.0]),
    )
    calls = [(X, y, p) for p in (0.0, 0.3, 0.8)]
    X = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 2.0], [1.0, 1.0, 1.0]])
    same_weights(student, case, [*calls, (X, y, 0.0)])


@law("dropout_ridge", "float32 stays float32", weight=1)
def ridge_dtype(student, case):
    X, y = case.normal(9, 3, dtype=np.float32), case.normal(9, dtype=np.float32)
    (got,) = visible.weights(student, case, [(X, y, 0.4)])
    case.that(got.dtype == np.float32, f"X is float32, and w is {got.dtype}", kind="dtype")


# 6.3 glm_penalty -------------------------------------------------------------------------------


def same_penalties(student, case, calls):
    """Require the right numbers."""
    for args, got in student.each("glm_penalty", calls):
        X, beta, *rest = args
        want = penalty(X.astype(float), beta.astype(float), *rest)
        case.equal(number(got), want, tol=1e-5 if X.dtype == np.float32 else 1e-9)


def penalty(X, beta, p, family, order):
    """Give the reference's number, or the average over all masks, which is faster here."""
    if order == "exact":
        return visible.averaged_penalty(X, beta, p, family)
    return reference.glm_penalty(X, beta, p, family, order)


@law(
    "glm_penalty", "Exact: the average over all masks, minus the value without", weight=2, core=True
)
def penalty_is_the_average(student, case):
    calls = []
    for n, d in ((1, 1), (3, 10), (2, 12), (8, 2)):
        calls.append((case.normal(n, d), case.normal(d), case.rate(), "logistic", "exact"))
    for X in case.layouts(case.normal(3, 4)):
        calls.append((X, case.normal(4), case.rate(), "linear", "exact"))
    same_penalties(student, case, calls)


@law("glm_penalty", "Quadratic: half the noise variance times the curvature", weight=2)
def penalty_by_curvature(student, case):
    calls, order = [], ("logistic", "quadratic")
    for n, d in ((1, 1), (5, 40), (60, 3)):
        X, beta, p = case.normal(n, d), case.normal(d, scale=0.7), case.rate()
        calls += [(given, beta, p, *order) for given in case.layouts(X)]
    X, beta = case.normal(4, 3, dtype=np.float32), case.normal(3, dtype=np.float32)
    same_penalties(student, case, [*calls, (X, beta, 0.3, *order)])


@law("glm_penalty", "For linear regression both orders agree", weight=1)
def linear_is_quadratic(student, case):
    calls = []
    for n, d in ((1, 3), (7, 8)):
        X, beta, p = case.normal(n, d), case.normal(d), case.rate()
        calls += [(X, beta, p, "linear", order) for order in ("exact", "quadratic")]
    same_penalties(student, case, calls)


@law("glm_penalty", "No dropout or no weights, no penalty", weight=1)
def no_penalty(student, case):
    X, beta = case.normal(5, 3), case.normal(3)
    calls = []
    for family, order in itertools.product(("linear", "logistic"), ("exact", "quadratic")):
        calls += [(X, beta, 0, family, order), (X, beta, 0.6, family, order)]
    for args, got in student.each("glm_penalty", calls):
        want = penalty(*args) if args[2] else 0.0
        case.equal(number(got), want)


@law("glm_penalty", "Scores of ±1000 are no trouble", weight=1)
def large_scores(student, case):
    X, beta = np.array([[900.0, -1.0], [-5.0, -800.0], [1.0, 2.0]]), np.array([1.0, 1.5])
    orders = ("exact", "quadratic")
    same_penalties(student, case, [(X, beta, 0.4, "logistic", order) for order in orders])


# 6.4 gaussian_dropout --------------------------------------------------------------------------

SQUARES_AT_07 = ChiSquare(
    "4000 squares of (y/x - 1) / √(p/q) at p = 0.7",
    df=4000,
    low=3448.5,
    high=4606.0,
    effect="a variance of p in the place of p/q",
    effect_ratio=0.3,
)
SQUARES_AT_02 = ChiSquare(
    "4000 squares of (y/x - 1) / √(p/q) at p = 0.2",
    df=4000,
    low=3448.5,
    high=4606.0,
    effect="p/q as the standard deviation",
    effect_ratio=0.25,
)
WITHIN = visible.WITHIN_ONE_SIGMA


@law(
    "gaussian_dropout",
    "The noise is Gaussian, with mean 1 and variance p/q",
    weight=2,
    core=True,
    statistic=(SQUARES_AT_07, SQUARES_AT_02, WITHIN, WITHIN, visible.EXACT_ZERO),
)
def gaussian_noise(student, case):
    x = np.where(case.mask((20, 10, 20), 0.5), 3.0, -0.5)
    visible.right_noise(student, case, x, 0.7, SQUARES_AT_07, WITHIN)
    visible.right_noise(student, case, np.ones((4000, 1)), 0.2, SQUARES_AT_02, WITHIN)


@law("gaussian_dropout", "The noise multiplies", weight=1)
def noise_multiplies(student, case):
    calls = []
    for x in case.layouts(case.normal(4, 3)):
        rng = case.rng()
        calls += [(x, 0.7, rng), (0.5 * x, 0.7, rng)]
    got = visible.noisy(student, [*calls, (np.zeros((2, 1, 3)), 0.9, case.rng())])
    for _ in calls[::2]:
        once = next(got)
        case.equal(next(got), 0.5 * once)
    case.equal(next(got), np.zeros((2, 1, 3)))


@law("gaussian_dropout", "Every entry has noise of its own", weight=1, statistic=visible.SAME_NOISE)
def own_noise(student, case):
    visible.own_noise_in(student, case, np.full((8, 8), 2.0), 0.6)


@law("gaussian_dropout", "Kingma's cubic, for numbers and arrays", weight=1)
def kingma_values(student, case):
    alpha = case.uniform(2, 3, low=1e-4, high=1)
    want = reference.kl_kingma(alpha)
    calls = [(given,) for given in (*case.layouts(alpha), alpha.astype(np.float32))]
    for (given,), got in student.each("kl_kingma", calls):
        case.equal(got, want.astype(given.dtype))


@law("gaussian_dropout", "Kingma's cubic is refused outside 0 < alpha <= 1", weight=1)
def kingma_refuses(student, case):
    case.equal(number(student.kl_kingma(0.9)), float(reference.kl_kingma(0.9)))
    refused = (1.000001, -1.0, 1e9, np.array([[0.1, 0.2], [0.3, 1.1]]), np.array([-1e-9]))
    case.all_raise(ValueError, student, "kl_kingma", [(alpha,) for alpha in refused])


@law("gaussian_dropout", "Molchanov's curve, for numbers and arrays", weight=1)
def molchanov_values(student, case):
    log_alpha = case.uniform(3, 4, low=-25, high=25)
    want = reference.kl_molchanov(log_alpha)
    answers = student.each("kl_molchanov", [(log_alpha,), (log_alpha.astype(np.float32),)])
    case.equal(next(answers)[1], want)
    case.close(next(answers)[1], want, 1e-5)


# 6.5 fast_dropout ------------------------------------------------------------------------------


def same_means(student, case, name, calls):
    """Require the reference's values, to an absolute error."""
    for args, got in student.each(name, calls):
        is_mean(case, name, got, getattr(reference, name)(*args))


def is_mean(case, name, got, want, tol=1e-12):
    """Compare means, to an absolute error."""
    got = array_like(got, what=name)
    case.that(got.shape == want.shape, f"{name} has shape {got.shape}, not {want.shape}")
    gap = np.abs(got - want).max()
    case.that(gap <= tol, f"{name} is off by {gap:.1e}", expected=want, received=got)


@law("fast_dropout", "The mean of the ReLU of a Gaussian", weight=2, core=True)
def mean_of_relu(student, case):
    mu = case.uniform(4, 5, low=-20, high=20)
    variances = case.uniform(4, 5, low=0, high=100), case.uniform(4, 5, low=1e-8, high=1e-3)
    calls = [(given, s2) for s2 in variances for given in case.layouts(mu)]
    same_means(student, case, "relu_gaussian_mean", calls)


@law("fast_dropout", "Without variance it is the value itself", weight=1)
def no_variance(student, case):
    mu = np.array([[-20.0, 20.0, 0.0], [3.0, -0.5, 1.0]])
    some = np.array([0.0, 100.0, 0.0])
    calls = [(mu, np.zeros((2, 3))), (mu, some), (-3.0, 0.0)]
    answers = student.each("relu_gaussian_mean", calls)
    case.close(next(answers)[1], np.maximum(mu, 0), 1e-12)
    want = reference.relu_gaussian_mean(mu, some)
    is_mean(case, "relu_gaussian_mean", next(answers)[1], want)
    case.close(number(next(answers)[1]), 0.0, 1e-12)


@law("fast_dropout", "The sigmoid of the mean, damped by the variance", weight=2)
def damped_sigmoid(student, case):
    mu, s2 = case.uniform(4, 5, low=-20, high=20), case.uniform(4, 5, low=0, high=100)
    same_means(student, case, "probit_sigmoid_mean", [(mu, s2)])
    got = number(student.probit_sigmoid_mean(-2.0, 3.0))
    want = 1 / (1 + math.exp(2 / math.sqrt(1 + 3 * math.pi / 8)))
    case.close(got, want, 1e-12, what="probit_sigmoid_mean(-2, 3)")


@law("fast_dropout", "Means and variances broadcast; float32 stays float32", weight=1)
def broadcasting(student, case):
    for name in ("relu_gaussian_mean", "probit_sigmoid_mean"):
        calls = []
        for shape, other in (((3,), (2, 3)), ((2, 1, 3), (4, 1)), ((1,), (5,))):
            calls.append((case.normal(*shape, scale=3), case.uniform(*other, low=0.1, high=5)))
        calls += [(0.5, case.uniform(3, low=0.1, high=5)), (case.normal(3), 0.5)]
        same_means(student, case, name, calls)
