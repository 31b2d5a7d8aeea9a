"""Right answers to 8.2 in other styles than the reference."""

from __future__ import annotations

import math
from math import erf, exp, pi, sqrt
from statistics import NormalDist

import numpy as np


def loop_moments(v, W, b, q):
    mean, var = np.zeros((len(v), len(W)), v.dtype), np.zeros((len(v), len(W)), v.dtype)
    for n in range(len(v)):
        for o in range(len(W)):
            terms = W[o].astype(float) * v[n]
            mean[n, o] = q * terms.sum() + b[o]
            var[n, o] = q * (1 - q) * (terms**2).sum()
    return mean, var


def loop_relu(v, W, b, q):
    means, variances = loop_moments(v, W, b, q)
    out = np.empty_like(means)
    for at in np.ndindex(means.shape):
        m, s = float(means[at]), sqrt(variances[at])
        if s == 0:
            out[at] = max(m, 0)
        else:
            z = m / s
            out[at] = m * 0.5 * (1 + erf(z / sqrt(2))) + s * exp(-z * z / 2) / sqrt(2 * pi)
    return out


def einsum_moments(v, W, b, q):
    mean = np.einsum("oi,bi->bo", W, v) * v.dtype.type(q) + b
    var = np.einsum("oi,bi->bo", W * W, v * v) * v.dtype.type(q - q * q)
    return [mean, var]


def einsum_relu(v, W, b, q):
    m, var = einsum_moments(v, W, b, q)
    normal = NormalDist()
    s = np.sqrt(var)
    z = np.divide(m, s, out=np.zeros_like(m), where=s > 0)
    cdf = np.array([normal.cdf(x) for x in z.ravel()]).reshape(z.shape)
    pdf = np.array([normal.pdf(x) for x in z.ravel()]).reshape(z.shape)
    return np.where(s > 0, m * cdf + s * pdf, m * (m > 0)).astype(v.dtype)


def outer_moments(v, W, b, q):
    terms = v[:, None, :] * W[None]
    return q * terms.sum(-1) + b, (q - q**2) * np.square(terms).sum(-1)


def outer_relu(v, W, b, q):
    m, var = outer_moments(v, W, b, q)
    s = np.sqrt(np.maximum(var, 1e-300))
    z = np.clip(m / s, -1e3, 1e3)
    tail = np.array([math.erfc(-x / math.sqrt(2)) for x in z.flat]).reshape(z.shape) / 2
    return (m * tail + s * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)).astype(v.dtype)


IDIOMS = [
    {"dropconnect_moments": moments, "dropconnect_relu_mean": relu}
    for moments, relu in (
        (loop_moments, loop_relu),
        (einsum_moments, einsum_relu),
        (outer_moments, outer_relu),
    )
]
