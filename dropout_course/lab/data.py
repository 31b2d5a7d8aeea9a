"""Data of the demonstrations: handwritten digits and tumours, both bundled with scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

CLASSES = 10  # of the digits


class Digits(NamedTuple):
    """A training set with some wrong labels, and a clean test set, of digits or of tumours.

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
    return _splits(*_all_digits(), seed, n_train, noise)


def tumours(seed: int | Sequence[int], n_train: int, noise: float = 0.2) -> Digits:
    """Split the 569 breast tumours (Wisconsin, diagnostic) as `digits` splits the digits.

    Thirty measurements of cell nuclei, to be told benign (1) or malignant (0): no images, two
    classes and few examples, for conclusions that may hang on the digits.

    Parameters
    ----------
    seed, n_train, noise
        As for `digits`; `n_train` is 1 to 568.

    Returns
    -------
    Digits
        The same fields; measurements have mean 0 and standard deviation 1 over the training set.

    Raises
    ------
    ImportError, ValueError
        As for `digits`.
    """
    data = _splits(*_all_tumours(), seed, n_train, noise)
    mean, deviation = (f(data.X_train, axis=-2, keepdims=True) for f in (np.mean, np.std))
    scaled = ((X - mean) / deviation for X in (data.X_train, data.X_test))
    return data._replace(**dict(zip(("X_train", "X_test"), scaled, strict=True)))


def _splits(
    X: np.ndarray, y: np.ndarray, seed: int | Sequence[int], n_train: int, noise: float
) -> Digits:
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
    classes = int(y.max()) + 1
    order = rng.permutation(len(y))
    train, test = order[:n_train], order[n_train:]
    clean = y[train]
    noisy = clean.copy()
    wrong = rng.permutation(n_train)[: round(noise * n_train)]
    # 1, 2, … classes further, round and round: every class but the right one, equally often
    noisy[wrong] = (clean[wrong] + rng.integers(1, classes, len(wrong))) % classes
    return Digits(X[train], noisy, X[test], y[test], clean)


@cache
def _all_digits() -> tuple[np.ndarray, np.ndarray]:
    bunch = _bundled("digits")
    return (bunch.data / 16).astype(np.float32), bunch.target.astype(np.int64)


@cache
def _all_tumours() -> tuple[np.ndarray, np.ndarray]:
    bunch = _bundled("breast_cancer")
    return bunch.data.astype(np.float32), bunch.target.astype(np.int64)


def _bundled(name: str) -> Any:
    try:
        from sklearn import datasets
    except ImportError as error:
        raise ImportError(
            f"The {name.replace('_', ' ')} data come with scikit-learn, which is not installed "
            'here. Run: pip install "dropout-course[data]", then restart the kernel.'
        ) from error
    return getattr(datasets, f"load_{name}")()
