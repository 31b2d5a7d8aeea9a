"""8.3 targeted_mask: only what is small may be dropped."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.comparing import Broken
from dropout_course.engine.features import overwrites, value_of, values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch08_weights_and_rates.wrong_targets import mistakes

__all__ = ["mistakes"]

# The smallest of each column: 0.1 and 0.5; 1 and 3. Others by sign, by row, and over all.
WEIGHTS = np.array([[0.1, -1.0], [-6.0, 9.0], [2.0, 3.0], [-0.5, -7.0]])
SPARED = np.array([[False, False], [True, True], [True, False], [False, True]])
# Columns of norm 3, 2.5, 1 and 4. By the sum of sizes the first is smaller than the second, and by
# the size of the sum the last one is.
COLUMNS = np.array([[3.0, -1.5, 0.6, -2.4], [0.0, 2.0, 0.8, 3.2]])
SPARED_COLUMNS = np.tile([True, False, False, True], (2, 1))
# Its middle is a candidate, by whatever is ranked along whichever axis, from below or above.
LADDER, MIDDLE = np.arange(8.0)[:, None] + np.arange(1, 9) / 10, np.s_[2:6, 2:6]

# What is true of every right answer ------------------------------------------------------------


def mask_in(case, answer, shape):
    """Give a mask, in whatever form carries it, at the shape of the weights."""
    got = case.array(answer, what="the mask")
    try:
        return np.broadcast_to(got, shape)
    except ValueError:
        text = f"the mask has shape {got.shape}, and it must have the shape {shape} of W"
        raise Broken(text, received=got, kind="shape") from None


def spared(student, W, gamma, kind):
    """Ask for masks with all draws small and with all draws large: a candidate goes in one."""
    shape = W.shape if kind == "weight" else W.shape[1:]
    draws = np.zeros(shape), np.full(shape, 0.999)
    return [student.targeted_mask(W, gamma, 0.5, u, kind) for u in draws]


def always_kept(case, student, calls):
    """Give what is never dropped, of several ``(W, gamma, kind)``: one after the other."""
    asked = [(call, spared(student, *call)) for call in calls]
    for (W, *_), answers in asked:
        small, large = (mask_in(case, answer, W.shape) > 0 for answer in answers)
        yield small & large


def spare(case, student, examples):
    """Require what is never dropped, of several ``(W, gamma, kind)``."""
    found = always_kept(case, student, [call for call, _ in examples])
    for got, (_, want) in zip(found, examples, strict=True):
        case.equal(got, want, what="what is kept whatever u is")


def require_counts(case, student, calls):
    """Require how many candidates there are, whichever they are."""
    for kept, (W, gamma, kind) in zip(always_kept(case, student, calls), calls, strict=True):
        if kind == "weight":
            want = np.full(W.shape[1], int(gamma * len(W)))
            case.equal((~kept).sum(axis=0), want, what="the number of candidates in each column")
        else:
            got = int((~kept).any(axis=0).sum())
            case.equal(got, int(gamma * W.shape[1]), what="the number of candidate columns")


def smallest(sizes, count):
    """Say which of some sizes are the `count` smallest."""
    order = sorted(range(len(sizes)), key=lambda i: sizes[i])
    return np.isin(np.arange(len(sizes)), order[:count])


@law("'weight': candidates are the smallest of each column", weight=4, core=True)
def weights(student, case):
    random = case.apart(8, 5) * 4.0 ** np.arange(5)  # columns of different size
    want = ~np.array([smallest(np.abs(column), 4) for column in random.T]).T
    spare(case, student, [((WEIGHTS, 0.5, "weight"), SPARED), ((random, 0.5, "weight"), want)])


@law("'unit': candidates are the columns of smallest norm", weight=3)
def units(student, case):
    random = case.apart(3, 8)
    want = np.tile(~smallest((random**2).sum(axis=0), 2), (3, 1))
    spare(
        case,
        student,
        [((COLUMNS, 0.5, "unit"), SPARED_COLUMNS), ((random, 0.25, "unit"), want)],
    )


def around(case, alpha):
    """Draw numbers, in the middle some on either side of alpha."""
    u = case.uniform(8, 8)
    u[2:4], u[4:6] = alpha * u[2:4], alpha + (1 - alpha) * u[4:6]
    return u


@law("A candidate is dropped where u < alpha", weight=3)
def draws(student, case):
    alpha = case.rate()
    u = around(case, alpha)
    answer = student.targeted_mask(LADDER, 0.75, alpha, u, "weight")
    kept = mask_in(case, answer, (8, 8))[MIDDLE]
    case.equal(kept, u[MIDDLE] >= alpha, what="the mask of candidates")


@law("The number of candidates is cut off, not rounded", weight=1, edge=True)
def count(student, case):
    # gamma times 4 is 2.8: two candidates.
    require_counts(case, student, [(WEIGHTS, 0.7, "weight"), (COLUMNS, 0.7, "unit")])


@law("No candidates, no dropping; all candidates, all may go", weight=1, edge=True)
def ends(student, case):
    everything, nothing = np.ones((4, 2), bool), np.zeros((4, 2), bool)
    spare(
        case,
        student,
        [((WEIGHTS, 0.0, "weight"), everything), ((WEIGHTS, 1.0, "weight"), nothing)],
    )


@law("The mask is boolean, and W is not written to", weight=1, edge=True)
def form(student, case):
    frozen, none = case.frozen(WEIGHTS), np.zeros((4, 2))
    answers = [
        student.targeted_mask(frozen, 0.5, 0.5, none, "weight"),
        student.targeted_mask(frozen, 0.5, 0.5, np.zeros(2), "unit"),
    ]
    for answer in answers:
        kind = getattr(answer.value, "dtype", type(answer.value).__name__)
        case.that(
            kind == np.dtype(bool), f"the mask has dtype {kind}, and it must be bool", kind="dtype"
        )


# By what a wrong answer is recognised ----------------------------------------------------------


def kept_always(student, W, gamma, kind):
    """Give what is kept with small and with large draws, whatever the size of the entries."""
    masks = [np.asarray(value_of(answer)) > 0 for answer in spared(student, W, gamma, kind)]
    return np.broadcast_to(masks[0] & masks[1], W.shape)


@question("Which weights are candidates?")
def candidates(student, case):
    return kept_always(student, WEIGHTS, 0.5, "weight")


@question("Which columns are candidates?")
def columns(student, case):
    return kept_always(student, COLUMNS, 0.5, "unit")


@question("Which candidates are dropped?")
def drawn(student, case):
    u = around(case, 0.3)
    got = value_of(student.targeted_mask(LADDER, 0.75, 0.3, u, "weight"))
    return (np.asarray(got) > 0)[MIDDLE]


@question("What stands in the mask?")
def entries(student, case):
    got = student.targeted_mask(LADDER, 0.75, 0.3, around(case, 0.3), "weight")
    return values(np.asarray(value_of(got)) * 1.0)


@question("Which weights are candidates where gamma times n is 2.8?", edge=True)
def counted(student, case):
    return kept_always(student, WEIGHTS, 0.7, "weight")


@question("What happens when all are candidates?", edge=True)
def all_of_them(student, case):
    return kept_always(student, WEIGHTS, 1.0, "weight")


@question("Which dtype has the mask?", edge=True)
def boolean(student, case):
    got = value_of(student.targeted_mask(WEIGHTS, 0.5, 0.5, np.zeros((4, 2)), "weight"))
    return getattr(got, "dtype", None) == np.dtype(bool)


@question("Does it write to its input?", edge=True)
def writes(student, case):
    frozen, none = case.frozen(WEIGHTS), np.zeros((4, 2))
    return overwrites(lambda: student.targeted_mask(frozen, 0.5, 0.5, none, "weight"))
