"""1.4 early_stopping: where to stop, and which epoch to go back to."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.features import rounded, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question

KEYS = {"best_epoch", "stop_epoch", "gap"}

# What is true of every right answer ------------------------------------------------------------


def stopped(case, answer):
    """Require a dict with the three keys, whole numbers for the epochs; give its values."""
    got = answer.value
    text = "the result must be a dict with best_epoch, stop_epoch, gap"
    case.that(isinstance(got, dict) and set(got) == KEYS, text, kind="type")
    whole = [float(case.array(got[key], (), what=key)) for key in ("best_epoch", "stop_epoch")]
    for key, value in zip(("best_epoch", "stop_epoch"), whole, strict=True):
        case.that(value == int(value), f"{key} must be an int", received=got[key], kind="type")
    return int(whole[0]), int(whole[1]), float(case.array(got["gap"], (), what="gap"))


def epochs(student, case, *examples):
    """Require both epochs of several examples: (val, patience, (best_epoch, stop_epoch))."""
    asked = [student.early_stopping(np.zeros(len(v)), np.array(v), n) for v, n, _ in examples]
    for (val, patience, want), answer in zip(examples, asked, strict=True):
        both = stopped(case, answer)[:2]
        case.that(
            both == want,
            f"with val = {val} and patience = {patience}, (best_epoch, stop_epoch) is wrong",
            expected=want,
            received=both,
        )


@law("It waits `patience` epochs, then goes back to the best", weight=3, core=True)
def waits_and_goes_back(student, case):
    wait, fall = case.integers(1, 4), case.integers(1, 6)
    val = [float(v) for v in [*range(fall, 0, -1), 0, *range(1, 8)]]
    epochs(
        student,
        case,
        ([3.0, 2.0, 4.0, 5.0, 6.0], 2, (1, 3)),
        ([3.0, 2.0, 4.0, 5.0, 6.0], 1, (1, 2)),
        ([5.0, 4.0, 6.0, 3.0, 7.0, 8.0, 9.0], 2, (3, 5)),
        (val, wait, (fall, fall + wait)),
    )


@law("Without a stop it runs to the last epoch", weight=1.5)
def runs_to_the_end(student, case):
    epochs(
        student,
        case,
        ([4.0, 3.0, 2.0, 1.0], 1, (3, 3)),
        ([4.0, 3.0, 5.0, 6.0], 3, (1, 3)),
        ([1.0], 1, (0, 0)),
        ([1.0, 2.0, 3.0], 2, (0, 2)),
    )


@law("An epoch is compared with the best so far, not the one before", weight=2)
def compared_with_the_best(student, case):
    falls_again, from_peak = [5.0, 1.0, 4.0, 3.0, 2.0, 1.5], [2.0, 5.0, 4.0, 3.0, 2.5]
    epochs(student, case, (falls_again, 3, (1, 4)), (from_peak, 3, (0, 3)))


@law("A tie is no improvement, and the first of equals is the best", weight=1.5)
def ties(student, case):
    epochs(
        student,
        case,
        ([2.0, 1.0, 1.0, 1.0, 1.5], 2, (1, 3)),
        ([2.0, 1.0, 3.0, 1.0, 4.0], 3, (1, 4)),
        ([7.0] * 6, 4, (0, 4)),
    )


@law("What comes after the stop is never seen", weight=2)
def blind_after_the_stop(student, case):
    val, laters = [4.0, 3.0, 5.0, 5.0, 5.0], ([0.0, -1.0], [9.0, 9.0], [-5.0])
    examples = [([*val, *later], 3, (1, 4)) for later in laters]
    epochs(student, case, ([3.0, 2.0, 4.0, 4.0, 0.0, 1.0], 2, (1, 3)), *examples)


@law("NaN is never an improvement", weight=1.5, edge=True)
def not_a_number(student, case):
    nan = float("nan")
    examples = (
        ([3.0, nan, 2.0, nan, nan, 2.5], 2, (2, 4)),
        ([3.0, 1.0, nan, 2.0, 0.5], 3, (4, 4)),
        ([3.0, nan, nan, nan], 3, (0, 3)),
    )
    epochs(student, case, *examples)


@law("The gap is validation minus training, at the best epoch", weight=2)
def gap_at_the_best(student, case):
    # Either curve alone, and any other epoch than 1, gives another gap.
    val = np.array([3.0, 2.0, 4.0, 5.0])
    trains = [[3.5, 1.0, 0.5, 0.25], [9.0, 5.0, 1.5, 0.0], [0.0, 1.5, 2.0, 3.5]]
    asked = [student.early_stopping(np.array(train), val, 2) for train in trains]
    for train, answer in zip(trains, asked, strict=True):
        case.equal(stopped(case, answer)[2], 2.0 - train[1], what="the gap")


# By what a wrong answer is recognised ----------------------------------------------------------


def found(student, key, val, patience, train=None):
    """Give one value of the result for a curve."""
    train = np.linspace(1, 0, len(val)) if train is None else train
    return rounded(value_of(student.early_stopping(train, np.array(val), patience))[key])


PLAIN = [5.0, 4.0, 3.0, 4.5, 5.5, 6.5, 7.5]
UPS = [4.0, 5.0, 3.0, 6.0, 2.0, 7.0, 8.0, 9.0, 10.0]


@question("When does it stop after a single minimum?")
def stop(student, case):
    return [found(student, "stop_epoch", PLAIN, patience) for patience in (2, 3)]


@question("Which epoch is the best then?")
def best(student, case):
    return [found(student, "best_epoch", PLAIN, patience) for patience in (2, 3)]


@question("When does it stop on the way down from a peak?")
def previous(student, case):
    return found(student, "stop_epoch", [2.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0], 3)


@question("When does it stop on a curve with ups and downs?")
def reset(student, case):
    return found(student, "stop_epoch", UPS, 3)


@question("Does it see what comes after the stop?")
def future(student, case):
    curves = [[3.0, 2.0, 4.0, 5.0, later, later] for later in (0.5, 9.0)]
    return [found(student, "best_epoch", val, 2) for val in curves]


@question("What does it make of ties?")
def tie(student, case):
    val = [3.0, 1.0, 1.0, 1.0, 2.0, 2.5, 2.6]
    return [found(student, key, val, 2) for key in ("best_epoch", "stop_epoch")]


@question("What is the gap?")
def gap(student, case):
    return found(student, "gap", PLAIN, 2, np.array([4.0, 3.25, 2.125, 1.5, 1.0, 0.75, 0.25]))


@question("What does it make of NaN?", edge=True)
def nan(student, case):
    val = [2.0, float("nan"), 1.0, float("nan"), float("nan"), float("nan"), 3.0]
    return [found(student, key, val, 3) for key in ("best_epoch", "stop_epoch")]


# What people write instead ---------------------------------------------------------------------


def stopping(
    better=lambda val, epoch, best: val[epoch] < val[best],
    waits=lambda waited, improved: 0 if improved else waited + 1,
    limit=lambda patience: patience,
    returned=lambda val, best, stop: best,
    gap=lambda train, val, best, stop: val[best] - train[best],
):
    """Count epochs without improvement; each mistake changes one detail."""

    def early_stopping(train_curve, val_curve, patience):
        best = waited = stop = 0
        for stop in range(1, len(val_curve)):
            improved = better(val_curve, stop, best)
            if val_curve[stop] < val_curve[best] or (improved and better is ties_improve):
                best = stop
            waited = waits(waited, improved)
            if waited >= limit(patience):
                break
        best = int(returned(val_curve, best, stop))
        distance = float(gap(train_curve, val_curve, best, stop))
        return {"best_epoch": best, "stop_epoch": stop, "gap": distance}

    return early_stopping


def ties_improve(val, epoch, best):
    return val[epoch] <= val[best]


mistakes = Mistakes(early_stopping=stopping)
mistakes.row(
    "sees-the-future",
    "Looked into the future",
    "The best epoch is searched in the whole curve; the epochs after the stop are never trained.",
    returned=lambda val, best, stop: np.nanargmin(val),
)
mistakes.row(
    "one-epoch-too-patient",
    "One epoch too patient",
    "Training ends with the epoch that completes the run of `patience` epochs without "
    "improvement, not one epoch later.",
    limit=lambda patience: patience + 1,
)
mistakes.row(
    "one-epoch-too-early",
    "One epoch too early",
    "The best epoch itself is counted among the epochs to wait; the run of `patience` epochs "
    "begins after it.",
    limit=lambda patience: max(patience - 1, 1),
)
mistakes.row(
    "never-stops",
    "Never stops",
    "Training goes on to the last epoch; it ends with the epoch that completes a run of "
    "`patience` epochs without improvement.",
    limit=lambda patience: math.inf,
)
mistakes.row(
    "compared-with-previous",
    "Compared with the epoch before",
    "An epoch that is better than the one before, and worse than the best, is no "
    "improvement; the count must go on.",
    better=lambda val, epoch, best: val[epoch] < val[epoch - 1],
)
mistakes.row(
    "tie-improves",
    "A tie taken for an improvement",
    "An equal value is no improvement: use a strict comparison, and keep the first of equals.",
    better=ties_improve,
)
mistakes.row(
    "count-never-reset",
    "Count never reset",
    "The count of epochs without improvement starts again at every improvement; here it adds "
    "up over the whole run.",
    waits=lambda waited, improved: waited + (not improved),
)
mistakes.row(
    "returned-the-last",
    "Returned the last weights",
    "best_epoch is the epoch with the lowest validation value so far; here it is the epoch "
    "at which training stops.",
    returned=lambda val, best, stop: stop,
)
mistakes.row(
    "nan-for-minimum",
    "NaN taken for the minimum",
    "np.argmin gives the position of a NaN where there is one; NaN is never an improvement.",
    returned=lambda val, best, stop: np.argmin(val[: stop + 1]),
)
mistakes.row(
    "gap-reversed",
    "Gap with the wrong sign",
    "The gap is validation minus training, so that it is positive where the validation value "
    "is the worse one.",
    gap=lambda train, val, best, stop: train[best] - val[best],
)
mistakes.row(
    "gap-at-the-stop",
    "Gap at the wrong epoch",
    "The gap is that of the best epoch, whose weights are kept; here it is that of the stop.",
    gap=lambda train, val, best, stop: val[stop] - train[stop],
)
mistakes.row(
    "gap-of-minima",
    "Gap between two minima",
    "The gap compares both curves at one epoch, the best; here each curve has its own.",
    gap=lambda train, val, best, stop: val[best] - min(train[: stop + 1]),
)


@mistakes.whole(
    "counted-from-one",
    "Counted from 1",
    "Epochs count from 0, as the entries of an array do; yours are one too high.",
)
def from_one(train_curve, val_curve, patience):
    found = stopping()(train_curve, val_curve, patience)
    return {**found, "best_epoch": found["best_epoch"] + 1, "stop_epoch": found["stop_epoch"] + 1}


@mistakes.whole(
    "largest-for-best",
    "Largest taken for the best",
    "The curves hold losses or errors, so smaller is better; you look for the largest value.",
)
def largest(train_curve, val_curve, patience):
    found = stopping()(-train_curve, -val_curve, patience)
    return {**found, "gap": -found["gap"]}
