"""Eight-by-eight digits with noisy labels, split and standardised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass
class Part:
    """Inputs (N, d) and labels (N,)."""

    X: np.ndarray
    y: np.ndarray


@dataclass
class Data:
    """The three parts; labels of `test` are clean."""

    train: Part
    validation: Part
    test: Part


def load_digits() -> tuple[np.ndarray, np.ndarray]:
    """Give scikit-learn's digits: (1797, 64) pixels from 0 to 16, and labels."""
    from sklearn.datasets import load_digits as load

    return load(return_X_y=True)


def noisy(y: np.ndarray, rate: float, classes: int, rng: np.random.Generator) -> np.ndarray:
    """Replace each label, with probability `rate`, by one of the other classes."""
    other = (y + rng.integers(1, classes, len(y))) % classes
    return np.where(rng.random(len(y)) < rate, other, y)


def split(X: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Data:
    """Shuffle, and cut into 40 % training, 20 % validation, 40 % test."""
    order = rng.permutation(len(X))
    X = X[order]
    y = y[order]
    a, b = int(0.4 * len(X)), int(0.6 * len(X))
    return Data(Part(X[:a], y[:a]), Part(X[a:b], y[a:b]), Part(X[b:], y[b:]))


def moments(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give mean and standard deviation of each feature; 1 where a feature is constant."""
    std = X.std(axis=0)
    return X.mean(axis=0), np.where(std > 0, std, 1.0)


def prepare(X: np.ndarray, y: np.ndarray, noise: float, classes: int, seed: int) -> Data:
    """Split, make the labels seen in training noisy, and standardise."""
    rng = np.random.default_rng(seed)
    data = split(X, y, rng)
    for part in (data.train, data.validation):
        part.y = noisy(part.y, noise, classes, rng)
    mean, std = moments(data.train.X)
    for part in (data.train, data.validation, data.test):
        part.X = (part.X - mean) / std
    return data


def epochs(n: int, size: int, count: int, seed: int) -> Iterator[list[np.ndarray]]:
    """Give, for each epoch, the indices of its batches in a new order."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        order = rng.permutation(n)
        yield [order[i : i + size] for i in range(0, n, size)]
