"""Visible laws of chapter 03, The dropout forward pass.

They use identities, examples that can be followed by hand, and exact averages over all masks of a
small layer; no reference.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from dropout_course.engine import pictures
from dropout_course.engine.case import Broken, array_like
from dropout_course.engine.laws import law
from dropout_course.engine.statistics import Binomial, Coincidence

BAD_RATES = (-0.1, 1.5, math.nan)


def all_masks(n, p):
    """Give the masks of n units, one a row, and their probabilities: averages without chance."""
    masks = np.array(list(itertools.product((False, True), repeat=n)))
    return masks, np.where(masks, 1 - p, p).prod(axis=1)


# 3.1 draw_mask ---------------------------------------------------------------------------------

KEPT_AT_03 = Binomial(
    "kept entries among 12 000 at p = 0.3",
    n=12_000,
    prob=0.7,
    low=8073,
    high=8722,
    effect="a keep probability that is off by 0.05 (or swapped, or a fair coin)",
    effect_prob=0.65,
)
# Two entries agree with probability q² + p² = 0.58; a correlation of 0.2 adds 2pq · 0.2 = 0.084.
# The 9216 entries of the mask make 4608 pairs of neighbours that share no entry.
AGREEING_NEIGHBOURS = Binomial(
    "equal entries among 4608 disjoint pairs of neighbours along one axis, at p = 0.3",
    n=4608,
    prob=0.58,
    low=2455,
    high=2888,
    effect="neighbours with a correlation of 0.2",
    effect_prob=0.664,
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


def draw(student, shape, p, rng):
    """Draw a mask, and require a boolean array of the right shape."""
    return well_formed(student.draw_mask(shape, p, rng), shape)


def draws(student, calls):
    """Draw a mask for each ``(shape, p, rng)``, and require boolean arrays of the right shapes."""
    for (shape, _, _), mask in student.each("draw_mask", calls):
        yield well_formed(mask, shape)


def well_formed(mask, shape):
    """Require a boolean array of this shape; give it back."""
    mask = array_like(mask, what="the mask")
    if mask.dtype != bool:
        text = f"the mask must be a boolean array, and it has dtype {mask.dtype}"
        raise Broken(text, received=mask, kind="dtype")
    if mask.shape != shape:
        text = f"the mask has shape {mask.shape}, and it must have shape {shape}"
        raise Broken(text, received=mask, kind="shape")
    return mask


@law(
    "draw_mask",
    "Entries are kept with probability 1 - p",
    weight=3,
    core=True,
    statistic=KEPT_AT_03,
)
def kept_with_probability_q(student, case):
    kept_fraction(student, case, (120, 100), 0.3, KEPT_AT_03)


def kept_fraction(student, case, shape, p, test):
    """Require a plausible number of kept entries in one large mask."""
    mask = draw(student, shape, p, case.rng())
    case.that(
        test.accepts(int(mask.sum())),
        f"at p = {p} about {100 * (1 - p):.0f} % of the entries are True, "
        f"and here {100 * mask.mean():.1f} % are",
        picture=pictures.units("your mask", mask.reshape(mask.shape[0], -1)),
    )


@law("draw_mask", "The mask is a boolean array of the given shape", weight=1)
def boolean_of_the_given_shape(student, case):
    shapes = ((4,), (2, 3), (1, 5), (2, 3, 4))
    for _ in draws(student, [(shape, 0.3, case.rng()) for shape in shapes]):
        pass  # the form is all that counts


@law("draw_mask", "p = 0 keeps everything, p = 1 keeps nothing", weight=1)
def edges_of_p(student, case):
    everything_or_nothing(student, case, ((5,), (100, 100)), 0.0, 1.0)


def everything_or_nothing(student, case, shapes, zero, one):
    """Require full masks at p = 0 and empty ones at p = 1."""
    calls = [(shape, p, case.rng()) for shape in shapes for p in (zero, one)]
    for (_, p, _), kept in zip(calls, draws(student, calls), strict=True):
        if p == 0:
            case.that(kept.all(), "at p = 0 every entry must be True", received=kept)
        else:
            case.that(not kept.any(), "at p = 1 every entry must be False", received=kept)


@law(
    "draw_mask",
    "Every entry has a coin of its own",
    weight=3,
    statistic=(SAME_LINE, SAME_LINE, SAME_LINE, AGREEING_NEIGHBOURS, AGREEING_NEIGHBOURS),
)
def own_coins(student, case):
    mask = draw(student, (2, 100), 0.3, case.rng())
    case.that(
        not np.array_equal(mask[0], mask[1]),
        "two examples of a batch have the same mask of 100",
        picture=pictures.units("your mask", mask),
    )
    mask = draw(student, (100, 2), 0.3, case.rng())
    case.that(
        not np.array_equal(mask[:, 0], mask[:, 1]),
        "two units have the same mask in each of 100 examples",
    )
    args = [(100,), 0.3, case.rng()]
    first, second = student.play("repeat", name="draw_mask", args=args, times=2)
    case.that(
        not np.array_equal(well_formed(first, (100,)), well_formed(second, (100,))),
        "two calls with one generator gave the same mask: each call must draw new numbers from rng",
    )
    mask = draw(student, (96, 96), 0.3, case.rng())
    independent_neighbours(case, mask, AGREEING_NEIGHBOURS)


def independent_neighbours(case, mask, test):
    """Require that disjoint pairs of neighbours agree as often as independent coins do."""
    for axis in range(mask.ndim):
        lines = np.moveaxis(mask, axis, 0)
        agreeing = int((lines[0::2] == lines[1::2]).sum())
        case.that(
            test.accepts(agreeing),
            f"neighbours along axis {axis} are not independent: of {test.n} pairs about "
            f"{100 * test.prob:.0f} % should agree, and {100 * agreeing / test.n:.1f} % do",
        )


@law("draw_mask", "The number of kept entries is random", weight=1.5, statistic=SAME_COUNT)
def random_count(student, case):
    args = [(32,), 0.3, case.rng()]
    masks = student.play("repeat", name="draw_mask", args=args, times=16)
    counts = [int(well_formed(mask, (32,)).sum()) for mask in masks]
    case.that(
        len(set(counts)) > 1,
        f"16 masks of 32 entries all keep exactly {counts[0]}; the number must vary",
        picture=pictures.survivors(counts, 32, 0.7),
    )


@law("draw_mask", "The given generator decides, and nothing else", weight=1.5, statistic=SAME_LINE)
def generator_decides(student, case):
    same_seed_same_mask(student, case, [((10, 10), 0.3, case.rng())])
    masks = draws(student, [((10, 10), 0.3, case.rng()) for _ in range(2)])
    case.that(not np.array_equal(*masks), "two generators with different seeds gave one mask")


def same_seed_same_mask(student, case, calls):
    """Require the same mask from two generators of one seed, for each ``(shape, p, rng)``."""
    masks = draws(student, [call for call in calls for _ in range(2)])
    for first, second in zip(masks, masks, strict=True):  # of one iterator: neighbours in it
        case.that(
            np.array_equal(first, second),
            "two generators with the same seed must give the same mask: "
            "draw from rng and from no other source of random numbers",
        )


@law("draw_mask", "A p outside [0, 1], or NaN, is refused", weight=1)
def mask_refuses(student, case):
    calls = [((2, 3), p, case.rng()) for p in BAD_RATES]
    case.all_raise(ValueError, student, "draw_mask", calls)


# 3.2 dropout_standard --------------------------------------------------------------------------

X = np.array([1.0, -2.0, 3.0, 4.0])
MASK = np.array([True, False, True, False])


@law("dropout_standard", "Training multiplies by the mask", weight=3, core=True)
def standard_training(student, case):
    p = case.rate()
    x = case.normal(4, 5)
    mask = case.mask(x.shape, p)
    examples = [
        ((X, MASK, 0.25, True), np.array([1.0, 0.0, 3.0, 0.0])),
        ((x, mask, p, True), np.where(mask, x, 0.0)),
    ]
    case.gives(student, "dropout_standard", examples)


@law("dropout_standard", "Evaluation multiplies by 1 - p", weight=2)
def standard_evaluation(student, case):
    want = np.array([0.75, -1.5, 2.25, 3.0])
    p = case.rate()
    x = case.normal(4, 5)
    examples = [
        ((X, MASK, 0.25, False), want),
        ((X, ~MASK, 0.25, False), want),  # the mask is ignored
        ((x, case.mask(x.shape, p), p, False), x - p * x),
    ]
    case.gives(student, "dropout_standard", examples)


@law("dropout_standard", "Evaluation is the mean of training over all masks", weight=1)
def standard_mean(student, case):
    p, x = 0.3, np.array([1.0, -2.0, 3.0])
    mean = averaged(student, "dropout_standard", x, p)
    case.close(
        mean,
        student.dropout_standard(x, MASK[:3], p, False),
        1e-9,
        what="the mean over all masks of what training gives, against evaluation: it",
    )


def averaged(student, name, x, p):
    """Average a dropout function in training mode over all masks, exactly."""
    masks, weights = all_masks(len(x), p)
    results = student.each(name, [(x, mask, p, True) for mask in masks])
    parts = [weight * array_like(y) for weight, (_, y) in zip(weights, results, strict=True)]
    return np.sum(parts, axis=0)


@law("dropout_standard", "p = 0 changes nothing, p = 1 gives zeros", weight=1)
def standard_edges(student, case):
    everything, nothing = np.ones(4, bool), np.zeros(4, bool)
    examples = [
        ((X, everything, 0.0, True), X),
        ((X, nothing, 1.0, True), np.zeros(4)),
        ((X, everything, 0.0, False), X),
        ((X, nothing, 1.0, False), np.zeros(4)),
    ]
    case.gives(student, "dropout_standard", examples)


@law("dropout_standard", "float32 stays float32", weight=1)
def standard_dtype(student, case):
    x = np.array([1, 2, 4], np.float32)
    examples = [
        ((x, MASK[:3], 0.25, True), np.array([1, 0, 4], np.float32)),
        ((x, MASK[:3], 0.25, False), np.array([0.75, 1.5, 3], np.float32)),
    ]
    case.gives(student, "dropout_standard", examples)


@law("dropout_standard", "A p outside [0, 1], or NaN, is refused in either mode", weight=1)
def standard_refuses(student, case):
    calls = [(X, MASK, p, training) for training in (True, False) for p in BAD_RATES]
    case.all_raise(ValueError, student, "dropout_standard", calls)


# 3.3 dropout_inverted --------------------------------------------------------------------------


@law("dropout_inverted", "Training divides kept units by 1 - p", weight=3, core=True)
def inverted_training(student, case):
    p = case.rate()
    x = case.normal(4, 5)
    mask = case.mask(x.shape, p)
    examples = [
        ((X, MASK, 0.2, True), np.array([1.25, 0.0, 3.75, 0.0])),
        ((x, mask, p, True), np.where(mask, x / (1 - p), 0.0)),
    ]
    case.gives(student, "dropout_inverted", examples)


@law("dropout_inverted", "Evaluation is the identity", weight=2)
def inverted_evaluation(student, case):
    p = case.rate()
    x = case.normal(4, 5)
    examples = [
        ((X, MASK, 0.2, False), X),
        ((X, ~MASK, 0.2, False), X),
        ((x, case.mask(x.shape, p), p, False), x),
    ]
    case.gives(student, "dropout_inverted", examples)


@law("dropout_inverted", "The mean over all masks is x", weight=1)
def inverted_mean(student, case):
    p, x = 0.3, np.array([1.0, -2.0, 3.0])
    mean = averaged(student, "dropout_inverted", x, p)
    case.close(mean, x, 1e-9, what="the mean over all masks of what training gives")


@law("dropout_inverted", "Dropped entries are 0, even where x is infinite or NaN", weight=1.5)
def inverted_non_finite(student, case):
    want = np.array([2.0, 0.0, 4.0, 0.0])
    examples = [
        ((np.array([1.0, odd, 2.0, 3.0]), MASK, 0.5, True), want)
        for odd in (np.inf, -np.inf, np.nan)
    ]
    case.gives(student, "dropout_inverted", examples)


@law("dropout_inverted", "p = 0 changes nothing, p = 1 gives zeros", weight=1.5)
def inverted_edges(student, case):
    everything, nothing = np.ones(4, bool), np.zeros(4, bool)
    examples = [
        ((X, everything, 0.0, True), X),
        ((X, nothing, 1.0, True), np.zeros(4)),
        ((X, everything, 0.0, False), X),
        ((X, nothing, 1.0, False), X),
    ]
    case.gives(student, "dropout_inverted", examples)


@law("dropout_inverted", "float32 stays float32", weight=1)
def inverted_dtype(student, case):
    x = np.array([1, 2, 4], np.float32)
    examples = [
        ((x, MASK[:3], 0.2, True), np.array([1.25, 0, 5], np.float32)),
        ((x, MASK[:3], 0.2, False), x),
        ((x, np.zeros(3, bool), 1.0, True), np.zeros(3, np.float32)),
    ]
    case.gives(student, "dropout_inverted", examples)


@law("dropout_inverted", "A p outside [0, 1], or NaN, is refused in either mode", weight=1)
def inverted_refuses(student, case):
    calls = [(X, MASK, p, training) for training in (True, False) for p in BAD_RATES]
    case.all_raise(ValueError, student, "dropout_inverted", calls)


# 3.4 survivors ---------------------------------------------------------------------------------


@law("survivors", "Small layers can be counted by hand", weight=3, core=True)
def small_layers(student, case):
    by_hand = [
        ((1, 0.2), np.array([0.2, 0.8])),
        ((2, 0.2), np.array([0.04, 0.32, 0.64])),
    ]
    case.gives(student, "survivor_pmf", by_hand)
    n, p = case.integers(3, 9), case.rate()
    masks, weights = all_masks(n, p)
    counted = np.bincount(masks.sum(axis=1), weights)
    case.equal(student.survivor_pmf(n, p), counted, tol=1e-10)


@law("survivors", "The mean is n(1 - p), the variance np(1 - p)", weight=1.5)
def survivor_moments(student, case):
    calls = [(4, 0.25), (case.integers(10, 60), case.rate())]
    for (n, p), pmf in zip(calls, distributions(student, calls), strict=True):
        k = np.arange(n + 1)
        case.close(float(pmf.sum()), 1.0, 1e-8, what="the sum of the probabilities")
        mean = float(pmf @ k)
        case.close(mean, n * (1 - p), 1e-7, what="the mean number of survivors")
        case.close(float(pmf @ (k - mean) ** 2), n * p * (1 - p), 1e-6, what="the variance")


def distributions(student, calls):
    """Call survivor_pmf with each ``(n, p)`` and require float arrays with n + 1 entries."""
    for (n, p), pmf in student.each("survivor_pmf", calls):
        pmf = array_like(pmf)
        if pmf.shape != (n + 1,) or pmf.dtype != np.float64:
            text = f"survivor_pmf({n}, {p}) must be a float64 array with {n + 1} entries"
            raise Broken(text, received=pmf, kind="shape")
        if not np.isfinite(pmf).all():
            bad = int((~np.isfinite(pmf)).sum())
            text = f"{bad} of the {n + 1} probabilities are NaN or infinite"
            raise Broken(text, kind="nonfinite")
        yield pmf


@law("survivors", "A layer is dead with probability p to the power n", weight=3)
def dead_layer(student, case):
    examples = [((1, 0.2), 0.2), ((2, 0.3), 0.09), ((3, 0.5), 0.125), ((10, 0.9), 0.9**10)]
    case.gives(student, "prob_dead_layer", examples, tol=1e-10)


@law("survivors", "p = 0 and p = 1 leave no doubt", weight=1)
def certain(student, case):
    all_or_none = [
        ((3, 0.0), np.array([0.0, 0.0, 0.0, 1.0])),
        ((3, 1.0), np.array([1.0, 0.0, 0.0, 0.0])),
    ]
    case.gives(student, "survivor_pmf", all_or_none)
    case.gives(student, "prob_dead_layer", [((3, 0.0), 0.0), ((3, 1.0), 1.0)])


@law("survivors", "Two layers of 1000 units are one layer of 2000", weight=2)
def wide_layers(student, case):
    half, whole = distributions(student, [(1000, 0.3), (2000, 0.3)])
    case.close(
        whole,
        np.convolve(half, half),
        1e-9,
        what="survivor_pmf(2000, 0.3), against the sum of two independent layers of 1000, it",
    )


# 3.5 output_moments ----------------------------------------------------------------------------


def moments(student, x, p):
    """Call output_moments and require three parts."""
    return three_parts(student.output_moments(x, p))


def three_parts(got):
    """Require the mean, the variance and the squared length; give them back."""
    if not isinstance(got, (tuple, list)) or len(got) != 3:
        raise Broken("output_moments must return (mean, var, second_norm)", None, got, "type")
    return got


def by_enumeration(x, p):
    """Moments of inverted dropout of a short vector, over all masks."""
    masks, weights = all_masks(len(x), p)
    y = np.where(masks, x / (1 - p), 0)
    mean, square = weights @ y, weights @ y**2
    return mean, square - mean**2, float(square.sum())


@law(
    "output_moments",
    "Entries keep their mean and get variance p/(1 - p) x²",
    weight=3,
    core=True,
)
def mean_and_variance(student, case):
    x = np.array([1.0, -2.0, 0.0, 3.0])
    mean, var, _ = moments(student, x, 0.2)
    case.equal(mean, x, what="the mean")
    case.equal(var, np.array([0.25, 1.0, 0.0, 2.25]), what="the variance")


@law("output_moments", "The squared length grows by 1/(1 - p)", weight=2)
def squared_length(student, case):
    calls = [(np.array([3.0, 4.0]), 0.2), (case.normal(7), case.rate())]
    for (x, p), got in student.each("output_moments", calls):
        case.equal(three_parts(got)[2], float(x @ x) / (1 - p), what="second_norm")


@law("output_moments", "The average over all masks agrees", weight=2)
def average_over_masks(student, case):
    x, p = case.normal(4), case.rate()
    mean, var, second = moments(student, x, p)
    want = by_enumeration(x, p)
    case.equal(mean, want[0], what="the mean")
    case.equal(var, want[1], what="the variance")
    case.equal(second, want[2], what="second_norm")


@law("output_moments", "p = 0 adds no noise, p = 1 leaves nothing", weight=1.5)
def moment_edges(student, case):
    x, none = np.array([3.0, -4.0]), np.zeros(2)
    examples = [((x, 0.0), (x, none, 25.0)), ((x, 1.0), (none, none, 0.0))]
    case.gives(student, "output_moments", examples)


@law("output_moments", "float32 stays float32", weight=1)
def moment_dtype(student, case):
    x = np.array([1, 2], np.float32)
    mean, var, second = moments(student, x, 0.2)
    case.equal(mean, x, what="the mean")
    case.equal(var, np.array([0.25, 1], np.float32), what="the variance")
    case.equal(second, 6.25, tol=1e-5, what="second_norm")


# 3.6 commutes ----------------------------------------------------------------------------------

HOMOGENEOUS = {"relu", "leaky_relu", "linear", "abs"}
NAMES = ["relu", "leaky_relu", "linear", "tanh", "sigmoid", "gelu", "abs"]


@law("commutes", "The gap of z + 1 can be followed by hand", weight=3, core=True)
def gap_by_hand(student, case):
    # f(D z) is z/q + 1 where kept and 1 where dropped, D f(z) is (z + 1)/q and 0.
    f, z, kept = case.fn("affine", a=1.0, b=1.0), np.array([1.0, -2.0]), np.array([True, False])
    examples = [
        ((f, z, kept, 0.2), 1.0),
        ((f, z, kept, 0.8), 4.0),
        ((f, z, np.ones(2, bool), 0.2), 0.25),
    ]
    case.gives(student, "placement_gap", examples, what="the gap")


@law("commutes", "Positively homogeneous functions have no gap", weight=1)
def no_gap(student, case):
    z = case.normal(3, 4)
    functions = [case.fn("relu"), case.fn("leaky_relu", slope=0.1), case.fn("abs")]
    calls = []
    for f in (*functions, case.fn("linear", a=-1.5)):
        p = case.rate()
        calls.append((f, z, case.mask(z.shape, p), p))
    for (f, *_), got in student.each("placement_gap", calls):
        case.close(got, 0.0, 1e-9, what=f"the gap of {f.name}")


@law("commutes", "tanh and the logistic function have a gap", weight=2)
def a_gap(student, case):
    z, one, none = np.array([1.0]), np.array([True]), np.array([False])
    got = student.placement_gap(case.fn("tanh"), z, one, 0.5)
    case.equal(got, 2 * math.tanh(1) - math.tanh(2), what="the gap of tanh, with its unit kept,")
    got = student.placement_gap(case.fn("sigmoid"), z, none, 0.5)
    case.equal(got, 0.5, what="the gap of the logistic function, with its unit dropped,")


@law("commutes", "p = 0 leaves no gap, p = 1 leaves f(0)", weight=1)
def gap_edges(student, case):
    z, at_zero = np.array([1.0, -2.0]), {"tanh": 0.0, "sigmoid": 0.5}
    calls = [(case.fn(f), z, np.full(2, p == 0), p) for f in at_zero for p in (0.0, 1.0)]
    for (f, *_, p), got in student.each("placement_gap", calls):
        want = 0.0 if p == 0 else at_zero[f.name]
        case.equal(got, want, what=f"the gap of {f.name} at p = {p:g}")


@law("commutes", "The right functions commute", weight=5)
def right_functions(student, case):
    got = student.commuting(list(NAMES))
    if not isinstance(got, (set, frozenset)):
        case.equal(got, HOMOGENEOUS, what="commuting(names)")
    for name in NAMES:
        word = "commutes" if name in HOMOGENEOUS else "does not commute"
        case.that((name in got) == (name in HOMOGENEOUS), f"{name} {word} with every D")
    case.equal(got, HOMOGENEOUS, what="commuting(names)")


@law("commutes", "Only functions that were asked for are named", weight=1)
def only_those_asked_for(student, case):
    examples = [((["tanh", "relu"],), {"relu"}), ((["gelu"],), set()), (([],), set())]
    case.gives(student, "commuting", examples, what="commuting(names)")
