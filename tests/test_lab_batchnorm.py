"""The laboratory of chapter 10: gradients, statistics, and traces with a known end."""

from __future__ import annotations

import numpy as np
import pytest

from dropout_course.lab import batchnorm, selu
from dropout_course.lab.data import Digits
from dropout_course.lab.train import softmax_loss_grad
from solutions.ch10_batchnorm import alpha_dropout, recalibrate, shift_after_linear


def made_up(n=40, inputs=6, seed=0):
    """A small task in the form of the digits."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(n, inputs)).astype(np.float32), rng.integers(0, 10, n)
    return Digits(X, y, X, y, y)


@pytest.mark.parametrize("norm", ["batchnorm", "layernorm", ""])
@pytest.mark.parametrize("dropout", ["", "before norm", "after relu", "at the end"])
def test_gradients_are_derivatives(norm, dropout):
    data = made_up(8)
    chain = batchnorm.init(batchnorm.plan(2, dropout, norm), 5, 0.4, 0, inputs=6)
    rng = np.random.default_rng(1)
    for made in chain.params:
        for name, array in made.items():
            made[name] = (array + 0.3 * rng.normal(size=array.shape)).astype(float)
            if name == "running_var":
                made[name] = np.abs(made[name]) + 0.5

    def loss():
        z, caches = batchnorm._forward(chain, data.X_train.astype(float), np.random.default_rng(2))
        return softmax_loss_grad(z, data.y_train), caches

    (_, grad), caches = loss()
    grads = batchnorm._backward(chain, caches, grad)
    for made, of in zip(chain.params, grads, strict=True):
        assert set(of) == {name for name in made if not name.startswith("running")}
        for name, derivative in of.items():
            i = tuple(rng.integers(0, size) for size in made[name].shape)
            values = []
            for step in (1e-5, -1e-5):
                made[name][i] += step
                values.append(loss()[0][0])
                made[name][i] -= step
            difference = (values[0] - values[1]) / 2e-5
            assert derivative[i] == pytest.approx(difference, abs=1e-6)


def test_plans_put_dropout_where_they_say():
    assert batchnorm.plan(1, "before norm") == ["linear", "dropout", "batchnorm", "relu", "linear"]
    assert batchnorm.plan(2, "after relu", "").count("dropout") == 2
    assert batchnorm.plan(3, "at the end").index("dropout") == 9
    assert "dropout" not in batchnorm.plan(3)


def test_training_repeats_and_keeps_copies():
    layers = batchnorm.plan(2, "before norm")
    early, late = batchnorm.train(made_up(), layers, width=5, p=0.3, seed=1, at=[1, 3])
    again = batchnorm.train(made_up(), layers, width=5, p=0.3, seed=1, at=[1])[0]
    np.testing.assert_array_equal(early.params[0]["W"], again.params[0]["W"])
    assert np.abs(early.params[0]["W"] - late.params[0]["W"]).max() > 0


def test_evaluation_stores_nothing_and_recalibration_standardises_every_batch_norm():
    data = made_up(300)
    layers = batchnorm.plan(3, "before norm")
    net = batchnorm.train(data, layers, width=8, p=0.5, seed=0, at=[5])[0]
    before = [net.params[i]["running_var"].copy() for i in net.places("batchnorm")]
    batchnorm.errors([net], [data], training_mode=True)
    fixed = batchnorm.recalibrated(net, data.X_train, recalibrate)
    for i, old in zip(net.places("batchnorm"), before, strict=True):
        np.testing.assert_array_equal(net.params[i]["running_var"], old)
    arriving = batchnorm.seen_by(fixed, data.X_train, "batchnorm")
    for i, x in zip(fixed.places("batchnorm"), arriving, strict=True):
        np.testing.assert_allclose(fixed.params[i]["running_mean"], x.mean(0), atol=1e-4)
        np.testing.assert_allclose(fixed.params[i]["running_var"], x.var(0), rtol=1e-3, atol=1e-5)
    np.testing.assert_array_equal(fixed.params[0]["W"], net.params[0]["W"])


def test_the_formula_for_equal_units_is_exact_for_equal_units():
    d, rho, c, v = 6, 0.4, 0.7, 1.3
    w = np.random.default_rng(0).normal(size=d)
    mean, cov = np.full(d, c), v * ((1 - rho) * np.eye(d) + rho)
    want = shift_after_linear(w, mean, cov, 0.3)
    assert batchnorm.equal_units_shift(w, mean, cov, 0.3) == pytest.approx(want, rel=1e-12)


def test_traces_have_the_moments_and_the_signal_that_the_chapter_derives():
    p, value = 0.2, -selu.LAMBDA * selu.ALPHA
    kept = selu.depth_trace(alpha_dropout, p, seeds=range(3), depth=4, width=256, rows=256)
    assert kept.mean.shape == kept.var.shape == kept.signal.shape == (4, 3)
    assert np.abs(kept.mean).max() < 0.03
    assert np.abs(kept.var - 1).max() < 0.06
    first = np.sqrt((1 - p) / (1 + p * value**2))
    assert np.abs(kept.signal[0] - first).max() < 0.02
    nothing = selu.depth_trace(lambda x, mask, p: x, p, seeds=[0], depth=3)
    np.testing.assert_allclose(nothing.signal, 1)
