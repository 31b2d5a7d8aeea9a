"""The numbers of torch's generator on the CPU, known without torch.

A law that sends a seed knows by them what was drawn where the answer ran, and need not believe
what it is told. Torch and NumPy use the same Mersenne twister and fill its state from 32 bits of a
seed in the same way (M. Matsumoto and T. Nishimura, 1998); ``torch.rand`` makes of each word of 32
bits the float32 of its low 24, and of two the float64 of their low 53.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

BEYOND = 8  # so many masks are looked through, one after the other, for one that was used


def words(seed: int, n: int) -> np.ndarray:
    """Give the first n words of 32 bits after ``torch.manual_seed(seed)``."""
    return np.random.RandomState(seed % 2**32).randint(0, 2**32, n, dtype=np.uint32)


def rand(seed: int, n: int) -> np.ndarray:
    """Give the first n numbers of ``torch.rand``, in float32."""
    return (words(seed, n) & 0xFFFFFF).astype(np.float32) * np.float32(2.0**-24)


def rand_double(seed: int, n: int) -> np.ndarray:
    """Give the first n numbers of ``torch.rand`` in float64."""
    high, low = words(seed, 2 * n).astype(np.uint64).reshape(n, 2).T
    return ((high << np.uint64(32) | low) & np.uint64(2**53 - 1)).astype(np.float64) * 2.0**-53


def masks(seed: int, shape: tuple[int, ...], p: float, runs: int) -> list[np.ndarray]:
    """Give the masks ``torch.rand(shape) >= p`` of several runs, one after the other."""
    n = int(np.prod(shape))
    kept = rand(seed, n * runs) >= np.float32(p)
    return [part.reshape(shape) for part in kept.reshape(runs, n)]


def drawn_before(seed: int, p: float, mask: np.ndarray) -> int | None:
    """Say how many numbers were drawn after the seed before those of a mask.

    None where it does not come from there, or only after a long while. Other numbers may have been
    drawn in between, whatever for.
    """
    kept = rand(seed, (BEYOND + 1) * mask.size) >= np.float32(p)
    places = (sliding_window_view(kept, mask.size) == mask.ravel()).all(axis=1)
    return int(places.argmax()) if places.any() else None
