"""What the demonstrations of chapter 04 need beyond the shared training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from .plots import COLORS, axes
from .train import LossGrads, Params, error_rate, softmax_loss_grad


def draw_mask(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> np.ndarray:
    """Draw a boolean mask, True for kept, as in chapter 03."""
    return rng.random(shape) >= p


def numerical_gradient(
    f: Callable[[np.ndarray], float], x: np.ndarray, eps: float = 1e-6
) -> np.ndarray:
    """Central differences of a scalar function of a float64 array; `x` is left as it was.

    The error is of order ``eps**2`` as long as no kink of `f` lies within `eps`.
    """
    grad = np.empty_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = eps
        grad[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return grad


def relative_error(got: np.ndarray, want: np.ndarray) -> float:
    """Largest difference between two arrays, relative to the largest entry of `want`."""
    return float(np.abs(got - want).max() / np.abs(want).max())


def loss_grads_with_two_masks(rng: np.random.Generator, fresh: bool) -> LossGrads:
    """Make the loss and gradients of a three-layer network, right or with a famous bug.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the masks of the backward pass.
    fresh : bool
        True: the backward pass draws its own masks, at the right rate. False: it uses the masks
        of the forward pass, which is right.

    Returns
    -------
    callable
        ``loss_grads(params, X, y, masks, p)`` for `lab.fit`, with or without a replica axis.
    """

    def loss_grads(
        params: Params, X: np.ndarray, y: np.ndarray, masks: tuple[np.ndarray, ...], p: float
    ) -> tuple[np.ndarray, Params]:
        scale = X.dtype.type(1 / (1 - p))
        b1, b2, b3 = (params[f"b{k}"][..., None, :] for k in (1, 2, 3))
        a1 = X @ params["W1"] + b1
        h1 = np.maximum(a1, 0) * masks[0] * scale
        a2 = h1 @ params["W2"] + b2
        h2 = np.maximum(a2, 0) * masks[1] * scale
        loss, g3 = softmax_loss_grad(h2 @ params["W3"] + b3, y)
        if fresh:
            masks = tuple(draw_mask(m.shape, p, rng) for m in masks)
        g2 = g3 @ _t(params["W3"]) * masks[1] * scale * (a2 > 0)
        g1 = g2 @ _t(params["W2"]) * masks[0] * scale * (a1 > 0)
        grads = {}
        for k, (inputs, g) in enumerate(((X, g1), (h1, g2), (h2, g3)), start=1):
            grads[f"W{k}"], grads[f"b{k}"] = _t(inputs) @ g, g.sum(-2)
        return loss, grads

    return loss_grads


def knocked_out_error(
    params: Params, X: np.ndarray, y: np.ndarray, fraction: float, rng: np.random.Generator
) -> float:
    """Error in per cent of a trained network after losing some of its hidden units.

    In each hidden layer `fraction` of the units, chosen at random, are removed for all inputs;
    the outputs of the others are divided by ``1 - fraction``. One choice of units; average over
    several.
    """

    def remove(h: np.ndarray, mask: np.ndarray, p: float, training: bool) -> np.ndarray:
        return h * mask / (1 - p)

    masks = []
    for k in range(1, len(params) // 2):
        width = params[f"W{k}"].shape[-1]
        mask = np.ones(width, bool)
        mask[rng.permutation(width)[: round(fraction * width)]] = False
        masks.append(mask)
    return float(error_rate(params, X, y, remove, masks, fraction))


def first_epoch(losses: np.ndarray, level: float) -> float:
    """Number of the first epoch with a loss of at most `level`; NaN if there is none."""
    reached = np.flatnonzero(losses <= level)
    return 1.0 + reached[0] if len(reached) else float("nan")


def likeness(params: Params, X: np.ndarray) -> tuple[float, float]:
    """How alike the units of the second hidden layer are, without dropout.

    Returns
    -------
    closest : float
        Correlation of a unit with the unit that it resembles most, mean over units.
    average : float
        Absolute correlation, mean over all pairs. Units that never vary are left out.
    """
    h = np.maximum(X @ params["W1"] + params["b1"], 0)
    h = np.maximum(h @ params["W2"] + params["b2"], 0).astype(float)
    r = np.corrcoef(h[:, h.std(axis=0) > 1e-6].T)
    others = ~np.eye(len(r), dtype=bool)
    return float(np.where(others, r, -1).max(axis=0).mean()), float(np.abs(r[others]).mean())


def trajectories(distance: Mapping[str, Sequence[Sequence[float]]], title: str) -> None:
    """Draw distances against steps, a line a name: median, smallest and largest of its runs."""
    ax = axes(1, title, "step of SGD", "largest difference of weights")
    for series, (name, runs) in enumerate(distance.items()):
        values = np.maximum(runs, 1e-18)  # an exact 0 has no place on a log axis
        steps = range(1, values.shape[1] + 1)
        ax.plot(steps, np.median(values, 0), color=COLORS[series], label=name)
        ax.fill_between(steps, values.min(0), values.max(0), color=COLORS[series], alpha=0.2)
    ax.set_yscale("log")
    ax.legend()


def sgd_path(
    V: np.ndarray,
    W: np.ndarray,
    X: np.ndarray,
    y: np.ndarray,
    masks: Iterable[np.ndarray],
    factor: float,
    lrs: tuple[float, float],
) -> list[np.ndarray]:
    """Train ``relu(X V) * mask * factor @ W`` on squared error with plain SGD.

    Parameters
    ----------
    V, W : ndarray, shapes (in, hidden) and (hidden, out)
        Weights at the start; they are left as they were.
    X, y : ndarray, shapes (n, in) and (n, out)
        The data, one full batch a step.
    masks : iterable of bool ndarray, shape (n, hidden)
        One mask a step.
    factor : float
        1 for standard dropout, 1/q for inverted dropout.
    lrs : tuple of float
        Learning rates of `V` and `W`.

    Returns
    -------
    list of ndarray
        `W` after each step.
    """
    path = []
    for mask in masks:
        a = X @ V
        h = np.maximum(a, 0) * mask * factor
        error = (h @ W - y) / len(y)
        grad_a = error @ W.T * mask * factor * (a > 0)
        V, W = V - lrs[0] * (X.T @ grad_a), W - lrs[1] * (h.T @ error)
        path.append(W)
    return path


def _t(a: np.ndarray) -> np.ndarray:
    return np.swapaxes(a, -1, -2)
