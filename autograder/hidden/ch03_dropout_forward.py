"""Hidden laws of chapter 03, The dropout forward pass.

They repeat the visible ones on other shapes, types, memory layouts and edge values, and compare
with the references on random inputs.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from dropout_course.checks import ch03_dropout_forward as visible
from dropout_course.engine.laws import law
from dropout_course.engine.statistics import Binomial
from dropout_course.scenes import FUNCTIONS
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
    shapes = ((1,), (7,), (1, 1), (3, 1, 2), (2, 3, 1, 5))
    calls = [(shape, p, case.rng()) for shape in shapes for p in (0, 0.2, 0.9, 1)]
    for _ in visible.draws(student, calls):
        pass  # the form is all that counts


@law("draw_mask", "p = 0 keeps everything, p = 1 keeps nothing", weight=1)
def edges_at_other_shapes(student, case):
    shapes = ((1,), (20_000,), (3, 4, 5), (2, 3, 4, 5))
    visible.everything_or_nothing(student, case, shapes, 0, 1)


@law("draw_mask", "Every entry has a coin of its own", weight=2, statistic=(COINS, COINS, COINS))
def own_coins_in_three_dimensions(student, case):
    mask = visible.draw(student, (16, 24, 24), 0.3, case.rng())
    visible.independent_neighbours(case, mask, COINS)


@law("draw_mask", "The given generator decides, and nothing else", weight=1)
def generator_decides_everywhere(student, case):
    calls = [((*shape, 10), case.rate(), case.rng()) for shape in RANKS[1:]]
    visible.same_seed_same_mask(student, case, calls)


@law("draw_mask", "A p outside [0, 1], or NaN, is refused", weight=1)
def mask_refuses_more(student, case):
    calls = [((3,), p, case.rng()) for p in BAD_RATES]
    case.all_raise(ValueError, student, "draw_mask", calls)


# 3.2 dropout_standard, 3.3 dropout_inverted ----------------------------------------------------


def agrees(student, case, name, *modes, dtype=np.float64, rates=None):
    """Compare with the reference: every memory layout at rank 2, one of them at other ranks."""
    calls = []
    for training, shape in itertools.product(modes, (*RANKS, (1,))):
        layouts = list(case.layouts(case.normal(*shape, dtype=dtype, scale=3)))
        for x in layouts if len(shape) == 2 else [case.choice(layouts)]:
            p = case.choice(rates) if rates else case.rate()
            calls.append((x, case.mask(shape, p), p, training))
    same_as_reference(student, case, name, calls)


def same_as_reference(student, case, name, calls):
    """Compare calls with the reference."""
    examples = [(args, getattr(reference, name)(*args)) for args in calls]
    case.gives(student, name, examples)


def edges_agree(student, case, name):
    """Compare at p = 0 and p = 1, written as int and as float, in both modes."""
    calls = []
    for training in (True, False):
        for p, shape in ((0, (3, 4)), (1, (2, 3, 2)), (0.0, (1,)), (1.0, (5,))):
            calls.append((case.normal(*shape), case.mask(shape, p), p, training))
    same_as_reference(student, case, name, calls)


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
    agrees(student, case, "dropout_standard", True, False, dtype=np.float32, rates=(0.0, 0.3, 1.0))


@law("dropout_standard", "A p outside [0, 1], or NaN, is refused in either mode", weight=1)
def standard_refuses_more(student, case):
    refuses_more(student, case, "dropout_standard")


def refuses_more(student, case, name):
    """Require ValueError for more bad rates, in both modes."""
    x = case.normal(2, 3)
    mask = case.mask(x.shape, 0.5)
    calls = [(x, mask, p, training) for training in (True, False) for p in BAD_RATES]
    case.all_raise(ValueError, student, name, calls)


@law("dropout_inverted", "Training divides kept units by 1 - p", weight=2)
def inverted_training_elsewhere(student, case):
    agrees(student, case, "dropout_inverted", True)


@law("dropout_inverted", "Evaluation is the identity", weight=1.5)
def inverted_evaluation_elsewhere(student, case):
    agrees(student, case, "dropout_inverted", False)


@law("dropout_inverted", "Dropped entries are 0, even where x is infinite or NaN", weight=1.5)
def inverted_non_finite_elsewhere(student, case):
    calls = []
    for dtype in (np.float64, np.float32):
        x = case.normal(3, 8, dtype=dtype)
        x[:, :3] = np.inf, -np.inf, np.nan
        for p in (0.0, case.rate(), 1.0):
            mask = case.mask(x.shape, p)
            calls += [(x, mask, p, True), (x, mask, p, False)]
    same_as_reference(student, case, "dropout_inverted", calls)


@law("dropout_inverted", "p = 0 changes nothing, p = 1 gives zeros", weight=1)
def inverted_edges_elsewhere(student, case):
    edges_agree(student, case, "dropout_inverted")


@law("dropout_inverted", "float32 stays float32", weight=1)
def inverted_float32(student, case):
    agrees(student, case, "dropout_inverted", True, False, dtype=np.float32, rates=(0.0, 0.3, 1.0))


@law("dropout_inverted", "A p outside [0, 1], or NaN, is refused in either mode", weight=1)
def inverted_refuses_more(student, case):
    refuses_more(student, case, "dropout_inverted")


# 3.4 survivors ---------------------------------------------------------------------------------


@law("survivors", "Small layers can be counted by hand", weight=1.5)
def layers_of_any_size(student, case):
    sizes = (1, 2, 3, 17, 100, case.integers(200, 600))
    calls = [(n, case.rate(0.02, 0.98)) for n in sizes]
    examples = [(args, reference.survivor_pmf(*args)) for args in calls]
    case.gives(student, "survivor_pmf", examples, tol=1e-10)


@law("survivors", "A layer is dead with probability p to the power n", weight=2)
def dead_layers_of_any_size(student, case):
    calls = [(1, case.rate()), (5, case.rate()), (2000, 0.5), (2000, 0.999)]
    examples = [(args, reference.prob_dead_layer(*args)) for args in calls]
    case.gives(student, "prob_dead_layer", examples, tol=1e-10)


@law("survivors", "p = 0 and p = 1 leave no doubt", weight=1)
def certain_at_any_size(student, case):
    calls = [(n, p) for p in (0, 1.0) for n in (1, 40, 700)]
    all_or_none = [((n, p), np.eye(1, n + 1, 0 if p else n)[0]) for n, p in calls]
    case.gives(student, "survivor_pmf", all_or_none, tol=1e-10)
    dead = [((n, p), float(p)) for n, p in calls]
    case.gives(student, "prob_dead_layer", dead, tol=1e-10)


@law("survivors", "Two layers of 1000 units are one layer of 2000", weight=1.5)
def wide_layers_to_ten_digits(student, case):
    calls = [(2000, p) for p in (case.rate(), 0.001, 0.999)]
    examples = [(args, by_logarithms(*args)) for args in calls]
    case.gives(student, "survivor_pmf", examples, tol=1e-10)


def by_logarithms(n, p):
    """Give the distribution of survivors, 0 < p < 1, to 1e-12 for n up to some thousands."""
    k = np.arange(n + 1)
    log_factorial = np.cumsum(np.log(np.maximum(k, 1)))
    log_choose = log_factorial[n] - log_factorial - log_factorial[::-1]
    return np.exp(log_choose + k * math.log1p(-p) + (n - k) * math.log(p))


# 3.5 output_moments ----------------------------------------------------------------------------


def moments_agree(student, case, dtype, rates):
    """Compare with the reference for several lengths and memory layouts."""
    tol = 1e-5 if dtype == np.float32 else None
    calls = []
    for n in (1, 5, 40):
        for p in rates:
            x = case.normal(n, dtype=dtype, scale=2)
            calls += [(x, p) for x in (case.layouts(x) if n == 5 else [x])]
    for (x, p), got in student.each("output_moments", calls):
        parts = zip(visible.three_parts(got), reference.output_moments(x, p), strict=True)
        for (part, want), what in zip(parts, ("mean", "var", "second_norm"), strict=True):
            case.equal(part, want, tol=tol, what=what)


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
    examples = []
    for shape in (*RANKS, (1,)):
        z = case.normal(*shape, scale=2)
        name = case.choice(["tanh", "sigmoid", "gelu", "affine"])
        f = case.fn(name, **({"a": -1.5, "b": 0.7} if name == "affine" else {}))
        p = case.rate()
        mask = case.mask(shape, p)
        want = reference.placement_gap(FUNCTIONS[name](**f.params), z, mask, p)
        examples += [((f, laid_out, mask, p), want) for laid_out in case.layouts(z)]
    case.gives(student, "placement_gap", examples, what="the gap")


@law("commutes", "Positively homogeneous functions have no gap", weight=1)
def no_gap_elsewhere(student, case):
    calls = []
    for dtype in (np.float64, np.float32):
        for name in ("relu", "leaky_relu", "linear", "abs"):
            z, p = case.normal(2, 3, 4, dtype=dtype), case.rate()
            calls.append((case.fn(name), z, case.mask(z.shape, p), p))
    for (f, z, *_), got in student.each("placement_gap", calls):
        tol = 1e-4 if z.dtype == np.float32 else 1e-9
        case.close(got, 0.0, tol, what=f"the gap of {f.name}")


@law("commutes", "p = 0 leaves no gap, p = 1 leaves f(0)", weight=1)
def gap_edges_elsewhere(student, case):
    z = case.normal(3, 2)
    functions = [case.fn("affine", a=2.0, b=b) for b in (0.0, case.rate())]
    calls = [(f, z, np.full(z.shape, p == 0), p) for f in functions for p in (0, 1)]
    for (f, *_, p), got in student.each("placement_gap", calls):
        want = 0.0 if p == 0 else f.params["b"]
        case.equal(got, want, what=f"the gap at p = {p}")


@law("commutes", "Only functions that were asked for are named", weight=1.5)
def any_selection(student, case):
    examples = []
    for _ in range(6):
        names = [name for name in visible.NAMES if case.choice([True, False])]
        examples.append(((names,), reference.commuting(names)))
    case.gives(student, "commuting", examples, what="commuting(names)")
