"""Right answers to 7.4 in other styles."""

from __future__ import annotations

import numpy as np


def path_where(residual, branch, keep, p):
    if p == 1:
        return residual
    gate = np.expand_dims(keep, tuple(range(1, residual.ndim)))
    return np.where(gate, residual + branch / (1 - p), residual).astype(residual.dtype)


def path_rows(residual, branch, keep, p):
    out = residual.copy()
    for n, kept in enumerate(keep):
        if kept:
            out[n] = out[n] + branch[n] / (1 - p)
    return out


def path_index(residual: np.ndarray, branch: np.ndarray, keep: np.ndarray, p: float) -> np.ndarray:
    out = np.array(residual)
    if keep.any():
        out[keep] += (branch[keep] / (1 - p)).astype(out.dtype)
    return out


def path_einsum(residual, branch, keep, p):
    scale = np.where(keep, 0.0 if p >= 1 else 1 / (1 - p), 0.0)
    return (residual + np.einsum("n...,n->n...", branch, scale)).astype(residual.dtype)


def schedule_lists(L, p_last, kind):
    if kind == "paper":
        return np.array([1 - k / L * (1 - p_last) for k in range(1, L + 1)])
    if L == 1:
        return np.ones(1)
    return np.array([1 - k / (L - 1) * (1 - p_last) for k in range(L)])


def schedule_linspace(L, p_last, kind):
    first = 1 - (1 - p_last) / L if kind == "paper" else 1.0
    return np.linspace(first, p_last, L)


def schedule_rates(L: int, p_last: float, kind: str) -> np.ndarray:
    steps = {"paper": np.linspace(0, 1 - p_last, L + 1)[1:], "timm": np.linspace(0, 1 - p_last, L)}
    return 1.0 - steps[kind]


def schedule_match(L, p_last, kind):
    match kind:
        case "paper":
            return 1 - np.arange(1, L + 1) * (1 - p_last) / L
        case _:
            return 1 - np.arange(L) * (1 - p_last) / max(L - 1, 1)


IDIOMS = [
    {"drop_path": path_where, "survival_schedule": schedule_lists, "expected_depth": sum},
    {"drop_path": path_rows, "survival_schedule": schedule_linspace, "expected_depth": np.sum},
    {
        "drop_path": path_index,
        "survival_schedule": schedule_rates,
        "expected_depth": lambda s: s.sum(),
    },
    {
        "drop_path": path_einsum,
        "survival_schedule": schedule_match,
        "expected_depth": lambda s: len(s) - float(np.sum(1 - s)),
    },
]
