"""Exact identities of chapter 01, stated as properties of the reference answers."""

from __future__ import annotations

import inspect
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropout_course.lab import overfitting as lab
from solutions.ch01_overfitting import (
    bias_variance,
    early_stopping,
    ensemble_variance,
    poly_fit_predict,
)

seeds = st.integers(0, 2**32 - 1)
degrees = st.integers(0, 10)
ridges = st.sampled_from([1e-2, 0.3, 1.0, 20.0])


def points(rng, n):
    """Draw equispaced points with a little jitter, and targets."""
    spacing = 2 / max(n - 1, 1)
    x = np.linspace(-1, 1, n) + 0.1 * spacing * rng.uniform(-1, 1, n)
    return x, rng.normal(size=n)


def powers(x, degree):
    return x[:, None] ** np.arange(degree + 1)


# 1.1 ------------------------------------------------------------------------------------------


@given(degrees, seeds)
def test_a_polynomial_is_recovered(degree, seed):
    rng = np.random.default_rng(seed)
    x, _ = points(rng, degree + 4)
    w, t = rng.normal(size=degree + 1), rng.uniform(-1, 1, 7)
    got = poly_fit_predict(x, powers(x, degree) @ w, t, degree)
    np.testing.assert_allclose(got, powers(t, degree) @ w, atol=1e-9)


@given(degrees, seeds)
def test_residuals_are_orthogonal_to_every_power(degree, seed):
    rng = np.random.default_rng(seed)
    x, y = points(rng, degree + 6)
    residual = y - poly_fit_predict(x, y, x, degree)
    np.testing.assert_allclose(powers(x, degree).T @ residual, 0, atol=1e-10)


@given(degrees, st.integers(2, 14), ridges, seeds)
def test_ridge_weights_are_the_residuals_seen_through_the_inputs(degree, n, ridge, seed):
    rng = np.random.default_rng(seed)
    x, y = points(rng, n)
    t = rng.uniform(-1, 1, 5)
    residual = y - poly_fit_predict(x, y, x, degree, ridge)
    w = powers(x, degree).T @ residual / ridge
    np.testing.assert_allclose(
        poly_fit_predict(x, y, t, degree, ridge), powers(t, degree) @ w, atol=1e-9
    )


@given(st.integers(2, 7), seeds)
def test_with_too_many_weights_it_interpolates_with_the_smallest(n, seed):
    rng = np.random.default_rng(seed)
    x, y = points(rng, n)
    degree = n + 2
    w = np.linalg.pinv(powers(x, degree)) @ y
    t = rng.uniform(-1, 1, 6)
    np.testing.assert_allclose(poly_fit_predict(x, y, x, degree), y, atol=1e-9)
    want = powers(t, degree) @ w
    np.testing.assert_allclose(
        poly_fit_predict(x, y, t, degree), want, atol=1e-8 * max(1, np.abs(want).max())
    )


@given(st.integers(2, 8), seeds)
def test_a_vanishing_penalty_gives_the_solution_of_minimum_norm(n, seed):
    rng = np.random.default_rng(seed)
    x, y = points(rng, n)
    t = rng.uniform(-1, 1, 6)
    want = poly_fit_predict(x, y, t, n)
    got = poly_fit_predict(x, y, t, n, 1e-10)
    np.testing.assert_allclose(got, want, atol=1e-4 * max(1, np.abs(want).max()))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_predictions_keep_the_dtype_and_leave_the_inputs_alone(dtype):
    x = np.linspace(-1, 1, 8, dtype=dtype)
    x.flags.writeable = False
    for ridge in (0, 0.5):
        out = poly_fit_predict(x, x, x[:3], 3, ridge)
        assert out.dtype == dtype
        assert out.shape == (3,)


# 1.2 ------------------------------------------------------------------------------------------


@given(st.integers(1, 9), st.integers(1, 9), seeds)
def test_bias_and_variance_add_up_to_the_error(sets, m, seed):
    rng = np.random.default_rng(seed)
    predictions, truth = rng.normal(size=(sets, m)), rng.normal(size=m)
    bias2, variance, mse = bias_variance(predictions, truth)
    assert bias2 + variance == pytest.approx(mse, rel=1e-13)
    assert mse == pytest.approx(np.mean([(row - truth) ** 2 for row in predictions]), rel=1e-13)


@given(st.integers(2, 9), seeds)
def test_the_correction_for_few_training_sets_leaves_the_sum_as_it_is(sets, seed):
    rng = np.random.default_rng(seed)
    predictions, truth = rng.normal(size=(sets, 5)), rng.normal(size=5)
    bias2, variance, mse = bias_variance(predictions, truth)
    unbiased = np.mean(predictions.var(axis=0, ddof=1))
    moved = variance / (sets - 1)
    assert variance + moved == pytest.approx(unbiased, rel=1e-12)
    assert (bias2 - moved) + unbiased == pytest.approx(mse, rel=1e-12)


def test_the_correction_is_exactly_unbiased_over_all_training_sets():
    """Every pair of outcomes of a two-point distribution, weighted by its probability."""
    values, chances, truth = np.array([0.0, 3.0]), np.array([0.25, 0.75]), 1.0
    mean = chances @ values
    true_bias2, true_variance = (mean - truth) ** 2, chances @ (values - mean) ** 2
    sets, expected = 3, np.zeros(2)
    for drawn in itertools.product((0, 1), repeat=sets):
        rows = values[list(drawn)][:, None]
        bias2, variance, _ = bias_variance(rows, np.array([truth]))
        moved = variance / (sets - 1)
        expected += np.prod(chances[list(drawn)]) * np.array([bias2 - moved, variance + moved])
    np.testing.assert_allclose(expected, [true_bias2, true_variance], rtol=1e-13)


@given(st.integers(1, 6), st.integers(1, 6), seeds)
def test_the_average_predictor_keeps_the_bias_and_loses_the_variance(sets, m, seed):
    rng = np.random.default_rng(seed)
    predictions, truth = rng.normal(size=(sets, m)), rng.normal(size=m)
    bias2, _, _ = bias_variance(predictions, truth)
    got = bias_variance(predictions.mean(axis=0, keepdims=True), truth)
    np.testing.assert_allclose(got, (bias2, 0, bias2), atol=1e-14)


# 1.3 ------------------------------------------------------------------------------------------


@given(st.floats(0, 10), st.floats(0, 1), st.integers(1, 30))
def test_variance_of_a_mean_is_the_mean_entry_of_the_covariance_matrix(sigma2, share, k):
    lowest = -1 / (k - 1) if k > 1 else -1.0
    rho = lowest + share * (1 - lowest)
    covariance = sigma2 * (rho + (1 - rho) * np.eye(k))
    assert ensemble_variance(sigma2, rho, k) == pytest.approx(covariance.mean(), abs=1e-12)


@given(st.floats(0.1, 10), st.floats(0.01, 1), st.integers(1, 8), st.integers(1, 8))
def test_an_average_of_averages_is_the_average(sigma2, rho, a, b):
    group = ensemble_variance(sigma2, rho, a)
    between = rho * sigma2 / group  # correlation of two group means
    whole = ensemble_variance(sigma2, rho, a * b)
    assert ensemble_variance(group, between, b) == pytest.approx(whole, rel=1e-12)


def test_the_formula_is_exact_for_averages_over_all_groups():
    """The identity holds for measured moments, averaged over all subsets of k members."""
    rng = np.random.default_rng(0)
    members = rng.normal(size=(5, 40)) + rng.normal(size=40)
    covariance = np.cov(members, ddof=0)
    sigma2 = np.diag(covariance).mean()
    rho = covariance[~np.eye(5, dtype=bool)].mean() / sigma2
    for k in range(1, 6):
        groups = itertools.combinations(range(5), k)
        measured = np.mean([members[list(g)].mean(axis=0).var() for g in groups])
        assert measured == pytest.approx(ensemble_variance(sigma2, rho, k), rel=1e-12)


# 1.4 ------------------------------------------------------------------------------------------


def stop_by_definition(val, patience):
    """The words of the definition, word by word."""

    def improves(epoch):
        return epoch == 0 or all(
            val[epoch] < before for before in val[:epoch] if not np.isnan(before)
        )

    for stop in range(len(val)):
        run = range(stop - patience + 1, stop + 1)
        if run.start >= 1 and not any(improves(epoch) for epoch in run):
            return stop
    return len(val) - 1


curves = st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, float("nan")]), min_size=0, max_size=12)


@settings(max_examples=300)
@given(curves, st.sampled_from([0.0, 1.5, 3.0]), st.integers(1, 6))
def test_it_stops_where_the_definition_says(tail, first, patience):
    val = np.array([first, *tail])
    train = np.arange(len(val)) / 10
    got = early_stopping(train, val, patience)
    assert got["stop_epoch"] == stop_by_definition(val, patience)
    seen = val[: got["stop_epoch"] + 1]
    assert got["best_epoch"] == np.nanargmin(seen)
    assert got["gap"] == pytest.approx(np.nanmin(seen) - train[got["best_epoch"]])


@given(seeds, st.integers(1, 8))
def test_only_the_order_of_the_validation_curve_counts(seed, patience):
    val = np.random.default_rng(seed).normal(size=20)
    a, b = (early_stopping(val, curve, patience) for curve in (val, np.exp(val)))
    assert [a[key] for key in ("best_epoch", "stop_epoch")] == [
        b[key] for key in ("best_epoch", "stop_epoch")
    ]


# What the demonstrations rest on -----------------------------------------------------------------


def test_gradients_of_the_regression_networks_agree_with_differences():
    rng = np.random.default_rng(0)
    S, n, H = 3, 5, 4
    shapes = {"W1": (1, H), "b1": (H,), "W2": (H, H), "b2": (H,), "W3": (H, 1), "b3": (1,)}
    params = {name: rng.normal(size=(S, *shape)) for name, shape in shapes.items()}
    X, y = rng.normal(size=(2, S, n, 1))
    masks = tuple((rng.random((S, n, H)) < 0.7) / 0.7 for _ in range(2))
    _, grads = lab.squared_error_grads(params, X, y, masks)
    for name in params:
        step = rng.normal(size=params[name].shape)
        up, down = (
            lab.squared_error_grads({**params, name: params[name] + e * step}, X, y, masks)[0]
            for e in (1e-6, -1e-6)
        )
        got = (grads[name] * step).reshape(S, -1).sum(axis=1)
        np.testing.assert_allclose(got, (up - down) / 2e-6, atol=1e-5)


def test_networks_train_and_repeat():
    x, y = lab.training_sets(3, 10, seed=0, noise=0.0)
    runs = [lab.networks(x, y, x[0], 0.0, seed=1, checkpoints=[1, 150], width=16) for _ in "ab"]
    for step in (1, 150):
        np.testing.assert_array_equal(runs[0][step], runs[1][step])
    first, last = (np.mean((runs[0][step] - lab.curve(x[0])) ** 2) for step in (1, 150))
    assert last < 0.2 * first


def test_jackknife_of_a_mean_is_its_standard_error():
    rows = np.random.default_rng(0).normal(size=(20, 3))
    want = rows.std(axis=0, ddof=1) / np.sqrt(20)
    np.testing.assert_allclose(lab.jackknife(lambda r: r.mean(axis=0), rows), want)


def test_wide_random_networks_interpolate():
    x, y = lab.training_sets(4, 8, seed=0)
    fitted, predicted = lab.random_network(x, y, np.linspace(-1, 1, 5), width=400, seed=0)
    np.testing.assert_allclose(fitted, y, atol=1e-6)
    assert predicted.shape == (4, 5)


def test_signatures_are_those_of_the_contract():
    got = {f.__name__: str(inspect.signature(f)) for f in (poly_fit_predict, early_stopping)}
    assert got == {
        "poly_fit_predict": "(x, y, x_test, degree, ridge=0.0)",
        "early_stopping": "(train_curve, val_curve, patience)",
    }
