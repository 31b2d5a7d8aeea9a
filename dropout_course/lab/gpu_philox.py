"""Philox, a random generator that is a function of a counter: NumPy's twin of the GPU kernel.

Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3".
"""

from __future__ import annotations

import numpy as np

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)  # golden ratio and sqrt(3) - 1, as fractions of 2**32
LOW = np.uint64(0xFFFFFFFF)


def philox(counter: np.ndarray, key: tuple[int, int], rounds: int = 10) -> np.ndarray:
    """Philox 4x32: four random words from a counter of four words and a key of two.

    Parameters
    ----------
    counter : ndarray of uint32, shape (..., 4)
    key : tuple of two int
        Below 2**32.
    rounds : int

    Returns
    -------
    ndarray of uint32, shape (..., 4)
    """
    c = [counter[..., i].astype(np.uint64) for i in range(4)]
    k = list(key)
    for _ in range(rounds):
        # A product of two 32-bit words has 64 bits; its halves change places and are mixed in.
        first, second = (c[2 * i] * np.uint64(MULTIPLIERS[i]) for i in range(2))
        c = [
            (second >> np.uint64(32)) ^ c[1] ^ np.uint64(k[0]),
            second & LOW,
            (first >> np.uint64(32)) ^ c[3] ^ np.uint64(k[1]),
            first & LOW,
        ]
        k = [(k[i] + KEY_STEPS[i]) % 2**32 for i in range(2)]
    return np.stack(c, axis=-1).astype(np.uint32)


def words(n: int, seed: int) -> np.ndarray:
    """Give n random words: element e gets word e % 4 of counter e // 4, as in the kernel.

    Parameters
    ----------
    n : int
    seed : int
        Below 2**64; the key.

    Returns
    -------
    ndarray of uint32, shape (n,)
    """
    counter = np.zeros(((n + 3) // 4, 4), np.uint32)
    counter[:, 0] = np.arange(len(counter))
    return philox(counter, (seed % 2**32, seed >> 32)).reshape(-1)[:n]


def keep_mask(n: int, p: float, seed: int) -> np.ndarray:
    """Give what the kernel keeps, bit by bit: boolean, shape (n,), for p < 1."""
    return words(n, seed) >= threshold(p)


def threshold(p: float) -> int:
    """Give the word from which on an element is kept: a share p of all words lies below it."""
    return min(round(p * 2**32), 2**32 - 1)


def on_arrays(x: np.ndarray, p: float, seed: int, bias: np.ndarray | None = None) -> np.ndarray:
    """Compute what the kernel computes: dropout of x, or of max(x + bias, 0), for p < 1."""
    z = x if bias is None else np.maximum(x + bias, 0)
    kept = keep_mask(x.size, p, seed).reshape(x.shape)
    return np.where(kept, z * x.dtype.type(1 / (1 - p)), x.dtype.type(0))
