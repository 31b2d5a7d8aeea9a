"""Answers to chapter 3."""

import math
from fractions import Fraction

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("draw_mask", "True means dropped")
def mask_of_dropped():
    def draw_mask(shape, p, rng):
        if not (p >= 0 and p <= 1):
            raise ValueError("p must be a probability")
        dropped = rng.uniform(size=shape) < p
        return dropped


@wrong("draw_mask", "Drops an exact share of the units, by a permutation")
def mask_exact_share():
    def draw_mask(shape, p, rng):
        if not 0 <= p <= 1:
            raise ValueError(p)
        size = int(np.prod(shape))
        gone = int(round(p * size))
        flat = np.ones(size, dtype=bool)
        flat[rng.permutation(size)[:gone]] = False
        return flat.reshape(shape)


@wrong("draw_mask", "Compares normal numbers with p")
def mask_normal():
    def draw_mask(shape, p, rng):
        if p < 0 or p > 1 or p != p:
            raise ValueError("bad p")
        if p in (0, 1):
            return np.full(shape, p == 0)
        return rng.standard_normal(shape) > p


@right("draw_mask", "By choice among two")
def mask_by_choice():
    def draw_mask(shape, p, rng):
        if not p <= 1 or not p >= 0:
            raise ValueError("p in [0, 1] please")
        return rng.choice(np.array([False, True]), size=shape, p=[p, 1 - p])


@wrong("dropout_standard", "No scaling in evaluation")
def standard_bare():
    def dropout_standard(x, mask, p, training):
        if not 0 <= p <= 1:
            raise ValueError("p")
        if training:
            return np.where(mask, x, 0).astype(x.dtype)
        return x * 1


@wrong("dropout_standard", "Scales by p in evaluation: p is read as the probability of keeping")
def standard_times_p():
    def dropout_standard(x, mask, p, training):
        if math.isnan(p) or p > 1 or p < 0:
            raise ValueError("p out of range")
        y = x.copy()
        if training:
            y[~mask] = 0
        else:
            y *= p
        return y


@wrong("dropout_standard", "Masks in evaluation as well, then scales")
def standard_masks_always():
    def dropout_standard(x, mask, p, training):
        if not (0 <= p <= 1):
            raise ValueError
        y = x * mask
        if not training:
            y = y * (1 - p)
        return y.astype(x.dtype)


@right("dropout_standard", "One expression: the multiplier by mode")
def standard_multiplier():
    def dropout_standard(x, mask, p, training):
        if not (lambda r: 0 <= r <= 1)(p):
            raise ValueError("a probability, please")
        factor = mask if training else np.full_like(x, 1 - p)
        return np.multiply(x, factor, dtype=x.dtype)


@wrong("dropout_inverted", "Divides by p")
def inverted_by_p():
    def dropout_inverted(x, mask, p, training):
        if not (0.0 <= p <= 1.0):
            raise ValueError("p not in [0, 1]")
        if not training:
            return x
        if p == 0:
            return x.copy()
        if p == 1:
            return np.zeros_like(x)
        return np.where(mask, x / p, 0).astype(x.dtype)


@wrong("dropout_inverted", "Scales by the share that this mask has really kept")
def inverted_by_count():
    def dropout_inverted(x, mask, p, training):
        if p < 0 or p > 1 or np.isnan(p):
            raise ValueError("p")
        if training:
            kept = np.count_nonzero(mask)
            y = np.zeros_like(x)
            if kept:
                y[mask] = x[mask] * (mask.size / kept)
            return y
        return x


@wrong("dropout_inverted", "Multiplies in evaluation by 1 - p too, as standard dropout does")
def inverted_both():
    def dropout_inverted(x, mask, p, training):
        if not 0 <= p <= 1:
            raise ValueError("p")
        q = 1 - p
        if training:
            out = np.zeros(x.shape, x.dtype)
            if q > 0:
                np.divide(x, q, out=out, where=mask)
            return out
        return (q * x).astype(x.dtype)


@right("dropout_inverted", "By putmask into zeros")
def inverted_putmask():
    def dropout_inverted(x, mask, p, training):
        check = Fraction(p) if p == p and abs(p) != float("inf") else Fraction(-1)
        if check < 0 or check > 1:
            raise ValueError("p")
        if not training or p == 0:
            return x
        y = np.zeros(x.shape, x.dtype)
        y[mask] = x[mask] / (1 - p) if p < 1 else 0
        return y


@wrong("survivors", "Counts the dropped instead of the kept")
def survivors_dropped():
    def survivor_pmf(n, p):
        out = np.zeros(n + 1)
        for k in range(n + 1):
            if p in (0, 1):
                out[k] = float(k == (n if p == 1 else 0))
            else:
                log_choose = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
                out[k] = math.exp(log_choose + k * math.log(p) + (n - k) * math.log1p(-p))
        return out

    def prob_dead_layer(n, p):
        return p**n


@wrong("survivors", "Forgets the binomial coefficient: one mask of k units, not all of them")
def survivors_without_choose():
    def survivor_pmf(n, p):
        k = np.arange(n + 1)
        return (1 - p) ** k * p ** (n - k)

    def prob_dead_layer(n, p):
        return float(p**n)


@wrong("survivors", "The normal approximation for wide layers")
def survivors_normal():
    def survivor_pmf(n, p):
        q = 1 - p
        k = np.arange(n + 1)
        if p == 0 or p == 1:
            return (k == round(n * q)).astype(float)
        if n <= 50:
            return np.array([math.comb(n, j) * q**j * p ** (n - j) for j in range(n + 1)])
        s2 = n * p * q
        return np.exp(-((k - n * q) ** 2) / (2 * s2)) / np.sqrt(2 * np.pi * s2)

    def prob_dead_layer(n, p):
        return p**n


@right("survivors", "Adds one unit at a time")
def survivors_convolved():
    def survivor_pmf(n, p):
        pmf = np.zeros(n + 1)
        pmf[0] = 1
        for _ in range(n):
            pmf = pmf * p + np.append(0, pmf[:-1]) * (1 - p)
        return pmf

    def prob_dead_layer(n, p):
        return np.prod(np.full(n, p))


@wrong("output_moments", "The variance p(1-p)x² of standard dropout")
def moments_standard():
    def output_moments(x, p):
        if p == 1:
            return np.zeros_like(x), np.zeros_like(x), 0.0
        mean = x.copy()
        var = (p * (1 - p) * x**2).astype(x.dtype)
        return mean, var, float(np.sum(x**2) / (1 - p))


@wrong("output_moments", "The norm of the mean: the variances aren't added to the second moment")
def moments_norm_of_mean():
    def output_moments(x, p):
        q = 1 - p
        if q == 0:
            return 0 * x, 0 * x, 0.0
        mu = x
        variance = x * x * p / q
        return mu, variance, np.dot(mu, mu)


@wrong("output_moments", "The variance is the second moment x²/(1-p)")
def moments_second():
    def output_moments(x, p):
        if p >= 1:
            z = np.zeros(len(x), x.dtype)
            return z, z, 0.0
        second = np.empty_like(x)
        for i, xi in enumerate(x):
            second[i] = (1 - p) * (xi / (1 - p)) ** 2
        return x, second, second.sum()


@right("output_moments", "As a mean over the two values of one coin")
def moments_of_a_coin():
    def output_moments(x, p):
        if p == 1:
            return np.zeros_like(x), np.zeros_like(x), 0
        values = np.stack([np.zeros_like(x), x / x.dtype.type(1 - p)])
        chance = np.array([[p], [1 - p]], dtype=x.dtype)
        mean = (chance * values).sum(0)
        var = (chance * (values - mean) ** 2).sum(0)
        return mean, var, float(var.sum(dtype=float) + (mean.astype(float) ** 2).sum())


@wrong("commutes", "Takes the mean instead of the largest difference")
def commutes_mean():
    def placement_gap(f, z, mask, p):
        def drop(a):
            return np.where(mask, a / (1 - p), 0.0) if p < 1 else np.zeros_like(a)

        return float(np.mean(np.abs(f(drop(z)) - drop(f(z)))))

    def commuting(names):
        return {n for n in names if n in ("relu", "leaky_relu", "linear", "abs")}


@wrong("commutes", "Masks without scaling, so odd functions through 0 seem to commute")
def commutes_f_of_zero():
    def placement_gap(f, z, mask, p):
        before = f(z * mask)
        after = f(z) * mask
        return float(np.max(np.abs(before - after)))

    def commuting(names):
        through_zero = ["relu", "leaky_relu", "linear", "tanh", "gelu", "abs"]
        return set(names) & set(through_zero)


@wrong("commutes", "abs isn't counted: it is thought that only monotone functions commute")
def commutes_monotone():
    def placement_gap(f, z, mask, p):
        scale = 0.0 if p == 1 else 1 / (1 - p)
        D = mask * scale
        return np.abs(f(D * z) - D * f(z)).max()

    def commuting(names):
        good = {"relu", "leaky_relu", "linear"}
        return {name for name in names if name in good}
