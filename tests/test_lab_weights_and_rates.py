"""The helpers of chapter 08's demonstrations, on small cases."""

from __future__ import annotations

import numpy as np
import pytest

from dropout_course import lab
from dropout_course.lab import rates_learned, weights_dropconnect, weights_targeted
from solutions.ch08_weights_and_rates import (
    dropconnect_backward,
    dropconnect_forward,
    dropconnect_moments,
    dropconnect_relu_mean,
    targeted_mask,
)


@pytest.fixture(scope="module")
def data():
    return lab.digits(0, n_train=200, noise=0.0)


@pytest.fixture(scope="module")
def net(data):
    return weights_dropconnect.train(data, 0, dropconnect_forward, dropconnect_backward, 0.5, 10)


def test_dropconnect_learns_and_repeats(data, net):
    assert weights_dropconnect.mean_network_error(net, data, 0.5) < 60
    again = weights_dropconnect.train(data, 0, dropconnect_forward, dropconnect_backward, 0.5, 10)
    assert all(np.array_equal(net[name], again[name]) for name in net)


def test_a_shared_mask_is_the_first_one():
    rng = np.random.default_rng(0)
    v, W, b = rng.normal(size=(3, 4)), rng.normal(size=(2, 4)), np.zeros(2)
    mask = rng.random((3, 2, 4)) < 0.5
    got = weights_dropconnect.shared(dropconnect_forward)(v, W, b, mask)
    np.testing.assert_allclose(got, v @ (mask[0] * W).T)


def test_the_exact_mean_of_two_coins_by_hand():
    # sums 0, 1, -3 and -2 with probability 1/4 each: only the 1 is positive
    got = weights_dropconnect.exact_relu_mean(
        dropconnect_forward, np.ones(2), np.array([1.0, -3.0]), np.zeros(1), 0.5
    )
    assert got == pytest.approx(0.25)


def test_the_predictions_are_distributions(data, net):
    functions = dropconnect_forward, dropconnect_moments, dropconnect_relu_mean
    found = weights_dropconnect.predictions(net, data.X_test[:50], *functions, 0.5, 3, 0)
    assert next(iter(found)) == "mean network"
    for probs in found.values():
        np.testing.assert_allclose(probs.sum(axis=1), 1, rtol=1e-5)


def test_the_noise_of_a_gradient_is_that_of_its_masks(data, net):
    still = weights_dropconnect.gradient_noise(data, net, dropconnect_backward, 1.0, draws=3)
    assert still < 1e-8
    noisy = weights_dropconnect.gradient_noise(data, net, dropconnect_backward, 0.5, draws=3)
    assert noisy > 0


def test_cutting_nothing_changes_nothing_and_cutting_all_leaves_a_guess(data):
    params = weights_targeted.train(data, 0, targeted_mask, 0.5, 0.5, 5)
    shares = [0.0, 1.0]
    whole, none = weights_targeted.errors_after_pruning(params, data, targeted_mask, shares)
    assert whole == lab.error_rate(params, data.X_test, data.y_test)
    assert none > 80
    assert params["W1"].all()  # the network itself stays whole


def test_noise_goes_to_idle_weights():
    run = rates_learned.noisy_weights(0)
    assert run.relevant.sum() == 8
    assert run.log_alpha[run.relevant].max() < 0
    assert np.mean(run.log_alpha[~run.relevant] > rates_learned.PRUNED) > 0.4
    assert run.error < run.plain


def test_the_line_depends_on_seed_and_size():
    x, y = rates_learned.line(2000, 1)
    assert np.polyfit(x, y, 1) == pytest.approx([2, 8], abs=0.2)
    assert np.var(y - 2 * x - 8) == pytest.approx(1, abs=0.2)
    assert np.array_equal(rates_learned.line(25, 1)[0], rates_learned.line(25, 1)[0])
