"""Answers to chapter 12 about predictions: moments, precision, likelihood."""

import math

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("mc_moments", "The noise is tau, not 1/tau")
def moments_tau():
    def mc_moments(samples, tau):
        mean = samples.mean(0)
        return mean, (samples.var(0) + tau).astype(samples.dtype)


@wrong("mc_moments", "The sample variance, with T - 1")
def moments_sample():
    def mc_moments(samples, tau):
        T = len(samples)
        mu = samples.sum(axis=0) / T
        var = ((samples - mu) ** 2).sum(axis=0) / max(T - 1, 1) + 1 / tau
        return mu.astype(samples.dtype), var.astype(samples.dtype)


@wrong("mc_moments", "The noise is averaged over the passes too: 1/(T tau)")
def moments_noise_averaged():
    def mc_moments(samples, tau):
        total = np.zeros_like(samples[0])
        squares = np.zeros_like(samples[0])
        for s in samples:
            total += s
            squares += s**2
        mean = total / len(samples)
        return mean, squares / len(samples) - mean**2 + samples.dtype.type(1 / tau) / len(samples)


@right("mc_moments", "From pairs of passes")
def moments_pairs():
    def mc_moments(samples, tau):
        s = samples.astype(float)
        diff = s[:, None] - s[None]
        var = (diff**2).mean((0, 1)) / 2 + 1 / tau
        return s.mean(0).astype(samples.dtype), var.astype(samples.dtype)


@wrong("model_precision", "The two losses are exchanged: the half_mse gets the factor 2")
def precision_exchanged():
    def tau_from(length_scale, p, N, lam, loss):
        tau = (1 - p) * length_scale**2 / (2 * N * lam)
        return 2 * tau if loss == "half_mse" else tau

    def lam_from(length_scale, p, N, tau, loss):
        lam = (1 - p) * length_scale**2 / (2 * N * tau)
        return 2 * lam if loss == "half_mse" else lam


@wrong("model_precision", "p in place of 1 - p")
def precision_p():
    def tau_from(length_scale, p, N, lam, loss):
        factor = {"half_mse": 1, "mse": 2}[loss]
        return factor * p * length_scale**2 / (2 * N * lam)

    def lam_from(length_scale, p, N, tau, loss):
        factor = {"half_mse": 1, "mse": 2}[loss]
        return factor * p * length_scale**2 / (2 * N * tau)


@wrong("model_precision", "The length scale isn't squared")
def precision_length():
    def _c(l, p, N, loss):
        c = (1 - p) * l / (2.0 * N)
        if loss == "mse":
            c = c * 2
        return c

    def tau_from(length_scale, p, N, lam, loss):
        return _c(length_scale, p, N, loss) / lam

    def lam_from(length_scale, p, N, tau, loss):
        return _c(length_scale, p, N, loss) / tau


@right("model_precision", "One as the inverse of the other, by logarithms")
def precision_logs():
    def tau_from(length_scale, p, N, lam, loss):
        log = math.log1p(-p) + 2 * math.log(length_scale) - math.log(N) - math.log(lam)
        return math.exp(log - (math.log(2) if loss == "half_mse" else 0))

    def lam_from(length_scale, p, N, tau, loss):
        return tau_from(length_scale, p, N, tau, loss)


@wrong("mc_log_likelihood", "The mean of the log densities, not the log of the mean")
def likelihood_mean_log():
    def mc_log_likelihood(y, samples, tau):
        r2 = (y - samples) ** 2
        ll = -tau / 2 * r2 + 0.5 * np.log(tau) - 0.5 * np.log(2 * np.pi)
        return ll.mean(axis=0).astype(y.dtype)


@wrong("mc_log_likelihood", "The log of the sum: log T isn't subtracted")
def likelihood_sum():
    def mc_log_likelihood(y, samples, tau):
        e = -0.5 * tau * np.square(y[None, :] - samples)
        top = e.max(axis=0)
        lse = top + np.log(np.exp(e - top).sum(axis=0))
        return (lse + 0.5 * math.log(tau / (2 * math.pi))).astype(y.dtype)


@wrong("mc_log_likelihood", "log tau isn't halved")
def likelihood_tau():
    def mc_log_likelihood(y, samples, tau):
        T, N = samples.shape
        out = np.empty_like(y)
        for n in range(N):
            a = [-tau * (y[n] - samples[t, n]) ** 2 / 2 for t in range(T)]
            m = max(a)
            s = sum(math.exp(v - m) for v in a)
            out[n] = m + math.log(s) - math.log(T) + math.log(tau) - 0.5 * math.log(2 * math.pi)
        return out


@right("mc_log_likelihood", "logaddexp pass by pass")
def likelihood_fold():
    def mc_log_likelihood(y, samples, tau):
        acc = np.full(y.shape, -np.inf)
        for s in samples.astype(float):
            z = (y - s) * math.sqrt(tau)
            acc = np.logaddexp(acc, -z * z / 2 + math.log(tau / math.tau) / 2)
        return (acc - math.log(len(samples))).astype(y.dtype)
