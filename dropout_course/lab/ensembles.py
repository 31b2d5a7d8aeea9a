"""What the demonstrations of chapter 05 need: members, stochastic passes, scores, a triangle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from .data import Digits, digits
from .plots import MUTED
from .train import Params, fit, init_mlp, logits, loss_grads_with

BINS = 15  # of the calibration error


class Scores(NamedTuple):
    """How good probabilistic predictions are, one number a replica, smaller is better.

    Attributes
    ----------
    error : ndarray
        Misclassified examples in per cent.
    nll : ndarray
        Mean negative log-likelihood of the right class, in nats.
    ece : ndarray
        Expected calibration error in per cent.
    """

    error: np.ndarray
    nll: np.ndarray
    ece: np.ndarray


def softmax(z: np.ndarray) -> np.ndarray:
    """Turn logits into probabilities, over the last axis."""
    odds = np.exp(z - z.max(-1, keepdims=True))
    return odds / odds.sum(-1, keepdims=True)


def three_digits(seed: int, n_train: int, classes: Sequence[int] = (3, 5, 8)) -> Digits:
    """Split the digits, clean labels, and leave three classes, called 0, 1 and 2.

    `n_train` counts the training examples of all ten classes, so about three tenths remain.
    """
    data = digits(seed, n_train, noise=0.0)
    train, test = (np.isin(y, classes) for y in (data.y_train, data.y_test))
    name = np.zeros(10, int)
    name[list(classes)] = range(len(classes))
    labels = name[data.y_train[train]]
    return Digits(data.X_train[train], labels, data.X_test[test], name[data.y_test[test]], labels)


def train(
    data: Digits,
    sizes: Sequence[int],
    seed: int | Sequence[int],
    p: float,
    epochs: int,
    batch: int = 100,
    lr: float = 1e-3,
) -> Params:
    """Train networks with inverted dropout after each ReLU, one mask for each example."""
    params = init_mlp(sizes, seed)
    grads = loss_grads_with(_dropout) if p else None
    draw = _draw_mask if p else None
    return fit(
        params, data, epochs=epochs, loss_grads=grads, draw_mask=draw, p=p, batch=batch, lr=lr
    )


def stochastic_passes(
    params: Params, X: np.ndarray, p: float, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Give the class probabilities of one pass with fresh masks after the other, for ever."""
    widths = [params[f"W{k}"].shape[-1] for k in range(1, len(params) // 2)]
    while True:
        masks = [_draw_mask((*X.shape[:-1], width), p, rng) for width in widths]
        yield softmax(logits(params, X, _dropout, masks, p))


def running_means(
    params: Params, X: np.ndarray, p: float, counts: Sequence[int], rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Give the mean probabilities of the first `counts` stochastic passes; `counts` rises."""
    total: Any = 0
    passes = stochastic_passes(params, X, p, rng)
    for done, probs in enumerate(passes, start=1):
        total = total + probs
        if done in counts:
            yield total / done
        if done >= counts[-1]:
            return


def scores(probs: np.ndarray, y: np.ndarray) -> Scores:
    """Score predictions.

    Parameters
    ----------
    probs : ndarray, shape (..., n, K)
        Class probabilities.
    y : ndarray of int, shape (..., n)
        Right classes.

    Returns
    -------
    Scores
        Each part of shape (...).
    """
    hit = probs.argmax(-1) == y
    of_right = np.take_along_axis(probs, y[..., None], -1)[..., 0].astype(float)
    nll = -np.log(np.maximum(of_right, 1e-30)).mean(-1)
    # |sum of (hit - confidence)| in each bin (lo, hi], added up, over n
    sure = probs.max(-1).astype(float)
    bins = np.ceil(sure * BINS).astype(int)
    gaps = [np.where(bins == b, hit - sure, 0).sum(-1) for b in range(1, BINS + 1)]
    return Scores(100 * (1 - hit.mean(-1)), nll, 100 * np.abs(gaps).sum(0) / y.shape[-1])


def corners(probs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn probabilities of three classes into points of a triangle of side 1."""
    return probs[..., 1] + probs[..., 2] / 2, np.sqrt(0.75) * probs[..., 2]


def triangle(ax: Any, names: Sequence[str]) -> None:
    """Draw the triangle of all distributions over three classes, its corners named."""
    x, y = corners(np.eye(3)[[0, 1, 2, 0]])
    ax.plot(x, y, color=MUTED, linewidth=1)
    for name, corner, where in zip(names, np.eye(3), ("right", "left", "center"), strict=True):
        x, y = corners(corner)
        shift = {"right": -0.03, "left": 0.03, "center": 0}[where]
        above = {"right": 0, "left": 0, "center": 0.05}[where]
        ax.text(x + shift, y + above, name, ha=where, va="center", color=MUTED)
    ax.set_aspect("equal")
    ax.set_xlim(-0.2, 1.2)
    ax.set_ylim(-0.06, 1.0)
    ax.axis("off")


def _draw_mask(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> np.ndarray:
    return rng.random(shape, dtype=np.float32) >= p


def _dropout(x: np.ndarray, mask: np.ndarray, p: float, training: bool) -> np.ndarray:
    """Inverted dropout, as in chapter 03."""
    return x * mask * x.dtype.type(1 / (1 - p)) if training else x
