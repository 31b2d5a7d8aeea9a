"""What people write instead of 3.1 draw_mask: one part of a right answer is another."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.mistakes import Mistakes


def form(
    uniform=lambda rng, shape: rng.random(shape),
    keeps=lambda u, p: u >= p,
    finish=lambda mask, p: mask,
    refused=lambda p: not 0 <= p <= 1,
):
    """Compare random numbers with p."""

    def draw_mask(shape, p, rng):
        if refused(p):
            raise ValueError("p must be between 0 and 1")
        return finish(keeps(uniform(rng, shape), p), p)

    return draw_mask


mistakes = Mistakes(draw_mask=form)
mistakes.row("bad-rates-accepted", refused=lambda p: False)
mistakes.row(
    "rate-one-refused",
    "p = 1 refused",
    "p = 1 is allowed: nothing is kept there; refuse only what lies outside [0, 1], and NaN.",
    refused=lambda p: not 0 <= p < 1,
)
mistakes.row(
    "drawn-zero-dropped",
    "A drawn 0 dropped at p = 0",
    "rng.random can give exactly 0, and 0 > 0 is false: an entry that must be kept at p = 0 is "
    "dropped then; compare with >=.",
    keeps=lambda u, p: u > p,
)
mistakes.row(
    "keeps-with-p",
    "Keeps with probability p",
    "You keep units with probability p, but p is the probability of dropping them.",
    keeps=lambda u, p: u < p,
)
mistakes.row(
    "one-mask-for-the-batch",
    "One mask for the batch",
    "All rows share one mask; each example needs its own thinned network.",
    uniform=lambda rng, shape: np.broadcast_to(rng.random(shape[-1:]), shape),
)
mistakes.row(
    "one-coin-an-example",
    "One coin an example",
    "All units of an example share one coin; every unit needs a coin of its own.",
    uniform=lambda rng, shape: rng.random(shape[0])[np.indices(shape)[0]],
)
mistakes.row(
    "exact-count",
    "An exact count",
    "You keep an exact number of units; with independent coins the number is random, "
    "with variance np(1 - p).",
    uniform=lambda rng, shape: rng.permutation(np.arange(math.prod(shape))).reshape(shape),
    keeps=lambda u, p: u >= round(p * u.size),
)
mistakes.row(
    "fair-coin",
    "A fair coin",
    "Your coin is fair whatever p is; a unit must be kept with probability 1 - p.",
    keeps=lambda u, p: u >= 0.5,
)
mistakes.row(
    "normal-for-uniform",
    "Normal numbers for uniform ones",
    "You compare p with normal random numbers, and less than 1 - p of them lie above it; "
    "uniform ones on [0, 1) are needed: rng.random.",
    uniform=lambda rng, shape: rng.standard_normal(shape),
)
mistakes.row(
    "seeded-inside",
    "Seeded inside",
    "Every call gives the same mask: seed outside, and draw from the rng that is passed.",
    uniform=lambda rng, shape: np.random.default_rng(0).random(shape),
)
mistakes.row(
    "another-generator",
    "Another generator",
    "The random numbers don't come from the rng that is passed: draw from it, and not from "
    "np.random or from a generator of your own.",
    uniform=lambda rng, shape: np.random.default_rng().random(shape),
)
mistakes.row(
    "numbers-for-booleans",
    "Numbers for booleans",
    "A mask is a boolean array, True for kept; yours holds numbers.",
    finish=lambda mask, p: mask.astype(float),
)
mistakes.row(
    "factor-in-the-mask",
    "Factor in the mask",
    "Your mask holds the factor 1/(1 - p) already; a mask says what is kept, and no more.",
    finish=lambda mask, p: mask / (1 - p) if p < 1 else mask,
)
mistakes.row(
    "rate-in-tenths",
    "A coin with ten faces",
    "You draw whole numbers, so only rates that are multiples of a tenth (or of one face) come out "
    "right; draw real ones on [0, 1) with rng.random.",
    uniform=lambda rng, shape: rng.integers(0, 10, shape),
    keeps=lambda u, p: u >= 10 * p,
)
