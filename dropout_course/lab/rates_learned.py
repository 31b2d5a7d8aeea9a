"""Learned noise: data for concrete dropout, and Gaussian noise on the weights of a regression."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Constants of the divergence of Molchanov et al. (2017), as in chapter 06.
K1, K2, K3 = 0.63576, 1.8732, 1.48695
PRUNED = 3.0  # log alpha above which a weight is noise: p would be above 0.95


def line(N: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw N points of y = 2x + 8 with normal noise of variance 1, x standard normal."""
    rng = np.random.default_rng([seed, N, 85])
    x = rng.standard_normal(N)
    return x, 2 * x + 8 + rng.standard_normal(N)


class Sparse(NamedTuple):
    """A regression with a learned noise variance for each weight.

    Attributes
    ----------
    log_alpha : ndarray (d,)
        Logarithm of the noise variance relative to the weight's square.
    relevant : ndarray of bool (d,)
        Which of the true weights are not 0.
    error : float
        Mean squared error on noiseless data, noisy weights cut.
    plain : float
        The same of least squares.
    """

    log_alpha: np.ndarray
    relevant: np.ndarray
    error: float
    plain: float


def noisy_weights(seed: int, steps: int = 3000) -> Sparse:
    """Learn mean and variance of Gaussian weights, of a regression where most features are idle.

    100 examples, 40 features, 8 of which count; noise of variance 1. The loss is the expected
    negative log-likelihood, in closed form, plus the divergence from the log-uniform prior; no
    noise is drawn. Adam with learning rate 0.02.

    Parameters
    ----------
    seed : int
        Of the data.
    steps : int
        Steps of Adam.
    """
    n, d, used = 100, 40, 8
    rng = np.random.default_rng([seed, 86])
    relevant = np.arange(d) < used
    w = np.where(relevant, rng.choice((-1.0, 1.0), d) * rng.uniform(0.5, 1.5, d), 0)
    X, fresh = rng.standard_normal((n, d)), rng.standard_normal((2000, d))
    y = X @ w + rng.standard_normal(n)
    least_squares = np.linalg.lstsq(X, y, rcond=None)[0]
    theta, log_var = _fit(X, y, least_squares, steps)
    log_alpha = log_var - np.log(theta**2 + 1e-16)
    cut = np.where(log_alpha < PRUNED, theta, 0)
    error, plain = (float(np.mean((fresh @ (v - w)) ** 2)) for v in (cut, least_squares))
    return Sparse(log_alpha, relevant, error, plain)


def _fit(
    X: np.ndarray, y: np.ndarray, start: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Minimise over means and log variances, started with next to no noise."""
    values = np.stack([start, np.full_like(start, -6.0)])
    first, second = np.zeros_like(values), np.zeros_like(values)
    columns = (X**2).sum(axis=0)
    for t in range(1, steps + 1):
        theta, log_var = values
        grad = np.stack([-X.T @ (y - X @ theta), 0.5 * np.exp(log_var) * columns])
        log_alpha = log_var - np.log(theta**2 + 1e-16)
        s = _sigmoid(K2 + K3 * log_alpha)
        slope = -K1 * K3 * s * (1 - s) - 0.5 * _sigmoid(-log_alpha)  # of the divergence
        grad += np.stack([-2 * slope * theta / (theta**2 + 1e-16), slope])
        first += 0.1 * (grad - first)
        second += 0.001 * (grad**2 - second)
        step = (first / (1 - 0.9**t)) / (np.sqrt(second / (1 - 0.999**t)) + 1e-8)
        values = values - 0.02 * step
    return values[0], values[1]


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(z / 2)) / 2
