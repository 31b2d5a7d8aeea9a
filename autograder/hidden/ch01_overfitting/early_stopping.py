"""Hidden laws of 1.4 early_stopping."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch01_overfitting import early_stopping as visible
from dropout_course.exercises.ch01_overfitting.early_stopping import stopped
from solutions.ch01_overfitting import early_stopping


def same_epochs(student, case, curves):
    """Require the reference's epochs for several (val, patience)."""
    calls = [(case.normal(len(val)), val, patience) for val, patience in curves]
    for call, answer in [(call, student.early_stopping(*call)) for call in calls]:
        want = early_stopping(*call)
        expected, got = (want["best_epoch"], want["stop_epoch"]), stopped(case, answer)[:2]
        text = "(best_epoch, stop_epoch) is wrong"
        case.that(got == expected, text, expected=expected, received=got)


def noisy(case, length):
    """Draw a curve that falls, rises again, and is noisy throughout."""
    t = np.linspace(0, 3, length)
    return np.exp(-2 * t) + 0.1 * t + 0.05 * case.normal(length)


@visible.waits_and_goes_back.elsewhere(weight=2)
def waits_and_goes_back(student, case):
    # One minimum each, and no tie: what else may be wrong is judged by other laws.
    curves = []
    for patience in (1, 2, 3, 5, 8):
        fall = case.integers(2, 9)
        val = np.abs(np.arange(24.0) - fall) + 0.1 * case.uniform(24)
        curves.append((val, patience))
    curves += [(given, 3) for given in case.layouts(curves[0][0])]
    curves += [(curves[1][0].astype(np.float32), 2), (case.frozen(curves[2][0]), 4)]
    same_epochs(student, case, curves)


@visible.runs_to_the_end.elsewhere(weight=1)
def runs_to_the_end(student, case):
    curves = []
    for length, patience in ((1, 5), (2, 2), (7, 7), (5, 100)):
        rising = np.arange(0.0, length)
        curves += [(val, patience) for val in (case.normal(length), length - rising, rising)]
    same_epochs(student, case, curves)


@visible.compared_with_the_best.elsewhere(weight=1.5)
def compared_with_the_best(student, case):
    val = np.array([1.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0])
    noise = []
    for patience in (2, 3, 5):  # cut where training stops: what comes after is another law's
        curve = noisy(case, 60)
        stop = early_stopping(curve, curve, patience)["stop_epoch"]
        noise.append((curve[: stop + 1], patience))
    same_epochs(student, case, [*((val, patience) for patience in (2, 4, 6, 7)), *noise])


@visible.ties.elsewhere(weight=1)
def ties(student, case):
    curves = [(np.array([-1.0, -2.0, -2.0, -2.0, -1.5]), n) for n in (2, 3)]
    curves.append((np.array([3.0, 2.0, 2.0, 2.0, 2.5, 2.0, 2.2]), 4))
    same_epochs(student, case, curves)


@visible.blind_after_the_stop.elsewhere(weight=1)
def blind_after_the_stop(student, case):
    curves = []
    for patience in (2, 4):
        val = np.concatenate([-np.arange(6.0), np.full(patience, 3.0), [-9.0, -8.0]])
        curves.append((val, patience))
    same_epochs(student, case, curves)


@visible.not_a_number.elsewhere(weight=1)
def not_a_number(student, case):
    curves = []
    for patience in (1, 3, 5):
        val = -np.arange(20.0)
        val[[3, 7, 8, 12, 13, 14, 15, 16]] = np.nan
        curves.append((val, patience))
    same_epochs(student, case, curves)


@visible.gap_at_the_best.elsewhere(weight=1)
def gap_at_the_best(student, case):
    for dtype in (np.float32, np.float64):
        val = np.abs(np.arange(15.0) - case.integers(2, 8)).astype(dtype)
        train = (val + case.apart(15)).astype(dtype)
        train[0] = train.min() - 1  # a minimum of its own
        got = stopped(case, student.early_stopping(train, val, 3))[2]
        tol = 1e-5 if dtype == np.float32 else None
        case.equal(got, early_stopping(train, val, 3)["gap"], tol=tol, what="the gap")
