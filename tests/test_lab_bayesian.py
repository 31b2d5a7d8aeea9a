"""The laboratory of chapter 12: gradients, data, rotations, and spreads with a known end."""

from __future__ import annotations

import numpy as np
import pytest

from dropout_course.lab import bayesian, co2
from dropout_course.lab import bayesian_digits as digits
from dropout_course.lab import bayesian_tasks as tasks
from solutions.ch12_bayesian import contraction_slope


def network(learned=False, **options):
    """Two replicas in float64, with biases away from the kinks."""
    net = bayesian.init([2, 5, 4, 1], [0, 1], np.array([0.2, 0.4]), **options)
    net = bayesian.learning_its_rate(net) if learned else net
    rng = np.random.default_rng(3)
    for name, array in net.params.items():
        noise = 0.3 * rng.normal(size=array.shape)
        net.params[name] = array.astype(float) + noise * (name[0] == "b")
    return net


def differences(net, loss):
    """Central differences of a loss (R,), for every entry of every array."""
    found = {}
    for name, array in net.params.items():
        found[name] = np.empty_like(array)
        for at in np.ndindex(*array.shape):
            kept = array[at]
            ends = []
            for step in (1e-5, -1e-5):
                array[at] = kept + step
                ends.append(loss()[at[0]])
            array[at] = kept
            found[name][at] = (ends[0] - ends[1]) / 2e-5
    return found


@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("tanh", [False, True])
@pytest.mark.parametrize("inputs_dropped", [False, True])
def test_gradients_are_derivatives(learned, tanh, inputs_dropped):
    net = network(learned, tanh=tanh, inputs_dropped=inputs_dropped)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(2, 7, 2)), rng.normal(size=(2, 7))

    def loss():
        out = bayesian.forward(net, X, np.random.default_rng(5))[0]
        return ((out - y) ** 2).mean(axis=1) / 2

    grads = bayesian.gradients(net, X, y, np.random.default_rng(5))[1]
    for name, want in differences(net, loss).items():
        assert np.allclose(grads[name], want, atol=2e-6), name


@pytest.mark.parametrize("learned", [False, True])
def test_the_penalty_is_weights_over_keep_minus_entropy_of_the_coins(learned):
    net, lam, precision = network(learned), np.full((2, 1, 1), 0.3), np.full((2, 1, 1), 8.0)

    def penalty():
        p = net.rates()
        total = np.zeros(2)
        for k in (1, 2, 3):
            W, b = net.params[f"W{k}"], net.params[f"b{k}"]
            weights, biases = (W**2).sum(axis=(1, 2)), (b**2).sum(axis=(1, 2))
            total += 0.3 * (weights / (1 - p if learned else 1) + biases)
            if learned:
                total += W.shape[1] / 8.0 * (p * np.log(p) + (1 - p) * np.log(1 - p))
        return total

    grads = {name: np.zeros_like(array) for name, array in net.params.items()}
    bayesian._add_penalty(grads, net, lam, precision)
    for name, want in differences(net, penalty).items():
        assert np.allclose(grads[name], want, atol=1e-6), name


def test_masks_keep_the_mean_and_no_mask_is_one_pass():
    net = bayesian.init([3, 1], [0], 0.3)
    X = np.ones((1, 4, 3), np.float32)
    plain = bayesian.forward(net, X)[0]
    samples = bayesian.passes(net, X, 4000)
    assert samples.mean(axis=0) == pytest.approx(plain, abs=0.1)
    variance = (net.params["W1"] ** 2).sum() * 0.3 / 0.7  # p/q for each input
    assert samples.var() == pytest.approx(variance, rel=0.1)


def test_training_fits_a_line_and_smaller_sets_stay_their_own():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2, 50, 1)).astype(np.float32)
    y = 2 * X[..., 0]
    y[1, 10:] = 100  # not seen by the second replica
    net = bayesian.init([1, 8, 1], [0, 0], 0.0)
    sizes = np.array([50, 10])
    bayesian.fit(net, X, y, 0.0, steps=1500, batch=10, lr=1e-2, sizes=sizes)
    out = bayesian.forward(net, X)[0]
    assert np.abs(out[0] - y[0]).max() < 0.3
    assert np.abs(out[1, :10] - y[1, :10]).max() < 0.3


def test_carbon_dioxide_is_what_was_measured():
    years, ppm = co2.monthly()
    assert len(years) == 521
    assert (years[0], years[-1]) == pytest.approx((1958 + 2.5 / 12, 2001 + 11.5 / 12))
    assert ppm[0] == 316.1
    assert ppm.max() == 373.8
    full = (years > 1970) & (years < 2000)  # no gaps
    by_month = ppm[full].reshape(30, 12).mean(axis=0)
    assert np.argmax(by_month) == 4  # May: before the plants of the north take it up
    air = tasks.mauna_loa()
    assert air.seen.sum() == 209
    assert air.measured(2001) == pytest.approx(370.85, abs=0.01)


def test_splits_have_no_row_in_common_and_are_standardised():
    X, y = np.arange(100.0)[:, None], np.arange(100.0)
    table = tasks.splits(X, y, range(3))
    for s in range(3):
        parts = (table.y_train, table.y_valid, table.y_test)
        rows = np.concatenate([part[s] for part in parts])
        assert len(np.unique(rows.round(4))) == 100
        assert table.y_train[s].mean() == pytest.approx(0, abs=1e-6)
        assert table.X_train[s].std() == pytest.approx(1, abs=1e-6)
    assert [part.shape[1] for part in parts] == [72, 18, 10]


def test_a_constant_column_does_no_harm():
    X = np.stack([np.ones(40), np.arange(40.0)], axis=1)
    assert np.isfinite(tasks.splits(X, X[:, 1], [0]).X_test).all()


def test_quarter_turns_are_exact():
    X = np.random.default_rng(0).random((2, 3, 64)).astype(np.float32)
    images = X.reshape(2, 3, 8, 8)
    for turns in range(4):
        want = np.rot90(images, turns, (2, 3)).reshape(X.shape)
        assert digits.turned(X, 90 * turns) == pytest.approx(want, abs=1e-5)
        assert digits.turned(X, np.full((2, 3), 90 * turns)) == pytest.approx(want, abs=1e-5)


def test_error_by_share_counts_the_least_doubtful():
    right = np.array([True, False, True, False])
    got = digits.error_by_share(np.array([0.1, 0.9, 0.2, 0.5]), right, [0.5, 0.75, 1.0])
    assert got == pytest.approx([0, 100 / 3, 50])


def test_the_exact_posterior_contracts():
    spreads = tasks.exact_spread([0, 1])
    for run in spreads.T:
        assert contraction_slope(run, np.array(tasks.SIZES)) == pytest.approx(-0.5, abs=0.05)


def test_probabilities_of_all_kinds_add_up():
    nets = digits.train([0, 1], n_train=60, epochs=5)
    found = digits.probabilities(nets, nets.data.X_test[:, :7], T=3)
    assert tuple(found) == digits.KINDS
    assert [len(probs) for probs in found.values()] == [1, 1, 3, 5]
    for probs in found.values():
        assert probs.shape[1:] == (2, 7, 10)
        assert probs.sum(axis=-1) == pytest.approx(1)
