"""Right answers to 12.2 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def tau_by_if(length_scale, p, N, lam, loss):
    if loss == "mse":
        return (1 - p) * length_scale**2 / (N * lam)
    return (1 - p) * length_scale**2 / (2 * N * lam)


def lam_by_if(length_scale, p, N, tau, loss):
    lam = (1 - p) * length_scale**2 / (2 * N * tau)
    return 2 * lam if loss == "mse" else lam


def tau_by_numpy(length_scale, p, N, lam, loss):
    prior, data = np.square(length_scale) * (1.0 - p), np.float64(N * lam)
    return prior / data * np.where(loss == "half_mse", 0.5, 1.0)


def lam_through_tau(length_scale, p, N, tau, loss):
    return tau_by_numpy(length_scale, p, N, tau, loss)  # an involution


def tau_with_match(length_scale, p, N, lam, loss):
    half = {"half_mse": 0.5}.get(loss, 1.0)
    return half * (length_scale * length_scale - p * length_scale**2) / lam / N


def lam_in_logs(length_scale, p, N, tau, loss):
    log = np.log1p(-p) + 2 * np.log(length_scale) - np.log(N) - np.log(tau)
    return float(np.exp(log - np.log(2) * (loss == "half_mse")))


IDIOMS = [
    {"tau_from": f, "lam_from": g}
    for f, g in (
        (tau_by_if, lam_by_if),
        (tau_by_numpy, lam_through_tau),
        (tau_with_match, lam_in_logs),
    )
]
