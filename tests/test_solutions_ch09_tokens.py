"""Exact identities of chapter 09 on words and attention, as properties of the reference answers."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.ch09_sequences import attention_dropout, embedding_dropout, rdrop_loss

seeds = st.integers(0, 2**32 - 1)
rates = st.floats(0.05, 0.95)
dtypes = st.sampled_from([np.float32, np.float64])


def tol(dtype):
    return 1e-5 if dtype == np.float32 else 1e-10


# 9.5 ------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(seeds, rates, dtypes)
def test_a_dropped_word_is_dropped_everywhere(seed, p, dtype):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    E, ids = rng.normal(size=(5, 3)).astype(dtype), rng.integers(0, 5, (2, 7))
    kept = rng.random((2, 5)) >= p
    got = embedding_dropout(E, ids, kept, p)
    assert got.dtype == dtype
    for b in range(2):  # as AWD's code does it: mask the table, then look up
        table = torch.tensor(E) * torch.tensor(kept[b][:, None] / (1 - p))
        want = torch.nn.functional.embedding(torch.tensor(ids[b]), table)
        np.testing.assert_allclose(got[b], want, rtol=1e-5)
    assert not embedding_dropout(E, ids, kept & False, 1.0).any()


def test_the_mean_over_all_type_masks_is_the_embedding():
    rng, p = np.random.default_rng(0), 0.3
    E, ids = rng.normal(size=(3, 2)), np.array([[0, 2, 2, 1]])
    mean = 0
    for kept in itertools.product((False, True), repeat=3):
        prob = math.prod(1 - p if k else p for k in kept)
        mean = mean + prob * embedding_dropout(E, ids, np.array([kept]), p)
    np.testing.assert_allclose(mean, E[ids], atol=1e-12)


# 9.6 ------------------------------------------------------------------------------------------


def attention(seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    shapes = (2, 3, 4), (2, 5, 4), (2, 5, 2)
    Q, K, V = (rng.normal(size=shape).astype(dtype) for shape in shapes)
    return Q, K, V, rng.random((2, 3, 5)) < 0.6


@settings(deadline=None)
@given(seeds, rates, dtypes)
def test_attention_in_eval_is_that_of_torch(seed, p, dtype):
    torch = pytest.importorskip("torch")
    Q, K, V, mask = attention(seed, dtype)
    out, A = attention_dropout(Q, K, V, mask, p, False)
    assert out.dtype == A.dtype == dtype
    attend = torch.nn.functional.scaled_dot_product_attention
    np.testing.assert_allclose(out, attend(*map(torch.tensor, (Q, K, V))), atol=tol(dtype))
    np.testing.assert_allclose(A.sum(-1), 1, atol=tol(dtype))


@settings(deadline=None)
@given(seeds)
def test_attention_in_training_is_that_of_torch_with_the_mask_that_torch_drew(seed):
    """With the unit matrix as values torch shows its weights, and so its mask."""
    torch = pytest.importorskip("torch")
    Q, K, _, _ = attention(seed)
    attend = torch.nn.functional.scaled_dot_product_attention
    torch.manual_seed(seed)
    V = np.broadcast_to(np.eye(5), (2, 5, 5)).copy()
    theirs = attend(*map(torch.tensor, (Q, K, V)), dropout_p=0.4).numpy()
    out, A = attention_dropout(Q, K, V, theirs > 0, 0.4, True)
    np.testing.assert_allclose(A, theirs, atol=1e-10)
    np.testing.assert_allclose(out, theirs, atol=1e-10)


def test_row_sums_have_mean_one_and_the_variance_of_the_page():
    Q, K, V, _ = attention(0)
    Q, K, V, p = Q[:1, :1], K[:1], V[:1], 0.3
    a = attention_dropout(Q, K, V, np.ones((1, 1, 5), bool), p, False)[1][0, 0]
    mean = square = 0.0
    for kept in itertools.product((False, True), repeat=5):
        prob = math.prod(1 - p if k else p for k in kept)
        A = attention_dropout(Q, K, V, np.array([[kept]]), p, True)[1]
        mean, square = mean + prob * A.sum(), square + prob * A.sum() ** 2
    assert mean == pytest.approx(1)
    assert square - mean**2 == pytest.approx(p / (1 - p) * (a**2).sum())
    assert not attention_dropout(Q, K, V, np.zeros((1, 1, 5), bool), 1.0, True)[1].any()


@settings(deadline=None)
@given(seeds, st.floats(0, 5), dtypes)
def test_rdrop_is_made_of_the_losses_of_torch(seed, alpha, dtype):
    torch = pytest.importorskip("torch")
    F = torch.nn.functional
    rng = np.random.default_rng(seed)
    one, two = (rng.normal(size=(4, 3)).astype(dtype) for _ in range(2))
    y = rng.integers(0, 3, 4)
    a, b = torch.tensor(one), torch.tensor(two)
    ce = (F.cross_entropy(a, torch.tensor(y)) + F.cross_entropy(b, torch.tensor(y))) / 2
    logs = a.log_softmax(-1), b.log_softmax(-1)
    kl = sum(F.kl_div(s, t, log_target=True, reduction="batchmean") for s, t in (logs, logs[::-1]))
    got = rdrop_loss(one, two, y, alpha)
    assert got == pytest.approx(float(ce + alpha * kl / 2), rel=1e-5)
    assert got == pytest.approx(rdrop_loss(two, one, y, alpha), rel=1e-6)
    assert rdrop_loss(one, one, y, alpha) == pytest.approx(rdrop_loss(one, one, y, 0.0))


def test_rdrop_bears_large_logits():
    big = np.array([[1000.0, 0.0], [-1000.0, 0.0]])
    assert rdrop_loss(big, big, np.array([0, 1]), 1.0) == pytest.approx(0.0)
    assert rdrop_loss(big, -big, np.array([0, 1]), 1.0) == pytest.approx(500 + 1000)
