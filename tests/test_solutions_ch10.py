"""Exact identities of chapter 10, and parity of the reference answers with torch."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from exact_inputs import all_masks, coins, dtypes, inputs, seeds
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from solutions.ch10_batchnorm import (
    ALPHA_PRIME,
    alpha_constants,
    alpha_dropout,
    alpha_dropout_backward,
    bn_forward,
    feature_alpha_dropout,
    order_is_safe,
    recalibrate,
    shift_after_dropout,
    shift_after_linear,
)

inner_rates = st.floats(0.01, 0.95)
LAYERS = ("linear", "conv", "relu", "dropout", "batchnorm", "layernorm", "add", "softmax")


def population(n, seed, rows=7):
    """A data set of a few points: its moments are exact, and so are averages over masks."""
    return np.random.default_rng(seed).normal(0.4, 1.0, (rows, n))


# 10.1 -----------------------------------------------------------------------------------------


@given(inner_rates, seeds)
def test_shift_of_one_unit_is_the_exact_ratio_over_data_and_masks(p, seed):
    x = population(1, seed)[:, 0]
    y = np.concatenate([x / (1 - p), np.zeros_like(x)])
    weight = np.repeat([1 - p, p], len(x)) / len(x)
    trained = weight @ y**2 - (weight @ y) ** 2
    assert math.isclose(shift_after_dropout(x.mean(), x.var(), p), x.var() / trained, rel_tol=1e-9)


@given(inner_rates, seeds)
def test_shift_of_a_sum_is_the_exact_ratio_over_data_and_masks(p, seed):
    n = 4
    x, w = population(n, seed), inputs(n, seed + 1)
    masks, weight = all_masks(n, p)
    y = np.einsum("md,rd,d->mr", masks / (1 - p), x, w)
    trained = (weight @ y**2).mean() - (weight @ y).mean() ** 2
    got = shift_after_linear(w, x.mean(0), np.cov(x.T, ddof=0), p)
    assert math.isclose(got, (x @ w).var() / trained, rel_tol=1e-8)


@given(inner_rates, st.floats(-3, 3), st.floats(0.1, 4))
def test_one_weight_is_the_case_right_behind_dropout(p, mean, var):
    got = shift_after_linear(np.array([-2.0]), np.array([mean]), np.array([[var]]), p)
    assert math.isclose(got, shift_after_dropout(mean, var, p), rel_tol=1e-9)
    assert math.isclose(shift_after_dropout(0.0, var, p), 1 - p, rel_tol=1e-12)
    assert shift_after_dropout(mean, var, 0.0) == pytest.approx(1)


@given(inner_rates, seeds, st.floats(0.05, 0.9), st.floats(-2, 2), st.floats(0.2, 3))
def test_equal_units_give_equation_14_of_the_paper(p, seed, rho, c, v):
    d, q = 6, 1 - p
    w = np.random.default_rng(seed).uniform(0.1, 1.0, d)
    cov = v * ((1 - rho) * np.eye(d) + rho)
    cos2 = w.sum() ** 2 / (d * np.sum(w**2))
    above = v * rho + v * (1 - rho) / (d * cos2)
    below = v * rho + ((1 / q - 1) * c**2 + v * (1 / q - rho)) / (d * cos2)
    assert math.isclose(shift_after_linear(w, np.full(d, c), cov, p), above / below, rel_tol=1e-9)


@pytest.mark.parametrize(("q", "want"), [(0.9, 0.860), (0.8, 0.732), (0.7, 0.614), (0.5, 0.405)])
def test_shift_of_a_relu_of_a_standard_normal(q, want):
    mean, var = 1 / math.sqrt(2 * math.pi), 0.5 - 1 / (2 * math.pi)
    assert shift_after_dropout(mean, var, 1 - q) == pytest.approx(want, abs=6e-4)


# 10.2 -----------------------------------------------------------------------------------------


def state_of(d, seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    names = ("gamma", "beta", "running_mean", "running_var")
    return {name: rng.uniform(0.5, 2, d).astype(dtype) for name in names}


def torch_layer(state, momentum, eps):
    layer = torch.nn.BatchNorm1d(len(state["gamma"]), eps=eps, momentum=momentum).double()
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(state["gamma"]))
        layer.bias.copy_(torch.tensor(state["beta"]))
        layer.running_mean.copy_(torch.tensor(state["running_mean"]))
        layer.running_var.copy_(torch.tensor(state["running_var"]))
    return layer


@given(seeds, st.integers(2, 9), st.integers(1, 4), st.booleans(), st.floats(0, 1))
def test_batch_norm_is_that_of_torch(seed, n, d, training, momentum):
    x, state = inputs((n, d), seed), state_of(d, seed)
    before = {name: value.copy() for name, value in state.items()}
    layer = torch_layer(state, momentum, 1e-3).train(training)
    y, new = bn_forward(x, state, training, momentum, 1e-3)
    np.testing.assert_allclose(y, layer(torch.tensor(x)).detach(), atol=1e-10)
    np.testing.assert_allclose(new["running_mean"], layer.running_mean, atol=1e-12)
    np.testing.assert_allclose(new["running_var"], layer.running_var, atol=1e-12)
    for name in ("gamma", "beta"):
        np.testing.assert_array_equal(new[name], before[name])
    for name, value in before.items():
        np.testing.assert_array_equal(state[name], value)


@given(seeds, dtypes, dtypes, st.booleans())
def test_batch_norm_keeps_the_dtypes_of_input_and_state(seed, dtype, of_state, training):
    y, new = bn_forward(inputs((4, 3), seed, dtype), state_of(3, seed, of_state), training)
    assert y.dtype == dtype
    assert {value.dtype for value in new.values()} == {np.dtype(of_state)}


@given(seeds, st.lists(st.integers(1, 6), min_size=1, max_size=5))
def test_recalibration_counts_every_row_once(seed, sizes):
    rows = inputs((sum(sizes), 3), seed)
    batches = np.split(rows, np.cumsum(sizes)[:-1])
    mean, var = recalibrate(batches)
    np.testing.assert_allclose(mean, rows.mean(0), atol=1e-12)
    np.testing.assert_allclose(var, rows.var(0), atol=1e-12)
    assert recalibrate([batch.astype(np.float32) for batch in batches])[1].dtype == np.float32


def test_recalibration_makes_evaluation_on_the_same_rows_standardised():
    rows = inputs((60, 2), 3) * [2, 5] + 1
    mean, var = recalibrate([rows[:20], rows[20:]])
    state = {"gamma": np.ones(2), "beta": np.zeros(2), "running_mean": mean, "running_var": var}
    y, same = bn_forward(rows, state, False, eps=0.0)
    np.testing.assert_allclose(y.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(0), 1, atol=1e-12)
    assert same.keys() == state.keys()


# 10.3 -----------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(LAYERS), max_size=12))
def test_pairs_are_those_of_two_plain_lists(layers):
    drops = [i for i, layer in enumerate(layers) if layer == "dropout"]
    norms = [i for i, layer in enumerate(layers) if layer == "batchnorm"]
    assert set(order_is_safe(layers)) == {(i, j) for i in drops for j in norms if i < j}
    assert len(order_is_safe(layers)) == sum(sum(j > i for j in norms) for i in drops)


# 10.4 and 10.5 --------------------------------------------------------------------------------


def test_the_drop_value_is_where_selu_saturates():
    selu = torch.nn.functional.selu(torch.tensor([-40.0], dtype=torch.float64))
    assert float(selu) == pytest.approx(ALPHA_PRIME, abs=1e-12)
    assert pytest.approx(-1.7580993408473766, abs=1e-15) == ALPHA_PRIME


@given(inner_rates)
def test_mean_0_and_variance_1_are_restored(p):
    a, b = alpha_constants(p)
    mean = a * p * ALPHA_PRIME + b
    var = a**2 * (1 - p) * (1 + p * ALPHA_PRIME**2)
    assert math.isclose(mean, 0, abs_tol=1e-12)
    assert math.isclose(var, 1, rel_tol=1e-12)


def test_closed_numbers():
    a, b = alpha_constants(0.3)
    assert (a, b) == (pytest.approx(0.860953, abs=1e-6), pytest.approx(0.454092, abs=1e-6))
    dropped = alpha_dropout(np.ones(1), np.zeros(1, bool), 0.3)
    assert dropped[0] == pytest.approx(-1.05955, abs=1e-5)
    assert alpha_constants(0.0) == (1.0, 0.0)


@pytest.mark.slow
@given(st.floats(0.05, 0.8))
def test_moments_of_selu_units_by_quadrature(p):
    """Mean and variance over standard normal pre-activations and the coin, without sampling."""
    a, b = alpha_constants(p)
    scale = 1.0507009873554805
    selu = lambda z: scale * z if z > 0 else -ALPHA_PRIME * math.expm1(z)
    moment = lambda k: sum(
        integrate.quad(lambda z: (a * selu(z) + b) ** k * stats.norm.pdf(z), *ends)[0]
        for ends in ((-9, 0), (0, 9))
    )
    first, second = ((1 - p) * moment(k) + p * (b + a * ALPHA_PRIME) ** k for k in (1, 2))
    assert first == pytest.approx(0, abs=1e-6)
    assert second == pytest.approx(1, abs=1e-6)


def run_torch(layer, x, g):
    """Output, gradient and mask of a layer of torch; its mask stands in its gradient's zeros."""
    leaf = torch.tensor(x, requires_grad=True)
    y = layer(leaf)
    y.backward(torch.tensor(g))
    return y.detach().numpy(), leaf.grad.numpy(), leaf.grad.numpy() != 0


@settings(deadline=None)  # the first call loads half of torch
@given(seeds, st.sampled_from([0.1, 0.3, 0.7]), dtypes)
def test_alpha_dropout_is_that_of_torch_under_its_mask(seed, p, dtype):
    x, g = inputs((20, 30), seed, dtype), inputs((20, 30), seed + 1, dtype)
    y, grad, mask = run_torch(torch.nn.AlphaDropout(p), x, g)
    assert 0 < mask.sum() < mask.size
    tol = 1e-5 if dtype == np.float32 else 1e-12
    got, back = alpha_dropout(x, mask, p), alpha_dropout_backward(g, mask, p)
    np.testing.assert_allclose(got, y, atol=tol)
    np.testing.assert_allclose(back, grad, atol=tol)
    assert got.dtype == back.dtype == dtype


@settings(deadline=None)
@given(seeds, st.sampled_from([0.1, 0.3, 0.7]), st.sampled_from([(), (4,), (3, 2), (2, 2, 2)]))
def test_feature_alpha_dropout_is_that_of_torch_under_its_mask(seed, p, spatial):
    x, g = inputs((20, 30, *spatial), seed), inputs((20, 30, *spatial), seed + 1)
    y, grad, mask = run_torch(torch.nn.FeatureAlphaDropout(p), x, g)
    channels = mask.reshape(20, 30, -1)
    assert (channels == channels[..., :1]).all()
    assert 0 < channels[..., 0].sum() < 600
    np.testing.assert_allclose(feature_alpha_dropout(x, channels[..., 0], p), y, atol=1e-12)
    back = alpha_dropout_backward(g, mask, p)
    np.testing.assert_allclose(back, grad, atol=1e-12)


@given(seeds, inner_rates)
def test_the_backward_pass_is_the_derivative(seed, p):
    x, mask, g = inputs((2, 3), seed), coins((2, 3), p, seed), inputs((2, 3), seed + 1)
    loss = lambda z: np.sum(g * alpha_dropout(z, mask, p))
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = 0.5  # the function is affine: no step is too large
        difference = loss(x + step) - loss(x - step)
        assert difference == pytest.approx(alpha_dropout_backward(g, mask, p)[i], abs=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_at_one_everything_is_zero_as_in_torch(dtype):
    x, none = inputs((2, 3, 4), 0, dtype), np.zeros((2, 3, 4), bool)
    want = torch.nn.AlphaDropout(1.0)(torch.tensor(x)).numpy()
    np.testing.assert_array_equal(alpha_dropout(x, none, 1.0), np.abs(want))
    np.testing.assert_array_equal(alpha_dropout_backward(x, none, 1.0), 0 * x)
    np.testing.assert_array_equal(feature_alpha_dropout(x, none[..., 0], 1.0), 0 * x)
    np.testing.assert_array_equal(alpha_dropout(x, ~none, 0.0), x)


@given(seeds)
def test_a_dropped_channel_becomes_one_constant(seed):
    x, mask = inputs((2, 3, 4, 4), seed), coins((2, 3), 0.5, seed)
    y = feature_alpha_dropout(x, mask, 0.5)
    a, b = alpha_constants(0.5)
    for n, c in np.ndindex(mask.shape):
        want = a * x[n, c] + b if mask[n, c] else np.full((4, 4), b + a * ALPHA_PRIME)
        np.testing.assert_allclose(y[n, c], want, atol=1e-12)
