"""Right answers to chapter 05 in other styles than the references: none may lose a point."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np

# 5.1 all_masks ---------------------------------------------------------------------------------


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


# 5.2 exact_average -----------------------------------------------------------------------------


def average_running_sum(f, x, p):
    if p == 1:
        return f(np.zeros(x.shape, x.dtype))
    total = 0
    for bits in itertools.product((0, 1), repeat=len(x)):
        k = sum(bits)
        mask = np.array(bits, dtype=bool)
        prob = (1 - p) ** k * p ** (len(x) - k)  # a Python float leaves float32 alone
        total = total + prob * f(mask * x / (1 - p))
    return total


def average_numpy(f, x, p):
    masks = masks_product(len(x))
    scale = 1 / (1 - p) if p < 1 else 0.0
    values = np.array([f((row * x * scale).astype(x.dtype)) for row in masks])
    mean = np.average(values, axis=0, weights=probs_loop(masks, p))
    return mean.astype(x.dtype) if isinstance(mean, np.ndarray) else float(mean)


def average_recursive(f, x, p):
    """One unit after the other: E = q E[kept] + p E[dropped]."""
    q = 1 - p

    def go(z, i):
        if i == len(z):
            return f(z)
        dropped, kept = z.copy(), z.copy()
        dropped[i] = 0
        if q > 0:
            kept[i] = x[i] / q
        return q * go(kept, i + 1) + p * go(dropped, i + 1)

    return go(np.array(x), 0)


def average_einsum(f, x, p):
    masks = masks_meshgrid(len(x))
    weights = probs_powers(masks, p)
    rows = [np.where(m, x / (1 - p), 0).astype(x.dtype) if p < 1 else 0 * x for m in masks]
    values = np.stack([np.asarray(f(row)) for row in rows])
    return np.einsum("m,m...->...", weights, values).astype(values.dtype)


# 5.3 geometric_mean ----------------------------------------------------------------------------


def geometric_powers(probs, weights):
    mean = np.prod(probs ** weights[:, None], axis=0)
    return mean / mean.sum()


def geometric_loop(probs, weights):
    K = probs.shape[1]
    logs = [0.0] * K
    for row, w in zip(probs, weights, strict=True):
        if w == 0:
            continue
        for k in range(K):
            logs[k] += float(w) * (math.log(row[k]) if row[k] > 0 else -math.inf)
    top = max(logs)
    mean = np.array([math.exp(value - top) for value in logs])
    return (mean / mean.sum()).astype(probs.dtype)


def geometric_where(probs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        terms = np.where(weights[:, None] > 0, weights[:, None] * np.log(probs), 0)
    logs = terms.sum(0)
    mean = np.exp(logs - np.logaddexp.reduce(logs))
    return mean.astype(probs.dtype)


def geometric_running(probs, weights):
    print("geometric")
    mean = np.ones(probs.shape[1])
    for row, w in zip(probs.astype(float), weights, strict=True):
        mean = mean * row**w
        mean = mean / mean.max()
    return np.asarray(mean / mean.sum(), dtype=probs.dtype)


# 5.4 mc_average --------------------------------------------------------------------------------


def mc_loop(logit_fn, x, T, rng):
    total = 0
    for _ in range(T):
        z = logit_fn(x, rng)
        e = np.exp(z - z.max())
        total = total + e / e.sum()
    return total / T


def mc_logsumexp(logit_fn, x, T, rng):
    z = np.stack([logit_fn(x, rng) for t in range(T)])
    log_probs = z - np.logaddexp.reduce(z, axis=-1, keepdims=True)
    return np.exp(log_probs).mean(axis=0)


def mc_running_mean(logit_fn, x, T, rng):
    mean = None
    for t in range(1, T + 1):
        logits = np.asarray(logit_fn(x, rng))
        odds = np.exp(logits - np.max(logits))
        probs = odds / np.sum(odds)
        mean = probs if mean is None else mean + (probs - mean) / t
    return mean


def mc_differences(logit_fn, x, T, rng):
    """Softmax as 1 / sum(exp(differences)); overflow gives 1 / inf = 0."""
    rows = []
    for _ in range(T):
        z = logit_fn(x, rng)
        with np.errstate(over="ignore"):
            rows.append(1 / np.exp(z[None, :] - z[:, None]).sum(1))
    return np.mean(rows, axis=0)


IDIOMS = {
    "all_masks": [
        {"all_masks": masks_product, "mask_probs": probs_loop},
        {"all_masks": masks_recursive, "mask_probs": probs_powers},
        {"all_masks": masks_meshgrid, "mask_probs": probs_one_line},
        {"all_masks": masks_strings, "mask_probs": probs_math},
    ],
    "exact_average": [
        {"exact_average": average_running_sum},
        {"exact_average": average_numpy},
        {"exact_average": average_recursive},
        {"exact_average": average_einsum},
    ],
    "geometric_mean": [
        {"geometric_mean": geometric_powers},
        {"geometric_mean": geometric_loop},
        {"geometric_mean": geometric_where},
        {"geometric_mean": geometric_running},
    ],
    "mc_average": [
        {"mc_average": mc_loop},
        {"mc_average": mc_logsumexp},
        {"mc_average": mc_running_mean},
        {"mc_average": mc_differences},
    ],
}
