"""Exact identities of chapter 03, stated as properties of the reference answers."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from dropout_course import scenes
from solutions.ch03_dropout_forward import (
    commuting,
    draw_mask,
    dropout_inverted,
    dropout_standard,
    output_moments,
    placement_gap,
    prob_dead_layer,
    survivor_pmf,
)

seeds = st.integers(0, 2**32 - 1)
rates = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 0.95, 1.0])
inner_rates = st.floats(0.01, 0.99)
shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)
dtypes = st.sampled_from([np.float32, np.float64])
modes = st.booleans()
dropouts = st.sampled_from([dropout_standard, dropout_inverted])


def inputs(shape, p, seed, dtype=np.float64):
    """Random activations, read-only, and a mask for them."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=shape).astype(dtype)
    x.flags.writeable = False
    return x, rng.random(shape) >= p


def all_masks(n):
    return [np.array(bits) for bits in itertools.product((False, True), repeat=n)]


# 3.1 ------------------------------------------------------------------------------------------


@given(shapes, rates, seeds)
def test_a_mask_is_boolean_of_its_shape_and_follows_the_generator(shape, p, seed):
    mask = draw_mask(shape, p, np.random.default_rng(seed))
    assert mask.dtype == bool
    assert mask.shape == shape
    assert np.array_equal(mask, draw_mask(shape, p, np.random.default_rng(seed)))
    assert mask.all() or p > 0
    assert not mask.any() or p < 1


@pytest.mark.parametrize("p", [-0.1, 1.1, -math.inf, math.inf, math.nan])
def test_a_rate_that_is_no_probability_is_refused_in_every_mode(p):
    x, mask = np.ones(3), np.ones(3, bool)
    with pytest.raises(ValueError, match="probability of dropping"):
        draw_mask((3,), p, np.random.default_rng(0))
    for dropout, training in itertools.product((dropout_standard, dropout_inverted), modes_both):
        with pytest.raises(ValueError, match="probability of dropping"):
            dropout(x, mask, p, training)


modes_both = (True, False)


# 3.2 and 3.3 ----------------------------------------------------------------------------------


@given(dropouts, shapes, rates, seeds, dtypes, modes)
def test_shape_and_dtype_are_kept_and_the_input_is_left_alone(dropout, shape, p, seed, dtype, mode):
    x, mask = inputs(shape, p, seed, dtype)
    before = x.copy()
    y = dropout(x, mask, p, mode)  # x is read-only: a write would raise
    assert y.shape == x.shape
    assert y.dtype == dtype
    assert np.array_equal(x, before)


@given(shapes, rates, seeds)
def test_evaluation_of_inverted_dropout_is_the_identity(shape, p, seed):
    x, mask = inputs(shape, p, seed)
    assert np.array_equal(dropout_inverted(x, mask, p, False), x)


@given(dropouts, inner_rates, seeds)
def test_evaluation_is_the_mean_of_training_over_all_masks(dropout, p, seed):
    x, mask = inputs((4,), p, seed)
    weighted = [(1 - p) ** m.sum() * p ** (~m).sum() * dropout(x, m, p, True) for m in all_masks(4)]
    np.testing.assert_allclose(sum(weighted), dropout(x, mask, p, False), rtol=1e-12, atol=1e-12)


@given(shapes, rates, seeds, modes)
def test_dropout_is_self_adjoint(shape, p, seed, mode):
    x, mask = inputs(shape, p, seed)
    g = np.random.default_rng(seed + 1).normal(size=shape)
    for dropout in (dropout_standard, dropout_inverted):
        left = np.sum(g * dropout(x, mask, p, mode))
        right = np.sum(dropout(g, mask, p, mode) * x)
        assert math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


@given(shapes, inner_rates, seeds)
def test_the_same_mask_twice_divides_once_more(shape, p, seed):
    x, mask = inputs(shape, p, seed)
    once = dropout_inverted(x, mask, p, True)
    twice = dropout_inverted(once, mask, p, True)
    np.testing.assert_allclose(twice, once / (1 - p), rtol=1e-12)


@given(inner_rates, inner_rates, seeds)
def test_two_dropouts_are_one_with_the_product_of_keep_probabilities(p1, p2, seed):
    x, mask = inputs((3,), p1, seed)
    q = (1 - p1) * (1 - p2)
    other = draw_mask(x.shape, p2, np.random.default_rng(seed))
    both = dropout_inverted(dropout_inverted(x, mask, p1, True), other, p2, True)
    np.testing.assert_allclose(both, np.where(mask & other, x / q, 0), rtol=1e-9)


@given(inner_rates, seeds)
def test_standard_weights_times_q_are_inverted_weights(p, seed):
    x, mask = inputs((6,), p, seed)
    W = np.random.default_rng(seed + 1).normal(size=(6, 3))
    for training in (True, False):
        standard = dropout_standard(x, mask, p, training) @ W
        inverted = dropout_inverted(x, mask, p, training) @ ((1 - p) * W)
        np.testing.assert_allclose(standard, inverted, rtol=1e-9, atol=1e-12)


def test_dropped_infinities_and_nans_are_exactly_zero():
    x = np.array([np.inf, np.nan, -np.inf, np.inf, np.nan])
    mask = np.array([False, False, False, True, True])
    y = dropout_inverted(x, mask, 0.5, True)
    assert np.array_equal(y[:3], np.zeros(3))
    assert y[3] == np.inf
    assert np.isnan(y[4])
    assert np.array_equal(dropout_inverted(x, np.zeros(5, bool), 1.0, True), np.zeros(5))


@given(shapes, seeds)
def test_p_zero_is_the_identity_and_p_one_gives_zeros(shape, seed):
    x, _ = inputs(shape, 0.5, seed)
    for dropout in (dropout_standard, dropout_inverted):
        assert np.array_equal(dropout(x, np.ones(shape, bool), 0, True), x)
        assert not dropout(x, np.zeros(shape, bool), 1, True).any()
    assert not dropout_standard(x, np.zeros(shape, bool), 1, False).any()


# 3.4 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 7, 100, 2000])
@pytest.mark.parametrize("p", [0.0, 1e-6, 0.2, 0.5, 0.73, 0.999, 1.0])
def test_survivors_are_binomial_to_ten_digits(n, p):
    want = stats.binom.pmf(np.arange(n + 1), n, 1 - p)
    np.testing.assert_allclose(survivor_pmf(n, p), want, rtol=0, atol=1e-10)
    assert prob_dead_layer(n, p) == pytest.approx(want[0], abs=1e-10)


@given(st.integers(1, 60), st.integers(1, 60), inner_rates)
def test_two_layers_side_by_side_add_up(n, m, p):
    both = np.convolve(survivor_pmf(n, p), survivor_pmf(m, p))
    np.testing.assert_allclose(survivor_pmf(n + m, p), both, atol=1e-12)


# 3.5 ------------------------------------------------------------------------------------------


@given(inner_rates, seeds)
def test_moments_are_the_averages_over_all_masks(p, seed):
    x, _ = inputs((4,), p, seed)
    weights = np.array([(1 - p) ** m.sum() * p ** (~m).sum() for m in all_masks(4)])
    outputs = np.array([dropout_inverted(x, m, p, True) for m in all_masks(4)])
    mean, var, second_norm = output_moments(x, p)
    np.testing.assert_allclose(mean, weights @ outputs, atol=1e-10)
    np.testing.assert_allclose(var, weights @ (outputs - x) ** 2, atol=1e-9)
    assert second_norm == pytest.approx(weights @ (outputs**2).sum(axis=1), rel=1e-9)


@given(dtypes, seeds)
def test_moments_vanish_at_p_one_and_keep_the_dtype(dtype, seed):
    x, _ = inputs((5,), 0.5, seed, dtype)
    for p in (0.0, 0.3, 1.0):
        mean, var, second_norm = output_moments(x, p)
        assert mean.dtype == var.dtype == dtype
        assert isinstance(second_norm, float)
    assert not mean.any()
    assert not var.any()
    assert second_norm == 0


# 3.6 ------------------------------------------------------------------------------------------


@given(shapes, rates, seeds)
def test_the_gap_is_zero_for_the_functions_that_commute(shape, p, seed):
    z, mask = inputs(shape, p, seed)
    functions = {name: scenes.function(name)() for name in ("relu", "leaky_relu", "linear", "abs")}
    assert commuting(functions) == set(functions)
    for f in functions.values():
        assert placement_gap(f, z, mask, p) <= 1e-12 * max(1, np.abs(z).max() / max(1 - p, 0.05))


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "gelu"])
def test_the_gap_is_positive_for_the_functions_that_do_not(name):
    assert commuting([name]) == set()
    z, mask = inputs((50,), 0.5, 1)
    assert placement_gap(scenes.function(name)(), z, mask, 0.5) > 0.1


def test_known_gaps():
    one = np.ones(1)
    kept, dropped = np.array([True]), np.array([False])
    assert placement_gap(special.expit, one, dropped, 0.5) == 0.5
    want = 2 * math.tanh(1) - math.tanh(2)
    assert placement_gap(np.tanh, one, kept, 0.5) == pytest.approx(want)
    assert commuting([]) == set()
