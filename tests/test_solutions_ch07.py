"""Exact identities of chapter 07, and parity of the reference answers with torch."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solutions.ch07_structured import (
    channel_noise_var,
    drop_path,
    dropblock_apply,
    dropblock_gamma,
    dropblock_mask,
    expected_depth,
    maxpool_dropout_probs,
    prob_weighted_pool,
    spatial_dropout,
    survival_schedule,
)

seeds = st.integers(0, 2**32 - 1)
rates = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 1.0])
inner_rates = st.floats(0.01, 0.99)
dtypes = st.sampled_from([np.float32, np.float64])
spatial_shapes = st.lists(st.integers(1, 4), min_size=0, max_size=3).map(tuple)


def inputs(shape, seed, dtype=np.float64):
    """Random activations, read-only: a write would raise."""
    x = np.random.default_rng(seed).normal(size=shape).astype(dtype)
    x.flags.writeable = False
    return x


def coins(shape, p, seed):
    return np.random.default_rng(seed).random(shape) >= p


def all_masks(n, p):
    """Every mask of n entries, one a row, and their probabilities."""
    masks = np.array(list(itertools.product((False, True), repeat=n)))
    return masks, np.where(masks, 1 - p, p).prod(axis=1)


def central_differences(f, x, eps=1e-6):
    """Derivatives of a scalar function of an array."""
    grad = np.empty_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = eps
        grad[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return grad


# 7.1 ------------------------------------------------------------------------------------------


@given(spatial_shapes, rates, seeds, dtypes)
def test_a_channel_is_kept_or_dropped_as_a_whole(spatial, p, seed, dtype):
    x, mask = inputs((2, 3, *spatial), seed, dtype), coins((2, 3), p, seed)
    y = spatial_dropout(x, mask, p)
    assert y.shape == x.shape
    assert y.dtype == dtype
    for n, c in np.ndindex(mask.shape):
        want = x[n, c] / (1 - p) if mask[n, c] else np.zeros_like(x[n, c])
        np.testing.assert_allclose(y[n, c], want, rtol=1e-6)


@given(spatial_shapes, rates, seeds)
def test_channels_last_is_the_same_function_on_moved_axes(spatial, p, seed):
    x, mask = inputs((2, 3, *spatial), seed), coins((2, 3), p, seed)
    moved = spatial_dropout(np.moveaxis(x, 1, -1), mask, p, channels_last=True)
    np.testing.assert_array_equal(np.moveaxis(moved, -1, 1), spatial_dropout(x, mask, p))


@given(spatial_shapes, rates, seeds)
def test_spatial_dropout_is_self_adjoint(spatial, p, seed):
    x, mask = inputs((2, 3, *spatial), seed), coins((2, 3), p, seed)
    g = inputs(x.shape, seed + 1)
    left, right = np.sum(g * spatial_dropout(x, mask, p)), np.sum(spatial_dropout(g, mask, p) * x)
    assert math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


@given(inner_rates, seeds)
def test_the_mean_of_spatial_dropout_over_all_masks_is_its_input(p, seed):
    x = inputs((1, 3, 2, 2), seed)
    masks, weights = all_masks(3, p)
    mean = sum(w * spatial_dropout(x, m[None], p) for m, w in zip(masks, weights, strict=True))
    np.testing.assert_allclose(mean, x, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("spatial", [(5,), (4, 3), (2, 3, 4)])
@pytest.mark.parametrize("p", [0.0, 0.3, 0.8])
def test_spatial_dropout_agrees_with_torch_forward_and_backward(spatial, p):
    torch = pytest.importorskip("torch")
    layer = {1: torch.nn.Dropout1d, 2: torch.nn.Dropout2d, 3: torch.nn.Dropout3d}[len(spatial)](p)
    x, g = inputs((3, 4, *spatial), 1), inputs((3, 4, *spatial), 2)
    torch.manual_seed(0)
    ones = layer(torch.ones(x.shape, dtype=torch.float64)).numpy()
    mask = ones.reshape(3, 4, -1)[..., 0] > 0  # what torch drew; one seed, so the same below
    leaf = torch.tensor(x, requires_grad=True)
    torch.manual_seed(0)
    y = layer(leaf)
    y.backward(torch.tensor(g))
    np.testing.assert_allclose(y.detach().numpy(), spatial_dropout(x, mask, p), rtol=1e-12)
    np.testing.assert_allclose(leaf.grad.numpy(), spatial_dropout(g, mask, p), rtol=1e-12)


def test_torch_too_takes_rows_for_channels_without_a_batch_axis():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    with pytest.warns(UserWarning, match="3D input"):
        y = torch.nn.Dropout2d(0.5)(torch.ones(2, 3, 4)).numpy()
    mask = y[:, :, 0] > 0
    np.testing.assert_array_equal(y, spatial_dropout(np.ones((2, 3, 4), np.float32), mask, 0.5))


# 7.2 ------------------------------------------------------------------------------------------


@given(inner_rates, seeds)
def test_the_noise_of_a_channel_mean_is_its_variance_over_all_masks(p, seed):
    x = inputs((2, 3), seed)
    masks, weights = all_masks(6, p)
    means = (masks.reshape(-1, 2, 3) * x).mean(axis=(1, 2)) / (1 - p)
    variance = weights @ (means - x.mean()) ** 2
    assert channel_noise_var(x, p, "element") == pytest.approx(variance, rel=1e-9)
    values = np.array([0, x.mean() / (1 - p)])
    variance = np.array([p, 1 - p]) @ (values - x.mean()) ** 2
    assert channel_noise_var(x, p, "channel") == pytest.approx(variance, rel=1e-9)


@given(rates, seeds, dtypes)
def test_the_noise_is_a_number_and_zero_at_both_ends(p, seed, dtype):
    x = inputs((3, 4), seed, dtype)
    for kind in ("element", "channel"):
        noise = channel_noise_var(x, p, kind)
        assert isinstance(noise, float)
        assert (noise == 0) == (p in (0, 1))


@given(inner_rates, st.integers(1, 9), st.integers(1, 9))
def test_a_constant_channel_is_quieter_by_the_number_of_its_entries(p, H, W):
    x = np.full((H, W), 1.7)
    ratio = channel_noise_var(x, p, "channel") / channel_noise_var(x, p, "element")
    assert ratio == pytest.approx(H * W)


@given(inner_rates, seeds)
def test_mean_square_against_squared_mean(p, seed):
    x = inputs((3, 5), seed)
    element, channel = (channel_noise_var(x, p, kind) for kind in ("element", "channel"))
    assert element * x.size - channel == pytest.approx(p / (1 - p) * x.var(), rel=1e-9)


# 7.3 ------------------------------------------------------------------------------------------


@given(rates, st.integers(1, 5), st.integers(5, 9), st.integers(5, 9))
def test_gamma_makes_the_expected_area_right_before_blocks_overlap(p, block, H, W):
    centers = (H - block + 1) * (W - block + 1)
    area = dropblock_gamma(p, block, H, W) * centers * block**2
    assert area == pytest.approx(p * H * W)


def test_known_rates_of_centres():
    assert dropblock_gamma(0.3, 1, 6, 4) == pytest.approx(0.3)
    assert dropblock_gamma(0.3, 5, 5, 5) == pytest.approx(0.3)  # one place: the whole map
    assert dropblock_gamma(0.1, 3, 8, 8) == pytest.approx(0.1 / 9 * 64 / 36)
    assert dropblock_gamma(0.1, 3, 4, 6) == pytest.approx(0.1 / 9 * 24 / 8)


@pytest.mark.parametrize(("block", "dropped"), [(1, 0.1), (3, 0.0951), (5, 0.0938), (7, 0.0929)])
def test_overlap_makes_the_dropped_share_smaller_than_p(block, dropped):
    gamma = dropblock_gamma(0.1, block, 14, 14)
    # an entry is kept if none of the centres whose blocks cover it is drawn
    row = [sum(i <= r < i + block for i in range(15 - block)) for r in range(14)]
    exact = np.mean(1 - (1 - gamma) ** np.outer(row, row))
    assert exact == pytest.approx(dropped, abs=5e-5)
    rng = np.random.default_rng(0)
    centers = rng.random((4000, 1, 15 - block, 15 - block)) < gamma
    assert np.mean(~dropblock_mask(centers, block)) == pytest.approx(exact, abs=0.002)


@given(st.integers(1, 5), st.integers(0, 4), st.integers(0, 4), seeds)
def test_a_centre_drops_a_full_square_and_squares_unite(block, rows, columns, seed):
    centers = coins((2, 3, rows + 1, columns + 1), 0.7, seed)
    want = np.ones((2, 3, rows + block, columns + block), bool)
    for n, c, i, j in np.argwhere(centers):
        want[n, c, i : i + block, j : j + block] = False
    got = dropblock_mask(centers, block)
    assert got.dtype == bool
    np.testing.assert_array_equal(got, want)


@given(seeds, rates)
def test_block_one_is_a_mask_of_elements_and_a_full_block_one_of_channels(seed, p):
    centers = coins((2, 3, 4, 5), p, seed)
    np.testing.assert_array_equal(dropblock_mask(centers, 1), ~centers)
    whole = dropblock_mask(centers[:, :, :1, :1], 4)
    np.testing.assert_array_equal(whole, np.broadcast_to(~centers[:, :, :1, :1], (2, 3, 4, 4)))


@given(seeds, st.integers(1, 2))
def test_blocks_agree_with_max_pooling_of_padded_centres(seed, half):
    torch = pytest.importorskip("torch")
    block = 2 * half + 1
    centers = coins((2, 2, 3, 4), 0.6, seed)
    padded = torch.nn.functional.pad(torch.tensor(centers, dtype=torch.float32), [half] * 4)
    dropped = torch.nn.functional.max_pool2d(padded, block, stride=1, padding=half)
    # torchvision's way to grow the centres, on the same draws
    np.testing.assert_array_equal(dropblock_mask(centers, block), dropped.numpy() == 0)


@given(seeds, rates, dtypes)
def test_dropblock_divides_by_the_share_that_is_kept(seed, p, dtype):
    x, mask = inputs((2, 3, 4, 4), seed, dtype), coins((2, 3, 4, 4), p, seed)
    y = dropblock_apply(x, mask)
    assert y.dtype == dtype
    want = x * mask / max(mask.mean(), 1e-9)
    np.testing.assert_allclose(y, want, rtol=1e-5, atol=1e-12)
    ones = dropblock_apply(np.ones_like(x), mask)
    assert ones.mean() == pytest.approx(1 if mask.any() else 0, rel=1e-5)  # exact, not expected


@given(seeds)
def test_dropblock_is_its_own_backward_pass(seed):
    x, g, mask = (
        inputs((1, 2, 3, 3), seed),
        inputs((1, 2, 3, 3), seed + 1),
        coins((1, 2, 3, 3), 0.3, seed),
    )
    numeric = central_differences(lambda z: np.sum(g * dropblock_apply(z, mask)), np.array(x))
    np.testing.assert_allclose(numeric, dropblock_apply(g, mask), atol=1e-6)


def test_nothing_kept_gives_zeros():
    assert not dropblock_apply(np.ones((1, 1, 2, 2)), np.zeros((1, 1, 2, 2), bool)).any()


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
    skip = central_differences(lambda r: np.sum(g * drop_path(r, branch, keep, p)), residual.copy())
    np.testing.assert_allclose(skip, g, atol=1e-5)  # the skip always carries the whole gradient
    through = central_differences(
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
