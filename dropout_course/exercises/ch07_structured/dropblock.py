"""7.3 dropblock: square blocks, the rate of their centres, and the share that is kept."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import finite, ratio, rounded, tried, values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch07_structured import grown, questions_about_arrays
from dropout_course.exercises.ch07_structured.wrong_blocks import mistakes

__all__ = ["mistakes"]  # what people write instead

CENTER = np.zeros((1, 1, 2, 4), bool)  # with a side of 3 few enough entries to be shown
CENTER[0, 0, 1, 2] = True
X = np.arange(1.0, 17.0).reshape(2, 2, 2, 2)
MASK = np.ones((2, 2, 2, 2), bool)
MASK[0, 0], MASK[1, 1, 0] = False, False  # 10 of 16 are kept
TOL = 1e-5  # an epsilon beside the count does no harm


# What is true of every right answer ------------------------------------------------------------


@law("A centre at (i, j) drops the square that begins there", weight=5, core=True)
def squares(student, case):
    single = np.zeros((2, 2, 4, 5), bool)
    for n, c in ((0, 1), (1, 0)):
        single[n, c, case.integers(0, 4), case.integers(0, 5)] = True
    calls = [(CENTER, 3), (single, 3)]
    case.gives(student.dropblock_mask, [(call, grown(*call)) for call in calls])


@law("Blocks overlap, have even sides too, and are gone at side 1", weight=1.5)
def blocks(student, case):
    centers = ~case.mask((2, 3, 4, 3), 0.3)
    examples = [((centers, block), grown(centers, block)) for block in (1, 2, 4)]
    case.gives(student.dropblock_mask, examples)


@law("The rate of centres makes the expected area right", weight=4)
def rate(student, case):
    p = case.rate()
    examples = [
        ((0.09, 3, 5, 6), 0.01 * 30 / 12),
        ((0.2, 1, 7, 4), 0.2),
        ((p, 2, 6, 9), p / 4 * 54 / 40),
        ((p, 5, 9, 7), p / 25 * 63 / 15),
    ]
    case.gives(student.dropblock_gamma, examples)


@law("What is kept is multiplied by size/kept, counted once for the whole tensor", weight=4)
def scale(student, case):
    x, mask = case.apart(2, 3, 4, 4), case.mask((2, 3, 4, 4), 0.35)
    examples = [((X, MASK), X * MASK * 1.6), ((x, mask), x * mask / mask.mean())]
    case.gives(student.dropblock_apply, examples, tol=TOL)


@law("Everything kept changes nothing, nothing kept gives zeros", weight=1, edge=True)
def ends(student, case):
    examples = [((X, np.ones(X.shape, bool)), X), ((X, np.zeros(X.shape, bool)), np.zeros(X.shape))]
    case.gives(student.dropblock_apply, examples, tol=TOL)


@law("float32 stays float32, and the input stays as it is", weight=1, edge=True)
def form(student, case):
    x = case.frozen(X.astype(np.float32))
    case.form(student.dropblock_apply(x, MASK), x)


# By what a wrong answer is recognised, and what people write instead --------------------------


def dropped_by_one(student, block):
    """Say which entries of which shape one centre drops, or what came of the call."""
    got = tried(student.dropblock_mask(CENTER, block))
    return got if isinstance(got, str) else [np.shape(got), np.argwhere(~np.asarray(got, bool))]


@question("Which entries does one centre drop?")
def square(student, case):
    return dropped_by_one(student, 3)


@question("Which entries does one centre drop, with an even side?")
def even(student, case):
    return dropped_by_one(student, 2)


@question("Does a centre act on other channels?")
def others(student, case):
    centers = np.zeros((1, 2, 3, 4), bool)
    centers[0, 0, 1, 2] = True
    asked = [student.dropblock_mask(each, 3) for each in (centers, np.zeros_like(centers))]
    with_it, without = (np.asarray(answer.value, bool)[0, 1] for answer in asked)
    return not np.array_equal(with_it, without)


@question("What becomes of an entry in two blocks?")
def twice(student, case):
    centers = np.zeros((1, 1, 2, 3), bool)
    centers[0, 0, 0, :2] = True
    return np.argwhere(~np.asarray(student.dropblock_mask(centers, 2).value, bool))


@question("What is the rate of centres?")
def gamma(student, case):
    return rounded(student.dropblock_gamma(0.09, 3, 5, 6))


@question("By what are kept entries multiplied?")
def factor(student, case):
    return values(ratio(student.dropblock_apply(X, MASK), X)[MASK])


@question("By what are dropped entries multiplied?")
def lost(student, case):
    return values(ratio(student.dropblock_apply(X, MASK), X)[~MASK])


@question("What comes out if nothing is kept?", edge=True)
def empty(student, case):
    return finite(student.dropblock_apply(X, np.zeros(X.shape, bool)))


kind, writes = questions_about_arrays(lambda s, x: s.dropblock_apply(x, MASK), X)
