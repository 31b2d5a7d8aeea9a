"""The helpers of chapter 04's demonstrations."""

from __future__ import annotations

import numpy as np
import pytest

from dropout_course import lab
from dropout_course.lab import backprop
from solutions.ch04_backprop import mlp_loss_grads


def small_network(seed=0):
    rng = np.random.default_rng(seed)
    params = lab.init_mlp([4, 6, 5, 3], seed)
    return params, rng.normal(size=(8, 4)).astype(np.float32), rng.integers(0, 3, 8), rng


def test_numerical_gradient_of_a_known_function():
    x = np.array([[0.1, -0.5], [1.0, 2.0]])
    before = x.copy()
    got = backprop.numerical_gradient(lambda z: float(np.sum(np.sin(z))), x)
    np.testing.assert_allclose(got, np.cos(x), atol=1e-9)
    np.testing.assert_array_equal(x, before)


def test_relative_error_is_relative_to_what_is_wanted():
    assert backprop.relative_error(np.array([1.0, 3.0]), np.array([1.0, 2.0])) == 0.5


def test_two_masks_without_the_bug_is_the_reference():
    params, X, y, rng = small_network()
    masks = tuple(backprop.draw_mask((8, n), 0.5, rng) for n in (6, 5))
    loss, grads = backprop.loss_grads_with_two_masks(rng, fresh=False)(params, X, y, masks, 0.5)
    want_loss, want = mlp_loss_grads(params, X, y, masks, 0.5)
    assert loss == pytest.approx(want_loss, rel=1e-6)
    for name in params:
        np.testing.assert_allclose(grads[name], want[name], atol=1e-6)


def test_two_masks_with_the_bug_changes_the_gradient_below_and_not_the_loss():
    params, X, y, rng = small_network()
    masks = tuple(backprop.draw_mask((8, n), 0.5, rng) for n in (6, 5))
    loss, grads = backprop.loss_grads_with_two_masks(rng, fresh=True)(params, X, y, masks, 0.5)
    want_loss, want = mlp_loss_grads(params, X, y, masks, 0.5)
    assert loss == pytest.approx(want_loss, rel=1e-6)
    np.testing.assert_allclose(grads["W3"], want["W3"], atol=1e-6)
    assert not np.allclose(grads["W1"], want["W1"])


def test_knocking_out_nothing_or_nearly_everything():
    params, X, y, rng = small_network()
    assert backprop.knocked_out_error(params, X, y, 0.0, rng) == lab.error_rate(params, X, y)
    big = lab.init_mlp([4, 50, 50, 3], 0)
    errors = {backprop.knocked_out_error(big, X, y, 0.8, rng) for _ in range(10)}
    assert len(errors) > 1  # other units each time


def test_sgd_path_follows_the_gradient_of_squared_error():
    rng = np.random.default_rng(1)
    V, W = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    X, y, mask = rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), rng.random((5, 4)) < 0.7
    h = np.maximum(X @ V, 0) * mask

    def loss(W):
        return 0.5 * np.sum((h @ W - y) ** 2) / 5

    (after,) = backprop.sgd_path(V, W, X, y, [mask], 1.0, (0.1, 0.1))
    np.testing.assert_allclose(after, W - 0.1 * backprop.numerical_gradient(loss, W), atol=1e-9)
