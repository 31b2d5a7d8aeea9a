"""Exact identities of chapter 02, stated as properties of the reference answers."""

from __future__ import annotations

import inspect
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropout_course.lab import regularizers as lab
from solutions.ch02_regularizers import (
    adam_step,
    l2_loss_grad,
    lasso_ista,
    max_norm,
    noise_is_ridge,
    soft_threshold,
)

seeds = st.integers(0, 2**32 - 1)
shapes = st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple)
positive = st.sampled_from([0.01, 0.3, 1.0, 7.0])


def regression(rng, n, d):
    return rng.normal(size=(n, d)), rng.normal(size=n)


# 2.1 ------------------------------------------------------------------------------------------


@given(shapes, positive, seeds)
def test_the_gradient_of_the_penalty_is_its_central_difference(shape, lam, seed):
    w = np.random.default_rng(seed).normal(size=shape)
    loss, grad = l2_loss_grad(w, lam)
    assert loss == pytest.approx(lam * np.linalg.norm(w) ** 2, rel=1e-13)
    step = np.random.default_rng([seed, 1]).normal(size=shape)
    up, down = (l2_loss_grad(w + s * step, lam)[0] for s in (0.5, -0.5))
    assert np.sum(grad * step) == pytest.approx(up - down, rel=1e-9, abs=1e-12)


@given(positive, positive, seeds)
def test_for_plain_gradient_descent_penalty_and_decay_are_the_same_step(lam, lr, seed):
    rng = np.random.default_rng(seed)
    w, grad = rng.normal(size=(2, 4))
    penalised = w - lr * (grad + l2_loss_grad(w, lam)[1])
    decayed = (1 - 2 * lr * lam) * w - lr * grad
    np.testing.assert_allclose(penalised, decayed, rtol=1e-12, atol=1e-12)


@given(st.integers(1, 50), positive, positive, seeds)
def test_decoupled_decay_is_a_factor_on_the_old_weights(t, lr, wd, seed):
    rng = np.random.default_rng(seed)
    w, grad, m = rng.normal(size=(3, 4))
    v = m**2 + 0.1
    plain, decayed = (adam_step(w, grad, m, v, t, lr, rate, True) for rate in (0.0, wd))
    np.testing.assert_allclose(decayed[0], plain[0] - lr * wd * w, atol=1e-12)
    for a, b in zip(decayed[1:], plain[1:], strict=True):
        np.testing.assert_array_equal(a, b)


@given(st.integers(1, 50), positive, positive, seeds)
def test_coupled_decay_is_adam_on_the_penalised_loss(t, lr, wd, seed):
    rng = np.random.default_rng(seed)
    w, grad, m = rng.normal(size=(3, 4))
    v = m**2 + 0.1
    got = adam_step(w, grad, m, v, t, lr, wd, False)
    want = adam_step(w, grad + l2_loss_grad(w, wd / 2)[1], m, v, t, lr, 0.0, True)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


@given(positive, seeds)
def test_where_nothing_else_pulls_adam_with_l2_does_not_feel_its_strength(wd, seed):
    """With eps = 0 a loss times a constant is the same to Adam, and so is a penalty alone."""
    w = np.random.default_rng(seed).normal(size=5) + 3
    a, b = (w, 0 * w, 0 * w), (w, 0 * w, 0 * w)
    for t in (1, 2, 3, 4):
        a = adam_step(a[0], 0 * w, *a[1:], t, 0.01, wd, False, eps=0.0)
        b = adam_step(b[0], 0 * w, *b[1:], t, 0.01, 10 * wd, False, eps=0.0)
    np.testing.assert_allclose(a[0], b[0], rtol=1e-9)


@given(st.integers(1, 5), positive)
def test_a_constant_gradient_meets_decoupled_decay_at_the_edge_of_a_box(sign, wd):
    """For a constant gradient Adam's step is ±lr, so AdamW rests where wd·|w| = 1."""
    g = np.array([-1.0, 1.0, 5.0]) * sign
    w = -np.sign(g) / wd
    got, _, _ = adam_step(w, g, g, g**2, 10**6, 0.01, wd, True, eps=0.0)
    np.testing.assert_allclose(got, w, rtol=1e-9)


# 2.2 ------------------------------------------------------------------------------------------


@given(st.floats(-5, 5), st.floats(0, 3))
def test_soft_thresholding_solves_its_problem(w, t):
    """No point of a fine grid has a smaller value of ½(u - w)² + t|u|."""
    u = float(soft_threshold(np.array([w]), t)[0])
    grid = np.concatenate([np.linspace(-6, 6, 2401), [0.0, u]])
    values = 0.5 * (grid - w) ** 2 + t * np.abs(grid)
    assert 0.5 * (u - w) ** 2 + t * abs(u) <= values.min() + 1e-12
    if abs(w) <= t:
        assert u == 0


@given(seeds, positive)
def test_soft_thresholding_never_increases_a_distance(seed, t):
    a, b = np.random.default_rng(seed).normal(size=(2, 6), scale=3)
    moved = np.linalg.norm(soft_threshold(a, t) - soft_threshold(b, t))
    assert moved <= np.linalg.norm(a - b) + 1e-12


@given(st.integers(1, 7), st.integers(1, 7), positive, seeds)
def test_ista_never_increases_the_loss(n, d, lam, seed):
    X, y = regression(np.random.default_rng(seed), n, d)

    def loss(w):
        return 0.5 * np.sum((X @ w - y) ** 2) + lam * np.abs(w).sum()

    values = [loss(lasso_ista(X, y, lam, steps)) for steps in range(8)]
    assert all(b <= a + 1e-12 for a, b in itertools.pairwise(values))


@pytest.mark.slow
@settings(max_examples=25)
@given(st.integers(1, 6), seeds)
def test_ista_ends_where_the_conditions_of_the_lasso_hold(d, seed):
    X, y = regression(np.random.default_rng(seed), d + 6, d)
    lam = 0.4 * np.abs(X.T @ y).max()
    w = lasso_ista(X, y, lam, 3000)
    pull = X.T @ (y - X @ w)
    assert np.abs(pull).max() <= lam * (1 + 1e-6)
    on = w != 0
    np.testing.assert_allclose(pull[on], lam * np.sign(w[on]), rtol=1e-5)


def test_with_orthonormal_columns_one_step_is_the_lasso():
    rng = np.random.default_rng(0)
    X, y = np.linalg.qr(rng.normal(size=(8, 4)))[0], rng.normal(size=8)
    want = soft_threshold(X.T @ y, 0.3)
    for steps in (1, 5):
        np.testing.assert_allclose(lasso_ista(X, y, 0.3, steps), want, atol=1e-13)


# 2.3 ------------------------------------------------------------------------------------------


@given(st.integers(1, 2), st.integers(1, 3), positive, seeds)
def test_noise_adds_n_sigma2_times_the_squared_norm(n, d, sigma2, seed):
    """Every pattern of ±σ on the entries of X, equally likely: the expectation is exact."""
    rng = np.random.default_rng(seed)
    (X, y), w = regression(rng, n, d), rng.normal(size=d)
    patterns = itertools.product((-1.0, 1.0), repeat=n * d)
    losses = [
        np.sum((y - (X + sigma2**0.5 * np.reshape(signs, (n, d))) @ w) ** 2) for signs in patterns
    ]
    want = np.sum((y - X @ w) ** 2) + n * sigma2 * (w @ w)
    assert np.mean(losses) == pytest.approx(want, rel=1e-12)


@given(st.integers(1, 8), st.integers(1, 8), positive, seeds)
def test_the_weights_under_noise_are_those_of_ridge(n, d, sigma2, seed):
    X, y = regression(np.random.default_rng(seed), n, d)
    w = noise_is_ridge(X, y, sigma2)
    lam = n * sigma2
    np.testing.assert_allclose(-2 * X.T @ (y - X @ w) + l2_loss_grad(w, lam)[1], 0, atol=1e-10)
    rows = np.vstack([X, np.sqrt(lam) * np.eye(d)])
    want = np.linalg.lstsq(rows, np.append(y, np.zeros(d)), rcond=None)[0]
    np.testing.assert_allclose(w, want, atol=1e-10)


@given(st.integers(1, 6), st.integers(1, 6), seeds)
def test_stopped_gradient_descent_shrinks_like_ridge_along_every_singular_direction(d, k, seed):
    """After k steps from 0, direction i holds the share 1 - (1 - ηs²)^k of least squares."""
    X, y = regression(np.random.default_rng(seed), d + 2, d)
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    lr, w = 0.9 / s[0] ** 2, np.zeros(d)
    for _ in range(k):
        w = w - lr * X.T @ (X @ w - y)
    share = 1 - (1 - lr * s**2) ** k
    np.testing.assert_allclose(Vt @ w, share * (U.T @ y) / s, rtol=1e-9, atol=1e-12)


# 2.4 ------------------------------------------------------------------------------------------


@given(st.integers(1, 5), st.integers(1, 5), positive, seeds)
def test_max_norm_is_the_nearest_matrix_that_obeys_the_limit(n_out, n_in, c, seed):
    """A projection: the result obeys, and the way to any other that obeys makes no acute angle."""
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(n_out, n_in), scale=3)
    P = max_norm(W, c)
    assert np.linalg.norm(P, axis=1).max() <= c * (1 + 1e-12)
    other = max_norm(rng.normal(size=W.shape, scale=3), c)
    assert np.all(np.sum((W - P) * (other - P), axis=1) <= 1e-10)
    np.testing.assert_allclose(max_norm(P, c), P, rtol=1e-14)


def test_short_rows_and_rows_of_zeros_come_back_bit_by_bit():
    W = np.array([[0.1, 0.7], [0.0, 0.0], [3.0, 4.0]])
    np.testing.assert_array_equal(max_norm(W, 5.0), W)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtypes_are_kept_and_arguments_left_alone(dtype):
    x = np.linspace(-1, 1, 6, dtype=dtype)
    W = x.reshape(3, 2)
    for a in (x, W):
        a.flags.writeable = False
    results = [l2_loss_grad(x, 0.1)[1], soft_threshold(x, 0.2), max_norm(W, 0.5)]
    results += [*adam_step(x, x, x, x**2, 2, 0.1, 0.1, True)]
    results += [*adam_step(x, x, x, x**2, 2, 0.1, 0.1, False)]
    results += [lasso_ista(W, x[:3], 0.1, 3), noise_is_ridge(W, x[:3], 0.1)]
    assert {r.dtype for r in results} == {np.dtype(dtype)}


# What the demonstrations rest on -----------------------------------------------------------------


def test_the_training_loop_repeats_and_regularisers_change_it():
    data, X_val, y_val = lab.data_with_validation([0, 1], n_train=60, n_val=20)
    assert X_val.shape == (2, 20, 64)
    assert y_val.shape == (2, 20)

    def run(**kwargs):
        return lab.train(data, [0, 1], epochs=2, batch=30, **kwargs)["W1"]

    plain = run()
    np.testing.assert_array_equal(plain, run())
    np.testing.assert_allclose(plain, run(step=adam_step), atol=1e-3)
    others = (
        {"step": adam_step, "wd": 1.0},
        {"step": adam_step, "wd": 1.0, "decoupled": False},
        {"p": 0.5},
        {"change_inputs": lab.add_noise(0.3)},
        {"change_inputs": lab.shift(0.5)},
        {"after_step": lab.row_limit(max_norm, 0.5)},
    )
    results = [plain, *(run(**kwargs) for kwargs in others)]
    for a, b in itertools.combinations(results, 2):
        assert np.abs(a - b).max() > 1e-4


def test_plain_adam_refuses_decay():
    data, _, _ = lab.data_with_validation([0, 1], n_train=60, n_val=20)
    with pytest.raises(ValueError, match="adam_step"):
        lab.train(data, [0, 1], epochs=1, wd=0.1)


def test_row_limit_limits_the_incoming_weights_of_hidden_units():
    rng = np.random.default_rng(0)
    params = {name: rng.normal(size=(2, 5, 4)).astype(np.float32) for name in ("W1", "W2", "W3")}
    before = {name: w.copy() for name, w in params.items()}
    lab.row_limit(max_norm, 1.0)(params)
    for name in ("W1", "W2"):
        assert np.linalg.norm(params[name], axis=-2).max() <= 1 + 1e-6
        np.testing.assert_allclose(params[name][1], max_norm(before[name][1].T, 1.0).T, rtol=1e-6)
    np.testing.assert_array_equal(params["W3"], before["W3"])


def test_shifts_move_by_one_pixel_and_fill_with_nothing():
    X = np.zeros((1, 2000, 64), np.float32)
    X[..., 8 * 3 + 3] = 1
    X[..., 0] = 1  # a corner, which some shifts push out
    moved = lab.shift(0.8)(X, np.random.default_rng(0)).reshape(-1, 8, 8)
    places = {(int(i), int(j)) for i, j in np.argwhere(moved[:, 1:, 1:].any(0)) + 1}
    assert {(3, 3), (2, 3), (4, 3), (3, 2), (3, 4)} == places
    where = {place: int(moved[:, place[0], place[1]].sum()) for place in places}
    assert where[3, 3] == pytest.approx(400, abs=80)
    assert all(where[p] == pytest.approx(400, abs=80) for p in places)
    np.testing.assert_array_equal(lab.shift(0.0)(X, np.random.default_rng(0)), X)


def test_early_stopping_of_the_lab_goes_back_to_the_best():
    curve = np.array([5.0, 3, 4, 3, 2, 6])
    assert lab.early_stopping(curve - 1, curve, 2) == {"stop_epoch": 3, "best_epoch": 1, "gap": 1}
    assert lab.early_stopping(curve, curve, 3) == {"stop_epoch": 5, "best_epoch": 4, "gap": 0}


def test_signatures_are_those_of_the_contract():
    got = {f.__name__: str(inspect.signature(f)) for f in (adam_step, lasso_ista, max_norm)}
    assert got == {
        "adam_step": "(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-08)",
        "lasso_ista": "(X, y, lam, steps)",
        "max_norm": "(W, c)",
    }
