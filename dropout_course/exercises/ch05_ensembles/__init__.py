"""What the exercises of chapter 05, An average of 2ⁿ networks, share."""

from __future__ import annotations

import itertools

import numpy as np


def every_mask(n):
    """List all masks of n units, for what is not about the student's list."""
    return np.array(list(itertools.product((False, True), repeat=n)))


def probabilities(masks, p):
    """Give the probability of each mask, for what is not about the student's."""
    return np.where(masks, 1 - p, p).prod(axis=1)


def softmax(z):
    """Softmax over the last axis."""
    odds = np.exp(z - z.max(-1, keepdims=True))
    return odds / odds.sum(-1, keepdims=True)


def shares(case, count, dtype=np.float64):
    """Draw positive weights that sum to 1, none like another."""
    drawn = np.arange(1, count + 1) + case.uniform(count, low=0.0, high=0.5)
    return (drawn / drawn.sum()).astype(dtype)
