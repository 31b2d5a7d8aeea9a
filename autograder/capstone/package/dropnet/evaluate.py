"""Error, calibration and selective risk."""

from __future__ import annotations

from typing import Any

import numpy as np

from .network import mode


def error(network: Any, X: np.ndarray, y: np.ndarray) -> float:
    """Give the fraction of wrong predictions of the network without noise."""
    with mode(network, training=False):
        predicted = network.forward(X).argmax(axis=1)
    return float(np.mean(predicted != y))


def calibration_error(probabilities: np.ndarray, y: np.ndarray, bins: int = 10) -> float:
    """Give the expected calibration error: the bins' gaps, weighted by their sizes."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == y
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for k in np.unique(index):
        inside = index == k
        gap = abs(confidence[inside].mean() - right[inside].mean())
        total += gap * inside.mean()
    return float(total)


def selective_risk(uncertainty: np.ndarray, wrong: np.ndarray, coverage: float) -> float:
    """Give the error on the fraction `coverage` of examples that are least uncertain."""
    kept = np.argsort(uncertainty, kind="stable")[: max(1, round(coverage * len(wrong)))]
    return float(wrong[kept].mean())
