"""Right answers to 8.4 in other styles than the reference."""

from __future__ import annotations

import math

import numpy as np


def odds_keep(u, p, t):
    odds = (p / (1 - p)) * (u / (1 - u))
    return 1 / (1 + odds ** (1 / t))


def log_keep(u, p, t):
    z = (np.log(p) - np.log(1 - p) + np.log(u) - np.log(1 - u)) / t
    drop = 1.0 / (1.0 + np.exp(-z))
    return (1.0 - drop).astype(u.dtype)


def loop_keep(u, p, t):
    out = np.empty_like(u)
    for at, value in np.ndenumerate(u):
        z = (math.log(p / (1 - p)) + math.log(float(value) / (1 - float(value)))) / t
        out[at] = math.exp(-z) / (1 + math.exp(-z)) if z > 0 else 1 / (1 + math.exp(z))
    return out


def two_terms(W, p, length_scale, tau, N, K, loss):
    weights = length_scale**2 * np.linalg.norm(W) ** 2 / (tau * N) / (1 - p)
    entropy = -(1 - p) * np.log(1 - p)
    if p > 0:
        entropy -= p * np.log(p)
    both = weights - 2 / (tau * N) * K * entropy
    return {"mse": 1, "cross_entropy": 0.5}[loss] * both


def clipped(W, p, length_scale, tau, N, K, loss):
    c = 1 if loss == "cross_entropy" else 2
    safe = max(p, 1e-300)
    terms = c / 2 * length_scale**2 * float((W * W).sum()) / (1 - p)
    terms += c * K * (p * math.log(safe) + (1 - p) * math.log1p(-p))
    return np.float64(terms / tau / N)


def where(W, p, length_scale, tau, N, K, loss):
    x = np.array([p, 1 - p])
    log = np.log(x, out=np.zeros(2), where=x > 0)
    lam_w, lam_p = length_scale**2 / (tau * N), 2 / (tau * N)
    if loss != "mse":
        lam_w, lam_p = lam_w / 2, lam_p / 2
    return lam_w * (W**2).sum() / (1 - p) + lam_p * K * (x @ log)


IDIOMS = [
    {"concrete_keep": keep, "concrete_regularizer": regularizer}
    for keep, regularizer in ((odds_keep, two_terms), (log_keep, clipped), (loop_keep, where))
]
