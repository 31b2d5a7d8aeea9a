"""Exact identities of chapter 06, stated as properties of the reference answers."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from solutions.ch06_what_it_optimizes import (
    dropout_ridge,
    expected_dropout_loss,
    gaussian_dropout,
    glm_penalty,
    kl_kingma,
    kl_molchanov,
    probit_sigmoid_mean,
    relu_gaussian_mean,
)

seeds = st.integers(0, 2**32 - 1)
rates = st.sampled_from([0.05, 0.3, 0.5, 0.8])
sizes = st.tuples(st.integers(1, 6), st.integers(1, 5))


def problem(seed, n, d):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d)


def masks_of(d, p):
    for bits in itertools.product((False, True), repeat=d):
        yield np.array(bits), (1 - p) ** sum(bits) * p ** (d - sum(bits))


# 6.1 ------------------------------------------------------------------------------------------


@given(seeds, sizes, rates)
def test_loss_is_the_average_over_all_masks(seed, size, p):
    X, y, w = problem(seed, *size)
    total = 0.0
    for mask, prob in masks_of(size[1], p):
        total += prob * np.sum((y - X @ (mask * w) / (1 - p)) ** 2)
    assert expected_dropout_loss(X, y, w, p) == pytest.approx(total, rel=1e-12)


@given(seeds, sizes, rates)
def test_standard_dropout_has_the_same_loss_at_weights_over_q(seed, size, p):
    X, y, w = problem(seed, *size)
    q = 1 - p
    standard = np.sum((y - q * X @ (w / q)) ** 2) + p * q * np.sum((X * w / q) ** 2)
    assert expected_dropout_loss(X, y, w, p) == pytest.approx(standard, rel=1e-12)


@given(seeds, sizes)
def test_loss_at_the_ends_of_p(seed, size):
    X, y, w = problem(seed, *size)
    assert expected_dropout_loss(X, y, w, 0.0) == pytest.approx(np.sum((y - X @ w) ** 2))
    assert expected_dropout_loss(X, y, w, 1.0) == pytest.approx(y @ y)


# 6.2 ------------------------------------------------------------------------------------------


@given(seeds, sizes, rates)
def test_ridge_is_the_minimum_of_the_expected_loss(seed, size, p):
    X, y, _ = problem(seed, *size)
    w = dropout_ridge(X, y, p)
    gradient = X.T @ (X @ w - y) + p / (1 - p) * (X**2).sum(0) * w
    np.testing.assert_allclose(gradient, 0, atol=1e-10)
    least, rng = expected_dropout_loss(X, y, w, p), np.random.default_rng(seed)
    for step in rng.normal(size=(5, len(w))):
        assert expected_dropout_loss(X, y, w + 0.01 * step, p) > least - 1e-12


@given(seeds, st.integers(1, 5), rates)
def test_orthogonal_columns_shrink_by_exactly_q(seed, d, p):
    rng = np.random.default_rng(seed)
    X = np.linalg.qr(rng.normal(size=(8, d)))[0] * np.exp(rng.normal(size=d))
    y = rng.normal(size=8)
    np.testing.assert_allclose(
        dropout_ridge(X, y, p), (1 - p) * dropout_ridge(X, y, 0.0), rtol=1e-9, atol=1e-12
    )


@given(seeds, rates)
def test_other_units_change_no_prediction_and_ridge_is_not_so(seed, p):
    X, y, _ = problem(seed, 12, 3)
    units = np.array([3.0, 1.0, 0.2])
    np.testing.assert_allclose(
        X * units @ dropout_ridge(X * units, y, p), X @ dropout_ridge(X, y, p), atol=1e-10
    )

    def ridge(X):
        return X @ np.linalg.solve(X.T @ X + np.eye(3), X.T @ y)

    assert np.abs(ridge(X * units) - ridge(X)).max() > 1e-6


@given(st.integers(1, 8), rates)
def test_k_copies_of_a_feature_share_and_shrink_less(k, p):
    x, y = np.array([1.0, 2.0, -1.0]), np.array([2.0, 4.0, -2.0])
    w = dropout_ridge(np.tile(x[:, None], k), y, p)
    np.testing.assert_allclose(w, 2 / (k + p / (1 - p)), rtol=1e-10)


def test_of_several_minimisers_the_smallest():
    X = np.array([[1.0, 0.0], [1.0, 0.0]])
    np.testing.assert_allclose(dropout_ridge(X, np.array([2.0, 4.0]), 0.5), [1.5, 0], atol=1e-12)
    X = np.array([[1.0, 1.0]])
    np.testing.assert_allclose(dropout_ridge(X, np.array([2.0]), 0.0), [1, 1], atol=1e-12)


def test_output_dropout_in_regression_shrinks_predictions_by_q():
    # The prediction itself is dropped: one feature that is 1 for a single example.
    for p in (0.1, 0.5, 0.9):
        w = dropout_ridge(np.ones((1, 1)), np.array([3.0]), p)
        np.testing.assert_allclose(w, 3 * (1 - p), rtol=1e-12)


# 6.3 ------------------------------------------------------------------------------------------


@given(seeds, sizes, rates)
def test_linear_penalty_is_exact_and_half_the_ridge_term(seed, size, p):
    X, y, w = problem(seed, *size)
    exact, quadratic = (glm_penalty(X, w, p, "linear", order) for order in ("exact", "quadratic"))
    assert exact == pytest.approx(quadratic, rel=1e-10, abs=1e-12)
    ridge_term = expected_dropout_loss(X, y, w, p) - expected_dropout_loss(X, y, w, 0.0)
    assert 2 * exact == pytest.approx(ridge_term, rel=1e-9, abs=1e-12)


@given(seeds, sizes, rates)
def test_penalty_is_what_the_mean_loss_of_logistic_regression_gains(seed, size, p):
    X, _, beta = problem(seed, *size)
    y = np.random.default_rng(seed).integers(0, 2, len(X))

    def loss(u):
        return np.sum(np.logaddexp(0, u) - y * u)

    mean = sum(prob * loss(X @ (mask * beta) / (1 - p)) for mask, prob in masks_of(size[1], p))
    got = glm_penalty(X, beta, p, "logistic", "exact")
    assert mean - loss(X @ beta) == pytest.approx(got, rel=1e-9, abs=1e-11)
    assert got >= -1e-12


@given(seeds, rates)
def test_quadratic_approximation_is_first_order(seed, p):
    X, _, beta = problem(seed, 4, 5)
    gaps = []
    for scale in (0.02, 0.01):
        exact, quadratic = (
            glm_penalty(X, scale * beta, p, "logistic", order) for order in ("exact", "quadratic")
        )
        gaps.append(abs(quadratic - exact))
    # the next terms are of order scale³ or scale⁴: half the weights, an eighth of the gap at most
    assert gaps[1] <= gaps[0] / 6 + 1e-14


# 6.4 ------------------------------------------------------------------------------------------


def test_gaussian_dropout_has_the_first_two_moments_of_inverted_dropout():
    for p in (0.2, 0.5, 0.8):
        noise = gaussian_dropout(np.ones(200_000), p, np.random.default_rng(0))
        alpha = p / (1 - p)
        assert noise.mean() == pytest.approx(1, abs=6 * math.sqrt(alpha / 200_000))
        assert noise.var() == pytest.approx(alpha, rel=6 * math.sqrt(2 / 200_000))
        assert stats.kstest((noise - 1) / math.sqrt(alpha), "norm").pvalue > 1e-4


def test_at_one_half_every_sixth_multiplier_is_negative():
    noise = gaussian_dropout(np.ones(200_000), 0.5, np.random.default_rng(1))
    assert (noise < 0).mean() == pytest.approx(stats.norm.cdf(-1), abs=0.005)


@given(seeds, st.sampled_from([np.float32, np.float64]))
def test_gaussian_dropout_keeps_dtype_and_input(seed, dtype):
    x = np.arange(6, dtype=dtype).reshape(2, 3)
    x.flags.writeable = False
    y = gaussian_dropout(x, 0.3, np.random.default_rng(seed))
    assert y.dtype == dtype
    assert y[0, 0] == 0
    np.testing.assert_array_equal(gaussian_dropout(x, 0.0, np.random.default_rng(seed)), x)


def exact_kl(alpha):
    """KL of N(1, alpha) from the log-uniform prior, with the constant that makes it tend to 0."""
    sd = math.sqrt(alpha)
    mean_log = integrate.quad(
        lambda z: math.log(abs(1 + sd * z)) * stats.norm.pdf(z),
        -12,
        12,
        points=[-1 / sd],
        limit=500,
    )[0]
    return mean_log - math.log(alpha) / 2 + (np.euler_gamma + math.log(2)) / 2


@pytest.mark.parametrize("alpha", [0.05, 0.2, 0.5, 1.0, 3.0, 20.0])
def test_approximations_of_the_divergence_are_close_to_the_integral(alpha):
    exact = exact_kl(alpha)
    assert kl_molchanov(math.log(alpha)) == pytest.approx(exact, abs=0.008)
    if alpha <= 1:
        assert kl_kingma(alpha) + 0.66 == pytest.approx(exact, abs=0.03)


@pytest.mark.parametrize("alpha", [0.0, -1.0, 1.0001, np.array([0.5, 1.5]), float("nan")])
def test_kingma_refuses_what_it_does_not_cover(alpha):
    with pytest.raises(ValueError, match="0 < alpha <= 1"):
        kl_kingma(alpha)


# 6.5 ------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.floats(-20, 20), st.floats(1e-3, 100))
def test_relu_mean_is_the_integral(mu, s2):
    s = math.sqrt(s2)
    want = integrate.quad(
        lambda u: u * stats.norm.pdf(u, mu, s), max(0, mu - 10 * s), max(0, mu + 10 * s), limit=200
    )[0]
    assert relu_gaussian_mean(mu, s2) == pytest.approx(want, abs=1e-9)


@given(st.floats(-20, 20), st.floats(0, 100))
def test_relu_of_u_minus_relu_of_minus_u_is_u(mu, s2):
    gap = relu_gaussian_mean(mu, s2) - relu_gaussian_mean(-mu, s2)
    assert gap == pytest.approx(mu, abs=1e-12)


def test_zero_variance_is_the_deterministic_value_and_shapes_broadcast():
    mu, s2 = np.array([[-1.0], [0.0], [2.0]]), np.array([0.0, 1.0])
    with np.errstate(all="raise"):
        got = relu_gaussian_mean(mu, s2)
    assert got.shape == (3, 2)
    np.testing.assert_array_equal(got[:, 0], [0, 0, 2])
    np.testing.assert_allclose(probit_sigmoid_mean(mu, s2)[:, 0], 1 / (1 + np.exp(-mu[:, 0])))
    assert relu_gaussian_mean(mu.astype(np.float32), s2).dtype == np.float32


@settings(max_examples=40, deadline=None)
@given(st.floats(-8, 8), st.floats(0, 50))
def test_probit_approximation_is_within_two_hundredths(mu, s2):
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    values = 1 / (1 + np.exp(-(mu + math.sqrt(s2) * nodes)))
    mean = weights @ values / math.sqrt(2 * math.pi)
    assert probit_sigmoid_mean(mu, s2) == pytest.approx(mean, abs=0.02)
