"""Hidden laws of chapter 03, The dropout forward pass.

They repeat the visible ones on other shapes, types, memory layouts and edge values, and compare
with the references on random inputs.
"""

from __future__ import annotations

import math

import numpy as np

from dropout_course.checks import ch03_dropout_forward as visible
from dropout_course.laws import law
from dropout_course.scenes import FUNCTIONS
from dropout_course.statistics import Binomial
from solutions import ch03_dropout_forward as reference

BAD_RATES = (-1e-9, 1.000001, 2, -math.inf, math.inf, math.nan)
RANKS = ((6,), (4, 5), (2, 3, 4), (2, 1, 3, 2))

# 3.1 draw_mask ---------------------------------------------------------------------------------

KEPT_AT_02 = Binomial(
    "kept entries among 12 000 at p = 0.2",
    n=12_000,
    prob=0.8,
    low=9313,
    high=9879,
    effect="a keep probability that is off by 0.05",
    effect_prob=0.75,
)
KEPT_AT_07 = Binomial(
    "kept entries among 12 000 at p = 0.7",
    n=12_000,
    prob=0.3,
    low=3278,
    high=3927,
    effect="a keep probability that is off by 0.05",
    effect_prob=0.35,
)
COINS = visible.AGREEING_NEIGHBOURS


@law(
    "draw_mask",
    "Entries are kept with probability 1 - p",
    weight=2,
    statistic=(KEPT_AT_02, KEPT_AT_07),
)
def kept_at_other_rates(student, case):
    visible.kept_fraction(student, case, (20, 30, 20), 0.2, KEPT_AT_02)
    visible.kept_fraction(student, case, (12_000,), 0.7, KEPT_AT_07)


@law("draw_mask", "The mask is a boolean array of the given shape", weight=1)
def other_shapes(student, case):
    for shape in ((1,), (7,), (1, 1), (3, 1, 2), (2, 3, 1, 5)):
        for p in (0, 0.2, 0.9, 1):
            visible.draw(student, shape, p, case.rng())


@law("draw_mask", "p = 0 keeps everything, p = 1 keeps nothing", weight=1)
def edges_at_other_shapes(student, case):
    for shape in ((1,), (20_000,), (3, 4, 5), (2, 3, 4, 5)):
        visible.everything_or_nothing(student, case, shape, zero=0, one=1)


@law("draw_mask", "Every entry has a coin of its own", weight=2, statistic=(COINS, COINS, COINS))
def own_coins_in_three_dimensions(student, case):
    mask = visible.draw(student, (16, 24, 24), 0.3, case.rng())
    visible.independent_neighbours(case, mask, COINS)


@law("draw_mask", "The given generator decides, and nothing else", weight=1)
def generator_decides_everywhere(student, case):
    for shape in RANKS[1:]:
        visible.same_seed_same_mask(student, case, (*shape, 10), case.rate())


@law("draw_mask", "A p outside [0, 1], or NaN, is refused", weight=1)
def mask_refuses_more(student, case):
    call = lambda p: student.draw_mask((3,), p, case.rng())  # noqa: E731
    visible.refuses_bad_rates(case, call, BAD_RATES)


# 3.2 dropout_standard, 3.3 dropout_inverted ----------------------------------------------------


def agrees(student, case, name, training, dtype=np.float64, rates=None):
    """Compare with the reference: every memory layout at rank 2, one of them at other ranks."""
    for shape in (*RANKS, (1,)):
        layouts = list(case.layouts(case.normal(*shape, dtype=dtype, scale=3)))
        for x in layouts if len(shape) == 2 else [case.choice(layouts)]:
            p = case.choice(rates) if rates else case.rate()
            same_as_reference(student, case, name, x, p, training)


def same_as_reference(student, case, name, x, p, training):
    """Compare one call with the reference."""
    mask = case.mask(x.shape, p)
    want = getattr(reference, name)(x, mask, p, training)
    case.equal(getattr(student, name)(x, mask, p, training), want)


def edges_agree(student, case, name):
    """Compare at p = 0 and p = 1, written as int and as float, in both modes."""
    for training in (True, False):
        for p, shape in ((0, (3, 4)), (1, (2, 3, 2)), (0.0, (1,)), (1.0, (5,))):
            same_as_reference(student, case, name, case.normal(*shape), p, training)


@law("dropout_standard", "Training multiplies by the mask", weight=2)
def standard_training_elsewhere(student, case):
    agrees(student, case, "dropout_standard", True)


@law("dropout_standard", "Evaluation multiplies by 1 - p", weight=2)
def standard_evaluation_elsewhere(student, case):
    agrees(student, case, "dropout_standard", False)


@law("dropout_standard", "p = 0 changes nothing, p = 1 gives zeros", weight=1)
def standard_edges_elsewhere(student, case):
    edges_agree(student, case, "dropout_standard")


@law("dropout_standard", "float32 stays float32", weight=1)
def standard_float32(student, case):
    for training in (True, False):
        agrees(student, case, "dropout_standard", training, np.float32, (0.0, 0.3, 1.0))


@law("dropout_standard", "A p outside [0, 1], or NaN, is refused in either mode", weight=1)
def standard_refuses_more(student, case):
    refuses_more(student, case, "dropout_standard")


def refuses_more(student, case, name):
    """Require ValueError for more bad rates, in both modes."""
    x = case.normal(2, 3)
    mask = case.mask(x.shape, 0.5)
    for training in (True, False):
        call = lambda p, t=training: getattr(student, name)(x, mask, p, t)  # noqa: E731
        visible.refuses_bad_rates(case, call, BAD_RATES)


@law("dropout_inverted", "Training divides kept units by 1 - p", weight=2)
def inverted_training_elsewhere(student, case):
    agrees(student, case, "dropout_inverted", True)


@law("dropout_inverted", "Evaluation is the identity", weight=1.5)
def inverted_evaluation_elsewhere(student, case):
    agrees(student, case, "dropout_inverted", False)


@law("dropout_inverted", "Dropped entries are 0, even where x is infinite or NaN", weight=1.5)
def inverted_non_finite_elsewhere(student, case):
    for dtype in (np.float64, np.float32):
        x = case.normal(3, 8, dtype=dtype)
        x[:, :3] = np.inf, -np.inf, np.nan
        for p in (0.0, case.rate(), 1.0):
            mask = case.mask(x.shape, p)
            want = reference.dropout_inverted(x, mask, p, True)
            case.equal(student.dropout_inverted(x, mask, p, True), want)
            case.equal(student.dropout_inverted(x, mask, p, False), x)


@law("dropout_inverted", "p = 0 changes nothing, p = 1 gives zeros", weight=1)
def inverted_edges_elsewhere(student, case):
    edges_agree(student, case, "dropout_inverted")


@law("dropout_inverted", "float32 stays float32", weight=1)
def inverted_float32(student, case):
    for training in (True, False):
        agrees(student, case, "dropout_inverted", training, np.float32, (0.0, 0.3, 1.0))


@law("dropout_inverted", "A p outside [0, 1], or NaN, is refused in either mode", weight=1)
def inverted_refuses_more(student, case):
    refuses_more(student, case, "dropout_inverted")


# 3.4 survivors ---------------------------------------------------------------------------------


@law("survivors", "Small layers can be counted by hand", weight=1.5)
def layers_of_any_size(student, case):
    for n in (1, 2, 3, 17, 100, case.integers(200, 600)):
        p = case.rate(0.02, 0.98)
        case.equal(student.survivor_pmf(n, p), reference.survivor_pmf(n, p), tol=1e-10)


@law("survivors", "A layer is dead with probability p to the power n", weight=1)
def dead_layers_of_any_size(student, case):
    for n, p in ((1, case.rate()), (5, case.rate()), (2000, 0.5), (2000, 0.999)):
        case.equal(student.prob_dead_layer(n, p), reference.prob_dead_layer(n, p), tol=1e-10)


@law("survivors", "p = 0 and p = 1 leave no doubt", weight=1)
def certain_at_any_size(student, case):
    for n in (1, 40, 700):
        for p in (0, 1.0):
            case.equal(student.survivor_pmf(n, p), reference.survivor_pmf(n, p), tol=1e-10)
            case.equal(student.prob_dead_layer(n, p), float(p), tol=1e-10)


@law("survivors", "Two layers of 1000 units are one layer of 2000", weight=1.5)
def wide_layers_to_ten_digits(student, case):
    for p in (case.rate(), 0.001, 0.999):
        case.equal(student.survivor_pmf(2000, p), reference.survivor_pmf(2000, p), tol=1e-10)


# 3.5 output_moments ----------------------------------------------------------------------------


def moments_agree(student, case, dtype, rates):
    """Compare with the reference for several lengths and memory layouts."""
    tol = 1e-5 if dtype == np.float32 else None
    for n in (1, 5, 40):
        for p in rates:
            layouts = list(case.layouts(case.normal(n, dtype=dtype, scale=2)))
            for x in layouts if n == 5 else layouts[:1]:
                got = visible.moments(student, x, p)
                want = reference.output_moments(x, p)
                for part, wanted, what in zip(got, want, ("mean", "var", "second_norm")):  # noqa: B905
                    case.equal(part, wanted, tol=tol, what=what)


@law(
    "output_moments",
    "Entries keep their mean and get variance p/(1 - p) x²",
    weight=2,
    core=True,
)
def moments_elsewhere(student, case):
    moments_agree(student, case, np.float64, (0.05, case.rate(), 0.95))


@law("output_moments", "p = 0 adds no noise, p = 1 leaves nothing", weight=1)
def moment_edges_elsewhere(student, case):
    moments_agree(student, case, np.float64, (0, 0.0, 1, 1.0))


@law("output_moments", "float32 stays float32", weight=1)
def moments_in_float32(student, case):
    moments_agree(student, case, np.float32, (0.0, 0.3, 1.0))


# 3.6 commutes ----------------------------------------------------------------------------------


@law("commutes", "The gap of z + 1 can be followed by hand", weight=2)
def gaps_elsewhere(student, case):
    for shape in (*RANKS, (1,)):
        z = case.normal(*shape, scale=2)
        name = case.choice(["tanh", "sigmoid", "gelu", "affine"])
        params = {"a": -1.5, "b": 0.7} if name == "affine" else {}
        p = case.rate()
        mask = case.mask(shape, p)
        f = FUNCTIONS[name](**params)
        for laid_out in case.layouts(z):
            got = student.placement_gap(case.fn(name, **params), laid_out, mask, p)
            case.equal(got, reference.placement_gap(f, z, mask, p), what="the gap")


@law("commutes", "Positively homogeneous functions have no gap", weight=1)
def no_gap_elsewhere(student, case):
    for dtype, tol in ((np.float64, 1e-9), (np.float32, 1e-4)):
        for name in ("relu", "leaky_relu", "linear", "abs"):
            z, p = case.normal(2, 3, 4, dtype=dtype), case.rate()
            got = student.placement_gap(case.fn(name), z, case.mask(z.shape, p), p)
            case.close(got, 0.0, tol, what=f"the gap of {name}")


@law("commutes", "p = 0 leaves no gap, p = 1 leaves f(0)", weight=1)
def gap_edges_elsewhere(student, case):
    z = case.normal(3, 2)
    for b in (0.0, case.rate()):
        f = case.fn("affine", a=2.0, b=b)
        for p, want in ((0, 0.0), (1, b)):
            got = student.placement_gap(f, z, np.full(z.shape, p == 0), p)
            case.equal(got, want, what=f"the gap at p = {p}")


@law("commutes", "Only functions that were asked for are named", weight=1.5)
def any_selection(student, case):
    for _ in range(6):
        names = [name for name in visible.NAMES if case.choice([True, False])]
        case.equal(student.commuting(names), reference.commuting(names), what="commuting(names)")
