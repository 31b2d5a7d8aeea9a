"""Exact identities of chapter 05, stated as properties of the reference answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropout_course import scenes
from dropout_course.scenes.ch05_ensembles import mc_average_run
from solutions.ch05_ensembles import (
    all_masks,
    exact_average,
    geometric_mean,
    mask_probs,
    mc_average,
)

seeds = st.integers(0, 2**32 - 1)
rates = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 0.95])
inner_rates = st.sampled_from([0.1, 0.3, 0.5, 0.8, 0.95])
sizes = st.integers(1, 8)


def softmax(z):
    odds = np.exp(z - z.max(-1, keepdims=True))
    return odds / odds.sum(-1, keepdims=True)


def members(rng, n, p, classes=4, scale=1.0):
    """Predictions and probabilities of all members with a softmax on n masked features."""
    x, W = rng.normal(size=n), scale * rng.normal(size=(n, classes))
    b, masks = rng.normal(size=classes), all_masks(n)
    return softmax((masks * x / (1 - p)) @ W + b), mask_probs(masks, p), softmax(x @ W + b)


# 5.1 ------------------------------------------------------------------------------------------


@given(sizes)
def test_every_mask_is_listed_once(n):
    masks = all_masks(n)
    assert masks.shape == (2**n, n)
    assert masks.dtype == bool
    assert len(np.unique(masks, axis=0)) == 2**n


@given(sizes, rates)
def test_probabilities_of_all_masks_add_up_to_one_and_survivors_are_binomial(n, p):
    masks = all_masks(n)
    probs = mask_probs(masks, p)
    assert probs.sum() == pytest.approx(1, abs=1e-14)
    counts = np.bincount(masks.sum(1), probs, minlength=n + 1)
    want = [math.comb(n, k) * (1 - p) ** k * p ** (n - k) for k in range(n + 1)]
    np.testing.assert_allclose(counts, want, atol=1e-15)


@given(sizes, sizes, rates, seeds)
def test_probabilities_of_two_layers_multiply(n, m, p, seed):
    masks = np.random.default_rng(seed).random((5, n + m)) >= p
    parts = mask_probs(masks[:, :n], p) * mask_probs(masks[:, n:], p)
    np.testing.assert_allclose(mask_probs(masks, p), parts, rtol=1e-13)


def test_probabilities_at_the_edges_of_p():
    masks = all_masks(3)
    np.testing.assert_array_equal(mask_probs(masks, 0), masks.all(1))
    np.testing.assert_array_equal(mask_probs(masks, 1), ~masks.any(1))


# 5.2 ------------------------------------------------------------------------------------------


@given(sizes, rates, seeds)
def test_a_linear_function_keeps_its_value(n, p, seed):
    rng = np.random.default_rng(seed)
    x, A, b = rng.normal(size=n), rng.normal(size=(n, 3)), rng.normal(size=3)
    np.testing.assert_allclose(exact_average(lambda z: z @ A + b, x, p), x @ A + b, atol=1e-13)


@given(sizes, rates, seeds)
def test_second_moments_are_those_of_inverted_dropout(n, p, seed):
    x = np.random.default_rng(seed).normal(size=n)
    want = np.outer(x, x) + p / (1 - p) * np.diag(x**2)
    np.testing.assert_allclose(exact_average(scenes.function("outer")(), x, p), want, atol=2e-12)
    norm = exact_average(scenes.function("squares")(), x, p)
    assert norm == pytest.approx(x @ x / (1 - p), rel=1e-12)


@settings(deadline=None)
@given(st.integers(1, 4), inner_rates, inner_rates, seeds)
def test_two_layers_of_dropout_are_one(n, p1, p2, seed):
    x = np.random.default_rng(seed).normal(size=n)
    twice = exact_average(lambda z: exact_average(np.tanh, z, p2), x, p1)
    once = exact_average(np.tanh, x, 1 - (1 - p1) * (1 - p2))
    np.testing.assert_allclose(twice, once, atol=1e-13)


def test_the_edges_of_p_and_the_kinds_of_results():
    x = np.array([1.0, -2.0, 3.0])
    np.testing.assert_array_equal(exact_average(np.cos, x, 1), np.ones(3))
    np.testing.assert_allclose(exact_average(np.cos, x, 0), np.cos(x), atol=1e-15)
    assert isinstance(exact_average(np.sum, x, 0.3), float)
    assert exact_average(np.tanh, x.astype(np.float32), 0.3).dtype == np.float32
    assert exact_average(lambda z: int(np.count_nonzero(z)), x, 0.5) == pytest.approx(1.5)


# 5.3 ------------------------------------------------------------------------------------------


@given(sizes, inner_rates, seeds)
def test_geometric_mean_of_softmaxes_on_masked_features_is_weight_scaling(n, p, seed):
    probs, weights, scaled = members(np.random.default_rng(seed), n, p)
    np.testing.assert_allclose(geometric_mean(probs, weights), scaled, atol=2e-14)


def test_it_is_exact_for_any_network_below_the_only_masked_layer_and_not_beyond():
    rng = np.random.default_rng(0)
    V, W, x = rng.normal(size=(5, 8)), rng.normal(size=(8, 3)), rng.normal(size=5)
    h, masks = np.maximum(np.tanh(x) @ V, 0), all_masks(8)
    weights, q = mask_probs(masks, 0.5), 0.5
    last = geometric_mean(softmax(masks * h / q @ W), weights)
    np.testing.assert_allclose(last, softmax(h @ W), atol=1e-15)
    U = rng.normal(size=(8, 8))
    below = geometric_mean(softmax(np.maximum(masks * h / q @ U, 0) @ W), weights)
    assert np.abs(below - softmax(np.maximum(h @ U, 0) @ W)).max() > 1e-3


@given(sizes, inner_rates, seeds)
def test_geometric_mean_of_a_logistic_unit_is_that_of_its_mean_input(n, p, seed):
    rng = np.random.default_rng(seed)
    s, masks = rng.normal(size=n), all_masks(n)
    inputs, weights = masks @ s, mask_probs(masks, p)  # standard dropout: no factor
    on = 1 / (1 + np.exp(-inputs))
    mean = geometric_mean(np.stack([on, 1 - on], axis=1), weights)[0]
    assert mean == pytest.approx(1 / (1 + np.exp(-(1 - p) * s.sum())), abs=1e-13)


@given(sizes, inner_rates, seeds)
def test_no_mean_has_a_larger_loss_than_the_average_member(n, p, seed):
    probs, weights, _ = members(np.random.default_rng(seed), n, p)
    of_members = -weights @ np.log(probs)
    geometric, arithmetic = geometric_mean(probs, weights), weights @ probs
    gain = of_members + np.log(geometric)
    np.testing.assert_allclose(gain, gain[0], atol=1e-12)  # the same for every label
    divergence = weights @ (geometric * np.log(geometric / probs)).sum(1)
    assert gain[0] == pytest.approx(divergence, abs=1e-12)
    assert gain[0] >= -1e-13
    assert np.all(of_members + np.log(arithmetic) >= -1e-12)


def test_vetoes_zero_weights_and_tiny_numbers():
    probs = np.array([[0.0, 0.5, 0.5], [0.2, 0.2, 0.6], [1.0, 0.0, 0.0]])
    got = geometric_mean(probs, np.array([0.5, 0.5, 0.0]))
    want = np.sqrt([0, 0.1, 0.3])
    np.testing.assert_allclose(got, want / want.sum(), atol=1e-15)
    tiny = np.full((400, 3), 1e-300)
    tiny[::2, 0] = tiny[1::2, 1] = 1.0
    got = geometric_mean(tiny, np.full(400, 1 / 400))
    np.testing.assert_allclose(got, [0.5, 0.5, 0], atol=1e-12)
    single = geometric_mean(probs.astype(np.float32), np.array([0.5, 0.5, 0.0]))
    assert single.dtype == np.float32


# 5.4 ------------------------------------------------------------------------------------------


@given(seeds, st.integers(1, 6), st.integers(1, 6))
def test_passes_can_be_taken_in_two_parts(seed, one, other):
    model, x = scenes.function("noisy_logits")([0.0, 1.0, -1.0]), np.array([0.3, 0.4])
    whole = mc_average(model, x, one + other, np.random.default_rng(seed))
    rng = np.random.default_rng(seed)
    parts = one * mc_average(model, x, one, rng) + other * mc_average(model, x, other, rng)
    np.testing.assert_allclose(whole, parts / (one + other), atol=1e-15)
    assert whole.sum() == pytest.approx(1, abs=1e-14)


def test_many_passes_approach_the_exact_average_at_the_rate_one_over_root_t():
    rng = np.random.default_rng(0)
    x, W, p = rng.normal(size=6), rng.normal(size=(6, 3)), 0.5
    model, prediction = scenes.function("dropped_logits")(W, p), scenes.function("softmax_of")(W)
    exact = exact_average(prediction, x, p)
    variance = exact_average(lambda z: (prediction(z) - exact) ** 2, x, p)
    for T in (4, 64):
        runs = np.array([mc_average(model, x, T, rng) for _ in range(400)])
        np.testing.assert_allclose(runs.mean(0), exact, atol=4 * math.sqrt(0.25 / T / 400))
        np.testing.assert_allclose(runs.var(0) * T, variance, rtol=0.35)


def test_huge_logits_and_float32():
    model, x = scenes.function("noisy_logits")([1e4, 0.0, -1e4]), np.ones(1)
    got = mc_average(model, x, 3, np.random.default_rng(0))
    np.testing.assert_allclose(got, [1, 0, 0], atol=1e-15)
    assert mc_average(model, np.ones(1, np.float32), 3, np.random.default_rng(0)).dtype == "f4"


def test_the_scene_counts_calls_and_notes_other_arguments():
    def answer(logit_fn, x, T, rng):
        logit_fn(x + 1, rng)
        return logit_fn(x, np.random.default_rng(1))

    seen = mc_average_run({"mc_average": answer}, [0.0, 1.0], np.ones(1), 3, 0)
    assert (seen["calls"], seen["same_rng"], seen["same_x"]) == (2, False, False)
    seen = mc_average_run({"mc_average": mc_average}, [0.0, 1.0], np.ones(1), 3, 0)
    assert (seen["calls"], seen["same_rng"], seen["same_x"]) == (3, True, True)
    model = scenes.function("noisy_logits")([0.0, 1.0])
    want = mc_average(model, np.ones(1), 3, np.random.default_rng(0))
    np.testing.assert_array_equal(seen["result"], want)
