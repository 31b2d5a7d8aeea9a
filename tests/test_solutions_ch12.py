"""Exact identities of chapter 12, and parity of the reference answers with torch and scipy."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from solutions.ch12_bayesian import (
    brier,
    contraction_slope,
    coverage,
    ece,
    lam_from,
    mc_log_likelihood,
    mc_moments,
    tau_from,
    uncertainties,
)

seeds = st.integers(0, 2**32 - 1)
rates = st.floats(0, 0.95)
positive = st.floats(0.01, 100)
dtypes = st.sampled_from([np.float32, np.float64])
losses = st.sampled_from(["half_mse", "mse"])


def normal(shape, seed, dtype=np.float64):
    """Random numbers, read-only: a write would raise."""
    x = np.random.default_rng(seed).normal(size=shape).astype(dtype)
    x.flags.writeable = False
    return x


def some_probs(shape, seed, dtype=np.float64):
    probs = special.softmax(3 * normal(shape, seed), axis=-1).astype(dtype)
    probs.flags.writeable = False
    return probs


# 12.1 -----------------------------------------------------------------------------------------


@given(seeds, positive, dtypes)
def test_moments_are_those_of_the_mixture(seed, tau, dtype):
    samples = normal((7, 3, 2), seed, dtype)
    mean, var = mc_moments(samples, tau)
    assert mean.dtype == var.dtype == dtype
    # second moment of a mixture of normals less the square of its mean, by definition
    wide = samples.astype(float)
    second = (wide**2 + 1 / tau).mean(0)
    assert np.allclose(mean, wide.mean(0), atol=1e-6)
    assert np.allclose(var, second - wide.mean(0) ** 2, rtol=1e-5, atol=1e-5)


def test_without_spread_the_noise_is_left():
    assert mc_moments(np.ones((1, 2, 1)), 4.0)[1] == pytest.approx(0.25)


# 12.2 -----------------------------------------------------------------------------------------


@given(positive, rates, st.integers(1, 10_000), positive, losses)
def test_tau_and_lam_are_inverse(length_scale, p, N, lam, loss):
    tau = tau_from(length_scale, p, N, lam, loss)
    assert lam_from(length_scale, p, N, tau, loss) == pytest.approx(lam, rel=1e-12)


@given(positive, rates, st.integers(1, 1000), positive, seeds, losses)
@settings(max_examples=30)
def test_the_loss_is_the_negative_log_posterior_up_to_a_factor(length_scale, p, N, lam, seed, loss):
    """Gradients by the weights agree after multiplication by a constant: that defines tau."""
    tau = tau_from(length_scale, p, N, lam, loss)
    rng = np.random.default_rng(seed)
    w, X, y = rng.normal(size=3), rng.normal(size=(N, 3)), rng.normal(size=N)
    residual = X @ w - y
    fit = X.T @ residual / N * (1 if loss == "half_mse" else 2)
    trained = fit + 2 * lam * w
    wanted = tau * X.T @ residual + (1 - p) * length_scale**2 * w
    scale = N * tau * (1 if loss == "half_mse" else 0.5)
    assert np.allclose(trained * scale, wanted, rtol=1e-9, atol=1e-9 * np.abs(wanted).max())


def test_weight_decay_of_torch_is_twice_lam():
    w = torch.tensor([2.0], requires_grad=True)
    lam = lam_from(1.0, 0.1, 50, 2.0, "mse")
    optimiser = torch.optim.SGD([w], lr=1.0, weight_decay=2 * lam)
    (0.0 * w).sum().backward()
    optimiser.step()
    assert w.item() == pytest.approx(2 - 2 * lam * 2)


# 12.3 -----------------------------------------------------------------------------------------


@given(seeds, positive, st.integers(1, 20))
def test_log_likelihood_is_that_of_a_mixture(seed, tau, T):
    y, samples = normal(4, seed), normal((T, 4), seed + 1)
    component = torch.distributions.Normal(torch.tensor(samples.T.copy()), tau**-0.5)
    weights = torch.distributions.Categorical(torch.ones(4, T))
    mixture = torch.distributions.MixtureSameFamily(weights, component)
    want = mixture.log_prob(torch.tensor(y.copy())).numpy()
    assert mc_log_likelihood(y, samples, tau) == pytest.approx(want, rel=1e-5, abs=1e-5)


def test_log_likelihood_of_large_residuals():
    got = mc_log_likelihood(np.array([1e4, 0.0]), np.zeros((3, 2)), 1.0)
    assert got == pytest.approx(stats.norm.logpdf([1e4, 0.0]))


def test_mean_of_logs_is_a_lower_bound():
    y, samples = normal(50, 0), normal((10, 50), 1)
    bound = stats.norm.logpdf(y, samples, 0.5).mean(0)
    assert (mc_log_likelihood(y, samples, 4.0) >= bound).all()


# 12.4 -----------------------------------------------------------------------------------------


@given(seeds, dtypes)
def test_uncertainties_against_scipy(seed, dtype):
    probs = some_probs((6, 5, 4), seed, dtype)
    got = uncertainties(probs)
    assert {value.dtype for value in got.values()} == {np.dtype(dtype)}
    wide = probs.astype(float)
    mean = wide.mean(0)
    divergence = special.rel_entr(wide, mean).sum(-1).mean(0)
    assert got["predictive_entropy"] == pytest.approx(stats.entropy(mean, axis=-1), rel=1e-4)
    assert got["mutual_information"] == pytest.approx(divergence, rel=1e-2, abs=1e-5)
    modes = stats.mode(wide.argmax(-1), axis=0).count
    assert got["variation_ratio"] == pytest.approx(1 - modes / 6)
    assert (got["mutual_information"] <= got["predictive_entropy"] + 1e-6).all()
    assert (got["predictive_entropy"] <= np.log(4) + 1e-6).all()


def test_passes_that_agree_know_no_mutual_information():
    probs = np.repeat(some_probs((1, 5, 3), 0), 9, axis=0)
    assert uncertainties(probs)["mutual_information"] == pytest.approx(0, abs=1e-12)


def test_zero_log_zero():
    probs = np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    got = uncertainties(probs)
    assert got["expected_entropy"] == pytest.approx(0)
    assert got["mutual_information"] == pytest.approx(np.log(2))
    assert got["variation_ratio"] == pytest.approx(0.5)


# 12.5 -----------------------------------------------------------------------------------------


@given(seeds, st.integers(1, 20))
def test_ece_by_a_loop_over_bins(seed, bins):
    probs, labels = some_probs((40, 3), seed), np.random.default_rng(seed).integers(0, 3, 40)
    edges, want = np.linspace(0, 1, bins + 1), 0.0
    confidence, right = probs.max(1), probs.argmax(1) == labels
    for lo, hi in itertools.pairwise(edges):
        inside = (lo < confidence) & (confidence <= hi)
        if inside.any():
            want += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    assert ece(probs, labels, bins) == pytest.approx(want)


def test_ece_counts_a_confidence_of_one():
    assert ece(np.array([[1.0, 0.0]]), np.array([1])) == pytest.approx(1)


@given(seeds)
def test_brier_against_torch(seed):
    probs, labels = some_probs((9, 4), seed), np.random.default_rng(seed).integers(0, 4, 9)
    one_hot = torch.nn.functional.one_hot(torch.tensor(labels), 4)
    want = ((torch.tensor(probs.copy()) - one_hot) ** 2).sum(1).mean().item()
    assert brier(probs, labels) == pytest.approx(want)


@given(st.floats(0.05, 0.99))
@settings(max_examples=20)
def test_coverage_of_right_intervals_is_the_level(level):
    grid = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    got = coverage(3 + 2 * grid, np.full(4000, 3.0), np.full(4000, 4.0), level)
    assert got == pytest.approx(level, abs=1e-3)


# 12.6 -----------------------------------------------------------------------------------------


@given(seeds, st.integers(2, 9))
def test_slope_against_scipy(seed, k):
    Ns = np.unique(np.random.default_rng(seed).integers(1, 5000, k) * np.arange(1, k + 1))
    if len(Ns) > 1:
        spreads = np.exp(normal(len(Ns), seed))
        want = stats.linregress(np.log(Ns), np.log(spreads)).slope
        assert contraction_slope(spreads, Ns) == pytest.approx(want, rel=1e-7, abs=1e-9)


def test_exact_posterior_contracts_with_the_root():
    """Bayesian linear regression, the prior negligible: the slope is -1/2."""
    Ns = np.array([100, 1000, 10_000])
    spreads = []
    for N in Ns:
        x = np.random.default_rng(0).normal(size=(N, 3))
        spreads.append(np.sqrt(np.linalg.inv(x.T @ x + 1e-6 * np.eye(3))[0, 0]))
    assert contraction_slope(np.array(spreads), Ns) == pytest.approx(-0.5, abs=0.03)
