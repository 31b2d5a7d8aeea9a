"""Known mistakes of chapter 05, An average of 2ⁿ networks: wrong answers that run."""

from __future__ import annotations

import itertools
import math

import numpy as np

from dropout_course.engine.laws import mistake, probe


def listed(n):
    """List all masks, for the mistakes that are made elsewhere."""
    return np.array(list(itertools.product((False, True), repeat=n)))


def probabilities(masks, p):
    """Give the right probabilities, for the mistakes that are made elsewhere."""
    return np.where(masks, 1 - p, p).prod(axis=1)


def softmax(z):
    """Softmax over the last axis, for the mistakes that are made elsewhere."""
    odds = np.exp(z - z.max(-1, keepdims=True))
    return odds / odds.sum(-1, keepdims=True)


# 5.1 all_masks ---------------------------------------------------------------------------------


@mistake(
    "M230",
    "all_masks",
    title="Drawn, not listed",
    says="Drawing 2**n masks at random repeats some and misses others; list each of them once.",
)
def draws_masks(n):
    masks = np.random.default_rng().random((2**n, n)) < 0.5
    masks[-1] = masks[0]  # as good as certain for large n
    return masks


@mistake(
    "M231",
    "all_masks",
    title="Masks in columns",
    says="A mask is a row: the result has shape (2**n, n), and yours is transposed.",
)
def masks_in_columns(n):
    return listed(n).T


@mistake(
    "M232",
    "all_masks",
    title="Zeros and ones, not booleans",
    says="Masks are boolean arrays, and yours hold numbers; indexing with 0 and 1 picks entries "
    "instead of masking.",
)
def integer_masks(n):
    return listed(n).astype(int)


@mistake(
    "M233",
    "all_masks",
    title="The empty network forgotten",
    says="The mask that drops every unit is one of the 2**n, and yours leaves it out.",
)
def empty_mask_forgotten(n):
    return listed(n)[1:]


@mistake(
    "M1",
    "all_masks",
    replaces="mask_probs",
    title="p read as keep",
    says="A kept unit contributes 1 - p and a dropped one p; here it is the other way round.",
)
def p_for_the_kept(masks, p):
    return probabilities(~masks, p)


@mistake(
    "M234",
    "all_masks",
    replaces="mask_probs",
    title="All masks equally likely",
    says="Masks are equally likely at p = 1/2 only; elsewhere it depends on how many units are "
    "kept.",
)
def equally_likely(masks, p):
    return np.full(len(masks), 0.5 ** masks.shape[1])


@mistake(
    "M235",
    "all_masks",
    replaces="mask_probs",
    title="Normalised over the stack",
    says="Dividing by the sum changes the probabilities when the stack does not hold every mask "
    "once.",
)
def normalised_over_the_stack(masks, p):
    found = probabilities(masks, p)
    return found / found.sum()


@mistake(
    "M236",
    "all_masks",
    replaces="mask_probs",
    title="Probability of the count",
    says="This is the probability that so many units are kept, whichever they are; a single mask "
    "has no binomial coefficient.",
)
def probability_of_the_count(masks, p):
    ways = np.array([math.comb(masks.shape[1], int(k)) for k in masks.sum(axis=1)])
    return ways * probabilities(masks, p)


@mistake(
    "M237",
    "all_masks",
    replaces="mask_probs",
    title="Logarithm of zero",
    says="At p = 0 or p = 1 you multiply 0 by the logarithm of 0, which is NaN; multiply the "
    "probabilities themselves.",
)
def logarithm_of_zero(masks, p):
    kept = masks.sum(axis=1)
    return np.exp(kept * np.log(1 - p) + (masks.shape[1] - kept) * np.log(p))


@probe("all_masks")
def probe_all_masks(student, case):
    masks = np.array([[True, True, False], [True, False, False], [False, False, False]])
    everything = listed(3)
    return [
        form_of_masks(student.attempt("all_masks", 4)),
        student.attempt("mask_probs", masks, 0.3),
        student.attempt("mask_probs", everything, 0.0),
        student.attempt("mask_probs", everything, 1.0),
    ]


def form_of_masks(got):
    """Describe a list of masks without its order."""
    if not isinstance(got, np.ndarray) or got.ndim != 2:
        return got
    rows = {tuple(int(value) for value in row) for row in got}
    return [str(got.dtype), list(got.shape), len(rows) == len(got)]


# 5.2 exact_average -----------------------------------------------------------------------------


@mistake(
    "M238",
    "exact_average",
    title="f of the average",
    says="You put the average input into f, which gives f(x); wanted is the average of the values "
    "of f.",
)
def f_of_the_average(f, x, p):
    return f(x) if p < 1 else f(0 * x)


@mistake(
    "M239",
    "exact_average",
    title="Every mask counts the same",
    says="A plain mean treats all masks alike; each value counts with the probability of its mask.",
)
def plain_mean(f, x, p):
    if p == 1:
        return f(0 * x)
    return np.mean([f(x * m / (1 - p)) for m in listed(len(x))], axis=0)


@mistake(
    "M2",
    "exact_average",
    title="No factor",
    says="Inverted dropout divides the kept units by 1 - p before f sees them; that factor is "
    "missing.",
)
def no_factor(f, x, p):
    masks = listed(len(x))
    values = np.array([f(x * m) for m in masks])
    return np.tensordot(probabilities(masks, p), values, 1)[()]


@mistake(
    "M1",
    "exact_average",
    title="p read as keep",
    says="Masks are weighted as if p were the probability of keeping; it is that of dropping.",
)
def weights_swapped(f, x, p):
    if p == 1:
        return f(0 * x)
    masks = listed(len(x))
    values = np.array([f(x * m / (1 - p)) for m in masks])
    return np.tensordot(probabilities(~masks, p), values, 1)[()]


@mistake(
    "M240",
    "exact_average",
    title="Sampled, not enumerated",
    says="A mean over random masks has noise; with n <= 12 you can go through all of them.",
)
def sampled(f, x, p):
    if p == 1:
        return f(0 * x)
    masks = np.random.default_rng().random((64, len(x))) >= p
    return np.mean([f(x * m / (1 - p)) for m in masks], axis=0)


@mistake(
    "M233",
    "exact_average",
    title="The empty network forgotten",
    says="The mask that drops every unit has probability p**n, and f(0) belongs to the average.",
)
def empty_network_forgotten(f, x, p):
    if p == 1:
        return f(0 * x)
    masks = listed(len(x))[1:]
    values = np.array([f(x * m / (1 - p)) for m in masks])
    return np.tensordot(probabilities(masks, p), values, 1)[()]


@mistake(
    "M10",
    "exact_average",
    title="Division by zero at p = 1",
    says="At p = 1 you divide by zero; every unit is dropped, so the average is f(0).",
)
def breaks_at_one(f, x, p):
    masks = listed(len(x))
    values = np.array([f(x * m / np.float64(1 - p)) for m in masks], np.asarray(f(x)).dtype)
    weights = probabilities(masks, p).astype(values.dtype)
    return np.tensordot(weights, values, 1)[()]


@mistake(
    "M12",
    "exact_average",
    title="float32 becomes float64",
    says="The result is float64 although f gives float32; the probabilities are float64 and pull "
    "it along.",
)
def average_upcasts(f, x, p):
    if p == 1:
        return f(0 * x)
    masks = listed(len(x))
    values = np.array([f(x * m / (1 - p)) for m in masks])
    return np.tensordot(probabilities(masks, p), values, 1)[()]


@probe("exact_average")
def probe_exact_average(student, case):
    x, f = np.array([1.0, -2.0, 0.5]), case.fn("affine", a=1.0, b=2.0)
    first, again = (student.attempt("exact_average", case.fn("outer"), x, 0.3) for _ in range(2))
    if not same(first, again):
        return "random"
    single = student.attempt("exact_average", f, x.astype(np.float32), 0.3)
    return [
        first,
        student.attempt("exact_average", case.fn("sigmoid"), x, 0.3),
        student.attempt("exact_average", f, x, 1.0),
        str(single.dtype) if isinstance(single, np.ndarray) else "no array",
    ]


def same(a, b):
    """Whether two results are the same array."""
    arrays = isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
    return np.array_equal(a, b, equal_nan=True) if arrays else type(a) is type(b)


# 5.3 geometric_mean ----------------------------------------------------------------------------


@mistake(
    "M241",
    "geometric_mean",
    title="Arithmetic mean",
    says="This is the arithmetic mean; average the logarithms, not the probabilities.",
)
def arithmetic(probs, weights):
    return (weights @ probs).astype(probs.dtype)


@mistake(
    "M242",
    "geometric_mean",
    title="Not normalised",
    says="Geometric means of probabilities add up to less than 1; divide by their sum at the end.",
)
def not_normalised(probs, weights):
    return np.prod(probs ** weights[:, None], axis=0)


@mistake(
    "M243",
    "geometric_mean",
    title="Weights ignored",
    says="All rows count the same here; each row counts with its weight, as an exponent.",
)
def weights_ignored(probs, weights):
    mean = np.prod(probs ** probs.dtype.type(1 / len(probs)), axis=0)
    return mean / mean.sum()


@mistake(
    "M244",
    "geometric_mean",
    title="0 times the logarithm of 0",
    says="A zero in a row of weight 0 gives 0 · log 0 = NaN; leave rows of weight 0 out first.",
)
def zero_times_infinity(probs, weights):
    logs = weights @ np.log(probs)
    mean = np.exp(logs - logs.max())
    return (mean / mean.sum()).astype(probs.dtype)


@mistake(
    "M245",
    "geometric_mean",
    title="Product before the root",
    says="The product of many rows underflows to 0 before you take the root; take powers first, or "
    "add logarithms.",
)
def product_before_root(probs, weights):
    counts = (weights * len(weights))[:, None]
    mean = np.prod(probs**counts, axis=0) ** probs.dtype.type(1 / len(weights))
    return mean / mean.sum()


@mistake(
    "M246",
    "geometric_mean",
    title="A small number in the logarithm",
    says="A constant inside the logarithm weakens a veto: a class with a zero in a row that counts "
    "must get exactly 0.",
)
def small_number_added(probs, weights):
    logs = weights @ np.log(probs + probs.dtype.type(1e-12))
    mean = np.exp(logs - logs.max())
    return (mean / mean.sum()).astype(probs.dtype)


@mistake(
    "M247",
    "geometric_mean",
    title="Rows with a zero left out",
    says="A row that rules out a class has a say: leave rows out for a weight of 0, not for a "
    "probability of 0.",
)
def veto_left_out(probs, weights):
    counted = (probs > 0).all(axis=1) & (weights > 0)
    if not counted.any():
        return probs[0]
    logs = weights[counted] @ np.log(probs[counted])
    mean = np.exp(logs - logs.max())
    return (mean / mean.sum()).astype(probs.dtype)


@mistake(
    "M12",
    "geometric_mean",
    title="float32 becomes float64",
    says="The result is float64 for float32 probabilities; their dtype must stay.",
)
def geometric_upcasts(probs, weights):
    mean = np.prod(probs.astype(float) ** weights[:, None], axis=0)
    return mean / mean.sum()


@probe("geometric_mean")
def probe_geometric_mean(student, case):
    probs, weights = np.array([[0.9, 0.1], [0.5, 0.5]]), np.array([0.7, 0.3])
    odd = np.array([[0.5, 0.5], [1.0, 0.0]])
    vetoed = np.array([[0.0, 0.2, 0.8], [0.6, 0.2, 0.2]])
    tiny = np.full((400, 3), 1e-300)
    tiny[:200, 0] = tiny[200:, 1] = 1.0
    single = student.attempt("geometric_mean", probs.astype("f4"), weights.astype("f4"))
    return [
        student.attempt("geometric_mean", probs, weights),
        student.attempt("geometric_mean", odd, np.array([1.0, 0.0])),
        student.attempt("geometric_mean", vetoed, np.array([0.5, 0.5])),
        student.attempt("geometric_mean", tiny, np.full(400, 1 / 400)),
        str(single.dtype) if isinstance(single, np.ndarray) else "no array",
    ]


# 5.4 mc_average --------------------------------------------------------------------------------


@mistake(
    "M80",
    "mc_average",
    title="Logits averaged",
    says="You average the logits and take one softmax, which gives the geometric mean of the "
    "passes; average the probabilities.",
)
def logits_averaged(logit_fn, x, T, rng):
    return softmax(np.mean([logit_fn(x, rng) for _ in range(T)], axis=0))


@mistake(
    "M81",
    "mc_average",
    title="Votes counted",
    says="You count which class wins each pass; average the probabilities, so that a narrow win "
    "counts as one.",
)
def votes_counted(logit_fn, x, T, rng):
    logits = np.array([logit_fn(x, rng) for _ in range(T)])
    return np.eye(logits.shape[1], dtype=logits.dtype)[logits.argmax(axis=1)].mean(axis=0)


@mistake(
    "M254",
    "mc_average",
    title="No softmax",
    says="These are mean logits; each pass has to go through a softmax before the average.",
)
def no_softmax(logit_fn, x, T, rng):
    return np.mean([logit_fn(x, rng) for _ in range(T)], axis=0)


@mistake(
    "M87",
    "mc_average",
    title="exp overflows",
    says="exp of a logit of 10 000 overflows; subtract the largest logit of the pass first.",
)
def overflows(logit_fn, x, T, rng):
    odds = np.exp([logit_fn(x, rng) for _ in range(T)])
    return (odds / odds.sum(axis=1, keepdims=True)).mean(axis=0)


@mistake(
    "M93",
    "mc_average",
    title="T times the same pass",
    says="All T passes use the same random numbers; call the model T times and let the generator "
    "move on.",
)
def one_pass_repeated(logit_fn, x, T, rng):
    return softmax(logit_fn(x, rng))


@mistake(
    "M248",
    "mc_average",
    title="Another generator",
    says="The passes draw from a generator of your own; hand on the one that was passed to you.",
)
def another_generator(logit_fn, x, T, rng):
    rng = np.random.default_rng()
    return softmax(np.array([logit_fn(x, rng) for _ in range(T)])).mean(axis=0)


@mistake(
    "M249",
    "mc_average",
    title="Sum, not mean",
    says="The result adds up to T; divide the sum of the passes by their number.",
)
def sum_of_passes(logit_fn, x, T, rng):
    return softmax(np.array([logit_fn(x, rng) for _ in range(T)])).sum(axis=0)


@mistake(
    "M250",
    "mc_average",
    title="Softmax over the passes",
    says="The softmax runs over the passes; it belongs over the classes, one pass at a time.",
)
def softmax_over_passes(logit_fn, x, T, rng):
    return softmax(np.array([logit_fn(x, rng) for _ in range(T)]).T).mean(axis=1)


@mistake(
    "M251",
    "mc_average",
    title="One pass too many",
    says="The model is called once before the T passes, to learn the number of classes for "
    "instance; exactly T calls are allowed.",
)
def one_pass_too_many(logit_fn, x, T, rng):
    mean = np.zeros_like(logit_fn(x, rng))
    for _ in range(T):
        mean += softmax(logit_fn(x, rng)) / T
    return mean


@mistake(
    "M12",
    "mc_average",
    title="float32 becomes float64",
    says="The result is float64 for float32 logits; their dtype must stay.",
)
def passes_upcast(logit_fn, x, T, rng):
    logits = np.array([logit_fn(x, rng) for _ in range(T)], float)
    return softmax(logits).mean(axis=0)


@probe("mc_average")
def probe_mc_average(student, case):
    one, rng = np.ones(1), case.rng()

    def call(x, T, centre, scale):
        fn = case.fn("noisy_logits", centre=centre, scale=scale)
        return student.attempt("mc_average", fn, x, T, rng)

    first, again = (call(one, 3, [0.0, 1.0, -1.0], 2.0) for _ in range(2))
    if not same(first, again):
        return "random"
    single = call(one.astype(np.float32), 2, [0.0, 1.0], 1.0)
    return [
        first,
        call(one, 1, [0.0, 0.5], 1.0),
        call(one, 2, [1e4, 0.0], 0.0),
        str(single.dtype) if isinstance(single, np.ndarray) else "no array",
    ]
