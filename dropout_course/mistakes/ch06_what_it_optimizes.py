"""Known mistakes of chapter 06, What does dropout optimise?.

Each is a wrong answer that runs, with the sentence that the student reads.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from dropout_course.engine.laws import mistake, probe


def _erf(z):
    return np.vectorize(math.erf, otypes=[float])(z)


def _sigmoid(u):
    return 1 / (1 + np.exp(-u))


# 6.1 expected_dropout_loss ---------------------------------------------------------------------


def _loss(X, y, w, p, penalty):
    if p == 1:
        return float(y @ y)
    residual = y - X @ w
    return float(residual @ residual + penalty)


@mistake(
    "M260",
    "expected_dropout_loss",
    title="Noise averaged away",
    says="The mean prediction is Xw, but the mean of a square is not the square of the mean: the "
    "variance of the prediction is missing.",
)
def no_variance(X, y, w, p):
    return _loss(X, y, w, p, 0.0)


@mistake(
    "M261",
    "expected_dropout_loss",
    title="Standard dropout",
    says="This is the loss of standard dropout, with mean prediction qXw and variance pq; inverted "
    "dropout divides by q, so the mean is Xw and the factor is p/q.",
)
def standard(X, y, w, p):
    q = 1 - p
    residual = y - q * (X @ w)
    return float(residual @ residual + p * q * np.sum((X * w) ** 2))


@mistake(
    "M262",
    "expected_dropout_loss",
    title="p in the place of p/q",
    says="A scaled mask has variance pq/q² = p/q; the 1/q of inverted dropout enters the variance "
    "squared.",
)
def factor_p(X, y, w, p):
    return _loss(X, y, w, p, p * np.sum((X * w) ** 2))


@mistake(
    "M263",
    "expected_dropout_loss",
    title="A plain ridge penalty",
    says="This penalty ignores the inputs; each w_j² counts with the sum of squares of its own "
    "column of X.",
)
def plain_ridge(X, y, w, p):
    return _loss(X, y, w, p, p / (1 - p) * np.sum(w**2) if p < 1 else 0.0)


@mistake(
    "M264",
    "expected_dropout_loss",
    title="One coin an example",
    says="Every entry of X has a coin of its own, so the squares (x_ij w_j)² are added; here the "
    "whole prediction is squared, as if one coin decided an example.",
)
def one_coin(X, y, w, p):
    return _loss(X, y, w, p, p / (1 - p) * np.sum((X @ w) ** 2) if p < 1 else 0.0)


@mistake(
    "M265",
    "expected_dropout_loss",
    title="The mean over examples",
    says="The expected loss is a sum over examples; here it is divided by their number.",
)
def mean_loss(X, y, w, p):
    return _loss(X, y, w, p, p / (1 - p) * np.sum((X * w) ** 2) if p < 1 else 0.0) / len(y)


@probe("expected_dropout_loss")
def tell_losses_apart(student, case):
    X = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.2]])
    y, w = np.array([1.0, -2.0, 0.7]), np.array([0.8, -0.3])
    got = [student.attempt("expected_dropout_loss", X, y, w, p) for p in (0.3, 0.8)]
    return [float(v) if isinstance(v, (float, np.floating)) else v for v in got]


# 6.2 dropout_ridge -----------------------------------------------------------------------------


def _solved(X, y, penalty):
    """Solve the normal equations with a diagonal penalty, minimum norm where singular."""
    A = X.astype(float)
    return (np.linalg.pinv(A.T @ A + np.diag(penalty)) @ A.T @ y).astype(X.dtype)


def _squares(X):
    return (X.astype(float) ** 2).sum(axis=0)


@mistake(
    "M266",
    "dropout_ridge",
    title="Plain ridge regression",
    says="The penalty is the identity here; dropout penalises each feature in proportion to the "
    "sum of squares of its column, diag(XᵀX).",
)
def identity_penalty(X, y, p):
    return _solved(X, y, np.full(X.shape[1], p / (1 - p)))


@mistake(
    "M267",
    "dropout_ridge",
    title="p in the place of p/q",
    says="The penalty of inverted dropout has the factor p/q, not p.",
)
def factor_p_in_ridge(X, y, p):
    return _solved(X, y, p * _squares(X))


@mistake(
    "M268",
    "dropout_ridge",
    title="Weights of standard dropout",
    says="These weights minimise the loss of standard dropout; they are larger by 1/q, which "
    "inverted dropout has in its mask already.",
)
def standard_weights(X, y, p):
    return (_solved(X, y, p / (1 - p) * _squares(X)) / (1 - p)).astype(X.dtype)


@mistake(
    "M269",
    "dropout_ridge",
    title="Least squares times q",
    says="Every weight shrinks by q only where the features are orthogonal; correlated features "
    "share, and shrink less.",
)
def least_squares_times_q(X, y, p):
    return ((1 - p) * _solved(X, y, np.zeros(X.shape[1]))).astype(X.dtype)


@mistake(
    "M270",
    "dropout_ridge",
    title="Lengths not squared",
    says="The diagonal of XᵀX holds the squared lengths of the columns; here it is the lengths.",
)
def lengths(X, y, p):
    return _solved(X, y, p / (1 - p) * np.sqrt(_squares(X)))


@mistake(
    "M271",
    "dropout_ridge",
    title="Singular where there are several",
    says="With a feature that is always 0, or equal features at p = 0, the matrix has no inverse; "
    "lstsq or pinv finds the smallest of the minimisers.",
)
def singular(X, y, p):
    A = X.astype(float)
    gram = A.T @ A
    return np.linalg.solve(gram + p / (1 - p) * np.diag(np.diag(gram)), A.T @ y).astype(X.dtype)


@probe("dropout_ridge")
def tell_ridges_apart(student, case):
    X = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.2], [-1.0, 1.5]])
    y = np.array([1.0, -2.0, 0.7, 0.4])
    zero = np.array([[1.0, 0.0], [2.0, 0.0]])
    return [student.attempt("dropout_ridge", X, y, p) for p in (0.3, 0.8)] + [
        student.attempt("dropout_ridge", zero, np.array([1.0, 2.0]), 0.3)
    ]


# 6.3 glm_penalty -------------------------------------------------------------------------------


def _penalty(X, beta, p, family, order, *, divisor=None, equal=False, half=0.5, pi_only=False):
    """Compute the penalty with one detail changed."""
    q, d, u = 1 - p, len(beta), X @ beta
    if order == "quadratic":
        pi = (1 + np.tanh(u / 2)) / 2
        curvature = pi if pi_only else pi * (1 - pi)
        curvature = np.ones_like(u) if family == "linear" else curvature
        return float(half * p / q * np.sum(curvature[:, None] * (X * beta) ** 2))
    masks = np.array(list(itertools.product((0.0, 1.0), repeat=d)))
    kept = masks.sum(axis=1)
    probs = np.full(2**d, 0.5**d) if equal else q**kept * p ** (d - kept)
    noisy = X @ (masks * beta / (q if divisor is None else divisor)).T
    return float(np.sum(_A(noisy, family) @ probs - _A(u, family)))


def _A(u, family):
    return u**2 / 2 if family == "linear" else np.logaddexp(0, u)


@mistake(
    "M272",
    "glm_penalty",
    title="The half is missing",
    says="A Taylor series has ½ A'' in its second term; here the quadratic penalty is twice too "
    "large.",
)
def no_half(X, beta, p, family, order):
    return _penalty(X, beta, p, family, order, half=1.0)


@mistake(
    "M273",
    "glm_penalty",
    title="The mean for the curvature",
    says="The curvature of log(1 + exp(u)) is π(1 - π), not π: π is its slope.",
)
def slope(X, beta, p, family, order):
    return _penalty(X, beta, p, family, order, pi_only=True)


@mistake(
    "M274",
    "glm_penalty",
    title="Survivors not rescaled",
    says="In the exact sum the survivors are not divided by q, so that the mean score is q times "
    "what it should be.",
)
def not_rescaled(X, beta, p, family, order):
    return _penalty(X, beta, p, family, order, divisor=1.0)


@mistake(
    "M275",
    "glm_penalty",
    title="All masks alike",
    says="Masks are equally likely at p = ½ only; a mask that keeps k of d features has "
    "probability q^k p^(d-k).",
)
def equal_masks(X, beta, p, family, order):
    return _penalty(X, beta, p, family, order, equal=True)


@mistake(
    "M276",
    "glm_penalty",
    title="The mean over examples",
    says="The penalty is a sum over examples; here it is divided by their number.",
)
def mean_penalty(X, beta, p, family, order):
    return _penalty(X, beta, p, family, order) / len(X)


@mistake(
    "M277",
    "glm_penalty",
    title="Keep and drop swapped",
    says="In the exact sum a mask with k kept features has probability q^k p^(d-k); here p and q "
    "have changed places.",
)
def swapped(X, beta, p, family, order):
    if order == "quadratic":
        return _penalty(X, beta, p, family, order)
    return _penalty(X, beta, 1 - p, family, order, divisor=1 - p) if p else 0.0


@probe("glm_penalty")
def tell_penalties_apart(student, case):
    X = np.array([[1.0, 2.0], [0.5, -1.0], [1.5, 0.2]])
    beta = np.array([0.8, -0.6])
    asked = list(itertools.product(("linear", "logistic"), ("exact", "quadratic")))
    got = [student.attempt("glm_penalty", X, beta, 0.3, *how) for how in asked]
    return [float(v) if isinstance(v, (float, np.floating)) else v for v in got]


# 6.4 gaussian_dropout --------------------------------------------------------------------------


@mistake(
    "M278",
    "gaussian_dropout",
    title="Variance as standard deviation",
    says="p/q is the variance of the noise; rng.normal and standard_normal want its root.",
)
def variance_as_sd(x, p, rng):
    return (x * (1 + p / (1 - p) * rng.standard_normal(x.shape))).astype(x.dtype)


@mistake(
    "M279",
    "gaussian_dropout",
    title="Noise added, not multiplied",
    says="The noise is added to x with the same size everywhere; dropout's noise is proportional "
    "to x, so multiply.",
)
def additive(x, p, rng):
    return (x + math.sqrt(p / (1 - p)) * rng.standard_normal(x.shape)).astype(x.dtype)


@mistake(
    "M280",
    "gaussian_dropout",
    title="Multipliers around 0",
    says="The multiplier is Gaussian around 1; around 0 it throws the signal away and keeps the "
    "noise.",
)
def around_zero(x, p, rng):
    return (x * math.sqrt(p / (1 - p)) * rng.standard_normal(x.shape)).astype(x.dtype)


@mistake(
    "M281",
    "gaussian_dropout",
    title="Sign of the cubic terms",
    says="The minus sign stands before the whole bracket, the cubic terms included.",
    replaces="kl_kingma",
)
def cubic_sign(alpha):
    if np.any(np.asarray(alpha) > 1) or np.any(np.asarray(alpha) <= 0):
        raise ValueError
    cubic = 1.16145124 * alpha - 1.50204118 * alpha**2 + 0.58629921 * alpha**3
    return -0.5 * np.log(alpha) + cubic


@mistake(
    "M282",
    "gaussian_dropout",
    title="Used where it does not hold",
    says="Beyond alpha = 1 the cubic runs away from the divergence, and at 0 there is no "
    "logarithm: raise ValueError there.",
    replaces="kl_kingma",
)
def no_refusal(alpha):
    with np.errstate(all="ignore"):
        cubic = 1.16145124 * alpha - 1.50204118 * alpha**2 + 0.58629921 * alpha**3
        return -(0.5 * np.log(alpha) + cubic)


@mistake(
    "M283",
    "gaussian_dropout",
    title="alpha for 1/alpha",
    says="The logarithm is that of 1 + 1/alpha, which is 1 + exp(-log_alpha).",
    replaces="kl_molchanov",
)
def upside_down(log_alpha):
    sigmoid = _sigmoid(1.8732 + 1.48695 * log_alpha)
    return -(0.63576 * sigmoid - 0.5 * np.logaddexp(0, log_alpha) - 0.63576)


@probe("gaussian_dropout")
def tell_noises_apart(student, case):
    found = {}
    for scale in (1.0, 4.0):
        x = np.full(20_000, scale)
        y = student.attempt("gaussian_dropout", x, 0.2, case.rng())
        if isinstance(y, np.ndarray) and y.shape == x.shape and np.isfinite(y).all():
            # in units of p/q = 0.25, to the nearest power of 2; four times the noise is far away
            ratio = np.mean((y / x - 1) ** 2) / 0.25
            y = [round(math.log2(ratio)) if ratio > 0 else None, round(float(np.mean(y / x)))]
        found[f"noise {scale:g}"] = y
    for alpha in (0.1, 0.7, 1.5):
        found[f"kingma {alpha}"] = _as_number(student.attempt("kl_kingma", alpha))
        found[f"molchanov {alpha}"] = _as_number(student.attempt("kl_molchanov", math.log(alpha)))
    return found


def _as_number(value):
    """Give a number however it is wrapped, anything else as it is."""
    if isinstance(value, np.ndarray) and value.size == 1:
        return float(value.ravel()[0])
    return float(value) if isinstance(value, (float, np.floating)) else value


# 6.5 fast_dropout ------------------------------------------------------------------------------


def _relu_mean(mu, s2, s, *, density=1 / math.sqrt(2 * math.pi)):
    """Compute the mean of the ReLU with a wrong scale or density."""
    safe = np.where(s > 0, s, 1)
    z = mu / safe
    mean = mu * (1 + _erf(z / math.sqrt(2))) / 2 + s * density * np.exp(-(z**2) / 2)
    return np.where(s > 0, mean, np.maximum(mu, 0)).astype(_dtype(mu, s2))[()]


def _dtype(mu, s2):
    return next((v.dtype for v in (mu, s2) if isinstance(v, np.ndarray)), np.dtype(float))


@mistake(
    "M284",
    "fast_dropout",
    title="The ReLU of the mean",
    says="This is max(mu, 0), as if there were no noise; noise lifts the mean of a ReLU.",
    replaces="relu_gaussian_mean",
)
def relu_of_the_mean(mu, s2):
    return (np.maximum(mu, 0) + 0 * s2).astype(_dtype(mu, s2))


@mistake(
    "M285",
    "fast_dropout",
    title="Variance as standard deviation",
    says="s2 is the variance; the formula has its root, s.",
    replaces="relu_gaussian_mean",
)
def variance_for_sd(mu, s2):
    return _relu_mean(mu, s2, np.asarray(s2, float))


@mistake(
    "M286",
    "fast_dropout",
    title="Density without its constant",
    says="The normal density is exp(-z²/2) / √(2π); the factor in front is missing.",
    replaces="relu_gaussian_mean",
)
def no_constant(mu, s2):
    return _relu_mean(mu, s2, np.sqrt(s2), density=1.0)


@mistake(
    "M287",
    "fast_dropout",
    title="Division by a variance of 0",
    says="Where s2 is 0 the quotient mu/s is infinite, and NaN at mu = 0; the mean there is "
    "max(mu, 0).",
    replaces="relu_gaussian_mean",
)
def divides_by_zero(mu, s2):
    with np.errstate(all="ignore"):
        s = np.sqrt(np.asarray(s2, float))
        z = np.asarray(mu) / s
        mean = mu * (1 + _erf(z / math.sqrt(2))) / 2
        mean = mean + s * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return mean.astype(_dtype(mu, s2))[()]


@mistake(
    "M288",
    "fast_dropout",
    title="π/8 forgotten",
    says="√(1 + s²) belongs to the probit Φ; matching the slopes of σ and Φ brings in the factor "
    "π/8.",
    replaces="probit_sigmoid_mean",
)
def no_pi(mu, s2):
    return _sigmoid(mu / np.sqrt(1 + s2)).astype(_dtype(mu, s2))


@mistake(
    "M289",
    "fast_dropout",
    title="The sigmoid of the mean",
    says="This is σ(mu), as if there were no noise; noise pulls the mean of a sigmoid towards ½.",
    replaces="probit_sigmoid_mean",
)
def sigmoid_of_the_mean(mu, s2):
    return (_sigmoid(mu) + 0 * s2).astype(_dtype(mu, s2))


@probe("fast_dropout")
def tell_means_apart(student, case):
    mu, s2 = np.array([-1.0, 0.5, 2.0]), np.array([2.0, 0.3, 5.0])
    names = ("relu_gaussian_mean", "probit_sigmoid_mean")
    plain = [student.attempt(name, mu, s2) for name in names]
    return plain + [
        student.attempt(name, np.array([-1.0, 0.0, 2.0]), np.zeros(3)) for name in names
    ]
