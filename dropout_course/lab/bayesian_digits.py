"""Classifiers of digits that say how sure they are, for chapter 12, and digits turned round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .data import Digits, digits
from .train import Params, fit, init_mlp, logits, loss_grads_with

SIDE, WIDTH, RATE = 8, 128, 0.5
KINDS = ("plain softmax", "dropout, switched off", "MC dropout", "ensemble of 5")


@dataclass
class Classifiers:
    """Three ways to spend one budget of training, each for S splits.

    Attributes
    ----------
    data : Digits
        S splits.
    plain, dropout : dict
        S networks without and with dropout.
    members : dict
        S times M networks without dropout, trained for 1/M of the epochs each.
    """

    data: Digits
    plain: Params
    dropout: Params
    members: Params


def train(seeds: Sequence[int], n_train: int = 1000, epochs: int = 60, M: int = 5) -> Classifiers:
    """Train on clean digits: 64-128-128-10, dropout with p = 1/2 behind both hidden layers."""
    sizes = [SIDE**2, WIDTH, WIDTH, 10]
    data = digits(seeds, n_train, noise=0.0)
    repeated = digits([s for s in seeds for _ in range(M)], n_train, noise=0.0)
    members = init_mlp(sizes, [1000 * s + k for s in seeds for k in range(M)])
    masked = loss_grads_with(_masked)
    start = init_mlp(sizes, seeds)
    return Classifiers(
        data,
        fit(init_mlp(sizes, seeds), data, epochs=epochs),
        fit(start, data, epochs=epochs, loss_grads=masked, draw_mask=_coins, p=RATE),
        fit(members, repeated, epochs=epochs // M),
    )


def probabilities(nets: Classifiers, X: np.ndarray, T: int = 50) -> dict[str, np.ndarray]:
    """Give class probabilities (passes, S, n, 10) for each of `KINDS`.

    Parameters
    ----------
    nets : Classifiers
    X : ndarray (S, n, 64)
    T : int
        Passes of MC dropout; the ensemble has one a member, the others have one.
    """
    return {name: softmax(z) for name, z in outputs(nets, X, T).items()}


def outputs(nets: Classifiers, X: np.ndarray, T: int = 50) -> dict[str, np.ndarray]:
    """Give logits in the place of `probabilities`."""
    rng = np.random.default_rng(15)
    S = len(X)
    shape = (*X.shape[:-1], WIDTH)
    passes = []
    for _ in range(T):
        masks = [_coins(shape, RATE, rng) for _ in range(2)]
        passes.append(logits(nets.dropout, X, _masked, masks, RATE))
    M = len(nets.members["W1"]) // S
    members = logits(nets.members, np.repeat(X, M, axis=0)).reshape(S, M, *X.shape[1:-1], 10)
    found = (
        logits(nets.plain, X)[None],
        logits(nets.dropout, X)[None],
        np.stack(passes),
        members.swapaxes(0, 1),
    )
    return dict(zip(KINDS, found, strict=True))


def softmax(z: np.ndarray) -> np.ndarray:
    """Turn logits into probabilities, in float64."""
    e = np.exp(z.astype(float) - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def turned(X: np.ndarray, degrees: float | np.ndarray) -> np.ndarray:
    """Turn images (…, 64) anticlockwise about their middle, with bilinear interpolation.

    Parameters
    ----------
    X : ndarray (…, 64)
    degrees : float or ndarray (…)
        One angle for all, or one for each image.
    """
    angle = np.deg2rad(np.asarray(degrees, float))[..., None, None]
    i, j = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    row = np.cos(angle) * i + np.sin(angle) * j + (SIDE - 1) / 2
    column = -np.sin(angle) * i + np.cos(angle) * j + (SIDE - 1) / 2
    lead = X.shape[:-1]
    row, column = (np.broadcast_to(a, (*lead, SIDE, SIDE)) for a in (row, column))
    framed = np.zeros((*lead, SIDE + 2, SIDE + 2), np.float32)  # what lies outside is black
    framed[..., 1:-1, 1:-1] = X.reshape(*lead, SIDE, SIDE)
    flat = framed.reshape(*lead, -1)
    top, left = (np.clip(np.floor(a).astype(int), -1, SIDE - 1) for a in (row, column))
    down, right = np.clip(row - top, 0, 1), np.clip(column - left, 0, 1)
    out = np.zeros((*lead, SIDE, SIDE))
    for below, share in ((0, 1 - down), (1, down)):
        for beside, part in ((0, 1 - right), (1, right)):
            place = (top + below + 1) * (SIDE + 2) + left + beside + 1
            out += (
                share
                * part
                * np.take_along_axis(flat, place.reshape(*lead, -1), -1).reshape(out.shape)
            )
    return out.reshape(X.shape).astype(np.float32)


def error_by_share(doubt: np.ndarray, right: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """Give the error in per cent on the least doubtful share of the points, for each share."""
    order = np.argsort(doubt, kind="stable")
    counts = [max(1, round(share * len(order))) for share in shares]
    return np.array([100 * (1 - right[order[:k]].mean()) for k in counts])


def _coins(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> np.ndarray:
    return rng.random(shape, dtype=np.float32) >= p


def _masked(x: np.ndarray, mask: np.ndarray, p: float, training: bool) -> np.ndarray:
    return x * mask * np.float32(1 / (1 - p)) if training else x
