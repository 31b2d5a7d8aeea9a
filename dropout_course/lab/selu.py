"""Deep SELU networks at initialisation, for chapter 10: what dropout does to mean and variance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

ALPHA, LAMBDA = 1.6732632423543772, 1.0507009873554805
Drop = Callable[[np.ndarray, np.ndarray, float], np.ndarray]


class Trace(NamedTuple):
    """Moments of the activations, layer by layer, one column a seed.

    Attributes
    ----------
    mean, var : ndarray, shape (depth, seeds)
        Over units and examples.
    signal : ndarray, shape (depth, seeds)
        Correlation with the activations of the same network without dropout.
    """

    mean: np.ndarray
    var: np.ndarray
    signal: np.ndarray


def selu(z: np.ndarray) -> np.ndarray:
    """Scaled exponential linear unit, elementwise."""
    return LAMBDA * np.where(z > 0, z, ALPHA * np.expm1(np.minimum(z, 0)))


def depth_trace(
    drop: Drop, p: float, *, seeds: Sequence[int], depth: int, width: int = 256, rows: int = 200
) -> Trace:
    """Send standard normal inputs through random SELU layers with dropout behind each.

    Parameters
    ----------
    drop : callable
        ``drop(x, mask, p)`` with a mask of x's shape, True = kept.
    p : float
        Probability of dropping.
    seeds : sequence of int
        One network, one set of inputs and one stream of masks for each; different functions
        and rates meet the same ones.
    depth, width, rows : int
        Layers, units in each of them, examples.

    Returns
    -------
    Trace
        Behind the dropout of each layer. Weights have variance 1/width (LeCun), no biases.
    """
    found = np.empty((3, depth, len(seeds)))
    for column, seed in enumerate(seeds):
        weights, masks = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])
        x = clean = weights.standard_normal((rows, width))
        for layer in range(depth):
            W = weights.standard_normal((width, width)) / np.sqrt(width)
            x, clean = selu(x @ W), selu(clean @ W)
            x = drop(x, masks.random(x.shape) >= p, p)
            signal = np.corrcoef(x.ravel(), clean.ravel())[0, 1]
            found[:, layer, column] = x.mean(), x.var(), signal
    return Trace(*found)
