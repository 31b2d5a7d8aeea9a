"""Exact identities of chapter 04, stated as properties of the reference answers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.ch04_backprop import (
    Dropout,
    dropout_backward,
    evaluate_modes,
    inverted_from_standard,
    mlp_loss_grads,
)

seeds = st.integers(0, 2**32 - 1)
rates = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 0.95])
shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)


def central_difference(f, x, eps=1e-6):
    """Numerical gradient of a scalar function of an array."""
    x, grad = x.copy(), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        up = f(x)
        x[i] -= 2 * eps
        grad[i] = (up - f(x)) / (2 * eps)
        x[i] += eps
    return grad


def network(rng, dtype=np.float64, sizes=(3, 4, 5, 3), batch=6):
    """Parameters, inputs and classes of a small MLP."""
    params = {}
    for layer, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
        params[f"W{layer}"] = rng.normal(size=(n_in, n_out)).astype(dtype)
        params[f"b{layer}"] = rng.normal(size=n_out).astype(dtype)
    X = rng.normal(size=(batch, sizes[0])).astype(dtype)
    return params, X, rng.integers(0, sizes[-1], batch)


def draw_masks(rng, p, sizes=(4, 5), batch=6):
    return tuple(rng.random((batch, n)) >= p for n in sizes)


# 4.1 ------------------------------------------------------------------------------------------


@given(shapes, rates, seeds, st.booleans())
def test_backward_is_the_adjoint_of_forward(shape, p, seed, training):
    rng = np.random.default_rng(seed)
    x, g = rng.normal(size=(2, *shape))
    layer = Dropout(p, rng)
    if not training:
        layer.eval()
    y = layer.forward(x)
    assert np.sum(g * y) == pytest.approx(np.sum(layer.backward(g) * x), rel=1e-12, abs=1e-12)


@given(shapes, rates, seeds)
def test_backward_equals_the_forward_map_applied_to_the_gradient(shape, p, seed):
    rng = np.random.default_rng(seed)
    mask, g = rng.random(shape) >= p, rng.normal(size=shape)
    np.testing.assert_allclose(dropout_backward(g, (mask, p, True)), mask * g / (1 - p))


@given(shapes, rates, seeds, st.sampled_from([np.float32, np.float64]))
def test_backward_keeps_shape_dtype_and_input(shape, p, seed, dtype):
    rng = np.random.default_rng(seed)
    grad = rng.normal(size=shape).astype(dtype)
    grad.flags.writeable = False
    for training in (True, False):
        out = dropout_backward(grad, (rng.random(shape) >= p, p, training))
        assert out.shape == shape
        assert out.dtype == dtype


def test_dropped_entries_are_exactly_zero_even_for_infinite_gradients():
    grad = np.array([np.inf, np.nan, -np.inf, 1.0, np.inf])
    out = dropout_backward(grad, (np.array([False, False, False, True, True]), 0.5, True))
    np.testing.assert_array_equal(out, [0, 0, 0, 2, np.inf])
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(dropout_backward(grad, (np.zeros(5, bool), 1.0, True)), 0)


def test_backward_in_eval_is_the_identity_whatever_the_mask():
    grad = np.array([1.0, np.nan, np.inf])
    out = dropout_backward(grad, (np.zeros(3, bool), 1.0, False))
    np.testing.assert_array_equal(out, grad)


# 4.2 ------------------------------------------------------------------------------------------


@given(shapes, rates, seeds)
def test_layer_forward_keeps_or_drops_and_backward_uses_the_same_mask(shape, p, seed):
    layer = Dropout(p, np.random.default_rng(seed))
    y = layer.forward(np.ones(shape))
    assert set(np.unique(y)) <= {0.0, 1 / (1 - p)}
    np.testing.assert_array_equal(layer.backward(np.ones(shape)), y)
    np.testing.assert_array_equal(layer.backward(np.ones(shape)), y)


def test_layer_draws_a_fresh_mask_at_every_training_forward():
    layer, x = Dropout(0.5, np.random.default_rng(0)), np.ones(64)
    assert not np.array_equal(layer.forward(x), layer.forward(x))


def test_backward_belongs_to_the_latest_forward_not_to_the_present_mode():
    layer, x = Dropout(0.5, np.random.default_rng(0)), np.ones(8)
    y = layer.forward(x)
    layer.eval()
    np.testing.assert_array_equal(layer.backward(x), y)
    np.testing.assert_array_equal(layer.forward(x), x)
    layer.train()
    np.testing.assert_array_equal(layer.backward(x), x)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan"), float("inf")])
def test_layer_refuses_what_is_no_probability(p):
    with pytest.raises(ValueError, match="between 0 and 1"):
        Dropout(p, np.random.default_rng(0))


def test_backward_before_forward_says_what_to_do():
    with pytest.raises(RuntimeError, match="call forward"):
        Dropout(0.5, np.random.default_rng(0)).backward(np.ones(3))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_layer_edges_of_p(dtype):
    x = np.linspace(-2, 2, 12, dtype=dtype).reshape(3, 4)
    none, everything = (Dropout(p, np.random.default_rng(0)) for p in (0.0, 1.0))
    np.testing.assert_array_equal(none.forward(x), x)
    for y in (everything.forward(x), everything.backward(x)):
        assert y.dtype == dtype
        np.testing.assert_array_equal(y, np.zeros_like(x))


# 4.3 ------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(seeds, rates)
def test_gradients_agree_with_finite_differences_against_fixed_masks(seed, p):
    rng = np.random.default_rng(seed)
    params, X, y = network(rng)
    masks = draw_masks(rng, p)
    loss, grads = mlp_loss_grads(params, X, y, masks, p)
    assert grads.keys() == params.keys()
    assert loss > 0
    # A kink of a ReLU within the step would make the difference quotient meaningless.
    scale = 1 / (1 - p)
    a1 = X @ params["W1"] + params["b1"]
    a2 = np.maximum(a1, 0) * masks[0] * scale @ params["W2"] + params["b2"]
    if min(np.abs(a1).min(), np.abs(a2).min()) < 1e-3:
        return
    for key in params:

        def f(value, key=key):
            return mlp_loss_grads({**params, key: value}, X, y, masks, p)[0]

        want = central_difference(f, params[key])
        np.testing.assert_allclose(grads[key], want, atol=1e-6 * max(1, np.abs(want).max()))


@given(seeds)
def test_all_kept_at_p_zero_is_the_network_without_dropout(seed):
    rng = np.random.default_rng(seed)
    params, X, y = network(rng)
    loss, _ = mlp_loss_grads(params, X, y, draw_masks(rng, 0.0), 0.0)
    h = X
    for layer in (1, 2, 3):
        h = h @ params[f"W{layer}"] + params[f"b{layer}"]
        h = np.maximum(h, 0) if layer < 3 else h
    want = np.mean([np.log(np.sum(np.exp(row - row[c]))) for row, c in zip(h, y, strict=True)])
    assert loss == pytest.approx(want)


def test_everything_dropped_leaves_only_the_last_bias():
    rng = np.random.default_rng(0)
    params, X, y = network(rng)
    loss, grads = mlp_loss_grads(params, X, y, draw_masks(rng, 1.0), 1.0)
    assert np.isfinite(loss)
    assert np.any(grads["b3"])
    assert not any(np.any(grads[key]) for key in grads if key != "b3")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_logits_give_finite_numbers_of_the_right_dtype(dtype):
    rng = np.random.default_rng(1)
    params, X, y = network(rng, dtype)
    params["b3"] = np.array([1e4, -1e4, 0], dtype)
    loss, grads = mlp_loss_grads(params, X, y, draw_masks(rng, 0.5), 0.5)
    assert np.isfinite(loss)
    for key, grad in grads.items():
        assert grad.dtype == dtype
        assert grad.shape == params[key].shape
        assert np.isfinite(grad).all()


def test_the_derivative_of_relu_at_zero_is_zero():
    rng = np.random.default_rng(2)
    params, X, y = network(rng)
    zero = {key: np.zeros_like(value) for key, value in params.items()}
    zero["W2"], zero["W3"] = params["W2"], params["W3"]
    _, grads = mlp_loss_grads(zero, X, y, draw_masks(rng, 0.0), 0.0)
    for key in ("W1", "b1", "W2", "b2"):
        assert not np.any(grads[key])


# 4.4 ------------------------------------------------------------------------------------------


def sgd(params, X, y, mask_stream, q, lrs, inverted, steps):
    """Plain SGD on one hidden layer: (m*h)W against (m*h/q)W, all the steps' parameters."""
    path, factor = [], 1 / q if inverted else 1.0
    V, W = params
    for mask in mask_stream[:steps]:
        a = X @ V
        h = np.maximum(a, 0) * mask * factor
        error = (h @ W - y) / len(y)
        gV = X.T @ (error @ W.T * mask * factor * (a > 0))
        V, W = V - lrs[0] * gV, W - lrs[1] * h.T @ error
        path.append((V, W))
    return path


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from([0.2, 0.5, 0.9, 1.0]))
def test_inverted_dropout_follows_standard_dropout_exactly(seed, q):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
    V, W = rng.normal(size=(3, 16)) / 2, rng.normal(size=(16, 2)) / 4
    masks, lr = rng.random((100, 8, 16)) < q, 0.02
    W_inv, lr_inv = inverted_from_standard(W, lr, q)
    standard = sgd((V, W), X, y, masks, q, (lr, lr), inverted=False, steps=100)
    inverted = sgd((V, W_inv), X, y, masks, q, (lr, lr_inv), inverted=True, steps=100)
    for (V_s, W_s), (V_i, W_i) in zip(standard, inverted, strict=True):
        np.testing.assert_allclose(V_i, V_s, atol=1e-12, rtol=0)
        np.testing.assert_allclose(W_i, q * W_s, atol=1e-12, rtol=0)


def test_inverted_from_standard_keeps_dtype_and_input():
    W = np.ones((2, 3), np.float32)
    W.flags.writeable = False
    W_inv, lr_inv = inverted_from_standard(W, 0.1, 0.5)
    assert W_inv.dtype == np.float32
    assert lr_inv == pytest.approx(0.025)


# 4.5 ------------------------------------------------------------------------------------------


def test_evaluate_modes_calls_each_mode_once_with_the_callers_generator():
    rng, calls = np.random.default_rng(0), []

    def forward(X, training, given_rng):
        calls.append(training)
        assert given_rng is rng
        return X if not training else -X

    X = np.array([[2.0, 1.0], [0.0, 3.0], [1.0, 1.0], [5.0, 4.0]])
    got = evaluate_modes(forward, X, np.array([0, 1, 0, 1]), rng)
    assert got == {"train_mode_accuracy": 0.5, "eval_accuracy": 0.75}
    assert sorted(calls) == [False, True]
