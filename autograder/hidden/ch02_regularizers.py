"""Hidden laws of chapter 02, Regularisers before dropout.

They bear the names of visible laws and repeat them on other shapes, dtypes, memory orders and edge
values, and on random inputs against the reference.
"""

from __future__ import annotations

import numpy as np

from dropout_course.checks.ch02_regularizers import (
    adam_inputs,
    penalties,
    problem,
    stepped,
    steps,
    three_arrays,
    vectors,
)
from dropout_course.engine.laws import law
from solutions import ch02_regularizers as reference

# 2.1 weight_decay ------------------------------------------------------------------------------


def same_steps(student, case, calls):
    """Require the reference's three arrays."""
    for args, got in student.each("adam_step", calls):
        is_step(case, got, reference.adam_step(*args))


def is_step(case, got, want):
    """Compare three arrays."""
    for name, a, b in zip("wmv", three_arrays(got), want, strict=True):
        case.equal(a, b, what=name)


@law("weight_decay", "The penalty is λ times the sum of the squares", weight=1)
def penalty_is_right(student, case):
    some = (case.normal(7), case.normal(2, 3, 4), np.zeros(3))
    calls = [(w, float(case.uniform(low=0.1, high=5))) for w in some]
    calls += [(given, 2) for given in case.layouts(case.normal(4, 3))]
    for args, (loss, _) in zip(calls, penalties(student, case, calls), strict=True):
        case.equal(loss, float(reference.l2_loss_grad(*args)[0]))


@law("weight_decay", "The gradient of the penalty is 2λw", weight=1)
def gradient_is_right(student, case):
    some = (case.normal(7), case.normal(2, 3, 4), np.zeros((1, 2)))
    calls = [(w, float(case.uniform(low=0.1, high=5))) for w in some]
    got = penalties(student, case, [*calls, (some[-1], 0)])
    for w, lam in calls:
        case.equal(next(got)[1], 2 * lam * w, what="grad")
    case.equal(next(got)[1], 0 * some[-1], what="grad for λ = 0")


@law("weight_decay", "Without decay it is Adam", weight=2)
def plain_adam(student, case):
    calls = []
    for shape in ((4,), (2, 3, 2)):
        for t in (1, 2, 7, 500):
            lr = float(case.uniform(low=0.01, high=1))
            calls.append((*adam_inputs(case, *shape), t, lr, 0.0, t % 2 == 0))
    same_steps(student, case, calls)
    args, other = (*adam_inputs(case, 5), 3, 0.1, 0.0, True), {"betas": (0.0, 0.9), "eps": 0.3}
    is_step(case, student.adam_step(*args, **other), reference.adam_step(*args, **other))
    zero = np.zeros(3)
    same_steps(student, case, [(case.normal(3), zero, zero, zero, 1, 0.1, 0.0, True)])


def decayed(case, decoupled):
    """Draw a step with decay for each of three shapes: the arguments of adam_step."""
    for shape in ((6,), (3, 2), (2, 2, 2)):
        lr, wd = float(case.uniform(low=0.05, high=1)), float(case.uniform(low=0.1, high=2))
        yield (*adam_inputs(case, *shape), case.integers(1, 99), lr, wd, decoupled)


@law("weight_decay", "AdamW subtracts lr·wd·w beside the step of Adam", weight=2, core=True)
def decay_beside(student, case):
    same_steps(student, case, decayed(case, True))
    # the old w, not the new one: lr · wd = 1 forgets where it was
    w, *rest = adam_inputs(case, 4)
    a, b = steps(student, [(start, *rest, 5, 0.5, 2.0, True) for start in (w, -3 * w)])
    case.equal(a[0], b[0], what="w for lr·wd = 1, which does not depend on the old w,")


@law("weight_decay", "L2 adds wd·w to the gradient before anything else", weight=3)
def decay_inside(student, case):
    same_steps(student, case, decayed(case, False))


@law("weight_decay", "The running means m and v come back, uncorrected", weight=1)
def means_come_back(student, case):
    for decoupled in (True, False):
        w, grad, m, v = adam_inputs(case, 3, 3)
        args, other = (w, grad, m, v, 4, 0.1, 0.7, decoupled), {"betas": (0.8, 0.99)}
        is_step(case, student.adam_step(*args, **other), reference.adam_step(*args, **other))
        # and three steps in a row
        mine = theirs = (w, 0 * m, 0 * v)
        for t in (1, 2, 3):
            grad = case.normal(3, 3)
            mine = reference.adam_step(mine[0], grad, *mine[1:], t, 0.1, 0.5, decoupled)
            theirs = stepped(student, theirs[0], grad, *theirs[1:], t, 0.1, 0.5, decoupled)
        case.equal(theirs[0], mine[0], tol=1e-8, what="w after three steps")


@law("weight_decay", "float32 stays float32", weight=1)
def decay_keeps_dtype(student, case):
    w, *rest = (a.astype(np.float32) for a in adam_inputs(case, 4, 2))
    calls = [(w, *rest, 3, 0.1, 0.5, decoupled) for decoupled in (True, False)]
    calls += [(given, *rest, 2, 0.1, 0.5, True) for given in case.layouts(w)]
    same_steps(student, case, calls)


# 2.2 lasso -------------------------------------------------------------------------------------


def same_thresholds(student, case, calls):
    """Require the reference's arrays."""
    for args, got in student.each("soft_threshold", calls):
        case.equal(got, reference.soft_threshold(*args))


def same_iterates(student, case, calls):
    """Require the reference's weights after a given number of steps."""
    for args, got in student.each("lasso_ista", calls):
        case.equal(got, reference.lasso_ista(*args), what=f"w after {args[3]} steps")


@law("lasso", "Entries move towards 0 by t, and stop there", weight=2, core=True)
def moves_and_stops(student, case):
    calls = []
    for shape in ((20,), (3, 5), (2, 3, 2)):
        calls.append((case.normal(*shape, scale=2), float(case.uniform(low=0.2, high=2))))
    calls += [(given, 0.5) for given in case.layouts(case.normal(3, 4))]
    same_thresholds(student, case, [*calls, (np.array([5.0, -1e-9, 2.0]), 2)])


@law("lasso", "A threshold of 0 changes nothing", weight=1)
def no_threshold(student, case):
    w = case.normal(6, dtype=np.float32)
    case.equal(student.soft_threshold(w, 0.0), w)


@law("lasso", "One update from zero", weight=1)
def one_update(student, case):
    problems = [problem(case, n, d) for n, d in ((5, 3), (3, 6), (1, 4))]
    calls = [(X, y, 0.3, steps) for X, y in problems for steps in (0, 1)]
    same_iterates(student, case, calls)


@law("lasso", "Every further update is a gradient step and a threshold", weight=2)
def every_update(student, case):
    sizes = ((9, 4, 0.5, 3), (4, 9, 1.0, 10), (6, 6, 0.0, 7), (12, 1, 2.0, 2))
    calls = [(*problem(case, n, d), lam, steps) for n, d, lam, steps in sizes]
    X, y = problem(case, 6, 3)
    calls += [(given, y, 0.4, 4) for given in case.layouts(X)]
    same_iterates(student, case, calls)


@law("lasso", "In the end, zeros stand where the loss pulls with less than λ", weight=2)
def optimal_in_the_end(student, case):
    X, y = problem(case, 5, 8)
    lam = 0.4 * float(np.abs(X.T @ y).max())
    want, got = (f(X, y, lam, 150) for f in (reference.lasso_ista, student.lasso_ista))
    case.equal(got, want, tol=1e-7, what="w after 150 steps")
    case.that(
        np.array_equal(got == 0, want == 0), "the exact zeros stand in the wrong places",
        expected=want == 0, received=got == 0,
    )  # fmt: skip


@law("lasso", "float32 stays float32", weight=1)
def lasso_keeps_dtype(student, case):
    X, y = (a.astype(np.float32) for a in problem(case, 7, 3))
    got = student.lasso_ista(X, y, 0.5, 5)
    case.equal(got, reference.lasso_ista(X, y, 0.5, 5), what="w after 5 steps")


# 2.3 noise_is_ridge ----------------------------------------------------------------------------


def same_weights(student, case, calls, tol=None):
    """Require the reference's weights."""
    for args, got in zip(calls, vectors(student, "noise_is_ridge", calls), strict=True):
        case.equal(got, reference.noise_is_ridge(*args), tol=tol, what="w")


@law("noise_is_ridge", "The expected loss has gradient 0", weight=2, core=True)
def gradient_vanishes(student, case):
    calls = []
    for n, d in ((4, 4), (30, 5), (10, 1), (2, 2)):
        X, y = problem(case, n, d)
        calls.append((X, y, float(case.uniform(low=0.05, high=3))))
    same_weights(student, case, calls + [(given, y, 0.5) for given in case.layouts(X)])


@law("noise_is_ridge", "On average over the noise, other weights do worse", weight=1)
def others_do_worse(student, case):
    X, y = problem(case, 8, 3)
    same_weights(student, case, [(X, 100 * y, 0.7), (X, 0 * y, 0.7), (X, y, 2)])


@law("noise_is_ridge", "Every example counted twice changes nothing", weight=1)
def counted_twice(student, case):
    X, y = problem(case, 4, 2)
    calls = [(np.tile(X, (times, 1)), np.tile(y, times), 0.3) for times in (2, 5)]
    same_weights(student, case, calls)


@law("noise_is_ridge", "Little noise is least squares, a lot is no weight at all", weight=1)
def limits(student, case):
    X, y = problem(case, 9, 4)
    same_weights(student, case, [(X, y, sigma2) for sigma2 in (1e-6, 1e-2, 1e3)])


@law("noise_is_ridge", "With more inputs than examples there is still one answer", weight=1)
def more_inputs(student, case):
    same_weights(student, case, [(*problem(case, n, d), 0.4) for n, d in ((3, 7), (1, 5))])


@law("noise_is_ridge", "float32 stays float32", weight=1)
def ridge_keeps_dtype(student, case):
    X, y = (a.astype(np.float32) for a in problem(case, 6, 3))
    same_weights(student, case, [(X, y, 0.5)], tol=1e-4)


# 2.4 max_norm ----------------------------------------------------------------------------------


def same_rows(student, case, calls):
    """Require the reference's matrices."""
    for args, got in student.each("max_norm", calls):
        case.equal(got, reference.max_norm(*args))


@law("max_norm", "Long rows are shortened to c and keep their direction", weight=2, core=True)
def long_rows(student, case):
    some = [case.normal(*shape, scale=4) for shape in ((3, 3), (2, 9), (8, 1), (1, 4))]
    calls = [(W, c) for W in some for c in (0.01, 1, 2.5)]
    same_rows(student, case, calls + [(given, 0.5) for given in case.layouts(some[-1])])


@law("max_norm", "Rows up to c are unchanged, rows of zeros too", weight=1)
def short_rows(student, case):
    calls = [
        (np.zeros((3, 2)), 1.0),
        (np.array([[3.0, 4.0], [-6.0, 8.0], [0.0, 5.0]]), 5.0),
        (case.normal(4, 4), 100.0),
    ]
    same_rows(student, case, calls)


@law("max_norm", "Each row has a limit of its own", weight=1)
def row_by_row(student, case):
    calls = []
    for shape in ((6, 3), (3, 6), (4, 4)):
        calls.append((case.normal(*shape) * case.uniform(shape[0], 1, low=0.1, high=4), 1.3))
    same_rows(student, case, calls)


@law("max_norm", "Twice is the same as once", weight=1)
def twice_is_once(student, case):
    W = reference.max_norm(case.normal(5, 4, scale=3), 2.0)
    same_rows(student, case, [(W, 2.0), (W, 1.0)])


@law("max_norm", "float32 stays float32", weight=1)
def max_norm_keeps_dtype(student, case):
    calls = [(case.normal(*shape, dtype=np.float32), 0.8) for shape in ((3, 4), (7, 2))]
    same_rows(student, case, calls)
