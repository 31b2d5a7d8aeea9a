"""Right answers to 6.5 in other styles than the reference."""

from __future__ import annotations

import math

import numpy as np


def dtype_of(mu, s2):
    return next((v.dtype for v in (mu, s2) if isinstance(v, np.ndarray)), np.float64)


def relu_errstate(mu, s2):
    with np.errstate(divide="ignore", invalid="ignore"):
        s = np.sqrt(s2)
        z = np.divide(mu, s)
        cdf = 0.5 * (1 + np.vectorize(math.erf)(z / np.sqrt(2)))
        value = mu * cdf + s * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    return np.where(np.equal(s2, 0), np.maximum(mu, 0.0), value).astype(dtype_of(mu, s2))


def relu_tiny(mu, s2):
    """Put a tiny number in the place of a variance of 0."""
    s = np.maximum(np.sqrt(np.asarray(s2, dtype=float)), 1e-150)
    z = np.clip(mu / s, -1e4, 1e4)
    tail = np.vectorize(math.erfc)(-z / math.sqrt(2)) / 2
    out = mu * tail + s * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return out.astype(dtype_of(mu, s2))


def relu_loop(mu, s2):
    pairs = np.broadcast(mu, s2)
    out = []
    for m, v in pairs:
        m, v = float(m), float(v)
        if v == 0:
            out.append(max(m, 0.0))
        else:
            s = math.sqrt(v)
            density = math.exp(-m * m / (2 * v)) / math.sqrt(2 * math.pi)
            out.append(m * 0.5 * math.erfc(-m / s / math.sqrt(2)) + s * density)
    if pairs.shape == ():
        return out[0]
    return np.array(out, dtype=dtype_of(mu, s2)).reshape(pairs.shape)


def probit_plain(mu, s2):
    u = mu / np.sqrt(1 + np.pi * s2 / 8)
    return 1 / (1 + np.exp(-u))


def probit_tanh(mu, s2):
    kappa = (1 + np.pi / 8 * np.asarray(s2)) ** -0.5
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * mu * kappa), dtype=dtype_of(mu, s2))


def probit_logaddexp(mu, s2):
    value = np.exp(-np.logaddexp(0, -np.asarray(mu) / np.sqrt(1 + np.asarray(s2) * math.pi / 8)))
    return value if np.ndim(value) else float(value)


IDIOMS = [
    {"relu_gaussian_mean": relu, "probit_sigmoid_mean": probit}
    for relu, probit in (
        (relu_errstate, probit_plain),
        (relu_tiny, probit_tanh),
        (relu_loop, probit_logaddexp),
    )
]
