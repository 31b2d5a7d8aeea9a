"""12.5 calibration: whether probabilities and intervals mean what they say."""

from __future__ import annotations

import itertools

import numpy as np

from dropout_course.engine.features import overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch12_bayesian import some_probs
from dropout_course.exercises.ch12_bayesian.wrong_scores import mistakes, quantile, squares

__all__ = ["mistakes"]  # what people write instead

# Two bins hold two points each: confidences 0.9, 0.9 (one right) and 0.6, 0.6 (both right).
FOUR = np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.4, 0.6]])
RIGHT = np.array([0, 0, 0, 1])
UNEVEN = np.array([[0.97, 0.02, 0.01]] * 6 + [[0.3, 0.62, 0.08]] * 2 + [[0.4, 0.25, 0.35]])
LABELS = np.array([0, 0, 0, 0, 1, 0, 1, 0, 2])
OBSERVED = np.array([-3.0, -1.5, -0.5, 0.2, 0.9, 1.8, 2.6, 5.0])


def confidences(case, n, classes, bins):
    """Draw probabilities whose confidences stand in the middle of a bin, and labels."""
    lowest = int(np.ceil(bins / classes))
    place = case.integers(min(lowest, bins - 1), bins, n)
    top = (place + case.uniform(n, low=0.3, high=0.7)) / bins
    best, labels = case.integers(0, classes, n), case.integers(0, classes, n)
    probs = np.repeat(((1 - top) / (classes - 1))[:, None], classes, axis=1)
    probs[np.arange(n), best] = top
    labels = np.where(case.uniform(n) < 0.5, best, labels)
    return probs, labels


def by_bins(probs, labels, bins):
    """Give the calibration error by its definition, bin by bin."""
    top, right = probs.max(axis=1), probs.argmax(axis=1) == labels
    edges, error = np.linspace(0, 1, bins + 1), 0.0
    for lo, hi in itertools.pairwise(edges):
        inside = (lo < top) & (top <= hi)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - top[inside].mean())
    return error


# What is true of every right answer ------------------------------------------------------------


@law("ece weighs the gap of each bin with its share of the points", weight=3, core=True)
def gaps(student, case):
    calls = [(FOUR, RIGHT, 15), (UNEVEN, LABELS, 15), (*confidences(case, 60, 3, 15), 15)]
    case.gives(student.ece, [(call, by_bins(*call)) for call in calls])


@law("ece uses as many bins as it is told", weight=1)
def bins(student, case):
    # one wide bin: gaps of either sign cancel in it
    calls = [(FOUR, RIGHT, 1), (*confidences(case, 80, 4, 5), 5), (UNEVEN, LABELS, 2)]
    case.gives(student.ece, [(call, by_bins(*call)) for call in calls])


@law("A bin holds its upper edge, so that 1 belongs to the last", weight=1)
def certain(student, case):
    probs = np.eye(3)[[0, 1, 2, 0]]
    examples = [((probs, np.array([0, 1, 0, 1]), n), 0.5) for n in (15, 4)]
    # 0.75 and 0.7 share the bin (0.5, 0.75], and one of the two is right; an edge without rounding
    edge = np.array([[0.75, 0.25], [0.3, 0.7]]), np.array([0, 0]), 4
    case.gives(student.ece, [*examples, (edge, 0.225)])


@law("brier sums over the classes and averages over the points", weight=2)
def scores(student, case):
    calls = [(FOUR, RIGHT), (UNEVEN, LABELS)]
    calls.append((some_probs(case, 6, 4), case.integers(0, 4, 6)))
    case.gives(student.brier, [(c, squares(*c).sum(axis=1).mean()) for c in calls])


@law("coverage counts the points inside their intervals", weight=3)
def inside(student, case):
    # distances in units of the deviation that keep away from every quantile asked for
    far = np.array([0.3, 0.9, 1.2, 1.5, 1.8, 2.2, 3.0, -0.5, -1.1, -2.1])
    for level in (0.5, 0.8, 0.9, 0.95):
        mean, var = case.normal(10, scale=3), case.choice((0.2, 6.0)) * case.uniform(10, low=0.8)
        want = float((np.abs(far) <= quantile(level)).mean())
        case.gives(student.coverage, [((mean + far * np.sqrt(var), mean, var, level), want)])


@law("Each is one number, and the arrays stay as they are", weight=1, edge=True)
def form(student, case):
    probs, labels, y = map(case.frozen, (FOUR, RIGHT, OBSERVED))
    asked = [student.ece(probs, labels), student.brier(probs, labels)]
    asked.append(student.coverage(y, case.frozen(np.zeros(8)), case.frozen(np.ones(8)), 0.9))
    for answer in asked:
        case.form(answer, 0.5)


# By what a wrong answer is recognised ----------------------------------------------------------


@question("What is the ece where bins hold different numbers of points?")
def of_bins(student, case):
    return rounded(student.ece(UNEVEN, LABELS))


@question("What is the ece in 15 bins, one over-, one under-confident?")
def of_both(student, case):
    return rounded(student.ece(FOUR, RIGHT))


@question("What is the ece in one bin?")
def of_one_bin(student, case):
    return rounded(student.ece(FOUR, RIGHT, 1))


@question("What is the ece where every confidence is 1?")
def of_certain(student, case):
    return rounded(student.ece(np.eye(2)[[0, 1]], np.array([0, 0])))


@question("What is the ece where a confidence is the edge of a bin?")
def of_edge(student, case):
    # in (lo, hi] 0.75 shares a bin with 0.7, in [lo, hi) with 0.8
    probs = np.array([[0.75, 0.25], [0.3, 0.7], [0.8, 0.2]])
    return rounded(student.ece(probs, np.array([0, 1, 1]), 4))


@question("What is the Brier score?")
def of_brier(student, case):
    return rounded(student.brier(UNEVEN, LABELS))


@question("How many of eight are covered?")
def of_coverage(student, case):
    calls = [(0.9, 1.0), (0.5, 1.0), (0.9, 4.0), (0.9, 0.3)]
    return [rounded(student.coverage(OBSERVED, np.zeros(8), np.full(8, v), a)) for a, v in calls]


@question("Does ece or coverage write to an array?", edge=True)
def writes(student, case):
    return overwrites(student.ece, case.frozen(FOUR), case.frozen(RIGHT))
