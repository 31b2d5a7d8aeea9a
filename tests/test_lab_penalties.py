"""The helpers of chapter 06's demonstrations."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dropout_course import lab
from dropout_course.lab import penalties
from solutions.ch06_what_it_optimizes import glm_penalty


def test_two_features_are_correlated_and_repeat():
    X, y = penalties.two_features(4000, seed=1)
    assert X.shape == (4000, 2)
    assert y.shape == (4000,)
    assert np.corrcoef(X.T)[0, 1] == pytest.approx(0.707, abs=0.03)
    np.testing.assert_allclose(X.std(0), [1, 2], rtol=0.06)
    np.testing.assert_array_equal(X, penalties.two_features(4000, seed=1)[0])


def test_sgd_without_dropout_finds_least_squares_from_every_start():
    X, y = penalties.two_features(40, seed=0)
    start = np.array([[3.0, -1.0], [0.0, 0.0]])
    path = penalties.sgd_with_dropout(X, y, 0.0, start, steps=4000, lr=0.05, seed=0)
    assert path.shape == (4001, 2, 2)
    np.testing.assert_array_equal(path[0], start)
    want = np.linalg.lstsq(X, y, rcond=None)[0]
    np.testing.assert_allclose(path[-1], [want, want], rtol=1e-9)


def test_all_masks_are_there_once_and_their_probabilities_add_up():
    masks, probs = penalties.all_masks(5, 0.3)
    assert len({tuple(mask) for mask in masks}) == 32
    assert probs.sum() == pytest.approx(1)
    np.testing.assert_allclose(probs @ masks, 0.7)


def test_logistic_fit_without_noise_finds_the_weights_that_made_the_labels():
    rng = np.random.default_rng(0)
    X, beta = rng.normal(size=(200, 4)), np.array([1.0, -2.0, 0.5, 0.0])
    fitted = penalties.fit_logistic(X, 1 / (1 + np.exp(-X @ beta)))
    np.testing.assert_allclose(fitted, beta, atol=1e-8)


@pytest.mark.parametrize(("p", "ridge"), [(0.5, 0.0), (0.2, 3.0)])
def test_logistic_fit_is_where_the_mean_loss_over_masks_is_least(p, ridge):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(50, 4)), rng.integers(0, 2, 50)

    def loss(w):
        plain = np.sum(np.logaddexp(0, X @ w) - y * (X @ w)) + ridge / 2 * w @ w
        return plain + glm_penalty(X, w, p, "logistic", "exact")

    fitted = penalties.fit_logistic(X, y, p, ridge)
    around = [loss(fitted + step) for step in 1e-3 * np.vstack([np.eye(4), -np.eye(4)])]
    assert loss(fitted) < min(around)
    slopes = np.subtract(around[:4], around[4:]) / 2e-3
    np.testing.assert_allclose(slopes, 0, atol=1e-4)


def test_gradients_under_negative_multipliers_agree_with_finite_differences():
    rng = np.random.default_rng(0)
    # random biases: a unit whose input is exactly 0 would sit on the kink of its ReLU
    shapes = {k: v.shape for k, v in lab.init_mlp([3, 4, 5, 3], 0).items()}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    X, y = rng.normal(size=(6, 3)), rng.integers(0, 3, 6)
    noise = rng.normal(1, 2, (6, 4)), rng.normal(1, 2, (6, 5))
    loss_grads = penalties.loss_grads_with_noise()
    grads = loss_grads(params, X, y, noise, 0.5)[1]
    for name, w in params.items():
        i = tuple(rng.integers(0, n) for n in w.shape)
        ends = []
        for step in (1e-6, -1e-6):
            moved = w.copy()
            moved[i] += step
            ends.append(float(loss_grads({**params, name: moved}, X, y, noise, 0.5)[0]))
        assert grads[name][i] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-6)


def test_exact_kl_tends_to_zero_and_falls_with_the_variance():
    values = [penalties.exact_kl(alpha) for alpha in (0.01, 0.1, 1.0, 10.0, 1e4)]
    assert values == sorted(values, reverse=True)
    assert values[-1] == pytest.approx(0, abs=1e-3)
    # for little noise E log|1 + z| is about -alpha/2
    want = -math.log(0.001) / 2 - 0.0005 + (np.euler_gamma + math.log(2)) / 2
    assert penalties.exact_kl(0.001) == pytest.approx(want, abs=2e-3)
