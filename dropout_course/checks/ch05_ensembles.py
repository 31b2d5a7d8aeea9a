"""Visible laws of chapter 05, An average of 2ⁿ networks.

They use identities and examples that can be followed by hand; no reference.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from dropout_course.engine.case import Broken, array_like
from dropout_course.engine.laws import law
from dropout_course.scenes import FUNCTIONS

# 5.1 all_masks ---------------------------------------------------------------------------------


def listed(student, case, sizes):
    """Call all_masks for several n; require every mask of n units once, and give them, in turn."""
    for (n,), got in student.each("all_masks", [(n,) for n in sizes]):
        yield every_once(case, got, n)


def every_once(case, got, n):
    """Require every mask of n units once; give them back."""
    masks = array_like(got, what="the list of masks")
    case.that(
        masks.dtype == bool,
        f"masks must be boolean, and these have dtype {masks.dtype}",
        received=masks,
        kind="dtype",
    )
    case.that(
        masks.shape == (2**n, n),
        f"{n} units have 2**{n} = {2**n} masks, so the shape must be {(2**n, n)}, "
        f"and it is {masks.shape}",
        received=masks,
        kind="shape",
    )
    different = len({row.tobytes() for row in np.ascontiguousarray(masks)})
    case.that(
        different == 2**n,
        f"only {different} of the {2**n} masks are different: each must occur once",
        received=masks,
    )
    return masks


def probabilities(student, case, calls):
    """Call mask_probs several times; give one float64 number for each mask, in turn."""
    for (masks, _), got in student.each("mask_probs", calls):
        yield one_each(case, got, masks)


def one_each(case, got, masks):
    """Require one float64 number for each mask; give them back."""
    got = array_like(got, what="the probabilities")
    case.that(
        got.shape == (len(masks),),
        f"{len(masks)} masks have {len(masks)} probabilities, and the shape is {got.shape}",
        received=got,
        kind="shape",
    )
    case.that(
        got.dtype == np.float64,
        f"probabilities must be float64, and they are {got.dtype}",
        received=got,
        kind="dtype",
    )
    return got


@law("all_masks", "Every mask is listed once", weight=3, core=True)
def every_mask_once(student, case):
    for _ in listed(student, case, (1, 2, 3, 6)):
        pass  # each list is judged as it comes


@law("all_masks", "The probability of a mask is a product over its units", weight=3)
def product_over_units(student, case):
    p = case.rate()
    some = case.mask((6, 5), p)  # some of the 32 masks, perhaps one of them twice
    calls = [(np.array([[True, True], [True, False], [False, False]]), 0.2), (some, p)]
    got = probabilities(student, case, calls)
    case.equal(next(got), np.array([0.64, 0.16, 0.04]), what="mask_probs")
    want = [math.prod(1 - p if kept else p for kept in row) for row in some]
    case.equal(next(got), np.array(want), what="mask_probs")


def all_masks_here(n):
    """List all masks of n units, for laws that are not about the student's list."""
    return np.array(list(itertools.product((False, True), repeat=n)))


@law("all_masks", "All masks together have probability one", weight=1.5)
def together_one(student, case):
    lists = listed(student, case, (1, 2, 5, 4))
    for n in (1, 2, 5):
        (got,) = probabilities(student, case, [(next(lists), case.rate())])
        case.close(float(got.sum()), 1.0, 1e-9, what=f"the sum over all masks of {n} units")
    masks = next(lists)
    (got,) = probabilities(student, case, [(masks, 0.3)])
    kept = got @ masks.astype(float)
    case.close(kept, np.full(4, 0.7), 1e-9, what="the probability of each unit to be kept")


@law("all_masks", "At p = 0 and p = 1 a single mask is left", weight=1)
def one_mask_is_left(student, case):
    masks = all_masks_here(3)
    certain = {0.0: masks.all(1), 1.0: ~masks.any(1)}
    answers = probabilities(student, case, [(masks, p) for p in certain])
    for got, (p, only) in zip(answers, certain.items(), strict=True):
        case.equal(got, only.astype(float), what=f"mask_probs at p = {p:g}")


# 5.2 exact_average -----------------------------------------------------------------------------


def averages(student, case, examples):
    """Require the averages of several examples: (arguments, average, what it is)."""
    answers = student.each("exact_average", [args for args, _, _ in examples])
    for (_, got), (_, want, what) in zip(answers, examples, strict=True):
        if isinstance(got, np.ndarray) and got.shape == () and not isinstance(want, np.ndarray):
            got = got[()]  # a number in an array without axes is fine
        case.equal(got, want, what=what)


def second_moments(case, x, p):
    """Give the mean squared length and the mean outer product of inverted dropout: examples."""
    length = float(x @ x) / (1 - p)
    outer = np.outer(x, x) + p / (1 - p) * np.diag(x * x)
    yield (case.fn("squares"), x, p), length, "the mean of the squared length"
    yield (case.fn("outer"), x, p), outer, "the mean of the outer product z zᵀ"


@law("exact_average", "Squares grow by 1/(1-p), products of two units stay", weight=3, core=True)
def squares_and_products(student, case):
    friendly = second_moments(case, np.array([1.0, -2.0]), 0.2)
    random = second_moments(case, case.normal(5), case.rate())
    averages(student, case, [*friendly, *random])


@law("exact_average", "A linear function keeps its value", weight=2)
def linear_keeps_its_value(student, case):
    one, x, p = np.array([1.0, -2.0, 3.0]), case.normal(4), case.rate()
    examples = [
        ((case.fn("total"), one, 0.25), 2.0, "the mean of the sum"),
        ((case.fn("affine", a=2.0, b=-1.0), x, p), 2 * x - 1, "the mean of 2z - 1"),
    ]
    averages(student, case, examples)


@law("exact_average", "One unit: f(x/(1-p)) and f(0) are weighted with 1-p and p", weight=3)
def one_and_two_units(student, case):
    examples = []
    for name in ("sigmoid", "tanh"):
        f, x, p = FUNCTIONS[name](), case.normal(1), case.rate()
        want = (1 - p) * f(x / (1 - p)) + p * f(0 * x)
        examples.append(((case.fn(name), x, p), want, f"the mean of {name}"))
    W, x, p = case.normal(2, 3), case.normal(2), case.rate()
    f, q = FUNCTIONS["softmax_of"](W=W), 1 - p
    on, left, right, off = (f(np.array(m) * x / q) for m in ((1, 1), (1, 0), (0, 1), (0, 0)))
    want = q * q * on + p * q * (left + right) + p * p * off
    examples.append(((case.fn("softmax_of", W=W), x, p), want, "the mean of a softmax"))
    averages(student, case, examples)


@law("exact_average", "p = 0 gives f(x), p = 1 gives f(0)", weight=1.5)
def average_edges(student, case):
    x = np.array([1.0, -2.0, 3.0])
    f, at_one = case.fn("affine", a=2.0, b=1.0), "the average at p = 1, which is f(0),"
    examples = [
        ((f, x, 0.0), 2 * x + 1, "the average at p = 0"),
        ((f, x, 1.0), np.ones(3), at_one),
        ((case.fn("total"), x, 1.0), 0.0, at_one),
    ]
    averages(student, case, examples)


@law("exact_average", "float32 stays float32", weight=1)
def average_float32(student, case):
    x, f, what = (
        np.array([1, -2, 3], np.float32),
        case.fn("linear"),
        "the average of float32 values",
    )
    averages(student, case, [((f, x, 0.25), x, what), ((f, x, 1.0), 0 * x, what)])


# 5.3 geometric_mean ----------------------------------------------------------------------------


def softmax(z):
    """Softmax over the last axis."""
    odds = np.exp(z - z.max(-1, keepdims=True))
    return odds / odds.sum(-1, keepdims=True)


def shares(case, count, dtype=np.float64):
    """Draw positive weights that sum to 1."""
    drawn = case.uniform(count, low=0.2, high=1.0)
    return (drawn / drawn.sum()).astype(dtype)


@law(
    "geometric_mean", "The mean of softmaxes is the softmax of the mean logits", weight=3, core=True
)
def softmax_of_mean_logits(student, case):
    probs, half = np.array([[0.9, 0.1], [0.5, 0.5]]), np.array([0.5, 0.5])
    logits, weights = case.normal(6, 4, scale=2), shares(case, 6)
    examples = [
        ((probs, half), np.array([0.75, 0.25])),  # odds 9, 1 -> 3
        ((softmax(logits), weights), softmax(weights @ logits)),
    ]
    case.gives(student, "geometric_mean", examples)


@law("geometric_mean", "A row counts as often as its weight says", weight=2)
def weights_count(student, case):
    logits, weights = case.normal(3, 3), np.array([0.2, 0.2, 0.6])
    rows = softmax(logits)
    calls = [
        (np.array([[0.8, 0.2], [0.2, 0.8]]), np.array([0.75, 0.25])),
        (rows, weights),
        (rows[[0, 1, 2, 2, 2]], np.full(5, 0.2)),
    ]
    answers = student.each("geometric_mean", calls)
    case.equal(next(answers)[1], np.array([2 / 3, 1 / 3]))
    _, got = next(answers)
    case.equal(got, softmax(logits.T @ weights))
    _, repeated = next(answers)
    case.equal(repeated, got, what="the mean with the third row written out three times")


@law("geometric_mean", "Where all rows agree, the mean is that row", weight=1)
def agreement(student, case):
    row, other = np.array([0.2, 0.3, 0.5]), softmax(case.normal(5))
    examples = [
        ((np.stack([row, row]), np.array([0.5, 0.5])), row),
        ((row[None], np.array([1.0])), row),
        ((np.tile(other, (7, 1)), shares(case, 7)), other),
    ]
    case.gives(student, "geometric_mean", examples)


@law("geometric_mean", "A row of weight 0 has no say", weight=1.5)
def weight_zero(student, case):
    probs = np.array([[0.25, 0.75], [0.9, 0.1], [1.0, 0.0], [0.0, 1.0]])
    got = student.geometric_mean(probs, np.array([1.0, 0.0, 0.0, 0.0]))
    case.equal(got, probs[0], what="the mean with weights 1, 0, 0, 0")


@law("geometric_mean", "A zero in a row of positive weight is a veto", weight=1.5)
def zero_is_a_veto(student, case):
    probs = np.array([[0.0, 0.2, 0.8], [0.6, 0.2, 0.2]])
    got = student.geometric_mean(probs, np.array([0.5, 0.5]))
    case.equal(got, np.array([0.0, 1 / 3, 2 / 3]))  # roots of 0.04 and 0.16
    case.that(got[0] == 0, "the first class is vetoed: its probability must be exactly 0")


@law("geometric_mean", "Many rows of tiny numbers do not underflow", weight=2)
def no_underflow(student, case):
    probs = np.full((400, 3), 1e-300)
    probs[:200, 0], probs[200:, 1] = 1.0, 1.0
    weights = np.full(400, 1 / 400)
    case.equal(student.geometric_mean(probs, weights), np.array([0.5, 0.5, 0.0]))


@law("geometric_mean", "float32 stays float32", weight=1)
def geometric_float32(student, case):
    probs, weights = np.array([[0.9, 0.1], [0.5, 0.5]], "f4"), np.array([0.5, 0.5], "f4")
    case.equal(student.geometric_mean(probs, weights), np.array([0.75, 0.25], np.float32))


# 5.4 mc_average --------------------------------------------------------------------------------


def passes(model, x, T, rng):
    """Run a model T times; the rows are the logits."""
    rng = np.random.default_rng(rng.seed)
    return np.array([model(x, rng) for _ in range(T)])


def of_passes(case, name, x, T, **params):
    """Give arguments, and the mean softmax of the same T passes, drawn with the same seed."""
    rng = case.rng()
    want = softmax(passes(FUNCTIONS[name](**params), x, T, rng)).mean(0)
    return (case.fn(name, **params), x, T, rng), want


def mean_passes(student, case, examples):
    """Require the averages of several examples: (arguments, average)."""
    answers = student.each("mc_average", [args for args, _ in examples])
    for (_, got), (_, want) in zip(answers, examples, strict=True):
        case.equal(got, want)


@law("mc_average", "The probabilities of T passes are averaged", weight=4, core=True)
def probabilities_are_averaged(student, case):
    one, noise = np.ones(1), {"centre": [0.0, 1.0, -1.0], "scale": 2.0}
    examples = [of_passes(case, "noisy_logits", one, T, **noise) for T in (2, 7)]
    W, x, p = case.normal(6, 4, scale=2), case.normal(6), case.rate()
    examples.append(of_passes(case, "dropped_logits", x, 5, W=W, p=p))
    mean_passes(student, case, examples)


@law("mc_average", "One pass is a softmax", weight=2)
def one_pass(student, case):
    fn = case.fn("noisy_logits", centre=[0.0, math.log(3)], scale=0.0)
    friendly = (fn, np.ones(1), 1, case.rng())
    other, want = of_passes(case, "noisy_logits", np.ones(2), 1, centre=case.normal(5, scale=2))
    answers = student.each("mc_average", [friendly, other])
    case.equal(next(answers)[1], np.array([0.25, 0.75]), what="one pass with logits 0 and log 3")
    case.equal(next(answers)[1], want)


@law("mc_average", "Two runs of T passes are one run of 2T", weight=2)
def two_runs_are_one(student, case):
    fn, x, rng = case.fn("noisy_logits", centre=[0.0, 0.5], scale=2.0), np.ones(1), case.rng()
    runs = student.play("repeat", name="mc_average", args=[fn, x, 3, rng], times=2)
    whole = softmax(passes(FUNCTIONS[fn.name](**fn.params), x, 6, rng)).mean(0)
    first, second = (array_like(run, what="the average") for run in runs)
    case.that(
        not np.array_equal(first, second),
        "two runs with one generator gave the same average: every pass must draw new numbers",
    )
    case.close((first + second) / 2, whole, 1e-9, what="the mean of two runs of three passes")


@law("mc_average", "Logits of 10 000 give finite numbers", weight=2)
def huge_logits(student, case):
    examples = []
    for centre, want in (([1e4, 0.0, -1e4], [1.0, 0.0, 0.0]), ([-1e4, -1e4], [0.5, 0.5])):
        fn = case.fn("noisy_logits", centre=centre, scale=0.0)
        examples.append(((fn, np.ones(1), 3, case.rng()), np.array(want)))
    mean_passes(student, case, examples)


@law(
    "mc_average", "The model is called T times, with the given generator", weight=1.5, observed=True
)
def exactly_T_calls(student, case):
    for T in (1, 4):
        counted(student, case, np.array([1.0, 2.0]), T)


def counted(student, case, x, T):
    """Require T calls with the caller's generator and input."""
    centre = [0.0, 1.0, 0.5]
    seen = student.play("mc_average_run", centre=centre, x=x, T=T, seed=case.seed())
    if not isinstance(seen, dict) or "calls" not in seen:
        raise Broken("the run reported nothing")
    calls = seen["calls"]
    case.that(calls == T, f"with T = {T} the model was called {calls} times", received=calls)
    case.that(seen["same_rng"], "the model must get the generator that was passed to you")
    case.that(seen["same_x"], "the model must get the input that was passed to you")


@law("mc_average", "float32 stays float32", weight=1)
def passes_float32(student, case):
    x = np.ones(1, np.float32)
    mean_passes(student, case, [of_passes(case, "noisy_logits", x, 4, centre=[0.0, 1.0])])
