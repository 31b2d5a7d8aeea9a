"""Exact identities of chapter 09 on recurrence, stated as properties of the reference answers."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.ch09_sequences import (
    lstm_forward,
    memory_survival,
    rnn_masks,
    zoneout_backward,
    zoneout_forward,
)

seeds = st.integers(0, 2**32 - 1)
rates = st.floats(0.05, 0.95)
dtypes = st.sampled_from([np.float32, np.float64])
KINDS = ("none", "gal", "semeniuta")


def tol(dtype):
    return 1e-5 if dtype == np.float32 else 1e-10


def lstm(seed, T=4, B=3, D=2, H=3, dtype=np.float64):
    """Inputs, parameters and masks of an LSTM, all read-only."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(T, B, D)).astype(dtype)
    shapes = {"Wx": (D, 4 * H), "Wh": (H, 4 * H), "b": (4 * H,)}
    params = {name: rng.normal(size=shape).astype(dtype) for name, shape in shapes.items()}
    zx, zh = rng.random((B, D)) < 0.6, rng.random((B, H)) < 0.6
    for array in (x, zx, zh, *params.values()):
        array.flags.writeable = False
    return x, params, zx, zh


# 9.1 ------------------------------------------------------------------------------------------


@given(seeds, rates, st.sampled_from(["step", "tied"]))
def test_masks_repeat_in_time_if_tied_and_only_then(seed, p, kind):
    masks = rnn_masks(5, 4, 60, p, np.random.default_rng(seed), kind)
    assert masks.shape == (5, 4, 60)
    assert masks.dtype == bool
    again = rnn_masks(5, 4, 60, p, np.random.default_rng(seed), kind)
    assert np.array_equal(masks, again)
    if kind == "tied":
        assert (masks == masks[0]).all()


@pytest.mark.parametrize("kind", ["step", "tied"])
def test_masks_keep_with_q_and_differ_between_sequences(kind):
    masks = rnn_masks(6, 50, 40, 0.3, np.random.default_rng(0), kind)
    assert masks.mean() == pytest.approx(0.7, abs=0.05)
    assert len({masks[0, b].tobytes() for b in range(50)}) == 50
    assert len({mask.tobytes() for mask in masks}) == (6 if kind == "step" else 1)
    assert rnn_masks(2, 2, 2, 0.0, np.random.default_rng(0), kind).all()
    assert not rnn_masks(2, 2, 2, 1.0, np.random.default_rng(0), kind).any()


# 9.2 ------------------------------------------------------------------------------------------


def torch_lstm(torch, x, params):
    """An ``nn.LSTM`` with the same weights; its gates have the order i, f, g, o too."""
    D, H = params["Wx"].shape[0], params["Wh"].shape[0]
    net = torch.nn.LSTM(D, H).to(torch.tensor(x).dtype)
    with torch.no_grad():
        net.weight_ih_l0.copy_(torch.tensor(params["Wx"].T.copy()))
        net.weight_hh_l0.copy_(torch.tensor(params["Wh"].T.copy()))
        net.bias_ih_l0.copy_(torch.tensor(params["b"]))
        net.bias_hh_l0.zero_()
    return net


@settings(deadline=None, max_examples=20)
@given(seeds, dtypes)
def test_without_dropout_it_is_the_lstm_of_torch(seed, dtype):
    torch = pytest.importorskip("torch")
    x, params, zx, zh = lstm(seed, dtype=dtype)
    want = torch_lstm(torch, x, params)(torch.tensor(x))[0].detach()
    got = lstm_forward(x, params, zx, zh, "none", 0.4)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, want, atol=tol(dtype))


@settings(deadline=None, max_examples=20)
@given(seeds, rates, st.sampled_from(KINDS))
def test_masks_go_where_a_cell_of_torch_has_them(seed, p, kind):
    """Step by step through ``nn.LSTMCell``; Semeniuta's through its gates."""
    torch = pytest.importorskip("torch")
    x, params, zx, zh = lstm(seed)
    net = torch_lstm(torch, x, params)
    cell = torch.nn.LSTMCell(x.shape[2], zh.shape[1]).double()
    with torch.no_grad():
        for one, other in zip(cell.parameters(), net.parameters(), strict=True):
            one.copy_(other)
    dx, dh = (torch.tensor(z / (1 - p)) for z in (zx, zh))
    h = c = torch.zeros(zh.shape, dtype=torch.float64)
    got = lstm_forward(x, params, zx, zh, kind, p)
    for x_t, h_t in zip(torch.tensor(x), got, strict=True):
        if kind == "gal":
            h, c = cell(x_t * dx, (h * dh, c))
        elif kind == "none":
            h, c = cell(x_t, (h, c))
        else:
            whole, part = cell(x_t, (h, c))[1], cell(x_t, (h, torch.zeros_like(c)))[1]
            c = (whole - part) + part * dh  # f c, and i g with the mask
            o = torch.sigmoid((x_t @ cell.weight_ih.T + h @ cell.weight_hh.T + cell.bias_ih)[:, 9:])
            h = o * torch.tanh(c)
        np.testing.assert_allclose(h_t, h.detach(), atol=1e-10)


@given(seeds, rates)
def test_gal_masks_are_masks_on_rows_of_the_weights(seed, p):
    x, params, zx, zh = lstm(seed, B=1)
    rows = {"Wx": zx[0], "Wh": zh[0]}
    masked = {n: w * rows[n][:, None] / (1 - p) if n in rows else w for n, w in params.items()}
    np.testing.assert_allclose(
        lstm_forward(x, params, zx, zh, "gal", p),
        lstm_forward(x, masked, zx, zh, "none", 0.0),
        atol=1e-10,
    )


@given(seeds, rates)
def test_semeniuta_leaves_the_cell_of_a_dropped_unit_at_zero(seed, p):
    x, params, zx, zh = lstm(seed)
    h = lstm_forward(x, params, zx, zh, "semeniuta", p)
    assert np.array_equal((h != 0).all(axis=0), zh)
    assert np.array_equal((h != 0).any(axis=0), zh)


@pytest.mark.parametrize("kind", ["gal", "semeniuta"])
def test_at_p_one_nothing_is_nan_and_at_zero_nothing_changes(kind):
    x, params, zx, zh = lstm(0)
    full = lstm_forward(x, params, zx | True, zh | True, kind, 0.0)
    np.testing.assert_array_equal(full, lstm_forward(x, params, zx, zh, "none", 0.5))
    empty = lstm_forward(x, params, zx & False, zh & False, kind, 1.0)
    assert np.isfinite(empty).all()


# 9.3 ------------------------------------------------------------------------------------------


@given(rates, st.integers(1, 8), st.sampled_from(["step", "tied"]))
def test_survival_is_the_average_over_all_masks(q, T, kind):
    masks = itertools.product((0, 1), repeat=T if kind == "step" else 1)
    alive = mean = square = 0.0
    for m in masks:
        prob = math.prod(q if kept else 1 - q for kept in m)
        factor = math.prod(kept / q for kept in m) ** (1 if kind == "step" else T)
        alive += prob * (factor > 0)
        mean += prob * factor
        square += prob * factor**2
    # The variance in a form that cancels little: a second moment less a square.
    got = memory_survival(q, T, kind)
    assert got[:2] == pytest.approx((alive, mean))
    assert got[2] == pytest.approx(square - mean**2, rel=1e-6, abs=1e-9 * square)


def test_survival_has_the_known_values():
    for q, want in ((0.9, 0.349), (0.75, 0.056), (0.5, 0.001)):
        assert memory_survival(q, 10, "step")[0] == pytest.approx(want, abs=5e-4)
        assert memory_survival(q, 10, "tied")[0] == q
    assert memory_survival(0.75, 10, "tied")[1] == pytest.approx(13.3, abs=0.05)
    assert memory_survival(1.0, 7, "step") == memory_survival(1.0, 7, "tied") == (1, 1, 0)
    assert memory_survival(0.0, 3, "step") == memory_survival(0.0, 3, "tied") == (0, 0, 0)


# 9.4 ------------------------------------------------------------------------------------------


@given(seeds, rates, dtypes)
def test_zoneout_keeps_what_does_not_change_and_averages_in_eval(seed, z, dtype):
    rng = np.random.default_rng(seed)
    prev, new = (rng.normal(size=(2, 3)).astype(dtype) for _ in range(2))
    keep = rng.random((2, 3)) < z
    assert np.array_equal(zoneout_forward(prev, prev, keep, z, True), prev)
    got = zoneout_forward(prev, new, keep, z, True)
    assert got.dtype == dtype
    assert np.array_equal(got[keep], prev[keep])
    assert np.array_equal(got[~keep], new[~keep])
    both = [zoneout_forward(prev, new, np.full((2, 3), k), z, True) for k in (True, False)]
    mean = zoneout_forward(prev, new, keep, z, False)
    assert mean.dtype == dtype
    np.testing.assert_allclose(mean, z * both[0] + (1 - z) * both[1], atol=1e-6)


@settings(deadline=None)
@given(seeds, dtypes)
def test_zoneout_gradients_are_those_of_torch(seed, dtype):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    prev, new, grad = (rng.normal(size=(2, 3)).astype(dtype) for _ in range(3))
    keep = rng.random((2, 3)) < 0.4
    leaves = [torch.tensor(a, requires_grad=True) for a in (prev, new)]
    torch.where(torch.tensor(keep), *leaves).backward(torch.tensor(grad))
    back = zoneout_backward(grad, keep)
    for got, leaf in zip(back, leaves, strict=True):
        assert got.dtype == dtype
        np.testing.assert_array_equal(got, leaf.grad)
    np.testing.assert_array_equal(sum(back), grad)
