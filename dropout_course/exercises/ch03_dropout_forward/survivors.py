"""3.4 survivors: how many units of a layer are kept."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.features import finite, fixed, rounded, tried
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question
from dropout_course.exercises.ch03_dropout_forward import all_masks

# What is true of every right answer ------------------------------------------------------------


@law("Small layers can be counted by hand", weight=3, core=True)
def small_layers(student, case):
    n, p = case.integers(3, 9), case.rate()
    masks, weights = all_masks(n, p)
    examples = [
        ((1, 0.2), np.array([0.2, 0.8])),
        ((2, 0.2), np.array([0.04, 0.32, 0.64])),
        ((n, p), np.bincount(masks.sum(axis=1), weights)),
    ]
    case.gives(student.survivor_pmf, examples, tol=1e-10)


@law("The mean is n(1 - p), the variance np(1 - p)", weight=1.5)
def moments(student, case):
    calls = [(4, 0.25), (60, 0.05), (case.integers(10, 60), case.rate())]
    require_moments(student, case, calls)


def require_moments(student, case, calls):
    """Require the moments of the number of survivors for each ``(n, p)``."""
    asked = [(n, p, student.survivor_pmf(n, p)) for n, p in calls]
    for n, p, answer in asked:
        pmf, k = case.array(answer, (n + 1,)), np.arange(n + 1)
        mean = float(pmf @ k)
        case.equal(float(pmf.sum()), 1.0, tol=1e-8, what="the sum of the probabilities")
        case.equal(mean, n * (1 - p), tol=1e-7, what="the mean number of survivors")
        variance = float(pmf @ (k - mean) ** 2)
        case.equal(variance, n * p * (1 - p), tol=1e-6, what="the variance")


@law("A layer is dead with probability p to the power n", weight=3)
def dead_layer(student, case):
    n, p = case.integers(2, 6), case.rate()
    examples = [((n, p), p**n) for n, p in ((1, 0.2), (2, 0.3), (3, 0.5), (10, 0.9), (n, p))]
    case.gives(student.prob_dead_layer, examples, tol=1e-10)


@law("p = 0 and p = 1 leave no doubt", weight=1, edge=True)
def certain(student, case):
    require_certainty(student, case, (3,))


def require_certainty(student, case, sizes):
    """Require that all units are kept at p = 0, and none at p = 1."""
    calls = [(n, p) for n in sizes for p in (0.0, 1.0)]
    distributions = [((n, p), np.eye(1, n + 1, 0 if p else n)[0]) for n, p in calls]
    case.gives(student.survivor_pmf, distributions, tol=1e-10)
    case.gives(student.prob_dead_layer, [((n, p), p) for n, p in calls], tol=1e-10)


@law("Wide layers are exact, and two of 1000 units are one of 2000", weight=2)
def wide_layers(student, case):
    asked = [(student.survivor_pmf(n, 0.3), (n + 1,)) for n in (1000, 2000)]
    half, whole = (case.array(*pair) for pair in asked)
    what = "survivor_pmf(2000, 0.3), against the sum of two independent layers of 1000, it"
    case.equal(whole, np.convolve(half, half), tol=1e-9, what=what)
    exact = math.comb(2000, 1400) * 7**1400 * 3**600 / 10**2000  # of whole numbers
    case.equal(float(whole[1400]), exact, tol=1e-10, what="entry 1400 of survivor_pmf(2000, 0.3)")


# By what a wrong answer is recognised ----------------------------------------------------------


@question("How is the number of survivors of three units distributed?")
def small(student, case):
    return [fixed(student.survivor_pmf, n, 0.3, digits=5) for n in (2, 3)]


@question("Do the probabilities add up?")
def total(student, case):
    far = abs(float(rounded(student.survivor_pmf(3, 0.3), 12).sum()) - 1)
    return "yes" if far < 1e-10 else "nearly" if far < 1e-4 else "no"


@question("How is the number of survivors of 400 units distributed?")
def large(student, case):
    return fixed(lambda: student.survivor_pmf(400, 0.3))


@question("Do 2000 units give finite numbers that add up to about 1?")
def wide(student, case):
    answer = student.survivor_pmf(2000, 0.3)
    if isinstance(tried(answer), str) or not finite(answer):
        return "not finite"
    return "yes" if abs(float(rounded(answer, 12).sum()) - 1) < 1e-3 else "they don't add up"


@question("How probable is a dead layer?")
def dead(student, case):
    return [fixed(student.prob_dead_layer, n, 0.3) for n in (2, 3)]


@question("What comes of p = 0 and p = 1?", edge=True)
def sure(student, case):
    return [rounded(student.survivor_pmf(3, p), 4) for p in (0.0, 1.0)]


# What people write instead ---------------------------------------------------------------------


def log_ways(n):
    """Give the logarithm of n choose k for every k."""
    lf = np.array([math.lgamma(i + 1) for i in range(n + 1)])
    return lf[n] - lf - lf[::-1]


def pmf(
    drop=lambda p: p,
    inside=0.0,
    ways=log_ways,
    edges=lambda p: p in (0, 1),
    finish=lambda probability: probability,
):
    """Add the logarithms of the factors of the binomial distribution."""

    def survivor_pmf(n, p):
        p, k = np.float64(drop(p)), np.arange(n + 1)
        if edges(p):
            return finish(np.eye(n + 1)[n if p == 0 else 0])
        with np.errstate(all="ignore"):
            kept, dropped = k * np.log(1 - p + inside), (n - k) * np.log(p + inside)
            return finish(np.exp(ways(n) + kept + dropped))

    return survivor_pmf


mistakes = Mistakes(survivor_pmf=pmf, prob_dead_layer=lambda power: power)
mistakes.row(
    "dropped-for-kept",
    "Dropped units counted",
    "Entry k is the probability of k kept units; yours counts the dropped ones.",
    drop=lambda p: 1 - p,
)
mistakes.row(
    "ways-not-counted",
    "Ways not counted",
    "One set of k units has this probability; there are n-choose-k such sets.",
    ways=lambda n: 0.0,
)
mistakes.row(
    "cumulative",
    "Cumulative",
    "You return the probability of at most k survivors; exactly k is asked for.",
    finish=np.cumsum,
)
mistakes.row(
    "zero-in-the-logarithm",
    "Logarithm of zero",
    "At p = 0 and p = 1 a logarithm of zero appears; there the answer is certain, so say so.",
    edges=lambda p: False,
)
mistakes.row(
    "constant-in-the-logarithm",
    "A constant inside the logarithm",
    "A small number added inside the logarithm changes every probability; treat p = 0 and p = 1 "
    "apart instead.",
    inside=1e-8,
    edges=lambda p: False,
)


@mistakes.whole(
    "overflow",
    "Overflow",
    "Binomial coefficients of n = 2000 are too large for a float; add logarithms instead.",
)
def overflow(n, p):
    return np.array([math.comb(n, k) * (1 - p) ** k * p ** (n - k) for k in range(n + 1)])


@mistakes.whole(
    "underflow",
    "Underflow",
    "p to the power n is 0 in floating point for a wide layer, and so is every entry that you "
    "compute from it; add logarithms, or go unit by unit.",
)
def from_the_first(n, p):
    k = np.arange(n)
    if p == 0:
        return np.eye(n + 1)[n]
    return np.cumprod(np.append(p**n, (n - k) / (k + 1) * (1 - p) / p))


@mistakes.whole(
    "poisson-approximation",
    "Poisson distribution",
    "The Poisson distribution approximates the binomial one where few units of many are kept; "
    "give exact values.",
)
def poisson(n, p):
    mean = n * (1 - p)
    if p in (0, 1):
        return pmf()(n, p)
    logs = [k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(n + 1)]
    return np.exp(logs)


@mistakes.whole(
    "normal-approximation",
    "Normal approximation",
    "The bell curve only approximates the binomial distribution; give its exact values.",
)
def bell_curve(n, p):
    k, var = np.arange(n + 1), n * p * (1 - p)
    if n < 50 or not var:  # many use it for wide layers alone
        return pmf()(n, p)
    return np.exp(-((k - n * (1 - p)) ** 2) / (2 * var)) / np.sqrt(2 * np.pi * var)


@mistakes.whole(
    "sample-for-expectation",
    "A sample for the expectation",
    "You count simulated layers; the distribution has a closed form, and is the same in every "
    "call.",
)
def simulated(n, p):
    counts = np.random.default_rng().binomial(n, 1 - p, 10_000)
    return np.bincount(counts, minlength=n + 1) / 10_000


for id_, title, says, power in (
    (
        "all-kept",
        "All kept",
        "This is the probability that every unit is kept; a dead layer is one that drops all.",
        lambda n, p: (1 - p) ** n,
    ),
    (
        "at-least-one",
        "At least one",
        "This is the probability that at least one unit is dropped; all of them must be.",
        lambda n, p: 1 - (1 - p) ** n,
    ),
    (
        "complement",
        "The opposite event",
        "This is the probability that some unit is kept; a dead layer keeps none.",
        lambda n, p: 1 - p**n,
    ),
    (
        "product-for-power",
        "Multiplied, not raised",
        "n coins all fall the same way with probability p to the power n, not n times p.",
        lambda n, p: n * p,
    ),
    (
        "one-unit-alone",
        "One unit alone",
        "p is the probability that one unit is dropped; all n of them are, with p to the power n.",
        lambda n, p: p,
    ),
    (
        "divided-by-n",
        "Divided by n",
        "More units make a dead layer rarer by a factor p each: p to the power n, not p/n.",
        lambda n, p: p / n,
    ),
):
    mistakes.row(id_, title, says, of="prob_dead_layer", power=power)
