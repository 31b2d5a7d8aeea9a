"""Right answers to 12.3 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def with_logaddexp(y, samples, tau):
    logs = -0.5 * tau * (y - samples) ** 2 + 0.5 * np.log(tau) - 0.5 * np.log(2 * np.pi)
    return (np.logaddexp.reduce(logs, axis=0) - np.log(len(samples))).astype(y.dtype)


def with_nearest(y, samples, tau):
    r2 = np.square(y[None, :] - samples)
    least = r2.min(0)
    rest = np.exp(-tau * (r2 - least) / 2).mean(0)
    out = -tau * least / 2 + np.log(rest) - np.log(2 * np.pi / tau) / 2
    return out.astype(y.dtype)


def with_loops(y, samples, tau):
    T, out = len(samples), np.empty_like(y)
    for n, value in enumerate(y):
        logs = [-tau * (float(value) - float(s)) ** 2 / 2 for s in samples[:, n]]
        top = max(logs)
        total = sum(np.exp(v - top) for v in logs)
        out[n] = top + np.log(total / T) + np.log(tau / (2 * np.pi)) / 2
    return out


IDIOMS = [{"mc_log_likelihood": f} for f in (with_logaddexp, with_nearest, with_loops)]
