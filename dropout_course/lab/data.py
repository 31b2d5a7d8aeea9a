"""Data of the demonstrations: scikit-learn's bundled handwritten digits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

CLASSES = 10


class Digits(NamedTuple):
    """A training set with some wrong labels, and a clean test set.

    Shapes are for one seed; with a sequence of R seeds each array has a leading axis R.

    Attributes
    ----------
    X_train, X_test : ndarray of float32, shape (n, 64)
        Grey values in [0, 1], 8 x 8 pixels row by row.
    y_train : ndarray of int, shape (n_train,)
        Labels to train on, some of them wrong.
    y_test : ndarray of int, shape (1797 - n_train,)
        Labels of the test set, all right.
    y_train_clean : ndarray of int, shape (n_train,)
        The training labels before any was changed.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    y_train_clean: np.ndarray


def digits(seed: int | Sequence[int], n_train: int, noise: float = 0.3) -> Digits:
    """Split the 1797 digits into a small noisy training set and a clean test set.

    Parameters
    ----------
    seed : int or sequence of int
        Decides the split and the wrong labels.  A sequence gives one split for each
        seed, stacked along a leading axis.
    n_train : int
        Training examples, 1 to 1796; all others are the test set.
    noise : float
        Fraction of the training labels that are wrong: ``round(noise * n_train)`` of
        them are replaced by a uniformly random *other* class.

    Returns
    -------
    Digits
        The arrays, see `Digits`.

    Raises
    ------
    ImportError
        If scikit-learn, which brings the images along, is not installed.
    ValueError
        If `n_train` leaves no training or no test examples, or `noise` is not in [0, 1].
    """
    X, y = _all_digits()
    if not 0 < n_train < len(y):
        raise ValueError(f"n_train must be between 1 and {len(y) - 1}, not {n_train}.")
    if not 0 <= noise <= 1:
        raise ValueError(f"noise is a fraction between 0 and 1, not {noise}.")
    if isinstance(seed, (int, np.integer)):
        return _split(X, y, int(seed), n_train, noise)
    runs = [_split(X, y, int(s), n_train, noise) for s in seed]
    return Digits(*(np.stack(parts) for parts in zip(*runs, strict=True)))


def _split(X: np.ndarray, y: np.ndarray, seed: int, n_train: int, noise: float) -> Digits:
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    train, test = order[:n_train], order[n_train:]
    clean = y[train]
    noisy = clean.copy()
    wrong = rng.permutation(n_train)[: round(noise * n_train)]
    # 1 to 9 classes further, modulo 10: every class but the right one, equally often
    noisy[wrong] = (clean[wrong] + rng.integers(1, CLASSES, len(wrong))) % CLASSES
    return Digits(X[train], noisy, X[test], y[test], clean)


@cache
def _all_digits() -> tuple[np.ndarray, np.ndarray]:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError(
            "The digits come with scikit-learn, which is not installed here. "
            'Run: pip install "dropout-course[data]", then restart the kernel.'
        ) from error
    bunch = load_digits()
    return (bunch.data / 16).astype(np.float32), bunch.target.astype(np.int64)
