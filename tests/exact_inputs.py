"""Inputs and masks for the identities of chapters 07 and 10."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import strategies as st

seeds = st.integers(0, 2**32 - 1)
rates = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 1.0])
inner_rates = st.floats(0.01, 0.99)
dtypes = st.sampled_from([np.float32, np.float64])
spatial_shapes = st.lists(st.integers(1, 4), min_size=0, max_size=3).map(tuple)


def inputs(shape, seed, dtype=np.float64):
    """Random activations, read-only: a write would raise."""
    x = np.random.default_rng(seed).normal(size=shape).astype(dtype)
    x.flags.writeable = False
    return x


def coins(shape, p, seed):
    return np.random.default_rng(seed).random(shape) >= p


def all_masks(n, p):
    """Every mask of n entries, one a row, and their probabilities."""
    masks = np.array(list(itertools.product((False, True), repeat=n)))
    return masks, np.where(masks, 1 - p, p).prod(axis=1)
