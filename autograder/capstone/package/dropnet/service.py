"""The service, yours to write: trained on labels as they come, it says how much it knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .config import Config
from .data import Data, Part, moments
from .losses import softmax
from .network import Network, mode
from .train import fit as train

Predict = Callable[[np.ndarray], dict[str, np.ndarray]]


def fit(X: np.ndarray, y: np.ndarray, seed: int) -> Predict:
    """Train on inputs (N, 64) and noisy labels (N,) from 0 to 9; give `predict`.

    `predict` takes inputs (M, 64) and gives arrays: ``mean``, ``total_var`` and ``epistemic`` of
    shape (M, 10), and ``mutual_information`` (M,). This first version has the default settings
    and gives ``mean`` alone, from one pass without dropout.
    """
    config = replace(Config(), seed=seed)
    n = 2 * len(y) // 3
    center, scale = moments(X[:n])
    Z = (X - center) / scale
    held_out = Part(Z[n:], y[n:])
    network = Network((X.shape[1], *config.hidden, 10), config.p, seed)
    train(network, Data(Part(Z[:n], y[:n]), held_out, held_out), config)

    def predict(X: np.ndarray) -> dict[str, np.ndarray]:
        with mode(network, training=False):
            return {"mean": softmax(network.forward((X - center) / scale))}

    return predict
