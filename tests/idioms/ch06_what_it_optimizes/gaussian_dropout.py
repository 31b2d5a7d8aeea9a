"""Right answers to 6.4 in other styles than the reference."""

from __future__ import annotations

import math

import numpy as np

C = (1.16145124, -1.50204118, 0.58629921)
K = (0.63576, 1.8732, 1.48695)


def normal(x, p, rng):
    return x * rng.normal(1.0, np.sqrt(p / (1 - p)), size=x.shape).astype(x.dtype)


def on_top(x, p, rng):
    sd = (p / (1 - p)) ** 0.5
    return x + x * x.dtype.type(sd) * rng.standard_normal(x.shape, dtype=x.dtype)


def around_x(x, p, rng):
    return rng.normal(loc=x, scale=math.sqrt(p / (1 - p)) * np.abs(x)).astype(x.dtype)


def kingma_horner(alpha):
    if np.any(alpha > 1) or np.any(alpha <= 0):
        raise ValueError("alpha must be in (0, 1]")
    return -0.5 * np.log(alpha) - alpha * (C[0] + alpha * (C[1] + alpha * C[2]))


def kingma_sum(alpha):
    a = np.asarray(alpha)
    if a.min() <= 0 or a.max() > 1:
        raise ValueError(f"alpha = {alpha}")
    return -(np.log(a) / 2 + sum(c * a ** (k + 1) for k, c in enumerate(C)))


def kingma_loop(alpha):
    if np.ndim(alpha):
        values = np.array([kingma_loop(a) for a in np.ravel(alpha)], dtype=alpha.dtype)
        return values.reshape(alpha.shape)
    if not 0 < alpha <= 1:
        raise ValueError("out of range")
    return -(0.5 * math.log(alpha) + C[0] * alpha + C[1] * alpha**2 + C[2] * alpha**3)


def molchanov_plain(log_alpha):
    sigmoid = 1 / (1 + np.exp(-(K[1] + K[2] * log_alpha)))
    return -(K[0] * sigmoid - 0.5 * np.log(1 + 1 / np.exp(log_alpha)) - K[0])


def molchanov_log1p(log_alpha):
    t = K[1] + K[2] * log_alpha
    return K[0] / (1 + np.exp(t)) + 0.5 * np.log1p(np.exp(-log_alpha))


def molchanov_0d(log_alpha):
    """Come back as a 0-d array for a number."""
    la = np.asarray(log_alpha)
    value = K[0] + 0.5 * np.logaddexp(0, -la) - K[0] / (1 + np.exp(-K[1] - K[2] * la))
    return np.asarray(value, dtype=la.dtype)


IDIOMS = [
    {"gaussian_dropout": noise, "kl_kingma": kingma, "kl_molchanov": molchanov}
    for noise, kingma, molchanov in (
        (normal, kingma_horner, molchanov_plain),
        (on_top, kingma_sum, molchanov_log1p),
        (around_x, kingma_loop, molchanov_0d),
    )
]
