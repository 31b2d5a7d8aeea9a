"""What people write instead of the answers to 8.2."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.mistakes import Mistakes, overwriting, upcasting


def moments_form(
    mean=lambda s, b, q: q * s + b,
    var=lambda v, W, q: q * (1 - q) * (v**2 @ (W**2).T),
):
    def dropconnect_moments(v, W, b, q):
        return mean(v @ W.T, b, q).astype(v.dtype), var(v, W, q).astype(v.dtype)

    return dropconnect_moments


def normal_cdf(z):
    """Distribution function of the standard normal."""
    return (1 + np.vectorize(math.erf, otypes=[float])(z / math.sqrt(2))) / 2


def normal_density(z):
    """Density of the standard normal."""
    return np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


def relu_form(
    mean=lambda m, s: m * normal_cdf(m / s) + s * normal_density(m / s),
    spread=np.sqrt,
    certain=lambda m: np.maximum(m, 0),
):
    def dropconnect_relu_mean(v, W, b, q):
        m, var = q * (v @ W.T) + b, q * (1 - q) * (v**2 @ (W**2).T)
        with np.errstate(all="ignore"):
            found = mean(m, spread(var))
        return np.where(var > 0, found, certain(m)).astype(v.dtype)

    return dropconnect_relu_mean


mistakes = Mistakes(dropconnect_moments=moments_form, dropconnect_relu_mean=relu_form)
mistakes.row("float32-becomes-float64", of="dropconnect_relu_mean", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "p-and-q-exchanged",
    "p and 1 - p exchanged",
    "The mean is that of weights kept with probability 1 - q; here q is the probability of "
    "keeping.",
    mean=lambda s, b, q: (1 - q) * s + b,
)
mistakes.row(
    "mean-unscaled",
    "Mean not scaled",
    "The mean is that of all weights; DropConnect rescales nothing in training, so its mean holds "
    "a factor q.",
    mean=lambda s, b, q: s + b,
)
mistakes.row(
    "bias-scaled",
    "Bias scaled too",
    "The bias is multiplied by q; it is never dropped, so it enters the mean as it is.",
    mean=lambda s, b, q: q * (s + b),
)
mistakes.row(
    "weights-not-squared",
    "Weights not squared",
    "The variance holds W, not its square: a mask entry is multiplied by W and v, and a variance "
    "takes the square of a factor.",
    var=lambda v, W, q: q * (1 - q) * (v**2 @ W.T),
)
mistakes.row(
    "inputs-not-squared",
    "Inputs not squared",
    "The variance holds v, not its square: a mask entry is multiplied by W and v, and a variance "
    "takes the square of a factor.",
    var=lambda v, W, q: q * (1 - q) * (v @ (W**2).T),
)
mistakes.row(
    "squared-after-the-sum",
    "Squared after the sum",
    "You square the whole sum; the masks of different weights are independent, so variances add "
    "term by term, and nothing cancels.",
    var=lambda v, W, q: q * (1 - q) * (v @ W.T) ** 2,
)
mistakes.row(
    "standard-deviation-for-variance",
    "Standard deviation for variance",
    "What you return is the standard deviation; the variance is its square.",
    var=lambda v, W, q: np.sqrt(q * (1 - q) * (v**2 @ (W**2).T)),
)
mistakes.row(
    "inverted-variance",
    "Variance of inverted dropout",
    "(1 - q)/q is the variance of a mask that is divided by q; DropConnect divides by nothing.",
    var=lambda v, W, q: ((1 - q) / q if q else 0) * (v**2 @ (W**2).T),
)
mistakes.row(
    "second-moment-for-variance",
    "Second moment, not variance",
    "q is the mean of the squared mask entry; the variance takes the square of its mean off, and "
    "q - q² is q(1 - q).",
    var=lambda v, W, q: q * (v**2 @ (W**2).T),
)
mistakes.row(
    "relu-of-the-mean",
    "The ReLU of the mean",
    "You take the ReLU of the mean, as weight scaling does; the mean of a ReLU is larger, for the "
    "part of the Gaussian below 0 counts as 0.",
    of="dropconnect_relu_mean",
    mean=lambda m, s: np.maximum(m, 0),
)
mistakes.row(
    "density-forgotten",
    "Second term forgotten",
    "The second term, s times the normal density at mean/s, is missing.",
    of="dropconnect_relu_mean",
    mean=lambda m, s: m * normal_cdf(m / s),
)
mistakes.row(
    "density-not-normalised",
    "Density not normalised",
    "The normal density has the factor 1/√(2π); yours lacks it.",
    of="dropconnect_relu_mean",
    mean=lambda m, s: m * normal_cdf(m / s) + s * np.exp(-((m / s) ** 2) / 2),
)
mistakes.row(
    "erf-of-z",
    "The root of 2 forgotten",
    "Φ(z) holds erf(z/√2); you take erf of z itself.",
    of="dropconnect_relu_mean",
    mean=lambda m, s: m * normal_cdf(math.sqrt(2) * m / s) + s * normal_density(m / s),
)
mistakes.row(
    "variance-for-deviation",
    "Variance as standard deviation",
    "You use the variance where the formula has the standard deviation s; take its root.",
    of="dropconnect_relu_mean",
    spread=lambda var: var,
)
mistakes.row(
    "division-by-zero-variance",
    "Division by a variance of 0",
    "Where the variance is 0 you divide by 0; there the mean of the ReLU is the ReLU of the mean.",
    of="dropconnect_relu_mean",
    certain=lambda m: np.full_like(m, np.nan),
)
