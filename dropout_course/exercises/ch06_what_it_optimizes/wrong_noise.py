"""What people write instead of 6.4 gaussian_dropout: noise and both divergences."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.mistakes import Mistakes, upcasting


def noising(
    spread=lambda p: math.sqrt(p / (1 - p)),
    combined=lambda x, noise: x * (1 + noise),
    source=lambda rng: rng,
    shape=lambda x: x.shape,
):
    """Combine x with Gaussian noise of some size."""

    def gaussian_dropout(x, p, rng):
        noise = spread(p) * source(rng).standard_normal(shape(x))
        return combined(x, noise).astype(x.dtype)

    return gaussian_dropout


def cubic(alpha):
    return 1.16145124 * alpha - 1.50204118 * alpha**2 + 0.58629921 * alpha**3


def kl_cubic(
    value=lambda alpha: -(0.5 * np.log(alpha) + cubic(alpha)),
    bad=lambda alpha: not np.all((alpha > 0) & (alpha <= 1)),
):
    """Kingma's divergence."""

    def kl_kingma(alpha):
        if bad(np.asarray(alpha)):
            raise ValueError("alpha must be in (0, 1]")
        with np.errstate(all="ignore"):
            return value(alpha)

    return kl_kingma


def kl_curve(log=lambda la: np.logaddexp(0, -la), end=0.63576, half=0.5, read=lambda la: la):
    """Molchanov's divergence."""

    def kl_molchanov(log_alpha):
        log_alpha = read(log_alpha)
        sigmoid = (1 + np.tanh((1.8732 + 1.48695 * log_alpha) / 2)) / 2
        return -(0.63576 * sigmoid - half * log(log_alpha) - end)

    return kl_molchanov


def log_again(log_alpha):
    """Take the logarithm of a logarithm."""
    with np.errstate(all="ignore"):
        return np.log(log_alpha)


mistakes = Mistakes(gaussian_dropout=noising, kl_kingma=kl_cubic, kl_molchanov=kl_curve)
mistakes.row("float32-becomes-float64", wrap=upcasting)
ROWS = (
    (
        "variance-for-deviation",
        "Variance as standard deviation",
        "p/q is the variance of the noise; rng.normal and standard_normal want its root.",
        {"spread": lambda p: p / (1 - p)},
    ),
    (
        "p-for-odds",
        "p in the place of p/q",
        "The variance of the noise is p/q, that of a scaled mask, and not p.",
        {"spread": math.sqrt},
    ),
    (
        "pq-for-odds",
        "pq in the place of p/q",
        "pq is the variance of a mask of 0 and 1; divided by q, its variance is pq/q² = p/q.",
        {"spread": lambda p: math.sqrt(p * (1 - p))},
    ),
    (
        "odds-exchanged",
        "p and 1 - p exchanged",
        "The noise must vanish as p goes to 0: its variance is p/q, and here it is q/p.",
        {"spread": lambda p: math.sqrt((1 - p) / p) if p else 0.0},
    ),
    (
        "one-noise-for-all",
        "One noise for all",
        "A single number is drawn and all entries are multiplied by it; give the generator the "
        "shape of x.",
        {"shape": lambda x: ()},
    ),
    (
        "additive-noise",
        "Noise added, not multiplied",
        "The noise is added to x with the same size everywhere; dropout's noise is proportional "
        "to x, so multiply.",
        {"combined": lambda x, noise: x + noise},
    ),
    (
        "multipliers-around-zero",
        "Multipliers around 0",
        "The multiplier is Gaussian around 1; around 0 it throws the signal away and keeps the "
        "noise.",
        {"combined": lambda x, noise: x * noise},
    ),
    (
        "another-generator",
        "Another generator",
        "The noise must come from the rng that is passed, and from no other source.",
        {"source": lambda rng: np.random.default_rng()},
    ),
    (
        "cubic-sign",
        "Sign of the cubic terms",
        "The minus sign stands before the whole bracket, the cubic terms included.",
        {"of": "kl_kingma", "value": lambda alpha: -0.5 * np.log(alpha) + cubic(alpha)},
    ),
    (
        "used-out-of-range",
        "Used where it does not hold",
        "Beyond alpha = 1 the cubic runs away from the divergence, and at 0 there is no "
        "logarithm: raise ValueError there.",
        {"of": "kl_kingma", "bad": lambda alpha: False},
    ),
    (
        "upper-bound-only",
        "Only above 1 refused",
        "0 and negative numbers have no logarithm, so refuse an alpha that is not positive, too.",
        {"of": "kl_kingma", "bad": lambda alpha: not np.all(alpha <= 1)},
    ),
    (
        "all-for-any",
        "All entries in place of any",
        "Only an array in which every entry is out of range is refused; one bad entry is enough.",
        {"of": "kl_kingma", "bad": lambda alpha: not np.any((alpha > 0) & (alpha <= 1))},
    ),
    (
        "second-constant-positive",
        "Sign of c₂",
        "c₂ is negative; here the quadratic term has the other sign.",
        {
            "of": "kl_kingma",
            "value": lambda alpha: (
                -(0.5 * np.log(alpha) + cubic(alpha) + 2 * 1.50204118 * alpha**2)
            ),
        },
    ),
    (
        "half-missing",
        "The half is missing",
        "The logarithm has a factor ½ in front, as in the entropy of a Gaussian.",
        {"of": "kl_kingma", "value": lambda alpha: -(np.log(alpha) + cubic(alpha))},
    ),
    (
        "alpha-for-its-inverse",
        "alpha for 1/alpha",
        "The logarithm is that of 1 + 1/alpha, which is 1 + exp(-log_alpha).",
        {"of": "kl_molchanov", "log": lambda la: np.logaddexp(0, la)},
    ),
    (
        "logarithm-taken-twice",
        "The logarithm once more",
        "The argument is log alpha already; here its logarithm is taken again, which is NaN below "
        "alpha = 1.",
        {"of": "kl_molchanov", "read": log_again},
    ),
    (
        "constant-forgotten",
        "Constant forgotten",
        "Without k₁ at the end the divergence does not tend to 0 for large alpha.",
        {"of": "kl_molchanov", "end": 0.0},
    ),
)
for name, title, says, changes in ROWS:
    mistakes.row(name, title, says, **changes)
