"""Right answers to 5.1 in other styles than the reference."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np


def masks_product(n):
    return np.array(list(itertools.product([True, False], repeat=n)))


def probs_loop(masks, p):
    out = []
    for row in masks:
        prob = 1.0
        for kept in row:
            prob *= (1 - p) if kept else p
        out.append(prob)
    return np.array(out)


def masks_recursive(n: int) -> np.ndarray:
    if n == 0:
        return np.zeros((1, 0), dtype=bool)
    rest = masks_recursive(n - 1)
    column = np.ones((len(rest), 1), dtype=bool)
    return np.vstack([np.hstack([~column, rest]), np.hstack([column, rest])])


def probs_powers(masks: np.ndarray, p: float) -> np.ndarray:
    print(f"{len(masks)} masks")
    kept = masks.sum(axis=-1)
    return (1.0 - p) ** kept * float(p) ** (masks.shape[1] - kept)


def masks_meshgrid(n):
    return np.stack(np.meshgrid(*[[False, True]] * n, indexing="ij"), -1).reshape(-1, n)


def probs_one_line(masks, p):
    return np.prod(masks * (1.0 - p) + ~masks * p, axis=1)


def masks_strings(n):
    rows = [[bit == "1" for bit in format(k, f"0{n}b")] for k in range(2**n)]
    return np.asfortranarray(rows)


def probs_math(masks, p):
    warnings.warn("slow", stacklevel=1)
    return np.fromiter((math.prod(1 - p if m else p for m in row) for row in masks), float)


IDIOMS = [
    {"all_masks": masks_product, "mask_probs": probs_loop},
    {"all_masks": masks_recursive, "mask_probs": probs_powers},
    {"all_masks": masks_meshgrid, "mask_probs": probs_one_line},
    {"all_masks": masks_strings, "mask_probs": probs_math},
]
