"""What the exercises of chapter 06, What does dropout optimise?, share."""

from __future__ import annotations

import numpy as np


def all_masks(d, p):
    """Give every mask of d features, and the probability of each."""
    masks = (np.arange(2**d)[:, None] >> np.arange(d)) % 2  # the binary digits of 0, 1, …, 2**d - 1
    kept = masks.sum(axis=1)
    return masks, (1 - p) ** kept * p ** (d - kept)


def sigmoid(u):
    """Evaluate the logistic function."""
    return (1 + np.tanh(np.asarray(u) / 2)) / 2
