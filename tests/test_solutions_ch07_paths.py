"""Exact identities of chapter 07 on residual paths and pooling, and parity with torch."""

from __future__ import annotations

import numpy as np
import pytest
from exact_inputs import (
    all_masks,
    coins,
    dtypes,
    inner_rates,
    inputs,
    rates,
    seeds,
    spatial_shapes,
)
from hypothesis import given
from hypothesis import strategies as st

from dropout_course.lab.backprop import numerical_gradient
from solutions.ch07_structured import (
    drop_path,
    expected_depth,
    maxpool_dropout_probs,
    prob_weighted_pool,
    survival_schedule,
)

# 7.4 ------------------------------------------------------------------------------------------


@given(spatial_shapes, rates, seeds, dtypes, dtypes)
def test_an_example_keeps_its_branch_or_its_skip_alone(shape, p, seed, dtype, branch_dtype):
    residual = inputs((4, *shape), seed, dtype)
    branch, keep = inputs((4, *shape), seed + 1, branch_dtype), coins((4,), p, seed)
    y = drop_path(residual, branch, keep, p)
    assert y.shape == residual.shape
    assert y.dtype == dtype
    for n in range(4):
        want = residual[n] + branch[n] / (1 - p) if keep[n] else residual[n]
        np.testing.assert_allclose(y[n], want, rtol=1e-5, atol=1e-5)


@given(inner_rates, seeds)
def test_the_mean_of_drop_path_is_the_block_without_dropout(p, seed):
    residual, branch = inputs((1, 3), seed), inputs((1, 3), seed + 1)
    kept, gone = (drop_path(residual, branch, np.array([keep]), p) for keep in (True, False))
    np.testing.assert_allclose((1 - p) * kept + p * gone, residual + branch, atol=1e-9)


@given(inner_rates, seeds)
def test_gradients_of_drop_path(p, seed):
    residual, branch, g = (inputs((3, 2), seed + k) for k in range(3))
    keep = np.array([True, False, True])
    skip = numerical_gradient(lambda r: np.sum(g * drop_path(r, branch, keep, p)), residual.copy())
    np.testing.assert_allclose(skip, g, atol=1e-5)  # the skip always carries the whole gradient
    through = numerical_gradient(
        lambda b: np.sum(g * drop_path(residual, b, keep, p)), branch.copy()
    )
    np.testing.assert_allclose(through * (1 - p), g * keep[:, None], atol=1e-5)


def test_drop_path_agrees_with_torch_dropout_with_one_coin_an_example():
    torch = pytest.importorskip("torch")
    residual, branch, g = (inputs((5, 2, 3, 3), k) for k in range(3))
    keep, p = np.array([True, False, True, True, False]), 0.4
    leaf, skip = (
        torch.tensor(branch, requires_grad=True),
        torch.tensor(residual, requires_grad=True),
    )
    noise = torch.tensor(keep).to(leaf.dtype).div(1 - p).view(5, 1, 1, 1)  # torchvision, mode "row"
    y = skip + leaf * noise
    y.backward(torch.tensor(g))
    np.testing.assert_allclose(y.detach().numpy(), drop_path(residual, branch, keep, p), rtol=1e-12)
    want = drop_path(np.zeros_like(g), g, keep, p)
    np.testing.assert_allclose(leaf.grad.numpy(), want, rtol=1e-12)
    np.testing.assert_array_equal(skip.grad.numpy(), g)


@given(st.integers(2, 60), st.floats(0, 1))
def test_both_schedules_fall_on_a_line_to_the_last_survival(L, p_last):
    for kind in ("paper", "timm"):
        survival = survival_schedule(L, p_last, kind)
        assert survival.shape == (L,)
        assert survival.dtype == np.float64
        assert survival[-1] == pytest.approx(p_last)
        np.testing.assert_allclose(np.diff(survival, 2), 0, atol=1e-9)
    assert survival_schedule(L, p_last, "timm")[0] == 1
    assert survival_schedule(L, p_last, "paper")[0] == pytest.approx(1 - (1 - p_last) / L)


@given(st.integers(1, 200))
def test_expected_depth_of_the_paper(L):
    assert expected_depth(survival_schedule(L, 0.5, "paper")) == pytest.approx((3 * L - 1) / 4)
    assert isinstance(expected_depth(np.ones(L)), float)


def test_known_depths():
    assert expected_depth(survival_schedule(54, 0.5, "paper")) == pytest.approx(40.25)
    np.testing.assert_allclose(survival_schedule(4, 0.5, "paper"), [0.875, 0.75, 0.625, 0.5])
    np.testing.assert_allclose(survival_schedule(5, 0.6, "timm"), [1, 0.9, 0.8, 0.7, 0.6])
    assert survival_schedule(1, 0.5, "paper").tolist() == [0.5]
    assert survival_schedule(1, 0.5, "timm").tolist() == [1.0]


# 7.5 ------------------------------------------------------------------------------------------


@given(st.integers(1, 6), rates, seeds)
def test_winners_of_a_window_are_counted_over_all_masks(n, p, seed):
    window = np.abs(inputs((n,), seed))
    masks, weights = all_masks(n, p)
    probs, zero = maxpool_dropout_probs(window, p)
    counted, dead = np.zeros(n), 0.0
    for mask, weight in zip(masks, weights, strict=True):
        if mask.any():
            counted[np.where(mask, window, -1).argmax()] += weight
        else:
            dead += weight
    np.testing.assert_allclose(probs, counted, atol=1e-12)
    assert zero == pytest.approx(dead)
    pooled = weights @ (masks * window).max(axis=1)
    assert prob_weighted_pool(window, p) == pytest.approx(pooled)


@given(st.integers(1, 8), rates, seeds, dtypes)
def test_probabilities_of_a_window_add_up(n, p, seed, dtype):
    window = np.abs(inputs((n,), seed)).astype(dtype)
    probs, zero = maxpool_dropout_probs(window, p)
    assert probs.dtype == dtype
    assert probs.sum() + zero == pytest.approx(1, abs=1e-6)
    assert isinstance(prob_weighted_pool(window, p), float)


def test_the_last_of_equals_wins():
    probs, zero = maxpool_dropout_probs(np.array([1.0, 3.0, 3.0, 0.0]), 0.5)
    np.testing.assert_allclose(probs, [0.125, 0.25, 0.5, 0.0625])
    assert zero == 0.0625
    assert prob_weighted_pool(np.array([1.0, 3.0, 3.0, 0.0]), 0.5) == pytest.approx(2.375)


@given(inner_rates, seeds)
def test_pooling_commutes_with_the_scale_of_inverted_dropout(p, seed):
    window, mask = np.abs(inputs((5,), seed)), coins((5,), p, seed)
    assert (window * mask / (1 - p)).max() == pytest.approx((window * mask).max() / (1 - p))
