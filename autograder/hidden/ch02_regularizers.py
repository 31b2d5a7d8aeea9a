"""Hidden laws of chapter 02, Regularisers before dropout.

They bear the names of visible laws and repeat them on other shapes, dtypes, memory orders and edge
values, and on random inputs against the reference.
"""

from __future__ import annotations

import numpy as np

from dropout_course.checks.ch02_regularizers import (
    adam_inputs,
    penalty,
    problem,
    stepped,
    vector,
)
from dropout_course.laws import law
from solutions import ch02_regularizers as reference

# 2.1 weight_decay ------------------------------------------------------------------------------


def same_step(student, case, arrays, *rest, tol=None, **kwargs):
    """Require the reference's three arrays."""
    want = reference.adam_step(*arrays, *rest, **kwargs)
    got = stepped(student, *arrays, *rest, **kwargs)
    for name, a, b in zip("wmv", got, want, strict=True):
        case.equal(a, b, tol=tol, what=name)


@law("weight_decay", "The penalty is λ times the sum of the squares", weight=1)
def penalty_is_right(student, case):
    for w in (case.normal(7), case.normal(2, 3, 4), np.zeros(3)):
        lam = float(case.uniform(low=0.1, high=5))
        case.equal(penalty(student, case, w, lam)[0], float(reference.l2_loss_grad(w, lam)[0]))
    w = case.normal(4, 3)
    for given in case.layouts(w):
        case.equal(penalty(student, case, given, 2)[0], float(2 * np.sum(w**2)))


@law("weight_decay", "The gradient of the penalty is 2λw", weight=1)
def gradient_is_right(student, case):
    for w in (case.normal(7), case.normal(2, 3, 4), np.zeros((1, 2))):
        lam = float(case.uniform(low=0.1, high=5))
        case.equal(penalty(student, case, w, lam)[1], 2 * lam * w, what="grad")
    case.equal(penalty(student, case, w, 0)[1], 0 * w, what="grad for λ = 0")


@law("weight_decay", "Without decay it is Adam", weight=2)
def plain_adam(student, case):
    for shape in ((4,), (2, 3, 2)):
        for t in (1, 2, 7, 500):
            lr = float(case.uniform(low=0.01, high=1))
            same_step(student, case, adam_inputs(case, *shape), t, lr, 0.0, t % 2 == 0)
    arrays = adam_inputs(case, 5)
    same_step(student, case, arrays, 3, 0.1, 0.0, True, betas=(0.0, 0.9), eps=0.3)
    zero = np.zeros(3)
    same_step(student, case, (case.normal(3), zero, zero, zero), 1, 0.1, 0.0, True)


@law("weight_decay", "AdamW subtracts lr·wd·w beside the step of Adam", weight=2, core=True)
def decay_beside(student, case):
    for shape in ((6,), (3, 2), (2, 2, 2)):
        lr, wd = float(case.uniform(low=0.05, high=1)), float(case.uniform(low=0.1, high=2))
        same_step(student, case, adam_inputs(case, *shape), case.integers(1, 99), lr, wd, True)
    # the old w, not the new one: lr · wd = 1 forgets where it was
    w, grad, m, v = adam_inputs(case, 4)
    a = stepped(student, w, grad, m, v, 5, 0.5, 2.0, True)[0]
    b = stepped(student, -3 * w, grad, m, v, 5, 0.5, 2.0, True)[0]
    case.equal(a, b, what="w for lr·wd = 1, which does not depend on the old w,")


@law("weight_decay", "L2 adds wd·w to the gradient before anything else", weight=2)
def decay_inside(student, case):
    for shape in ((6,), (3, 2), (2, 2, 2)):
        lr, wd = float(case.uniform(low=0.05, high=1)), float(case.uniform(low=0.1, high=2))
        same_step(student, case, adam_inputs(case, *shape), case.integers(1, 99), lr, wd, False)


@law("weight_decay", "The running means m and v come back, uncorrected", weight=1)
def means_come_back(student, case):
    for decoupled in (True, False):
        arrays = adam_inputs(case, 3, 3)
        same_step(student, case, arrays, 4, 0.1, 0.7, decoupled, betas=(0.8, 0.99))
        # and three steps in a row
        w, _, m, v = arrays
        mine = theirs = (w, 0 * m, 0 * v)
        for t in (1, 2, 3):
            grad = case.normal(3, 3)
            mine = reference.adam_step(mine[0], grad, *mine[1:], t, 0.1, 0.5, decoupled)
            theirs = stepped(student, theirs[0], grad, *theirs[1:], t, 0.1, 0.5, decoupled)
        case.equal(theirs[0], mine[0], tol=1e-8, what="w after three steps")


@law("weight_decay", "float32 stays float32", weight=1)
def decay_keeps_dtype(student, case):
    arrays = tuple(a.astype(np.float32) for a in adam_inputs(case, 4, 2))
    for decoupled in (True, False):
        same_step(student, case, arrays, 3, 0.1, 0.5, decoupled)
    w, grad, m, v = arrays
    for given in case.layouts(w):
        same_step(student, case, (given, grad, m, v), 2, 0.1, 0.5, True)


# 2.2 lasso -------------------------------------------------------------------------------------


@law("lasso", "Entries move towards 0 by t, and stop there", weight=2, core=True)
def moves_and_stops(student, case):
    for shape in ((20,), (3, 5), (2, 3, 2)):
        w, t = case.normal(*shape, scale=2), float(case.uniform(low=0.2, high=2))
        case.equal(student.soft_threshold(w, t), reference.soft_threshold(w, t))
    w = case.normal(3, 4)
    for given in case.layouts(w):
        case.equal(student.soft_threshold(given, 0.5), reference.soft_threshold(w, 0.5))
    case.equal(student.soft_threshold(np.array([5.0, -1e-9, 2.0]), 2), np.array([3.0, 0.0, 0.0]))


@law("lasso", "A threshold of 0 changes nothing", weight=1)
def no_threshold(student, case):
    w = case.normal(6, dtype=np.float32)
    case.equal(student.soft_threshold(w, 0.0), w)


@law("lasso", "One update from zero", weight=1)
def one_update(student, case):
    for n, d in ((5, 3), (3, 6), (1, 4)):
        X, y = problem(case, n, d)
        for steps in (0, 1):
            got = student.lasso_ista(X, y, 0.3, steps)
            case.equal(got, reference.lasso_ista(X, y, 0.3, steps), what=f"w after {steps} steps")


@law("lasso", "Every further update is a gradient step and a threshold", weight=2)
def every_update(student, case):
    for n, d, lam, steps in ((9, 4, 0.5, 3), (4, 9, 1.0, 10), (6, 6, 0.0, 7), (12, 1, 2.0, 2)):
        X, y = problem(case, n, d)
        got = student.lasso_ista(X, y, lam, steps)
        case.equal(got, reference.lasso_ista(X, y, lam, steps), what=f"w after {steps} steps")
    X, y = problem(case, 6, 3)
    for given in case.layouts(X):
        got = student.lasso_ista(given, y, 0.4, 4)
        case.equal(got, reference.lasso_ista(X, y, 0.4, 4), what="w after 4 steps")


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


def same_weights(student, case, X, y, sigma2, tol=None):
    """Require the reference's weights."""
    want = reference.noise_is_ridge(X, y, sigma2)
    got = vector(student, "noise_is_ridge", X.shape[1], X, y, sigma2)
    case.equal(got, want, tol=tol, what="w")


@law("noise_is_ridge", "The expected loss has gradient 0", weight=2, core=True)
def gradient_vanishes(student, case):
    for n, d in ((4, 4), (30, 5), (10, 1), (2, 2)):
        X, y = problem(case, n, d)
        same_weights(student, case, X, y, float(case.uniform(low=0.05, high=3)))
    for given in case.layouts(X):
        same_weights(student, case, given, y, 0.5)


@law("noise_is_ridge", "On average over the noise, other weights do worse", weight=1)
def others_do_worse(student, case):
    X, y = problem(case, 8, 3)
    same_weights(student, case, X, 100 * y, 0.7)
    same_weights(student, case, X, 0 * y, 0.7)
    same_weights(student, case, X, y, 2)


@law("noise_is_ridge", "Every example counted twice changes nothing", weight=1)
def counted_twice(student, case):
    X, y = problem(case, 4, 2)
    for times in (2, 5):
        same_weights(student, case, np.tile(X, (times, 1)), np.tile(y, times), 0.3)


@law("noise_is_ridge", "Little noise is least squares, a lot is no weight at all", weight=1)
def limits(student, case):
    X, y = problem(case, 9, 4)
    for sigma2 in (1e-6, 1e-2, 1e3):
        same_weights(student, case, X, y, sigma2)


@law("noise_is_ridge", "With more inputs than examples there is still one answer", weight=1)
def more_inputs(student, case):
    for n, d in ((3, 7), (1, 5)):
        X, y = problem(case, n, d)
        same_weights(student, case, X, y, 0.4)


@law("noise_is_ridge", "float32 stays float32", weight=1)
def ridge_keeps_dtype(student, case):
    X, y = (a.astype(np.float32) for a in problem(case, 6, 3))
    same_weights(student, case, X, y, 0.5, tol=1e-4)


# 2.4 max_norm ----------------------------------------------------------------------------------


def same_rows(student, case, W, c):
    """Require the reference's matrix."""
    case.equal(student.max_norm(W, c), reference.max_norm(W, c))


@law("max_norm", "Long rows are shortened to c and keep their direction", weight=2, core=True)
def long_rows(student, case):
    for shape in ((3, 3), (2, 9), (8, 1), (1, 4)):
        W = case.normal(*shape, scale=4)
        for c in (0.01, 1, 2.5):
            same_rows(student, case, W, c)
    for given in case.layouts(W):
        same_rows(student, case, given, 0.5)


@law("max_norm", "Rows up to c are unchanged, rows of zeros too", weight=1)
def short_rows(student, case):
    same_rows(student, case, np.zeros((3, 2)), 1.0)
    same_rows(student, case, np.array([[3.0, 4.0], [-6.0, 8.0], [0.0, 5.0]]), 5.0)
    same_rows(student, case, case.normal(4, 4), 100.0)


@law("max_norm", "Each row has a limit of its own", weight=1)
def row_by_row(student, case):
    for shape in ((6, 3), (3, 6), (4, 4)):
        W = case.normal(*shape) * case.uniform(shape[0], 1, low=0.1, high=4)
        same_rows(student, case, W, 1.3)


@law("max_norm", "Twice is the same as once", weight=1)
def twice_is_once(student, case):
    W = reference.max_norm(case.normal(5, 4, scale=3), 2.0)
    same_rows(student, case, W, 2.0)
    same_rows(student, case, W, 1.0)


@law("max_norm", "float32 stays float32", weight=1)
def max_norm_keeps_dtype(student, case):
    for shape in ((3, 4), (7, 2)):
        same_rows(student, case, case.normal(*shape, dtype=np.float32), 0.8)
