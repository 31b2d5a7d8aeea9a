"""8.2 dropconnect_inference: the moments of a masked sum, and ReLU's mean if it were Gaussian."""

from __future__ import annotations

import itertools
import math

import numpy as np

from dropout_course.engine.features import dtype, finite, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch08_weights_and_rates import B, V, W, layer, parts, same_dtypes
from dropout_course.exercises.ch08_weights_and_rates.wrong_moments import mistakes

__all__ = ["mistakes"]

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
        ((V, W, 0 * B, 0.0), np.zeros((2, 2))),  # where the mean is 0 as well
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


# By what a wrong answer is recognised ----------------------------------------------------------

ONE = np.ones((1, 1))
PAIR = np.ones((1, 2))  # two terms that add up: none hides another one in a variance


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
    return rounded(student.dropconnect_relu_mean(PAIR, 3 * PAIR, np.array([-3.0]), 0.5))


@question("What is ReLU's mean for mean 1 and variance 4.5?")
def off_centre(student, case):
    return rounded(student.dropconnect_relu_mean(PAIR, 3 * PAIR, np.array([-2.0]), 0.5))


@question("What comes out where mean and variance are 0?", edge=True)
def no_variance(student, case):
    return finite(student.dropconnect_relu_mean(0 * V, W, 0 * B, 0.5))


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
