"""What the exercises of chapter 03, The dropout forward pass, share."""

from __future__ import annotations

import itertools

import numpy as np

from dropout_course.engine.features import dtype, finite, overwrites, ratio, refuses, values
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting
from dropout_course.engine.statistics import Binomial, Coincidence

X = np.array([1.0, -2.0, 3.0, 4.0])
MASK = np.array([True, False, True, False])
EVERYTHING, NOTHING = np.ones(4, bool), np.zeros(4, bool)

# What 3.1 and 4.2 declare of their random masks ------------------------------------------------

# A rate between tenths: coins of ten faces can't have it.
KEPT_AT_035 = Binomial(
    "kept entries among 12 000 at p = 0.35",
    n=12_000,
    prob=0.65,
    low=7460,
    high=8136,
    effect="a keep probability that is off by 0.05 (or swapped, or a fair coin)",
    effect_prob=0.6,
)
SAME_LINE = Coincidence(
    "two rows, two columns, two calls or two seeds give 100 equal entries at p = 0.3",
    alarm=2.21e-24,
    how="0.58**100",
    effect="one mask for the batch, one coin for an example, or one mask for ever",
)
# At most (largest probability of Binomial(32, 0.7)) to the power 15.
SAME_COUNT = Coincidence(
    "16 masks of 32 entries at p = 0.3 all keep the same number",
    alarm=3.94e-13,
    how="(math.comb(32, 22) * 0.7**22 * 0.3**10) ** 15",
    effect="an exact number of kept entries",
)


def all_masks(n, p):
    """Give the masks of n units, one a row, and their probabilities: averages without chance."""
    masks = np.array(list(itertools.product((False, True), repeat=n)))
    return masks, np.where(masks, 1 - p, p).prod(axis=1)


def averaged(case, function, x, p):
    """Average a dropout function in training mode over all masks, exactly."""
    masks, weights = all_masks(len(x), p)
    answers = [function(x, mask, p, True) for mask in masks]
    parts = [case.array(answer, x.shape) for answer in answers]
    return sum(weight * part for weight, part in zip(weights, parts, strict=True))


# What 3.2 and 3.3 share: they differ in where they scale ---------------------------------------

GIVEN, P = np.array([1.0, 2.0, 4.0, 5.0]), 0.2


def questions_about(name):
    """Ask a dropout function ``(x, mask, p, training)`` what it does to kept and dropped units."""

    def call(student, x, training, mask=MASK, p=P):
        return getattr(student, name)(x, mask, p, training)

    @question("By what are kept units multiplied in training?")
    def kept(student, case):
        return values(ratio(call(student, GIVEN, True), GIVEN)[MASK])

    @question("By what are dropped units multiplied in training?")
    def lost(student, case):
        return values(ratio(call(student, GIVEN, True), GIVEN)[~MASK])

    @question("By what are units multiplied in evaluation?")
    def evaluated(student, case):
        return values(ratio(call(student, GIVEN, False), GIVEN)[MASK])

    @question("Does the mask count in evaluation?")
    def masked(student, case):
        y = ratio(call(student, GIVEN, False), GIVEN)
        return values(y[MASK]) != values(y[~MASK])

    @question("What becomes of an infinite entry that is dropped?", edge=True)
    def infinite(student, case):
        return finite(call(student, np.where(MASK, 1, np.inf), True))

    @question("What comes out at p = 1?", edge=True)
    def at_one(student, case):
        return values(call(student, GIVEN, True, NOTHING, 1.0))

    @question("Which other dtype has the result for float32?", edge=True)
    def kind(student, case):
        given = GIVEN.astype(np.float32)
        kinds = [dtype(call(student, given, mode)) for mode in (True, False)]
        return [kind for kind in kinds if kind != "float32"][:1]  # of either mode

    @question("Does it write to its input?", edge=True)
    def writes(student, case):
        return any(overwrites(call, student, case.frozen(X), mode) for mode in (True, False))

    @question("Does it refuse bad rates?", edge=True)
    def bad_rates(student, case):
        return [refuses(lambda p: call(student, X, mode, p=p)) for mode in (True, False)]

    return kept, lost, evaluated, masked, infinite, at_one, kind, writes, bad_rates


def dropout_form(name, right_scaled, right_evaluated):
    """Give the form of a dropout function with these right parts; each mistake changes one."""

    def form(
        scaled=right_scaled,
        evaluated=right_evaluated,
        select=lambda x, mask: np.where(mask, x, 0),
        refused=lambda p: not 0 <= p <= 1,
    ):
        def dropout(x, mask, p, training):
            if refused(p):
                raise ValueError("p must be between 0 and 1")
            y = scaled(select(x, mask), mask, p) if training else evaluated(x, mask, p)
            return y.astype(x.dtype)

        return dropout

    return Mistakes(**{name: form})


def add_usual(mistakes):
    """Add the mistakes about form and edges that both exercises share."""
    mistakes.row("bad-rates-accepted", refused=lambda p: False)
    mistakes.row(
        "rate-one-refused",
        "p = 1 refused",
        "p = 1 is allowed: everything is dropped there, and the result is 0; refuse only what lies "
        "outside [0, 1], and NaN.",
        refused=lambda p: not 0 <= p < 1,
    )
    mistakes.row("float32-becomes-float64", wrap=upcasting)
    mistakes.row("writes-to-its-input", wrap=overwriting)
    mistakes.row(
        "mask-exchanged",
        "Kept and dropped exchanged",
        "The units that the mask keeps are dropped, and the others kept; True means kept.",
        select=lambda x, mask: np.where(mask, 0, x),
    )
