"""Monte Carlo dropout (Gal & Ghahramani, 2016): passes, and what is read off them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .losses import softmax
from .network import mode


def mc_passes(network: Any, X: np.ndarray, passes: int, seed: int) -> np.ndarray:
    """Give class probabilities of shape (passes, N, K), each pass with masks of its own."""
    network.reseed(seed)
    samples = []
    with mode(network, training=True):
        for _ in range(passes):
            samples.append(softmax(network.forward(X)))
    return np.stack(samples)


def entropy(probabilities: np.ndarray) -> np.ndarray:
    """Give the entropy along the last axis in nats, with 0 log 0 = 0."""
    return -(probabilities * np.log(np.maximum(probabilities, 1e-300))).sum(axis=-1)


def predictive_mean(samples: np.ndarray) -> np.ndarray:
    """Average the passes' probabilities: (T, N, K) to (N, K)."""
    return samples.mean(axis=0)


def epistemic(samples: np.ndarray) -> np.ndarray:
    """Give the population variance of the probabilities over the passes, (N, K)."""
    return samples.var(axis=0)


def aleatoric(samples: np.ndarray) -> np.ndarray:
    """Give the mean over the passes of the variance of a one-hot label, p(1 - p), (N, K)."""
    return (samples * (1 - samples)).mean(axis=0)


def mutual_information(samples: np.ndarray) -> np.ndarray:
    """Give the entropy of the mean minus the mean of the entropies, (N,), in nats."""
    return entropy(samples.mean(axis=0)) - entropy(samples).mean(axis=0)


def summarise(samples: np.ndarray) -> dict[str, np.ndarray]:
    """Give mean, total variance, its epistemic part, and the mutual information."""
    spread = epistemic(samples)
    return {
        "mean": predictive_mean(samples),
        "total_var": spread + aleatoric(samples),
        "epistemic": spread,
        "mutual_information": mutual_information(samples),
    }
