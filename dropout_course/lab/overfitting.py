"""What the demonstrations of chapter 01 need: noisy curves, random networks, error bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from .train import Params, _adam, he_normal

NOISE = 0.4  # standard deviation of the noise on every target


def curve(x: np.ndarray) -> np.ndarray:
    """Give the truth that all training sets of the chapter are drawn from: ``sin(3 x)``."""
    return np.sin(3 * x)


def training_sets(
    count: int, n: int, seed: int, noise: float = NOISE
) -> tuple[np.ndarray, np.ndarray]:
    """Draw many small training sets from the same noisy curve.

    Parameters
    ----------
    count : int
        Training sets.
    n : int
        Points in each, at least 2.
    seed : int
        Decides everything.
    noise : float
        Standard deviation of the normal noise on the targets.

    Returns
    -------
    x : ndarray, shape (count, n)
        Equispaced in [-1, 1] up to a jitter of a tenth of the spacing.
    y : ndarray, shape (count, n)
        ``curve(x)`` plus noise.
    """
    rng = np.random.default_rng([seed, 11])
    grid = np.linspace(-1, 1, n)
    x = grid + 0.1 * (grid[1] - grid[0]) * rng.uniform(-1, 1, (count, n))
    x = np.clip(x, -1, 1)
    return x, curve(x) + noise * rng.standard_normal((count, n))


def jackknife(statistic: Callable[[np.ndarray], np.ndarray], rows: np.ndarray) -> np.ndarray:
    """Standard error of a statistic of independent rows, by leaving out one row at a time.

    Parameters
    ----------
    statistic : callable
        Takes an array like `rows`, with any number of rows; gives one or several numbers.
    rows : ndarray, shape (S, ...)
        Independent rows, such as the predictions from S training sets; at least 2.

    Returns
    -------
    ndarray
        One standard error for each number.
    """
    count = len(rows)
    left_out = np.array([statistic(np.delete(rows, i, axis=0)) for i in range(count)])
    return np.sqrt((count - 1) * left_out.var(axis=0))


def differences(experiments: int, seeds: int, pool: int, new_points: bool, seed: int) -> np.ndarray:
    """Measure with several seeds, many times over, by how much a line is worse than a cubic.

    Each seed splits points in halves, fits polynomials of degree 1 and degree 3 to one half, and
    takes the difference of their mean squared errors on the other.

    Parameters
    ----------
    experiments : int
        Repetitions of the whole experiment, each with data of its own.
    seeds : int
        Splits in each experiment.
    pool : int
        Points that are split, an even number.
    new_points : bool
        Whether every seed draws new points, or all seeds of an experiment split the same ones.
    seed : int
        Decides everything.

    Returns
    -------
    ndarray, shape (experiments, seeds)
        Error of degree 1 minus error of degree 3.
    """
    rng = np.random.default_rng([seed, int(new_points)])
    shape = (experiments, seeds if new_points else 1, pool)
    x = rng.uniform(-1, 1, shape)
    y = curve(x) + NOISE * rng.standard_normal(shape)
    order = np.argsort(rng.random((experiments, seeds, pool)), axis=-1)
    x, y = (np.take_along_axis(np.broadcast_to(a, order.shape), order, -1) for a in (x, y))
    half = pool // 2
    line, cubic = (
        _held_out_error(x[..., :half], y[..., :half], x[..., half:], y[..., half:], degree)
        for degree in (1, 3)
    )
    return line - cubic


def _held_out_error(
    x: np.ndarray, y: np.ndarray, x_test: np.ndarray, y_test: np.ndarray, degree: int
) -> np.ndarray:
    """Mean squared error on test points of polynomials fitted along the last axis."""
    here, there = (a[..., None] ** np.arange(degree + 1) for a in (x, x_test))
    weights = np.linalg.solve(_t(here) @ here, _t(here) @ y[..., None])
    return ((y_test - (there @ weights)[..., 0]) ** 2).mean(-1)


def random_network(
    x: np.ndarray, y: np.ndarray, x_test: np.ndarray, width: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Fit the output weights of networks whose hidden ReLU layer is random and stays so.

    The output weights are the least squares solution, of minimum norm where there are several.

    Parameters
    ----------
    x, y : ndarray, shape (S, n)
        Training sets. Each one gets hidden units of its own.
    x_test : ndarray, shape (m,)
        Where to predict.
    width : int
        Hidden units.
    seed : int
        Decides the hidden units.

    Returns
    -------
    fitted : ndarray, shape (S, n)
        Predictions at the training points.
    predicted : ndarray, shape (S, m)
        Predictions at `x_test`.
    """
    rng = np.random.default_rng([seed, width])
    fitted, predicted = [], []
    for inputs, targets in zip(x, y):  # noqa: B905
        slope, kink = rng.choice([-1.0, 1.0], width), rng.uniform(-1, 1, width)
        features, test = (
            np.maximum(slope * (t[:, None] - kink), 0) / np.sqrt(width) for t in (inputs, x_test)
        )
        weights = np.linalg.lstsq(features, targets, rcond=1e-10)[0]
        fitted.append(features @ weights)
        predicted.append(test @ weights)
    return np.array(fitted), np.array(predicted)


def networks(
    x: np.ndarray,
    y: np.ndarray,
    x_test: np.ndarray,
    p: float,
    seed: int,
    checkpoints: Sequence[int],
    width: int = 64,
    lr: float = 3e-3,
) -> dict[int, np.ndarray]:
    """Train one regression network on each training set, all of them at once, with dropout.

    The networks are 1-width-width-1 with ReLUs, trained on the whole training set with Adam and
    the squared error. With p > 0 they use inverted dropout on both hidden layers, which chapter 3
    explains. Runs that differ in `p` alone start from the same weights.

    Parameters
    ----------
    x, y : ndarray, shape (S, n)
        Training sets. Each one gets initial weights of its own.
    x_test : ndarray, shape (m,)
        Where to predict, without dropout.
    p : float
        Probability of dropping a hidden unit, 0 <= p < 1.
    seed : int
        Decides the initial weights and, apart from them, the masks.
    checkpoints : sequence of int
        Numbers of steps after which to predict, in rising order.
    width : int
        Units of each hidden layer.
    lr : float
        Adam's learning rate.

    Returns
    -------
    dict
        Predictions of shape (S, m) after each of the `checkpoints`.
    """
    mask_rng = np.random.default_rng([seed, 3])
    params = _init(len(x), width, np.random.default_rng([seed, 1]))
    inputs, targets = (a[..., None].astype(np.float32) for a in (x, y))
    test = np.broadcast_to(x_test[:, None].astype(np.float32), (len(x), len(x_test), 1))
    shape = (*x.shape, width)
    update, predictions = _adam(params, lr), {}
    for step in range(1, checkpoints[-1] + 1):
        masks = (_scaled_mask(shape, p, mask_rng), _scaled_mask(shape, p, mask_rng))
        update(squared_error_grads(params, inputs, targets, masks)[1])
        if step in checkpoints:
            predictions[step] = _forward(params, test, (None, None))[-1][..., 0]
    return predictions


def squared_error_grads(
    params: Params, X: np.ndarray, y: np.ndarray, masks: tuple[np.ndarray | None, ...]
) -> tuple[np.ndarray, Params]:
    """Half the mean squared error of each network, and its gradients.

    Parameters
    ----------
    params : dict
        ``W1 (S, 1, H)``, ``b1 (S, H)``, ``W2``, ``b2``, ``W3``, ``b3``.
    X, y : ndarray, shape (S, n, 1)
        Inputs and targets.
    masks : tuple of two ndarrays of shape (S, n, H), or of None
        What each hidden layer is multiplied by.

    Returns
    -------
    loss : ndarray, shape (S,)
    grads : dict
        Keys and shapes of `params`.
    """
    h1, h2, out = _forward(params, X, masks)
    error = out - y
    g3 = error / np.float32(X.shape[-2])
    g2 = _through(g3 @ _t(params["W3"]), h2, masks[1])
    g1 = _through(g2 @ _t(params["W2"]), h1, masks[0])
    grads = {}
    for k, (inputs, grad) in enumerate(((X, g1), (h1, g2), (h2, g3)), start=1):
        grads[f"W{k}"], grads[f"b{k}"] = _t(inputs) @ grad, grad.sum(-2)
    return 0.5 * (error**2).mean((-1, -2)), grads


def _init(count: int, width: int, rng: np.random.Generator) -> Params:
    """He-normal weights; hidden biases that spread the kinks over the inputs."""
    sizes, params = (1, width, width, 1), {}
    for k, shape in enumerate(pairwise(sizes), start=1):
        params[f"W{k}"] = np.stack([he_normal(shape, rng) for _ in range(count)])
        spread = 1.0 if k == 1 else 0.0
        bias = spread * rng.uniform(-1, 1, (count, shape[1]))
        params[f"b{k}"] = bias.astype(np.float32)
    return params


def _forward(
    params: Params, X: np.ndarray, masks: tuple[np.ndarray | None, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both hidden layers, as they are after their masks, and the output."""
    h1 = _masked(np.maximum(X * params["W1"] + params["b1"][:, None], 0), masks[0])
    h2 = _masked(np.maximum(h1 @ params["W2"] + params["b2"][:, None], 0), masks[1])
    return h1, h2, h2 @ params["W3"] + params["b3"][:, None]


def _scaled_mask(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> np.ndarray | None:
    """Draw a mask and divide it by 1 - p; None where nothing is dropped."""
    if p == 0:
        return None
    return (rng.random(shape, dtype=np.float32) >= p) * np.float32(1 / (1 - p))


def _masked(h: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    return h if mask is None else h * mask


def _through(grad: np.ndarray, h: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Lead a gradient back through a mask and a ReLU; a dropped unit has h = 0 already."""
    return _masked(grad * (h > 0), mask)


def _t(a: np.ndarray) -> np.ndarray:
    return np.swapaxes(a, -1, -2)
