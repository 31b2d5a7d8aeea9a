"""Known mistakes of chapter 03, The dropout forward pass.

Each is a whole wrong answer, as short as people write it. The probes go from the plainest call to
the edge cases and report the first symptom, so that a mistake in the formula is named even where
the edge cases are wrong as well.
"""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.case import agree
from dropout_course.engine.laws import mistake, probe
from dropout_course.engine.student import Lost, Missing, Raised, Unanswered

# what a probe reports --------------------------------------------------------------------------

MISSING = {"unanswered": "missing"}
BAD_RATES = (-0.5, 1.5, math.nan)


def tried(call, *args):
    """Call, and give what went wrong as a word."""
    try:
        return call(*args)
    except Lost:
        raise
    except Missing:
        return MISSING
    except Raised as error:
        if error.is_a("NotImplementedError"):
            return MISSING
        if error.is_a("ValueError"):
            return "writes to its input" if "read-only" in error.message else "refuses"
        return "breaks"
    except Unanswered:
        return "no plain data"


def right(got, want):
    """Whether a value is what it should be."""
    if isinstance(want, (list, tuple)):
        same = isinstance(got, (list, tuple)) and len(got) == len(want)
        return same and all(map(right, got, want))
    if isinstance(want, np.ndarray):
        same = isinstance(got, np.ndarray) and (got.dtype, got.shape) == (want.dtype, want.shape)
        return same and agree(got, want, 1e-5 if want.dtype == np.float32 else 1e-9)
    if isinstance(want, float):
        number = isinstance(got, (int, float, np.number)) and not isinstance(got, bool)
        return number and abs(got - want) <= 1e-9 * max(1.0, abs(want))
    return type(got) is type(want) and got == want


def finite(got):
    """Whether a result holds numbers, and only finite ones."""
    parts = got if isinstance(got, (list, tuple)) else [got]
    numbers = (np.ndarray, np.number, float, int)
    return all(isinstance(part, numbers) and np.isfinite(part).all() for part in parts)


def missing(*parts):
    """Whether one of the results is that there is no such name."""
    return any(isinstance(part, dict) and part == MISSING for part in parts)


def refused(call):
    """Whether every bad rate is refused."""
    answers = [tried(call, p) for p in BAD_RATES]
    return all(isinstance(answer, str) and answer == "refuses" for answer in answers)


# 3.1 draw_mask ---------------------------------------------------------------------------------


@mistake(
    "M1",
    "draw_mask",
    title="p read as keep",
    says="You keep units with probability p, but p is the probability of dropping them.",
)
def keeps_with_p(shape, p, rng):
    return rng.random(shape) < p


@mistake(
    "M6",
    "draw_mask",
    title="One mask for the batch",
    says="All rows share one mask; each example needs its own thinned network.",
)
def one_mask_for_the_batch(shape, p, rng):
    return np.broadcast_to(rng.random(shape[-1:]) >= p, shape)


@mistake(
    "M109",
    "draw_mask",
    title="One coin an example",
    says="All units of an example share one coin; every unit needs a coin of its own.",
)
def one_coin_an_example(shape, p, rng):
    kept = rng.random(shape[:1]) >= p
    return np.broadcast_to(kept.reshape(-1, *[1] * (len(shape) - 1)), shape)


@mistake(
    "M8",
    "draw_mask",
    title="An exact count",
    says="You keep an exact number of units; with independent coins the number is random, "
    "with variance n p (1 - p).",
)
def exact_count(shape, p, rng):
    n = math.prod(shape)
    mask = np.arange(n) >= round(p * n)
    return rng.permutation(mask).reshape(shape)


@mistake(
    "M9",
    "draw_mask",
    title="A fair coin",
    says="Your coin is fair whatever p is; a unit must be kept with probability 1 - p.",
)
def fair_coin(shape, p, rng):
    return rng.integers(0, 2, shape).astype(bool)


@mistake(
    "M22",
    "draw_mask",
    title="Seeded inside",
    says="Every call gives the same mask: seed outside, and draw from the rng that is passed.",
)
def seeds_inside(shape, p, rng):
    return np.random.default_rng(0).random(shape) >= p


@mistake(
    "M110",
    "draw_mask",
    title="Another generator",
    says="The mask doesn't follow from rng: draw from the generator that is passed, "
    "not from np.random or from one of your own.",
)
def another_generator(shape, p, rng):
    return np.random.default_rng().random(shape) >= p


@mistake(
    "M111",
    "draw_mask",
    title="Numbers for booleans",
    says="A mask is a boolean array, True for kept; yours holds numbers.",
)
def numbers_for_booleans(shape, p, rng):
    return (rng.random(shape) >= p).astype(float)


@mistake(
    "M112",
    "draw_mask",
    title="Bad rates accepted",
    says="A p outside [0, 1] must raise ValueError, NaN too: `not 0 <= p <= 1` is true for all.",
)
def mask_for_any_rate(shape, p, rng):
    return rng.random(shape) >= p


@probe("draw_mask")
def probe_draw_mask(student, case):
    shape, p, rng = (50, 40), 0.3, case.rng()
    mask = tried(student.draw_mask, shape, p, rng)
    if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.shape != shape:
        number = isinstance(mask, np.ndarray) and mask.shape == shape
        return "numbers" if number else mask
    if (mask == mask[0]).all() and not mask.all() and mask.any():
        return "equal rows"
    if (mask == mask[:, :1]).all() and not mask.all() and mask.any():
        return "equal columns"
    kept = mask.mean()
    words = {0.7: "q", 0.3: "p", 0.5: "half", 1.0: "all", 0.0: "none"}
    word = next((word for share, word in words.items() if abs(kept - share) < 0.07), "other")
    if word != "q":
        return word
    args = [(40,), p, rng]
    calls = student.attempt_play("repeat", name="draw_mask", args=args, times=16)
    if all(np.array_equal(call, calls[0]) for call in calls):
        return "every call the same"
    if len({int(call.sum()) for call in calls}) == 1:
        return "every count the same"
    if not np.array_equal(mask, tried(student.draw_mask, shape, p, rng)):
        return "another source"
    edges = [tried(student.draw_mask, (100,), p, rng) for p in (0.0, 1.0)]
    if not right(edges, [np.ones(100, bool), np.zeros(100, bool)]):
        return ["edges", edges]
    return "right" if refused(lambda p: student.draw_mask((3,), p, rng)) else "accepts bad rates"


# 3.2 dropout_standard --------------------------------------------------------------------------

BAD_RATES_SAY = (
    "A p outside [0, 1] must raise ValueError in both modes, NaN too: `not 0 <= p <= 1` is true "
    "for all of them."
)
DTYPE_SAYS = "The result must keep the dtype of x: a mask as float64 turns float32 into float64."
IN_PLACE_SAYS = "Your function writes to the caller's array; compute a new one instead."


@mistake(
    "M2",
    "dropout_standard",
    title="No factor anywhere",
    says="Train and evaluation disagree by a factor 1 - p: standard dropout scales in evaluation.",
)
def standard_without_factor(x, mask, p, training):
    return x * mask if training else x


@mistake(
    "M113",
    "dropout_standard",
    title="Inverted, not standard",
    says="This is inverted dropout; the standard one scales by 1 - p in evaluation instead.",
)
def inverted_for_standard(x, mask, p, training):
    return x * mask / (1 - p) if training else x


@mistake(
    "M3",
    "dropout_standard",
    title="Scaled in both modes",
    says="You scale in training and in evaluation; scale in exactly one of the two modes.",
)
def standard_scaled_twice(x, mask, p, training):
    return x * mask / (1 - p) if training else x * (1 - p)


@mistake(
    "M5",
    "dropout_standard",
    title="Shrunk in training",
    says="The factor 1 - p belongs to evaluation; in training the mask alone shrinks the mean.",
)
def standard_shrunk_in_training(x, mask, p, training):
    return x * mask * (1 - p) if training else x * (1 - p)


@mistake(
    "M114",
    "dropout_standard",
    title="Scaled by p",
    says="Evaluation multiplies by the probability of keeping, 1 - p, and not by p.",
)
def standard_scaled_by_p(x, mask, p, training):
    return x * mask if training else x * p


@mistake(
    "M115",
    "dropout_standard",
    title="Mask upside down",
    says="True in the mask means kept; you drop the units that should stay.",
)
def standard_upside_down(x, mask, p, training):
    return x * ~mask if training else x * (1 - p)


@mistake(
    "M15",
    "dropout_standard",
    title="Dropout in evaluation",
    says="Evaluation must not drop anything: it ignores the mask and multiplies by 1 - p.",
)
def standard_drops_in_evaluation(x, mask, p, training):
    return x * mask


@mistake("M12", "dropout_standard", title="dtype changed", says=DTYPE_SAYS)
def standard_changes_dtype(x, mask, p, training):
    return x * mask.astype(float) if training else x * (1 - p)


@mistake("M13", "dropout_standard", title="Written in place", says=IN_PLACE_SAYS)
def standard_in_place(x, mask, p, training):
    x *= mask if training else 1 - p
    return x


@mistake("M112", "dropout_standard", title="Bad rates accepted", says=BAD_RATES_SAY)
def standard_for_any_rate(x, mask, p, training):
    return x * mask if training else x * (1 - p)


@probe("dropout_standard")
def probe_dropout_standard(student, case):
    x, mask = np.array([1.0, -2.0, 3.0, 5.0]), np.array([True, False, True, True])
    want = (np.array([1.0, 0.0, 3.0, 5.0]), 0.7 * x)
    return symptom(student.dropout_standard, x, mask, want)


def symptom(function, x, mask, want, edges=()):
    """Give the first symptom of a dropout function; `edges` are stages of its own."""
    got = [tried(function, x, mask, 0.3, training) for training in (True, False)]
    for word in ("writes to its input", "breaks"):
        if any(isinstance(part, str) and part == word for part in got):
            return word
    if not right(got, list(want)):
        return ["values", *got]
    for name, args, wanted in edges:
        got = tried(function, *args)
        if not right(got, wanted):
            return [name, got if finite(got) else "breaks"]
    single, wanted = x.astype(np.float32), [part.astype(np.float32) for part in want]
    got = [tried(function, single, mask, 0.3, training) for training in (True, False)]
    if not right(got, wanted):
        return ["float32", *(getattr(part, "dtype", part) == np.float32 for part in got)]
    modes = [refused(lambda p, t=t: function(x, mask, p, t)) for t in (True, False)]
    return "right" if all(modes) else "accepts bad rates"


# 3.3 dropout_inverted --------------------------------------------------------------------------


@mistake(
    "M2",
    "dropout_inverted",
    title="No factor",
    says="Train and evaluation disagree by a factor 1 - p: divide the survivors by it in training.",
)
def inverted_without_factor(x, mask, p, training):
    return np.where(mask, x, 0) if training else x


@mistake(
    "M4",
    "dropout_inverted",
    title="Divided by p",
    says="Survivors are divided by the probability of keeping, 1 - p, not by p.",
)
def divided_by_p(x, mask, p, training):
    return np.where(mask, x / p, 0) if training else x


@mistake(
    "M5",
    "dropout_inverted",
    title="Multiplied, not divided",
    says="You multiply survivors by 1 - p; divide by it, to make up for the dropped units.",
)
def multiplied_by_q(x, mask, p, training):
    return np.where(mask, x * (1 - p), 0) if training else x


@mistake(
    "M3",
    "dropout_inverted",
    title="Scaled in both modes",
    says="You scale in training and in evaluation; scale in exactly one of the two modes.",
)
def inverted_scaled_twice(x, mask, p, training):
    return np.where(mask, x / (1 - p), 0) if training else x * (1 - p)


@mistake(
    "M116",
    "dropout_inverted",
    title="Standard, not inverted",
    says="This is standard dropout; the inverted one scales in training, never in evaluation.",
)
def standard_for_inverted(x, mask, p, training):
    return np.where(mask, x, 0) if training else x * (1 - p)


@mistake(
    "M115",
    "dropout_inverted",
    title="Mask upside down",
    says="True in the mask means kept; you drop the units that should stay.",
)
def inverted_upside_down(x, mask, p, training):
    return np.where(mask, 0, x / (1 - p)) if training else x


@mistake(
    "M15",
    "dropout_inverted",
    title="Dropout in evaluation",
    says="Evaluation must be the identity: your function drops units in both modes.",
)
def inverted_drops_in_evaluation(x, mask, p, training):
    return np.where(mask, x / (1 - p), 0)


@mistake(
    "M16",
    "dropout_inverted",
    title="No dropout at all",
    says="In training nothing is dropped; your function returns its input in both modes.",
)
def never_drops(x, mask, p, training):
    return x


@mistake(
    "M19",
    "dropout_inverted",
    title="Realised fraction",
    says="Divide by the constant 1 - p: the realised fraction ties the units together.",
)
def realised_fraction(x, mask, p, training):
    return np.where(mask, x / max(mask.mean(), 1e-12), 0) if training else x


@mistake(
    "M10",
    "dropout_inverted",
    title="NaN at p = 1",
    says="At p = 1 you divide by zero; everything is dropped, so the output is exactly 0.",
)
def nan_at_one(x, mask, p, training):
    return np.where(mask, x, 0) / (1 - p) if training else x


@mistake(
    "M20",
    "dropout_inverted",
    title="Infinity times zero",
    says="A dropped infinity times 0 is NaN: choose with np.where instead of multiplying.",
)
def multiplies_by_the_mask(x, mask, p, training):
    if not training:
        return x
    return x * mask / (1 - p) if p < 1 else np.zeros_like(x)


def by_choosing(x, mask, p, training):
    """Compute the right values, but let any p pass."""
    if not training:
        return x
    return np.where(mask, x / (1 - p), x.dtype.type(0)) if p != 1 else np.zeros_like(x)


@mistake("M12", "dropout_inverted", title="dtype changed", says=DTYPE_SAYS)
def inverted_changes_dtype(x, mask, p, training):
    return by_choosing(x, mask, p, training).astype(float)


@mistake("M13", "dropout_inverted", title="Written in place", says=IN_PLACE_SAYS)
def inverted_in_place(x, mask, p, training):
    if training:
        x[~mask] = 0
        x /= 1 - p
    return x


@mistake("M112", "dropout_inverted", title="Bad rates accepted", says=BAD_RATES_SAY)
def inverted_for_any_rate(x, mask, p, training):
    return by_choosing(x, mask, p, training)


@probe("dropout_inverted")
def probe_dropout_inverted(student, case):
    x, mask = np.array([1.0, -2.0, 3.0, 5.0]), np.array([True, False, True, True])
    none, odd = np.zeros(4, bool), np.array([1.0, np.inf, 3.0, 5.0])
    train = np.array([1.0, 0.0, 3.0, 5.0]) / 0.7
    edges = [
        ("p = 1", (x, none, 1.0, True), np.zeros(4)),
        ("infinite", (odd, mask, 0.3, True), train),
    ]
    return symptom(student.dropout_inverted, x, mask, (train, x), edges)


# 3.4 survivors ---------------------------------------------------------------------------------


@mistake(
    "M117",
    "survivors",
    replaces="survivor_pmf",
    title="Dropped units counted",
    says="Entry k is the probability of k kept units; yours counts the dropped ones.",
)
def counts_the_dropped(n, p):
    return np.array([math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])


@mistake(
    "M118",
    "survivors",
    replaces="survivor_pmf",
    title="Ways not counted",
    says="One set of k units has this probability; there are n-choose-k such sets.",
)
def ways_not_counted(n, p):
    return np.array([(1 - p) ** k * p ** (n - k) for k in range(n + 1)])


@mistake(
    "M119",
    "survivors",
    replaces="survivor_pmf",
    title="Overflow at n = 2000",
    says="Huge binomial coefficients times tiny powers overflow; add logarithms instead.",
)
def overflows(n, p):
    return np.array([math.comb(n, k) * (1 - p) ** k * p ** (n - k) for k in range(n + 1)])


@mistake(
    "M120",
    "survivors",
    replaces="survivor_pmf",
    title="Cumulative",
    says="You return the probability of at most k survivors; exactly k is asked for.",
)
def cumulative(n, p):
    return np.cumsum([math.comb(n, k) * (1 - p) ** k * p ** (n - k) for k in range(n + 1)])


@mistake(
    "M121",
    "survivors",
    replaces="survivor_pmf",
    title="Normal approximation",
    says="The bell curve only approximates the binomial distribution; give its exact values.",
)
def bell_curve(n, p):
    k, var = np.arange(n + 1), n * p * (1 - p)
    return np.exp(-((k - n * (1 - p)) ** 2) / (2 * var)) / np.sqrt(2 * np.pi * var)


@mistake(
    "M122",
    "survivors",
    replaces="survivor_pmf",
    title="Logarithm of zero",
    says="At p = 0 and p = 1 a logarithm of zero appears; there the answer is certain, so say so.",
)
def logarithm_of_zero(n, p):
    k = np.arange(n + 1)
    lf = np.array([math.lgamma(i + 1) for i in k])
    return np.exp(lf[n] - lf - lf[::-1] + k * np.log(1 - p) + (n - k) * np.log(p))


@mistake(
    "M123",
    "survivors",
    replaces="prob_dead_layer",
    title="All kept",
    says="This is the probability that every unit is kept; a dead layer is one that drops all.",
)
def all_kept(n, p):
    return (1 - p) ** n


@mistake(
    "M124",
    "survivors",
    replaces="prob_dead_layer",
    title="At least one",
    says="This is the probability that at least one unit is dropped; all of them must be.",
)
def at_least_one(n, p):
    return 1 - (1 - p) ** n


@probe("survivors")
def probe_survivors(student, case):
    dead = [tried(student.prob_dead_layer, n, 0.3) for n in (2, 3)]
    return [pmf_symptom(student), MISSING if missing(*dead) else dead]


def pmf_symptom(student):
    """Give the first symptom of survivor_pmf."""
    got = tried(student.survivor_pmf, 2, 0.3)
    if not right(got, np.array([0.09, 0.42, 0.49])):
        return got
    for p, want in ((0.0, [0.0, 0.0, 1.0]), (1.0, [1.0, 0.0, 0.0])):
        if not right(tried(student.survivor_pmf, 2, p), np.array(want)):
            return "breaks where p is 0 or 1"
    wide = tried(student.survivor_pmf, 2000, 0.3)
    return "right" if finite(wide) and abs(np.sum(wide) - 1) < 1e-6 else "breaks at 2000"


# 3.5 output_moments ----------------------------------------------------------------------------


@mistake(
    "M125",
    "output_moments",
    title="Variance of the coin",
    says="p(1 - p)x² is the variance of standard dropout; dividing by 1 - p makes it p/(1 - p) x².",
)
def variance_of_standard(x, p):
    return x, p * (1 - p) * x**2, float(np.sum(x**2)) / (1 - p) if p < 1 else 0.0


@mistake(
    "M126",
    "output_moments",
    title="Mean of standard dropout",
    says="Inverted dropout keeps the mean; (1 - p)x is the mean without the factor 1/(1 - p).",
)
def mean_of_standard(x, p):
    if p == 1:
        return 0 * x, 0 * x, 0.0
    return (1 - p) * x, p / (1 - p) * x**2, float(np.sum(x**2)) / (1 - p)


@mistake(
    "M127",
    "output_moments",
    title="Length unchanged",
    says="The mean of each entry is unchanged, the squared length is not: it grows by 1/(1 - p).",
)
def length_unchanged(x, p):
    if p == 1:
        return 0 * x, 0 * x, 0.0
    return x, p / (1 - p) * x**2, float(np.sum(x**2))


@mistake(
    "M128",
    "output_moments",
    title="Standard deviation",
    says="You return the standard deviation; the variance is its square.",
)
def standard_deviation(x, p):
    if p == 1:
        return 0 * x, 0 * x, 0.0
    return x, np.sqrt(p / (1 - p)) * np.abs(x), float(np.sum(x**2)) / (1 - p)


@mistake(
    "M129",
    "output_moments",
    title="p and 1 - p swapped",
    says="The relative variance is p/(1 - p), which vanishes at p = 0; yours is the inverse of it.",
)
def swapped_ratio(x, p):
    if p in (0, 1):
        return (1 - p) * x, 0 * x, float(np.sum(x**2)) * (1 - p)
    return x, (1 - p) / p * x**2, float(np.sum(x**2)) / (1 - p)


@mistake(
    "M130",
    "output_moments",
    title="x not squared",
    says="The variance scales with the square of x, and is positive for a negative x as well.",
)
def not_squared(x, p):
    if p == 1:
        return 0 * x, 0 * x, 0.0
    return x, p / (1 - p) * x, float(np.sum(x**2)) / (1 - p)


@mistake(
    "M131",
    "output_moments",
    title="Division by zero at p = 1",
    says="At p = 1 you divide by zero; everything is dropped, so all three moments are 0.",
)
def breaks_at_one(x, p):
    return x, p / (1 - p) * x**2, float(np.sum(x**2)) / (1 - p)


@probe("output_moments")
def probe_output_moments(student, case):
    x = np.array([1.0, -2.0, 3.0])
    got = tried(student.output_moments, x, 0.2)
    if not right(got, (x, 0.25 * x**2, 17.5)):
        return list(got) if isinstance(got, (list, tuple)) else got
    got = tried(student.output_moments, x, 1.0)
    if not right(got, (0 * x, 0 * x, 0.0)):
        return ["p = 1", list(got) if finite(got) else "breaks"]
    return "right"


# 3.6 commutes ----------------------------------------------------------------------------------


@mistake(
    "M132",
    "commutes",
    replaces="placement_gap",
    title="Mask without factor",
    says="D is inverted dropout: it also divides the kept entries by 1 - p.",
)
def gap_without_factor(f, z, mask, p):
    return float(np.max(np.abs(f(z * mask) - f(z) * mask)))


@mistake(
    "M133",
    "commutes",
    replaces="placement_gap",
    title="Sign kept",
    says="The gap is the largest absolute difference; without abs a large negative one is lost.",
)
def gap_with_sign(f, z, mask, p):
    scale = mask / (1 - p) if p < 1 else 0 * mask
    return float(np.max(f(z * scale) - f(z) * scale))


@mistake(
    "M134",
    "commutes",
    replaces="placement_gap",
    title="Mean for maximum",
    says="The gap is the largest difference of all entries, not their mean.",
)
def mean_gap(f, z, mask, p):
    scale = mask / (1 - p) if p < 1 else 0 * mask
    return float(np.mean(np.abs(f(z * scale) - f(z) * scale)))


@mistake(
    "M135",
    "commutes",
    replaces="placement_gap",
    title="Dropout on one side",
    says="Compare f(D z) with D f(z): you left dropout out on one side.",
)
def dropout_on_one_side(f, z, mask, p):
    scale = mask / (1 - p) if p < 1 else 0 * mask
    return float(np.max(np.abs(f(z * scale) - f(z))))


@mistake(
    "M136",
    "commutes",
    replaces="commuting",
    title="f(0) = 0 is not enough",
    says="f(0) = 0 settles the dropped units; the kept ones also need f(c z) = c f(z), "
    "which tanh and gelu don't have.",
)
def zero_at_zero(names):
    return set(names) & {"relu", "leaky_relu", "linear", "abs", "tanh", "gelu"}


@mistake(
    "M137",
    "commutes",
    replaces="commuting",
    title="abs forgotten",
    says="Only positive factors matter, and |c z| = c |z| for them: abs commutes as well.",
)
def abs_forgotten(names):
    return set(names) & {"relu", "leaky_relu", "linear"}


@mistake(
    "M138",
    "commutes",
    replaces="commuting",
    title="Linear functions only",
    says="Linearity is more than you need: a kink at zero survives scaling by a positive number.",
)
def linear_only(names):
    return set(names) & {"linear"}


@mistake(
    "M139",
    "commutes",
    replaces="commuting",
    title="Names not looked at",
    says="Return only those among the names that were passed; an empty list gives an empty set.",
)
def names_not_looked_at(names):
    return {"relu", "leaky_relu", "linear", "abs"}


@probe("commutes")
def probe_commutes(student, case):
    z, f = np.array([1.0, -2.0]), case.fn("affine", a=1.0, b=1.0)
    masks = np.array([True, False]), np.array([True, True])
    gaps = [tried(student.placement_gap, f, z, mask, 0.8) for mask in masks]
    every = ["relu", "leaky_relu", "linear", "tanh", "sigmoid", "gelu", "abs"]
    sets = [tried(student.commuting, names) for names in (every, ["tanh", "relu"])]
    return [MISSING if missing(*part) else part for part in (gaps, sets)]
