"""What the demonstrations of chapter 06 need beyond the shared training loop."""

from __future__ import annotations

import itertools
import math

import numpy as np

from .train import LossGrads, Params, softmax_loss_grad


def two_features(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw a small regression problem with two correlated features of different scale.

    Parameters
    ----------
    n : int
        Examples.
    seed : int
        Decides everything.

    Returns
    -------
    X : ndarray, shape (n, 2)
        The features; correlation about 0.7, standard deviations about 1 and 2.
    y : ndarray, shape (n,)
        ``X @ [2, 0.5]`` plus normal noise of standard deviation 1.
    """
    rng = np.random.default_rng([seed, 61])
    first = rng.standard_normal(n)
    second = 2 * (0.7 * first + 0.7 * rng.standard_normal(n))
    X = np.stack([first, second], axis=1)
    return X, X @ np.array([2.0, 0.5]) + rng.standard_normal(n)


def sgd_with_dropout(
    X: np.ndarray, y: np.ndarray, p: float, start: np.ndarray, steps: int, lr: float, seed: int
) -> np.ndarray:
    """Run linear regression by gradient descent with inverted dropout on the inputs.

    Each step draws a new mask for every entry of `X` and follows the gradient of the mean
    squared error on the masked inputs. Several runs go at once, one for each start.

    Parameters
    ----------
    X, y : ndarray, shapes (n, d) and (n,)
        The data.
    p : float
        Probability of dropping, p < 1.
    start : ndarray, shape (R, d)
        Weights at the start of each run.
    steps : int
        Steps of gradient descent.
    lr : float
        Learning rate.
    seed : int
        Decides the masks.

    Returns
    -------
    ndarray, shape (steps + 1, R, d)
        The weights along the way.
    """
    rng, w = np.random.default_rng([seed, 62]), start.astype(float)
    path = [w]
    for _ in range(steps):
        noisy = X * (rng.random((len(w), *X.shape)) >= p) / (1 - p)
        error = np.einsum("rnd,rd->rn", noisy, w) - y
        w = w - lr * 2 / len(y) * np.einsum("rnd,rn->rd", noisy, error)
        path.append(w)
    return np.array(path)


def all_masks(n: int, p: float) -> tuple[np.ndarray, np.ndarray]:
    """Give all masks of n units, shape (2**n, n), and the probability of each."""
    masks = np.array(list(itertools.product((False, True), repeat=n)))
    kept = masks.sum(axis=1)
    return masks, (1 - p) ** kept * p ** (n - kept)


def loss_grads_with_noise() -> LossGrads:
    """Make the loss and gradients of a network whose hidden units are multiplied by noise.

    The difference to `lab.loss_grads_with`: the derivative of the ReLU is taken before the noise.
    A Gaussian multiplier can be negative, so a unit's sign after the noise says nothing.

    Returns
    -------
    callable
        ``loss_grads(params, X, y, noise, p)`` for `lab.fit`: `noise` holds one array of
        multipliers a hidden layer, which `lab.fit` gets from its argument `draw_mask`.
    """

    def loss_grads(
        params: Params, X: np.ndarray, y: np.ndarray, noise: tuple[np.ndarray, ...], p: float
    ) -> tuple[np.ndarray, Params]:
        depth = len(params) // 2
        inputs, active = [X], []
        for k in range(1, depth):
            a = inputs[-1] @ params[f"W{k}"] + params[f"b{k}"][..., None, :]
            active.append(a > 0)
            inputs.append(np.maximum(a, 0) * noise[k - 1])
        top = inputs[-1] @ params[f"W{depth}"] + params[f"b{depth}"][..., None, :]
        loss, grad = softmax_loss_grad(top, y)
        grads: Params = {}
        for k in range(depth, 0, -1):
            grads[f"W{k}"] = np.swapaxes(inputs[k - 1], -1, -2) @ grad
            grads[f"b{k}"] = grad.sum(-2)
            if k > 1:
                grad = grad @ np.swapaxes(params[f"W{k}"], -1, -2) * noise[k - 2] * active[k - 2]
        return loss, grads

    return loss_grads


def exact_kl(alpha: float, points: int = 200_000) -> float:
    """Divergence of N(1, alpha) from the log-uniform prior, by numerical integration.

    The constant, which the improper prior leaves open, is chosen so that the divergence tends to
    0 for large `alpha`.

    Parameters
    ----------
    alpha : float
        Variance of the multipliers.
    points : int
        Nodes of the midpoint rule.
    """
    z = (np.arange(points) + 0.5) * (20 / points) - 10
    density = np.exp(-(z**2) / 2)
    mean_log = density @ np.log(np.abs(1 + math.sqrt(alpha) * z)) / density.sum()
    return float(mean_log - math.log(alpha) / 2 + (np.euler_gamma + math.log(2)) / 2)


def fit_logistic(X: np.ndarray, y: np.ndarray, p: float = 0.0, ridge: float = 0.0) -> np.ndarray:
    """Minimise the mean logistic loss over all masks of the inputs, plus a ridge penalty.

    Nothing is sampled: each Newton step sums over all 2**d masks.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        Inputs, few features.
    y : ndarray, shape (n,)
        Labels, or probabilities of a label 1.
    p : float
        Probability of dropping an input, p < 1.
    ridge : float
        Weight of half the squared norm of the weights.

    Returns
    -------
    ndarray, shape (d,)
        The weights.
    """
    d = X.shape[1]
    masks, probability = all_masks(d, p)
    masks, probability = masks[probability > 0], probability[probability > 0]
    w = np.zeros(d)
    for _ in range(25):
        slope, bend = ridge * w, ridge * np.eye(d)
        for mask, share in zip(masks, probability, strict=True):
            noisy = X * mask / (1 - p)
            pi = (1 + np.tanh(noisy @ w / 2)) / 2
            slope = slope + share * (noisy.T @ (pi - y))
            bend = bend + share * (noisy.T @ (noisy * (pi * (1 - pi))[:, None]))
        step = np.linalg.solve(bend, slope)
        w = w - step
        if np.abs(step).max() < 1e-10:
            break
    return w
