"""What the demonstration of targeted dropout needs: training under it, and pruning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .data import Digits
from .ensembles import train as train_mlp
from .train import LossGrads, Params, error_rate, fit, init_mlp, loss_grads_with, no_dropout

TargetedMask = Callable[[np.ndarray, float, float, np.ndarray, str], np.ndarray]
SIZES, HIDDEN = [64, 128, 128, 10], ("W1", "W2")  # the output layer is left alone


def train(
    data: Digits, seed: int, mask: TargetedMask, gamma: float, alpha: float, epochs: int
) -> Params:
    """Train a network 64-128-128-10 with targeted weight dropout on its hidden layers.

    Parameters
    ----------
    data : Digits
        Of one seed.
    seed : int
        Decides the first weights, the order of the examples and the masks.
    mask : callable
        ``targeted_mask``; one mask for each layer and step, weights as (in, out).
    gamma, alpha : float
        Share of candidates, and the rate at which they are dropped.
    epochs : int
        Passes over the training set.

    Returns
    -------
    dict
        The parameters, none of them pruned.
    """
    loss_grads = _loss_grads(mask, gamma, alpha, np.random.default_rng([seed, 84]))
    return fit(init_mlp(SIZES, seed), data, epochs=epochs, loss_grads=loss_grads, seed=seed)


def baseline(data: Digits, seed: int, p: float, epochs: int) -> Params:
    """Train the same network with dropout on its hidden units, or without if p is 0."""
    return train_mlp(data, SIZES, seed, p, epochs)


def _loss_grads(
    mask: TargetedMask, gamma: float, alpha: float, rng: np.random.Generator
) -> LossGrads:
    whole = loss_grads_with(no_dropout)

    def loss_grads(params: Params, X: np.ndarray, y: np.ndarray, masks: Any, p: float) -> Any:
        kept = {
            name: mask(params[name], gamma, alpha, rng.random(params[name].shape), "weight")
            for name in HIDDEN
        }

        def masked(values: Params) -> Params:
            return {name: a * kept[name] if name in kept else a for name, a in values.items()}

        loss, grads = whole(masked(params), X, y, masks, p)
        return loss, masked(grads)

    return loss_grads


def errors_after_pruning(
    params: Params, data: Digits, mask: TargetedMask, shares: Sequence[float]
) -> np.ndarray:
    """Test error in per cent after the smallest share of the weights into each unit is cut.

    With ``mask``, ``targeted_mask``, at alpha = 1: every candidate goes.
    """
    found = []
    for share in shares:
        pruned = dict(params)
        for name in HIDDEN:
            W = params[name]
            pruned[name] = W * mask(W, share, 1.0, np.zeros(W.shape), "weight")
        found.append(error_rate(pruned, data.X_test, data.y_test))
    return np.array(found)
