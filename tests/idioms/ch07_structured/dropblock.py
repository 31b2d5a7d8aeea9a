"""Right answers to 7.3 in other styles."""

from __future__ import annotations

import numpy as np


def gamma_expected(p, block, H, W):
    wanted = p * H * W
    centers = (H - (block - 1)) * (W - (block - 1))
    return wanted / (centers * block * block)


def gamma_product(p: float, block: int, H: int, W: int) -> float:
    return np.float64(p) * np.prod([size / (block * (size - block + 1)) for size in (H, W)])


def gamma_paper(drop, size, H, W):
    keep_prob = 1 - drop
    return (1 - keep_prob) / size**2 * (H * W) / ((H - size + 1) * (W - size + 1))


def mask_windows(centers, block):
    pad = block - 1
    wide = np.pad(centers, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    view = np.lib.stride_tricks.sliding_window_view(wide, (block, block), axis=(2, 3))
    return ~view.any(axis=(-1, -2))


def mask_centres(centers, block):
    N, C, h, w = centers.shape
    mask = np.ones((N, C, h + block - 1, w + block - 1), dtype=bool)
    for n, c, i, j in zip(*np.nonzero(centers)):
        mask[n, c, i : i + block, j : j + block] = False
    return mask


def mask_sums(centers, block):
    """Row by row, then column by column, with counts."""
    N, C, h, w = centers.shape
    tall = np.zeros((N, C, h + block - 1, w), int)
    for k in range(block):
        tall[:, :, k : k + h] += centers
    counts = np.zeros((N, C, h + block - 1, w + block - 1), int)
    for k in range(block):
        counts[..., k : k + w] += tall
    return counts == 0


def apply_mean(x, mask):
    share = mask.mean()
    return x * mask / x.dtype.type(share) if share > 0 else np.zeros_like(x)


def apply_where(x, mask):
    kept = np.count_nonzero(mask)
    factor = mask.size / kept if kept else 0.0
    return np.where(mask, x * factor, 0).astype(x.dtype)


def apply_fill(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """With a small epsilon beside the count, as libraries have it."""
    y = np.zeros_like(x)
    y[mask] = x[mask] * (mask.size / (mask.sum() + 1e-7))
    return y


IDIOMS = [
    {
        "dropblock_gamma": gamma_expected,
        "dropblock_mask": mask_windows,
        "dropblock_apply": apply_mean,
    },
    {
        "dropblock_gamma": gamma_product,
        "dropblock_mask": mask_centres,
        "dropblock_apply": apply_where,
    },
    {"dropblock_gamma": gamma_paper, "dropblock_mask": mask_sums, "dropblock_apply": apply_fill},
]
