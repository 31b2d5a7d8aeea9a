"""The lab: networks, their gradients, and training."""

from __future__ import annotations

import numpy as np
import pytest

from dropout_course import lab
from solutions.ch03_dropout_forward import draw_mask, dropout_inverted, dropout_standard

SIZES = [64, 7, 5, 10]


def small_problem(dtype=np.float64):
    rng = np.random.default_rng(0)
    params = {name: value.astype(dtype) for name, value in lab.init_mlp([6, 5, 4, 3], 1).items()}
    X, y = rng.normal(size=(8, 6)).astype(dtype), rng.integers(0, 3, 8)
    masks = tuple(rng.random((8, width)) >= 0.4 for width in (5, 4))
    return params, X, y, masks


@pytest.mark.parametrize("dropout", [dropout_standard, dropout_inverted, lab.no_dropout])
def test_gradients_agree_with_central_differences(dropout):
    params, X, y, masks = small_problem()
    loss_grads = lab.loss_grads_with(dropout)
    _, grads = loss_grads(params, X, y, masks, 0.4)
    rng, eps = np.random.default_rng(1), 1e-6
    for name, value in params.items():
        direction = rng.normal(size=value.shape)
        up, down = (
            loss_grads({**params, name: value + step * direction}, X, y, masks, 0.4)[0]
            for step in (eps, -eps)
        )
        assert np.sum(grads[name] * direction) == pytest.approx((up - down) / (2 * eps), abs=1e-7)


def test_replicas_are_independent_networks():
    data = lab.digits([1, 2], 60, 0.2)
    params = lab.init_mlp(SIZES, [1, 2])
    masks = tuple(np.random.default_rng(0).random((2, 60, n)) >= 0.5 for n in (7, 5))
    loss_grads = lab.loss_grads_with(dropout_inverted)
    loss, grads = loss_grads(params, data.X_train, data.y_train, masks, 0.5)
    for r in (0, 1):
        one = {name: value[r] for name, value in params.items()}
        alone = loss_grads(one, data.X_train[r], data.y_train[r], tuple(m[r] for m in masks), 0.5)
        assert loss[r] == pytest.approx(alone[0], rel=1e-5)
        for name, grad in alone[1].items():
            np.testing.assert_allclose(grads[name][r], grad, atol=1e-6)


def test_training_repeats_exactly_and_learns():
    data = lab.digits([0, 1], 300, 0.0)
    runs = []
    for _ in range(2):
        params = lab.init_mlp([64, 32, 32, 10], [0, 1])
        lab.fit(
            params,
            data,
            epochs=20,
            lr=1e-2,
            loss_grads=lab.loss_grads_with(dropout_inverted),
            draw_mask=draw_mask,
            p=0.2,
        )
        runs.append(params)
    assert all(np.array_equal(runs[0][name], runs[1][name]) for name in runs[0])
    assert (lab.error_rate(runs[0], data.X_test, data.y_test) < 30).all()


def test_p_zero_trains_the_network_without_dropout():
    data = lab.digits(0, 100, 0.0)
    plain, zero = lab.init_mlp(SIZES, 0), lab.init_mlp(SIZES, 0)
    lab.fit(plain, data, epochs=3)
    with_p = {"loss_grads": lab.loss_grads_with(dropout_inverted), "draw_mask": draw_mask}
    lab.fit(zero, data, epochs=3, p=0.0, **with_p)
    assert all(np.array_equal(plain[name], zero[name]) for name in plain)


def test_after_epoch_is_called_and_can_stop():
    seen = []
    data = lab.digits(0, 50, 0.0)
    lab.fit(
        lab.init_mlp(SIZES, 0),
        data,
        epochs=9,
        after_epoch=lambda epoch, params: seen.append(epoch) or epoch == 3,
    )
    assert seen == [1, 2, 3]


def test_adam_takes_its_textbook_step():
    start = np.array([[1.0, -2.0]], np.float32)
    params = {"W1": start.copy(), "b1": np.zeros(2, np.float32)}
    grads = {"W1": np.array([[0.3, -5.0]], np.float32), "b1": np.zeros(2, np.float32)}
    one = type("Data", (), {"X_train": np.ones((1, 1), np.float32), "y_train": np.zeros(1, int)})
    lab.fit(params, one, epochs=1, lr=0.1, loss_grads=lambda *args: (0.0, grads))
    # the first step of Adam has the length of the learning rate, whatever the gradient
    np.testing.assert_allclose(params["W1"] - start, [[-0.1, 0.1]], rtol=1e-4)


def test_evaluation_and_training_mode_go_through_the_given_function():
    params, X, y, masks = small_problem()
    h = X
    for k in (1, 2):
        h = dropout_inverted(
            np.maximum(h @ params[f"W{k}"] + params[f"b{k}"], 0), masks[k - 1], 0.4, True
        )
    want = h @ params["W3"] + params["b3"]
    got = lab.logits(params, X, dropout_inverted, masks, 0.4)
    np.testing.assert_allclose(got, want, rtol=1e-12)
    assert np.array_equal(lab.logits(params, X, dropout_inverted, None, 0.4), lab.logits(params, X))
    assert lab.error_rate(params, X, y) == 100 * np.mean(lab.logits(params, X).argmax(-1) != y)
    z = lab.logits(params, X)
    prob = np.exp(z) / np.exp(z).sum(-1, keepdims=True)
    assert lab.confidence(params, X) == pytest.approx(100 * prob.max(-1).mean())
    want = -np.log(prob[np.arange(8), y]).mean()
    assert lab.mean_loss(params, X, y) == pytest.approx(want)


def test_softmax_is_stable_for_large_logits():
    loss, grad = lab.softmax_loss_grad(np.array([[1e4, 0.0, -1e4]]), np.array([0]))
    assert loss == 0
    assert np.array_equal(grad, np.zeros((1, 3)))
