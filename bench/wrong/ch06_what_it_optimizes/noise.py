"""Answers to chapter 6 about Gaussian noise: multiplied, or in place of the masks."""

import math

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("gaussian_dropout", "The variance is given as the standard deviation")
def gauss_variance_as_scale():
    def gaussian_dropout(x, p, rng):
        return (x * rng.normal(1.0, p / (1 - p), size=x.shape)).astype(x.dtype)

    def kl_kingma(alpha):
        if np.any(alpha <= 0) or np.any(alpha > 1):
            raise ValueError("alpha")
        return -(
            0.5 * np.log(alpha) + 1.16145124 * alpha - 1.50204118 * alpha**2 + 0.58629921 * alpha**3
        )

    def kl_molchanov(log_alpha):
        s = 1 / (1 + np.exp(-(1.8732 + 1.48695 * log_alpha)))
        return -(0.63576 * s - 0.5 * np.log1p(np.exp(-log_alpha)) - 0.63576)


@wrong("gaussian_dropout", "The noise is added, not multiplied")
def gauss_additive():
    def gaussian_dropout(x, p, rng):
        alpha = p / (1 - p)
        noise = np.sqrt(alpha) * rng.standard_normal(x.shape)
        return (x + noise).astype(x.dtype)

    def kl_kingma(alpha):
        a = np.asarray(alpha, dtype=float)
        if not np.all((a > 0) & (a <= 1)):
            raise ValueError("alpha must be in (0, 1]")
        c = (1.16145124, -1.50204118, 0.58629921)
        return -(np.log(a) / 2 + sum(ci * a ** (i + 1) for i, ci in enumerate(c)))

    def kl_molchanov(log_alpha):
        k1, k2, k3 = 0.63576, 1.8732, 1.48695
        sig = 0.5 * (1 + np.tanh((k2 + k3 * log_alpha) / 2))
        return k1 - k1 * sig + 0.5 * np.log(1 + np.exp(-log_alpha))


@wrong("gaussian_dropout", "kl_molchanov takes the logarithm of its argument once more")
def gauss_log_of_log():
    def gaussian_dropout(x, p, rng):
        sd = math.sqrt(p / (1 - p))
        return x * (1 + sd * rng.standard_normal(x.shape)).astype(x.dtype)

    def kl_kingma(alpha):
        if np.min(alpha) <= 0 or np.max(alpha) > 1:
            raise ValueError
        poly = np.polynomial.Polynomial([0, 1.16145124, -1.50204118, 0.58629921])
        return -0.5 * np.log(alpha) - poly(alpha)

    def kl_molchanov(log_alpha):
        la = np.log(np.abs(log_alpha) + 1e-12)
        s = 1 / (1 + np.exp(-(1.8732 + 1.48695 * la)))
        return 0.63576 * (1 - s) + 0.5 * np.log1p(np.exp(-la))


@wrong("fast_dropout", "s2 is taken for the standard deviation")
def fast_variance_as_sd():
    erf = np.vectorize(math.erf, otypes=[float])

    def relu_gaussian_mean(mu, s2):
        mu, s = np.asarray(mu), np.asarray(s2)
        safe = np.where(s > 0, s, 1)
        z = mu / safe
        val = mu * 0.5 * (1 + erf(z / math.sqrt(2))) + s * np.exp(-z * z / 2) / math.sqrt(
            2 * math.pi
        )
        return np.where(s > 0, val, np.maximum(mu, 0)).astype(np.result_type(mu, s))

    def probit_sigmoid_mean(mu, s2):
        return 1 / (1 + np.exp(-mu / np.sqrt(1 + np.pi * s2**2 / 8)))


@wrong("fast_dropout", "The density's term is missing: mu times Phi")
def fast_without_density():
    def relu_gaussian_mean(mu, s2):
        mu = np.asarray(mu)
        s = np.sqrt(s2)
        with np.errstate(all="ignore"):
            z = mu / s
        phi = np.vectorize(lambda v: 0.5 * (1 + math.erf(v / 2**0.5)))(np.nan_to_num(z))
        res = np.where(s == 0, np.maximum(mu, 0), mu * phi)
        return res.astype(np.result_type(mu, np.asarray(s2)))

    def probit_sigmoid_mean(mu, s2):
        k = mu / np.sqrt(1 + math.pi * s2 / 8)
        return 1 / (1 + np.exp(-k))


@wrong("fast_dropout", "Multiplies by the root where the score should be divided by it")
def fast_root_multiplies():
    def relu_gaussian_mean(mu, s2):
        mu, s2 = np.broadcast_arrays(mu, s2)
        out = np.empty(mu.shape, np.result_type(mu, s2))
        for i in np.ndindex(mu.shape):
            m, s = float(mu[i]), math.sqrt(s2[i])
            if s == 0:
                out[i] = max(m, 0.0)
            else:
                z = m / s
                pdf = math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
                out[i] = m * 0.5 * math.erfc(-z / math.sqrt(2)) + s * pdf
        return out[()]

    def probit_sigmoid_mean(mu, s2):
        return 1 / (1 + np.exp(-mu * np.sqrt(1 + np.pi / 8 * s2)))


@right("fast_dropout", "erfc entry by entry")
def fast_loop():
    def relu_gaussian_mean(mu, s2):
        def one(m, v):
            if v == 0:
                return max(m, 0.0)
            s = v**0.5
            return m * math.erfc(-m / s / 2**0.5) / 2 + s * math.exp(
                -((m / s) ** 2) / 2
            ) / math.sqrt(math.tau)

        res = np.vectorize(one, otypes=[float])(np.asarray(mu, float), np.asarray(s2, float))
        return res.astype(np.result_type(np.asarray(mu), np.asarray(s2)))

    def probit_sigmoid_mean(mu, s2):
        t = mu / np.sqrt(1 + s2 * (np.pi / 8))
        return 0.5 + 0.5 * np.tanh(0.5 * t)


@right("gaussian_dropout", "Noise of mean 1 from normal, both fits in nested form")
def gauss_nested():
    def gaussian_dropout(x, p, rng):
        noise = rng.normal(loc=1, scale=(p / (1 - p)) ** 0.5, size=x.shape)
        return np.multiply(x, noise).astype(x.dtype)

    def kl_kingma(alpha):
        if np.any(np.less_equal(alpha, 0)) or np.any(np.greater(alpha, 1)):
            raise ValueError("0 < alpha <= 1")
        return (
            -alpha * (1.16145124 + alpha * (-1.50204118 + alpha * 0.58629921)) - np.log(alpha) / 2
        )

    def kl_molchanov(log_alpha):
        gate = 1 / (1 + np.exp(1.8732 + 1.48695 * log_alpha))
        return 0.63576 * gate + np.logaddexp(0, -log_alpha) / 2
