"""8.2 dropconnect_inference: the moments of a masked sum, and ReLU's mean if it were Gaussian."""

from __future__ import annotations

import itertools
import math

import numpy as np

from dropout_course.engine.features import dtype, finite, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting
from dropout_course.exercises.ch08_weights_and_rates import B, V, W, layer, parts, same_dtypes

MOMENTS = ("mean", "var")

# What is true of every right answer ------------------------------------------------------------


def over_all_masks(v, weights, b, q):
    """Mean and variance of one output for one example, by its 2**I masks."""
    masks = np.array(list(itertools.product((False, True), repeat=len(v))))
    probs = np.where(masks, q, 1 - q).prod(axis=1)
    u = masks @ (weights * v) + b
    mean = probs @ u
    return mean, probs @ (u - mean) ** 2


def moments_by_masks(v, weights, b, q):
    """Mean and variance of all outputs, each by all masks."""
    rows = [[over_all_masks(x, w, c, q) for w, c in zip(weights, b, strict=True)] for x in v]
    table = np.array(rows)
    return {"mean": table[..., 0], "var": table[..., 1]}


def compare(case, student, name, calls):
    """Require one of the two moments of several calls."""
    asked = [(call, student.dropconnect_moments(*call)) for call in calls]
    for call, answer in asked:
        case.equal(parts(case, answer, MOMENTS)[name], moments_by_masks(*call)[name], what=name)


def by_hand_and_random(case):
    """Give a call that can be followed by hand, and a random one."""
    v, weights, b, _ = layer(case, 3, 4, 2)
    return [(V, W, B, 0.5), (v, weights, b, case.rate())]


def gaussian_relu(mean, var):
    """Mean of max(u, 0) for a normal u, number by number."""
    s = np.sqrt(var)
    cdf = np.array([(1 + math.erf(z / math.sqrt(2))) / 2 for z in (mean / s).ravel()])
    density = np.exp(-(mean**2) / (2 * var)) / math.sqrt(2 * math.pi)
    return mean * cdf.reshape(s.shape) + s * density


@law("The mean is that over all masks", weight=2)
def mean(student, case):
    compare(case, student, "mean", by_hand_and_random(case))


@law("The variance is that over all masks", weight=4, core=True)
def variance(student, case):
    compare(case, student, "var", by_hand_and_random(case))


@law("ReLU's mean is that of a Gaussian with these moments", weight=4)
def relu_mean(student, case):
    # Mean 0 and variance 2: half of the mean size of the Gaussian is left, 1/√π.
    v, weights, b, _ = layer(case, 3, 4, 2)
    q = case.rate()
    two = np.array([[1.0, 1.0]]), np.array([[2.0, -2.0]]), np.zeros(1), 0.5
    found = moments_by_masks(v, weights, b, q)
    examples = [
        (two, np.array([[1 / math.sqrt(math.pi)]])),
        ((v, weights, b, q), gaussian_relu(found["mean"], found["var"])),
    ]
    case.gives(student.dropconnect_relu_mean, examples)


@law("Where the variance is 0, ReLU's mean is the ReLU", weight=1, edge=True)
def certain(student, case):
    silent = np.array([[0.0, 0.0], [1.0, 2.0]])  # the first example has no inputs
    all_kept = np.maximum(V @ W.T + B, 0)
    examples = [
        ((V, W, B, 1.0), all_kept),
        ((V, W, B, 0.0), np.maximum(np.array([B, B]), 0)),
    ]
    case.gives(student.dropconnect_relu_mean, examples)
    first = case.array(student.dropconnect_relu_mean(silent, W, B, 0.5), (2, 2))[0]
    case.equal(first, np.maximum(B, 0), what="the row of an example without inputs")


@law("float32 stays float32, and no argument is written to", weight=1, edge=True)
def form(student, case):
    v, weights, b = (case.frozen(x.astype(np.float32)) for x in (V, W, B))
    moments = student.dropconnect_moments(v, weights, b, 0.5)
    relu = student.dropconnect_relu_mean(v, weights, b, 0.5)
    same_dtypes(case, moments, MOMENTS, np.float32)
    case.form(relu, np.zeros((2, 2), np.float32))


# By what a wrong answer is recognised, and what people write instead --------------------------

ONE = np.ones((1, 1))


def one_mean(student, v, bias):
    """Give the mean for one input, a weight of 1, and q = 0.2."""
    return rounded(student.dropconnect_moments(v * ONE, ONE, np.array([bias]), 0.2).value[0])


@question("By what is the weighted sum multiplied in the mean?")
def mean_factor(student, case):
    return one_mean(student, 1.0, 0.0)


@question("What does the bias add to the mean?")
def mean_of_bias(student, case):
    return one_mean(student, 0.0, 1.0)


@question("What is the variance for v = (3, 1), W = (2, -1), q = 0.2?")
def one_variance(student, case):
    v, weights = np.array([[3.0, 1.0]]), np.array([[2.0, -1.0]])
    return rounded(student.dropconnect_moments(v, weights, np.zeros(1), 0.2).value[1])


@question("What is ReLU's mean for mean 0 and variance 4.5?")
def centred(student, case):
    # With a variance of 2, a doubled one and one that stands for its root would look the same.
    v, weights = np.array([[1.0, 1.0]]), np.array([[3.0, -3.0]])
    return rounded(student.dropconnect_relu_mean(v, weights, np.zeros(1), 0.5))


@question("What is ReLU's mean for mean 1 and variance 4.5?")
def off_centre(student, case):
    v, weights = np.array([[1.0, 1.0]]), np.array([[3.0, -3.0]])
    return rounded(student.dropconnect_relu_mean(v, weights, np.ones(1), 0.5))


@question("What comes out without variance?", edge=True)
def no_variance(student, case):
    return finite(student.dropconnect_relu_mean(V, W, B, 1.0))


@question("Which dtype has the mean for float32?", edge=True)
def kind(student, case):
    v, weights, b = (x.astype(np.float32) for x in (V, W, B))
    return dtype(student.dropconnect_moments(v, weights, b, 0.5).value[0])


@question("Which dtype has ReLU's mean for float32?", edge=True)
def relu_kind(student, case):
    v, weights, b = (x.astype(np.float32) for x in (V, W, B))
    return dtype(student.dropconnect_relu_mean(v, weights, b, 0.5))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(lambda: student.dropconnect_moments(case.frozen(V), W, B, 0.5))


def moments_form(
    mean=lambda s, b, q: q * s + b,
    var=lambda v, W, q: q * (1 - q) * (v**2 @ (W**2).T),
):
    def dropconnect_moments(v, W, b, q):
        return mean(v @ W.T, b, q).astype(v.dtype), var(v, W, q).astype(v.dtype)

    return dropconnect_moments


def normal_cdf(z):
    """Distribution function of the standard normal."""
    return (1 + np.vectorize(math.erf, otypes=[float])(z / math.sqrt(2))) / 2


def normal_density(z):
    """Density of the standard normal."""
    return np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


def relu_form(
    mean=lambda m, s: m * normal_cdf(m / s) + s * normal_density(m / s),
    spread=np.sqrt,
    certain=lambda m: np.maximum(m, 0),
):
    def dropconnect_relu_mean(v, W, b, q):
        m, var = q * (v @ W.T) + b, q * (1 - q) * (v**2 @ (W**2).T)
        with np.errstate(all="ignore"):
            found = mean(m, spread(var))
        return np.where(var > 0, found, certain(m)).astype(v.dtype)

    return dropconnect_relu_mean


mistakes = Mistakes(dropconnect_moments=moments_form, dropconnect_relu_mean=relu_form)
mistakes.row("float32-becomes-float64", of="dropconnect_relu_mean", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "p-and-q-exchanged",
    "p and 1 - p exchanged",
    "The mean is that of weights kept with probability 1 - q; here q is the probability of "
    "keeping.",
    mean=lambda s, b, q: (1 - q) * s + b,
)
mistakes.row(
    "mean-unscaled",
    "Mean not scaled",
    "The mean is that of all weights; DropConnect rescales nothing in training, so its mean holds "
    "a factor q.",
    mean=lambda s, b, q: s + b,
)
mistakes.row(
    "bias-scaled",
    "Bias scaled too",
    "The bias is multiplied by q; it is never dropped, so it enters the mean as it is.",
    mean=lambda s, b, q: q * (s + b),
)
mistakes.row(
    "weights-not-squared",
    "Weights not squared",
    "The variance holds W, not its square: a mask entry is multiplied by W and v, and a variance "
    "takes the square of a factor.",
    var=lambda v, W, q: q * (1 - q) * (v**2 @ W.T),
)
mistakes.row(
    "inputs-not-squared",
    "Inputs not squared",
    "The variance holds v, not its square: a mask entry is multiplied by W and v, and a variance "
    "takes the square of a factor.",
    var=lambda v, W, q: q * (1 - q) * (v @ (W**2).T),
)
mistakes.row(
    "squared-after-the-sum",
    "Squared after the sum",
    "You square the whole sum; the masks of different weights are independent, so variances add "
    "term by term, and nothing cancels.",
    var=lambda v, W, q: q * (1 - q) * (v @ W.T) ** 2,
)
mistakes.row(
    "standard-deviation-for-variance",
    "Standard deviation for variance",
    "What you return is the standard deviation; the variance is its square.",
    var=lambda v, W, q: np.sqrt(q * (1 - q) * (v**2 @ (W**2).T)),
)
mistakes.row(
    "inverted-variance",
    "Variance of inverted dropout",
    "(1 - q)/q is the variance of a mask that is divided by q; DropConnect divides by nothing.",
    var=lambda v, W, q: ((1 - q) / q if q else 0) * (v**2 @ (W**2).T),
)
mistakes.row(
    "second-moment-for-variance",
    "Second moment, not variance",
    "q is the mean of the squared mask entry; the variance takes the square of its mean off, and "
    "q - q² is q(1 - q).",
    var=lambda v, W, q: q * (v**2 @ (W**2).T),
)
mistakes.row(
    "relu-of-the-mean",
    "The ReLU of the mean",
    "You take the ReLU of the mean, as weight scaling does; the mean of a ReLU is larger, for the "
    "part of the Gaussian below 0 counts as 0.",
    of="dropconnect_relu_mean",
    mean=lambda m, s: np.maximum(m, 0),
)
mistakes.row(
    "density-forgotten",
    "Second term forgotten",
    "The second term, s times the normal density at mean/s, is missing.",
    of="dropconnect_relu_mean",
    mean=lambda m, s: m * normal_cdf(m / s),
)
mistakes.row(
    "variance-for-deviation",
    "Variance as standard deviation",
    "You use the variance where the formula has the standard deviation s; take its root.",
    of="dropconnect_relu_mean",
    spread=lambda var: var,
)
mistakes.row(
    "division-by-zero-variance",
    "Division by a variance of 0",
    "Where the variance is 0 you divide by 0; there the mean of the ReLU is the ReLU of the mean.",
    of="dropconnect_relu_mean",
    certain=lambda m: np.full_like(m, np.nan),
)
