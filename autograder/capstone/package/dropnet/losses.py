"""Softmax and cross-entropy."""

from __future__ import annotations

import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    """Give the class probabilities of (N, K) logits."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def cross_entropy(logits: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Give the mean loss in nats and its gradient with respect to the logits."""
    rows = np.arange(len(y))
    probabilities = softmax(logits)
    loss = -np.log(np.maximum(probabilities[rows, y], 1e-300)).mean()
    grad = probabilities.copy()
    grad[rows, y] -= 1.0
    return float(loss), grad / len(y)
