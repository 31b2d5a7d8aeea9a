"""What is right where more than one answer is: arrays from the jail, examined outside.

A scene gives arrays in which inputs drawn outside are mixed, and not a count that is 0 when all
is well: a constant earns nothing. Another bug beside the one in question may change the arrays,
so that a judge takes every form that those bugs give them.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

Inputs = dict[str, Any]
CLOSE = 1e-9


def numbers(received: Any, shape: tuple[int, ...] | None = None) -> np.ndarray | None:
    """Give finite floats of a shape, or nothing, whatever was received."""
    try:
        values = np.asarray(received, dtype=float)
    except (TypeError, ValueError, OverflowError):
        return None
    fits = (shape is None or values.shape == shape) and bool(np.isfinite(values).all())
    return values if fits else None


def agree(received: Any, expected: Any, tolerance: float = CLOSE) -> bool:
    """Say whether two plain values are the same up to a tolerance, whatever the first is."""
    want = np.asarray(expected, dtype=float)
    got = numbers(received, want.shape)
    if got is None:
        return False
    size = max(1.0, float(np.max(np.abs(want), initial=0.0)))
    return bool(np.max(np.abs(got - want), initial=0.0) <= tolerance * size)


def _dropped(y: np.ndarray, x: np.ndarray) -> bool:
    """Say whether some of `x` are 0 in `y` and the others all `x` times one factor."""
    kept = y != 0
    if not 0 < kept.sum() < kept.size:
        return False
    factors = y[kept] / x[kept]
    return bool(factors.min() > 0 and np.ptp(factors) <= CLOSE * factors.max())


def columns_alike(received: Any, given: Inputs) -> bool:
    """Rows of a batch have masks of their own."""
    y = numbers(received, given["x"].shape)
    return y is not None and _dropped(y, given["x"]) and len(np.unique(y != 0, axis=0)) == len(y)


def backward_pattern(received: Any, given: Inputs) -> bool:
    """The gradient is 0 where the output is, and nowhere else."""
    values = numbers(received, (2, *given["x"].shape))
    if values is None or not np.array_equal(values[0] != 0, values[1] != 0):
        return False
    return _dropped(values[0], given["x"]) and _dropped(values[1], given["grad"])


def other_labels(received: Any, given: Inputs) -> bool:
    """No label is the old one, and all others occur."""
    values, classes = numbers(received, given["y"].shape), given["classes"]
    if values is None or not np.isin(values, np.arange(classes)).all():
        return False
    return set(((values - given["y"]) % classes).tolist()) == set(range(1, classes))


def pairs_after_the_split(received: Any, given: Inputs) -> bool:
    """The same pairs come back, in another order."""
    pairs = np.column_stack([given["x"], given["y"]])
    values = numbers(received, pairs.shape)
    if values is None or np.array_equal(values, pairs):
        return False
    return np.array_equal(values[np.lexsort(values.T)], pairs[np.lexsort(pairs.T)])


def test_mean_is_zero(received: Any, given: Inputs) -> bool:
    """The test set is standardised as a set that holds the training set is."""
    train, _, test = given["parts"]
    bases = (train, np.concatenate([train, test]))
    return any(agree(received, (test - b.mean(axis=0)) / b.std(axis=0)) for b in bases)


def orders_that_repeat(received: Any, given: Inputs) -> bool:
    """Each epoch begins with other examples, or with the same in another order."""
    values = numbers(received, (4, given["size"]))
    if values is None or not np.isin(values, given["marks"]).all():
        return False
    whole = all(len(np.unique(row)) == len(row) for row in values)
    return whole and len(np.unique(values, axis=0)) == len(values)


def passes_that_repeat(received: Any, given: Inputs) -> bool:
    """Each pass has noise of its own."""
    noise = given["noise"]
    values = numbers(received, noise.shape[1:])
    if values is None:
        return False
    shifted = np.exp(noise - noise.max(axis=-1, keepdims=True))
    known = (shifted / shifted.sum(axis=-1, keepdims=True)).reshape(-1, *noise.shape[2:])
    seen = all(np.abs(known - one).max(axis=(1, 2)).min() <= CLOSE for one in values)
    return seen and all(np.abs(a - b).max() > CLOSE for a, b in combinations(values, 2))


def information(received: Any, given: Inputs) -> bool:
    """It is right, in nats or in bits: the unit is another bug."""

    def entropy(p: np.ndarray) -> np.ndarray:
        return -(p * np.log(np.maximum(p, 1e-300))).sum(axis=-1)

    samples = given["samples"]
    nats = entropy(samples.mean(axis=0)) - entropy(samples).mean(axis=0)
    return agree(received, nats) or agree(received, nats / np.log(2))


def total_from_parts(received: Any, given: Inputs) -> bool:
    """It is the sum of two parts, each of which may have a bug of its own."""
    samples = given["samples"]
    mean = samples.mean(axis=0)
    spread = (samples.var(axis=0), samples.var(axis=0, ddof=1))
    noise = ((samples * (1 - samples)).mean(axis=0), mean * (1 - mean))
    return any(agree(received, a + b) for a in spread for b in noise)


JUDGES: dict[str, Callable[[Any, Inputs], bool]] = {
    judge.__name__: judge
    for judge in (
        columns_alike,
        backward_pattern,
        other_labels,
        pairs_after_the_split,
        test_mean_is_zero,
        orders_that_repeat,
        passes_that_repeat,
        information,
        total_from_parts,
    )
}
