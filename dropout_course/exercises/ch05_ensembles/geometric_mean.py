"""5.3 geometric_mean: the average of log-odds, with vetoes."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting
from dropout_course.exercises.ch05_ensembles import shares, softmax

HALF = np.array([0.5, 0.5])

# What is true of every right answer ------------------------------------------------------------


@law("The mean of softmaxes is the softmax of the mean logits", weight=3, core=True)
def softmax_of_mean_logits(student, case):
    # odds 9 and 1 -> 3; odds 4 and 1 -> 2
    two, three = np.array([[0.9, 0.1], HALF]), np.array([[0.8, 0.2], HALF])
    logits, weights = 2 * case.apart(6, 4), shares(case, 6)
    examples = [
        ((two, HALF), np.array([0.75, 0.25])),
        ((three, HALF), np.array([2 / 3, 1 / 3])),
        ((softmax(logits), weights), softmax(weights @ logits)),
    ]
    case.gives(student.geometric_mean, examples)


@law("A row counts as often as its weight says", weight=2)
def weights_count(student, case):
    rows = softmax(2 * case.apart(3, 3))
    once = student.geometric_mean(rows, np.array([0.2, 0.2, 0.6]))
    written_out = student.geometric_mean(rows[[0, 1, 2, 2, 2]], np.full(5, 0.2))
    probs = np.array([[0.8, 0.2], [0.2, 0.8]])
    hand = [((probs, np.array([0.75, 0.25])), np.array([2 / 3, 1 / 3]))]
    hand += [((probs, np.array([0.25, 0.75])), np.array([1 / 3, 2 / 3]))]
    want = case.array(written_out, (3,))
    case.equal(once, want, what="the mean, against that with the third row written three times,")
    case.gives(student.geometric_mean, hand)


@law("Where all rows agree, the mean is that row", weight=1)
def agreement(student, case):
    row, other = np.array([0.2, 0.3, 0.5]), softmax(case.normal(5))
    examples = [
        ((np.stack([row, row]), HALF), row),
        ((row[None], np.ones(1)), row),
        ((np.tile(other, (7, 1)), shares(case, 7)), other),
    ]
    case.gives(student.geometric_mean, examples)


@law("A row of weight 0 has no say", weight=1.5, edge=True)
def weight_zero(student, case):
    probs = np.array([[0.25, 0.75], [0.9, 0.1], [1.0, 0.0], [0.0, 1.0]])
    case.gives(student.geometric_mean, [((probs, np.array([1.0, 0.0, 0.0, 0.0])), probs[0])])


@law("A zero in a row of positive weight is a veto", weight=1.5)
def zero_is_a_veto(student, case):
    probs = np.array([[0.0, 0.2, 0.8], [0.6, 0.2, 0.2]])
    got = case.array(student.geometric_mean(probs, HALF), (3,))
    text = "the first class is vetoed: its probability must be exactly 0"
    case.that(got[0] == 0, text, expected=0.0, received=got[0])


@law("Many rows of tiny numbers do not underflow", weight=2)
def no_underflow(student, case):
    # No row has a zero, so that nothing but the size of the numbers is at stake.
    probs = np.full((400, 2), 1e-300)
    probs[:300, 0], probs[300:, 1] = 1.0, 1.0
    want = softmax(np.array([-100, -300]) / 400 * np.log(1e300))
    case.gives(student.geometric_mean, [((probs, np.full(400, 1 / 400)), want)])
    rows = np.tile([[1e-3, 1 - 1e-3], [1 - 1e-3, 1e-3]], (600, 1))
    case.gives(student.geometric_mean, [((rows, np.full(1200, 1 / 1200)), HALF)])


@law("float32 stays float32, and the inputs stay as they are", weight=1, edge=True)
def form(student, case):
    probs, weights = (
        case.frozen(np.array([[0.9, 0.1], HALF], np.float32)),
        case.frozen(np.float32(HALF)),
    )
    case.form(student.geometric_mean(probs, weights), weights)


# By what a wrong answer is recognised ----------------------------------------------------------

PROBS, WEIGHTS = np.array([[0.9, 0.1], [0.5, 0.5]]), np.array([0.7, 0.3])
THREE = np.array([[0.9, 0.05, 0.05], [0.5, 0.2, 0.3], [0.2, 0.2, 0.6]])


@question("What is the mean of two rows, and of three?")
def mean(student, case):
    first = rounded(student.geometric_mean(PROBS, WEIGHTS))
    return [first, rounded(student.geometric_mean(THREE, np.array([0.5, 0.25, 0.25])))]


@question("What becomes of a class with a zero in a row that counts?")
def vetoed(student, case):
    probs = np.array([[0.0, 0.2, 0.8], [0.6, 0.2, 0.2]])
    mean = case.array(student.geometric_mean(probs, HALF), (3,))
    return "nearly 0" if 0 < mean[0] < 0.03 else rounded(mean, 9)  # how near: by the constant


@question("What do many tiny numbers give?", edge=True)
def tiny(student, case):
    rows = np.tile([[1e-3, 1 - 1e-3], [1 - 1e-3, 1e-3]], (600, 1))
    return rounded(student.geometric_mean(rows, np.full(1200, 1 / 1200)), 3)


@question("What does a zero in a row of weight 0 do?", edge=True)
def unweighted(student, case):
    return rounded(student.geometric_mean(np.array([HALF, [1.0, 0.0]]), np.array([1.0, 0.0])))


@question("Which dtype has the result for float32?", edge=True)
def kind(student, case):
    return dtype(student.geometric_mean(PROBS.astype(np.float32), WEIGHTS.astype(np.float32)))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.geometric_mean, case.frozen(PROBS), case.frozen(WEIGHTS))


# What people write instead ---------------------------------------------------------------------


def logarithmic(
    counted=lambda probs, weights: weights > 0,
    log=np.log,
    weighted=lambda weights: weights,
    end=lambda mean: mean / mean.sum(),
    shift=lambda logs: logs - logs.max(),
):
    """Average logarithms of the rows that count."""

    def geometric_mean(probs, weights):
        rows = counted(probs, weights)
        logs = weighted(weights[rows].astype(float)) @ log(probs[rows].astype(float))
        return end(np.exp(shift(logs))).astype(probs.dtype)

    return geometric_mean


mistakes = Mistakes(geometric_mean=logarithmic)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "not-normalised",
    "Not normalised",
    "Geometric means of probabilities add up to less than 1; divide by their sum at the end.",
    end=lambda mean: mean,
    shift=lambda logs: logs,
)
mistakes.row(
    "weights-ignored",
    "Weights ignored",
    "All rows count the same here; each row counts with its weight, as an exponent.",
    weighted=lambda weights: np.full(len(weights), 1 / len(weights)),
)
mistakes.row(
    "weights-no-exponents",
    "Weights are no exponents",
    "This is the product of the rows, normalised: factors in front of a row cancel there, so the "
    "weights have to be exponents.",
    weighted=np.ones_like,
)
mistakes.row(
    "zero-counts-as-one",
    "A zero counts as one",
    "The logarithm of a zero is replaced by 0, as if the row had said 1; it is minus infinity, "
    "which makes the class 0.",
    log=lambda probs: np.log(np.where(probs > 0, probs, 1.0)),
)
mistakes.row(
    "softmax-of-probabilities",
    "Softmax of something normalised",
    "The weighted means are probabilities already, or their logarithms; a softmax of "
    "probabilities flattens them.",
    log=lambda probs: probs,
)
mistakes.row(
    "small-number-in-the-logarithm",
    "A small number in the logarithm",
    "A constant inside the logarithm weakens a veto: a class with a zero in a row that counts "
    "must get exactly 0.",
    log=lambda probs: np.log(probs + 1e-12),
)
mistakes.row(
    "rows-with-zero-left-out",
    "Rows with a zero left out",
    "A row that rules out a class has a say: leave rows out for a weight of 0, not for a "
    "probability of 0.",
    counted=lambda probs, weights: (probs > 0).all(axis=1) & (weights > 0),
)


@mistakes.whole(
    "arithmetic-mean",
    "Arithmetic mean",
    "This is the arithmetic mean; average the logarithms, not the probabilities.",
)
def arithmetic(probs, weights):
    return (weights @ probs).astype(probs.dtype)


@mistakes.whole(
    "harmonic-mean",
    "Harmonic mean",
    "This is the harmonic mean, by way of 1/p; average the logarithms instead.",
)
def harmonic(probs, weights):
    with np.errstate(all="ignore"):
        mean = 1 / (weights @ (1 / probs.astype(float)))
    return (mean / mean.sum()).astype(probs.dtype)


@mistakes.whole(
    "logarithm-of-zero",
    "0 times the logarithm of 0",
    "A zero in a row of weight 0 gives 0 · log 0 = NaN; leave rows of weight 0 out first.",
)
def zero_times_infinity(probs, weights):
    # The product of powers, which is right wherever no row has weight 0.
    with np.errstate(all="ignore"):
        terms = weights[:, None] * np.log(probs.astype(float))
    logs = terms.sum(axis=0)
    mean = np.exp(logs - (np.nanmax(logs) if not np.isnan(logs).any() else np.nan))
    return (mean / mean.sum()).astype(probs.dtype)


@mistakes.whole(
    "product-underflows",
    "The product underflows",
    "The product of many rows underflows to 0, and 0/0 is NaN; take the powers before you "
    "multiply, or add logarithms.",
)
def product_before_root(probs, weights):
    counts = (weights * len(weights))[:, None].astype(float)
    mean = np.prod(probs.astype(float) ** counts, axis=0) ** (1 / len(weights))
    return (mean / mean.sum()).astype(probs.dtype)
