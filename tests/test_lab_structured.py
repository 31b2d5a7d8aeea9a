"""The networks of chapter 07: gradients, and that only what is asked for is dropped."""

from __future__ import annotations

import numpy as np
import pytest

from dropout_course import lab
from dropout_course.lab import structured_cnn as cnn
from dropout_course.lab import structured_depth as depth
from dropout_course.lab import structured_pictures as pictures
from dropout_course.lab.train import softmax_loss_grad
from solutions.ch07_structured import drop_path, survival_schedule


def difference(loss, net, name, index, eps=1e-6):
    """Central difference of a loss by one weight."""
    weight = net[name]
    kept, values = weight[index], []
    for step in (eps, -eps):
        weight[index] = kept + step
        values.append(loss())
    weight[index] = kept
    return (values[0] - values[1]) / (2 * eps)


@pytest.fixture(scope="module")
def data():
    return lab.digits(range(2), n_train=60, noise=0.0)


def test_gradients_of_the_convolutional_network():
    rng = np.random.default_rng(0)
    net = {name: w.astype(float) for name, w in cnn._init(0).items()}
    X, y = rng.random((5, 64)), np.array([0, 1, 2, 3, 4])
    factors = [1 + 0.5 * rng.random((5, channels, 8, 8)) for channels in cnn.CHANNELS]
    maps = [lambda x, f=f: x * f for f in factors]

    def loss():
        h = np.maximum(cnn._conv(cnn._images(X), net["W1"], net["b1"])[0], 0) * factors[0]
        h = np.maximum(cnn._conv(h, net["W2"], net["b2"])[0], 0) * factors[1]
        flat = cnn.windows(h).max(-1).reshape(5, -1)
        return softmax_loss_grad(flat @ net["W3"] + net["b3"], y)[0]

    grads = cnn._grads(net, X, y, maps)
    for name, weight in net.items():
        index = tuple(int(rng.integers(size)) for size in weight.shape)
        want = difference(loss, net, name, index)
        assert grads[name][index] == pytest.approx(want, rel=1e-4, abs=1e-7), name


def test_gradients_of_the_residual_network():
    rng = np.random.default_rng(1)
    net = {name: w.astype(float) for name, w in depth._init(3, [0]).items()}
    X, y = rng.random((1, 4, 64)), np.array([[0, 1, 2, 3]])
    keeps = [np.array([True, False, True, True]), np.ones(4, bool), np.array([False, True] * 2)]
    joins = [depth._joined(drop_path, keep, 0.3) for keep in keeps]

    def loss():
        return softmax_loss_grad(depth._forward(net, X, joins)[0], y)[0].item()

    grads = depth._grads(net, X, y, joins)
    for name, weight in net.items():
        index = (0, *(int(rng.integers(size)) for size in weight.shape[1:]))
        want = difference(loss, net, name, index)
        assert grads[name][index] == pytest.approx(want, rel=1e-4, abs=1e-7), name


def test_a_network_without_coins_is_that_with_coins_at_rate_zero(data):
    plain = cnn.train(data, range(2), epochs=2)
    zero = cnn.train(data, range(2), cnn.elements(0.0), after=(1, 2), epochs=2)
    for a, b in zip(plain, zero, strict=True):
        for name in a:
            np.testing.assert_array_equal(a[name], b[name])


@pytest.mark.slow
def test_training_lowers_the_error(data):
    before = cnn.errors([cnn._init(seed) for seed in range(2)], data)
    assert (cnn.errors(cnn.train(data, range(2), epochs=40), data) < before / 2).all()
    survival = survival_schedule(3, 0.8, "timm")
    net = depth.train(data, range(2), survival, drop_path, epochs=30)
    assert (depth.errors(net, data) < 30).all()
    assert (depth.errors(net, data, train_set=True) < 5).all()


def test_one_coin_a_batch_is_another_training(data):
    survival = survival_schedule(3, 0.5, "timm")
    nets = [
        depth.train(data, range(2), survival, drop_path, per_batch=each, epochs=2)
        for each in (False, True)
    ]
    assert not np.array_equal(nets[0]["out"], nets[1]["out"])


def test_windows_and_patches_hold_every_entry_once():
    maps = np.arange(2 * 3 * 8 * 8.0).reshape(2, 3, 8, 8)
    cut = cnn.windows(maps)
    np.testing.assert_array_equal(cut[0, 0, 0, 0], [0, 1, 8, 9])
    assert sorted(cut.ravel()) == list(range(maps.size))
    np.testing.assert_array_equal(cnn.patches(maps, 4)[1], maps[0, 0, :4, 4:])
    assert sorted(cnn.patches(maps, 2).ravel()) == list(range(maps.size))


def test_neighbours_of_noise_and_of_stripes():
    rng = np.random.default_rng(0)
    assert abs(cnn.neighbour_correlation(rng.normal(size=(200, 1, 8, 8)))) < 0.05
    assert (
        cnn.neighbour_correlation(rng.normal(size=(200, 1, 1, 1)) + np.zeros((1, 1, 8, 8))) > 0.99
    )


def test_what_is_recovered_of_dropped_pixels():
    half = np.random.default_rng(0).random((8, 8)) >= 0.5
    share = cnn.recovered([half, half])
    assert ((share > 0.3) & (share < 0.9)).all()


def test_pictures_show_kept_and_dropped():
    mask = np.ones((2, 3, 8, 8), bool)
    mask[0, 1] = False
    mosaic = pictures._mosaic(mask)
    assert mosaic.shape == (17, 26, 4)
    assert (mosaic[:8, 9:17] == np.array(pictures.GONE)).all()
    assert not (mosaic[:8, :8] == np.array(pictures.GONE)).all()
    assert (mosaic[8] == 0).all()
