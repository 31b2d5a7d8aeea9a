"""Exact identities of chapter 07 on feature maps, and parity of the answers with torch."""

from __future__ import annotations

import math

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
    channel_noise_var,
    dropblock_apply,
    dropblock_gamma,
    dropblock_mask,
    spatial_dropout,
)

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
    numeric = numerical_gradient(lambda z: np.sum(g * dropblock_apply(z, mask)), np.array(x))
    np.testing.assert_allclose(numeric, dropblock_apply(g, mask), atol=1e-6)


def test_nothing_kept_gives_zeros():
    assert not dropblock_apply(np.ones((1, 1, 2, 2)), np.zeros((1, 1, 2, 2), bool)).any()
