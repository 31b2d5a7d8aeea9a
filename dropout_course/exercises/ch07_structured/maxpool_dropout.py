"""7.5 maxpool_dropout: max-pooling behind a mask draws a unit by its rank."""

from __future__ import annotations

import itertools

import numpy as np

from dropout_course.engine.comparing import holds_parts
from dropout_course.engine.features import dtype, rounded, tried
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question, upcasting

SORTED, SHUFFLED = np.array([1.0, 2.0, 4.0]), np.array([5.0, 1.0, 9.0, 3.0])
P = 0.2


def winners(window, p):
    """Count over all masks who is the largest kept, the last of equals; and if nobody is."""
    masks = np.array(list(itertools.product((False, True), repeat=len(window))))
    weights = np.where(masks, 1 - p, p).prod(axis=1)
    probs, nobody = np.zeros(len(window)), 0.0
    for mask, weight in zip(masks, weights, strict=True):
        if mask.any():
            kept = np.where(mask, window, -1.0)
            probs[np.flatnonzero(kept == kept.max())[-1]] += weight
        else:
            nobody += weight
    return probs, nobody


def probabilities(case, answers):
    """Give the first part of each answer, an array."""
    for window, answer in answers:
        got = answer.value
        case.that(
            holds_parts(got, 2),
            "the result must be a tuple of two, the probabilities and prob_zero",
            kind="type",
        )
        yield window, got


def first_parts(student, case, examples):
    """Require the probabilities of several calls; prob_zero has a law of its own."""
    asked = [(call[0], student.maxpool_dropout_probs(*call)) for call, _ in examples]
    for (_, got), (_, want) in zip(probabilities(case, asked), examples, strict=True):
        case.equal(got[0], want, what="the array of probabilities")


# What is true of every right answer ------------------------------------------------------------


@law("A unit wins if it is kept and all above it are dropped", weight=5, core=True)
def ranks(student, case):
    calls = [(SORTED, P), (np.sort(case.uniform(5)), case.rate())]
    first_parts(student, case, [(call, winners(*call)[0]) for call in calls])


@law("Probabilities stand in the order of the window", weight=3)
def order(student, case):
    cycle = np.array([2.0, 3.0, 4.0, 1.0]) + 0.1 * case.uniform(4)  # sorting it is no swap
    placed(student, case, [(SHUFFLED, P), (cycle, case.rate())])


@law("Among equals the last one wins", weight=1)
def ties(student, case):
    placed(student, case, [(np.array([1.0, 2.0, 2.0]), P), (np.zeros(3), P)])


def placed(student, case, calls):
    """Require that the probabilities have the order of the units, whatever they are."""
    asked = [(w, student.maxpool_dropout_probs(w, p)) for w, p in calls]
    for window, got in probabilities(case, asked):
        probs = case.array(got[0], window.shape, what="the array of probabilities")
        rising = np.diff(probs[np.argsort(window, kind="stable")]) > 0
        text = f"the probabilities do not rise with the rank in the window {window.tolist()}"
        case.that(rising.all(), text, received=probs)


@law("Nobody wins with probability p to the power n", weight=2)
def nobody(student, case):
    p, windows = case.rate(), (SHUFFLED, np.array([3.0]), case.uniform(6), np.array([0.0, 1.0]))
    asked = [(w, student.maxpool_dropout_probs(w, p)) for w in windows]
    for window, got in probabilities(case, asked):
        case.equal(got[1], p ** len(window), what="prob_zero")


@law("The weighted pool is the mean over all masks", weight=4)
def pooled(student, case):
    p, examples = case.rate(), []
    for window, rate in ((SHUFFLED, P), (case.uniform(5, low=0.5, high=2.0), p)):
        examples.append(((window, rate), float(winners(window, rate)[0] @ window)))
    case.gives(student.prob_weighted_pool, examples)


@law("p = 0 takes the maximum, p = 1 nothing", weight=1, edge=True)
def ends(student, case):
    first_parts(
        student, case, [((SORTED, 0.0), np.array([0.0, 0, 1])), ((SORTED, 1.0), np.zeros(3))]
    )


@law("The probabilities have the dtype of the window", weight=1, edge=True)
def form(student, case):
    window = case.frozen(SHUFFLED.astype(np.float32))
    case.form(student.maxpool_dropout_probs(window, P), (window, 0.0))


# By what a wrong answer is recognised, and what people write instead --------------------------


@question("With what probabilities do the units of a sorted window win?")
def in_order(student, case):
    return rounded(student.maxpool_dropout_probs(SORTED, P).value[0])


@question("Does each probability stand where its unit is?")
def aligned(student, case):
    ranked = np.asarray(student.maxpool_dropout_probs(np.sort(SHUFFLED), P).value[0])
    got = np.asarray(student.maxpool_dropout_probs(SHUFFLED, P).value[0])
    return [int(np.abs(ranked - value).argmin()) for value in got]


@question("Who wins among equals?")
def equals(student, case):
    got = np.asarray(student.maxpool_dropout_probs(np.array([1.0, 2.0, 2.0]), P).value[0])
    return [int(np.abs(value - got).argmin()) for value in np.sort(got)]


@question("With what probability is everything dropped?")
def dead(student, case):
    return [rounded(student.maxpool_dropout_probs(w, P).value[1]) for w in (SORTED, np.zeros(2))]


@question("What is the weighted pool?")
def weighted(student, case):
    return rounded(student.prob_weighted_pool(np.array([5.0, 3.0, 9.0, 1.0]), P))


@question("Which dtype have the probabilities for float32?", edge=True)
def kind(student, case):
    return dtype(student.maxpool_dropout_probs(SORTED.astype(np.float32), P).value[0])


@question("What comes out at p = 0?", edge=True)
def at_zero(student, case):
    got = tried(student.maxpool_dropout_probs(SORTED, 0.0))
    return got if isinstance(got, str) else rounded(got[0])


def probs_form(
    wins=lambda above, below, p: (1 - p) * p ** (1.0 * above),
    sort=lambda w: np.argsort(w, kind="stable"),
    stand=lambda order, ranked: ranked[np.argsort(order)],
    nobody=lambda w, p: p ** len(w),
):
    def maxpool_dropout_probs(window, p):
        below = np.arange(len(window))
        ranked = wins(below[::-1], below, p)
        return stand(sort(window), ranked).astype(window.dtype), nobody(window, p)

    return maxpool_dropout_probs


def pool_form(value=lambda probs, window, p: probs @ window):
    def prob_weighted_pool(window, p):
        return float(value(probs_form()(window, p)[0], window, p))

    return prob_weighted_pool


mistakes = Mistakes(maxpool_dropout_probs=probs_form, prob_weighted_pool=pool_form)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row(
    "smallest-wins",
    "Ranks upside down",
    "You give the largest probability to the smallest unit; what counts are the units above it.",
    wins=lambda above, below, p: (1 - p) * p ** (1.0 * below),
)
mistakes.row(
    "p-read-as-keep",
    "p read as keep",
    "You keep with probability p and drop with 1 - p; here p is the probability of dropping.",
    wins=lambda above, below, p: p * (1 - p) ** (1.0 * above),
)
mistakes.row(
    "own-coin-forgotten",
    "Its own coin forgotten",
    "A unit wins only if it is kept itself: the factor 1 - p is missing.",
    wins=lambda above, below, p: p ** (1.0 * above),
)
mistakes.row(
    "normalised-to-one",
    "Normalised to 1",
    "You divide by the sum; the probabilities leave room for the case that everything is dropped.",
    wins=lambda above, below, p: (1 - p) * p ** (1.0 * above) / (1 - p ** len(above)),
)
mistakes.row(
    "sorted-order-returned",
    "In sorted order",
    "Your probabilities stand in sorted order; each belongs where its unit stands in the window.",
    stand=lambda order, ranked: ranked,
)
mistakes.row(
    "permutation-not-inverted",
    "Permutation the wrong way",
    "`ranked[order]` sends each probability the wrong way: assign `probs[order] = ranked`.",
    stand=lambda order, ranked: ranked[order],
)
mistakes.row(
    "first-of-equals-wins",
    "The first of equals wins",
    "Among equal units the last one wins; yours lets the first one win.",
    sort=lambda w: len(w) - 1 - np.argsort(w[::-1], kind="stable"),
)
mistakes.row(
    "one-coin-for-all",
    "One coin for all",
    "All n units must be dropped at once, which has probability p to the power n, not p.",
    nobody=lambda w, p: p,
)
mistakes.row(
    "all-kept-for-all-dropped",
    "All kept",
    "You give the probability that all units are kept; prob_zero is that all are dropped.",
    nobody=lambda w, p: (1 - p) ** len(w),
)
mistakes.row(
    "zeros-counted-as-dropped",
    "Zeros counted as dropped",
    "prob_zero is the probability that every unit is dropped; a kept unit of value 0 is not.",
    nobody=lambda w, p: p ** np.count_nonzero(w),
)
mistakes.row(
    "maximum-for-mean",
    "The maximum itself",
    "You give the maximum of the window; the weighted pool is the mean over all masks.",
    of="prob_weighted_pool",
    value=lambda probs, window, p: window.max(),
)
mistakes.row(
    "scaled-by-keep",
    "A factor 1 - p missing",
    "Your pool is the right one divided by 1 - p; it is the mean behind a plain mask, in which the "
    "largest unit has the weight 1 - p.",
    of="prob_weighted_pool",
    value=lambda probs, window, p: probs @ window / (1 - p),
)
mistakes.row(
    "pool-normalised",
    "Given that something is kept",
    "You divide by the sum of the probabilities; a window that is dropped counts as 0 in the mean.",
    of="prob_weighted_pool",
    value=lambda probs, window, p: probs @ window / probs.sum(),
)
mistakes.row(
    "summed-in-ascending-order",
    "The smallest counted first",
    "You give the weight 1 - p to the smallest unit; it belongs to the largest, and the smallest "
    "has the highest power of p.",
    of="prob_weighted_pool",
    value=lambda probs, window, p: np.sort(probs)[::-1] @ np.sort(window),
)
mistakes.row(
    "plain-mean",
    "The plain mean",
    "You give 1 - p times the mean of the window; large units win more often than small ones.",
    of="prob_weighted_pool",
    value=lambda probs, window, p: (1 - p) * window.mean(),
)


@mistakes.whole(
    "stochastic-pooling",
    "Stochastic pooling",
    "You draw units in proportion to their size, which is stochastic pooling; here ranks decide.",
)
def by_size(window, p):
    return (window / window.sum() * (1 - p ** len(window))).astype(window.dtype), p ** len(window)


@mistakes.whole(
    "not-ranked",
    "Units not ranked",
    "Your first unit gets 1 - p and each next one p times that, whatever its size; rank the units "
    "first.",
)
def by_place(window, p):
    return ((1 - p) * p ** np.arange(1.0 * len(window))).astype(window.dtype), p ** len(window)


@mistakes.whole(
    "equals-share-a-rank",
    "Equal units share a rank",
    "Equal units get the same probability; of equals the last one is above the others.",
)
def by_larger(window, p):
    above = (window > window[:, None]).sum(axis=1)
    return ((1 - p) * p ** (1.0 * above)).astype(window.dtype), p ** len(window)
