"""Visible laws of chapter 02, Regularisers before dropout.

They use identities, optimality conditions and examples that can be followed by hand; no reference.
"""

from __future__ import annotations

import itertools

import numpy as np

from dropout_course.engine.case import Broken, array_like, kind_of
from dropout_course.engine.laws import law

# 2.1 weight_decay ------------------------------------------------------------------------------


def penalties(student, case, calls):
    """Call l2_loss_grad several times; give a number and an array of each, in turn."""
    for _, got in student.each("l2_loss_grad", calls):
        if not isinstance(got, (tuple, list)) or len(got) != 2:
            raise Broken(f"l2_loss_grad must return (loss, grad), not {kind_of(got)}", kind="type")
        loss, grad = got
        number = isinstance(loss, (float, int, np.floating)) and not isinstance(loss, bool)
        text = f"loss must be one number, not {kind_of(loss)}"
        case.that(number, text, received=loss, kind="type")
        yield float(loss), array_like(grad, what="grad")


def stepped(student, *args, **kwargs):
    """Call adam_step and require three arrays."""
    return three_arrays(student.adam_step(*args, **kwargs))


def steps(student, calls):
    """Call adam_step several times; give three arrays of each, in turn."""
    for _, got in student.each("adam_step", calls):
        yield three_arrays(got)


def three_arrays(got):
    """Require the form of what adam_step returns."""
    if not isinstance(got, (tuple, list)) or len(got) != 3:
        raise Broken(f"adam_step must return (w, m, v), not {kind_of(got)}", kind="type")
    return tuple(array_like(a, what=name) for a, name in zip(got, "wmv", strict=True))


def adam_inputs(case, *shape):
    """Draw weights, a gradient, and means that earlier steps could have left."""
    w, grad, m = (case.normal(*shape) for _ in range(3))
    return w, grad, m, m**2 + case.uniform(*shape, low=0.1, high=1)


@law("weight_decay", "The penalty is λ times the sum of the squares", weight=3)
def penalty_is_right(student, case):
    w = case.normal(3, 4)
    calls = [(np.array([1.0, -2.0]), 0.5), (w, 0.0), (w, 0.3)]
    got = penalties(student, case, calls)
    case.equal(next(got)[0], 2.5, what="0.5 · (1² + 2²)")
    for _, lam in calls[1:]:
        want = lam * sum(float(x) ** 2 for x in w.ravel())
        case.equal(next(got)[0], want, what="λ Σ w²")


@law("weight_decay", "The gradient of the penalty is 2λw", weight=2)
def gradient_is_right(student, case):
    w, lam = case.normal(2, 3), 0.7
    got = penalties(student, case, [(np.array([1.0, -2.0]), 0.5), (w, lam)])
    case.equal(next(got)[1], np.array([1.0, -2.0]), what="grad")
    # the penalty is a parabola, for which a central difference is exact
    want = lam * ((w + 0.5) ** 2 - (w - 0.5) ** 2)
    case.equal(next(got)[1], want, what="grad, by central differences,")


@law("weight_decay", "Without decay it is Adam", weight=2)
def plain_adam(student, case):
    zero = np.zeros(2)
    for decoupled in (True, False):
        # the first step: m̂ = g and v̂ = g², so each weight moves by lr · |g| / (|g| + eps)
        args = (np.array([1.0, 1.0]), np.array([3.0, -1.0]), zero, zero, 1, 0.1, 0.0, decoupled)
        w, _, _ = stepped(student, *args, eps=1.0)
        case.equal(w, np.array([1 - 0.075, 1 + 0.05]), what="w after a first step, eps = 1,")
        # the second step: m = 2, v = 3, corrected by 1 - 0.5² and 1 - 0.75²
        one = np.ones(1)
        args = (np.zeros(1), 3 * one, one, one, 2, 0.1, 0.0, decoupled)
        w, _, _ = stepped(student, *args, betas=(0.5, 0.75), eps=0.0)
        want = -0.1 * (2 / 0.75) / np.sqrt(3 / 0.4375)
        case.equal(w, np.array([want]), what="w after a second step, betas = (0.5, 0.75), eps = 0,")
    # with the usual constants: a constant gradient gives steps of lr / (1 + eps / |g|)
    g = case.normal(4) + np.array([3.0, -3.0, 3.0, -3.0])
    t = case.integers(2, 50)
    m, v = (1 - 0.9 ** (t - 1)) * g, (1 - 0.999 ** (t - 1)) * g**2
    w, _, _ = stepped(student, np.zeros(4), g, m, v, t, 0.1, 0.0, True)
    case.equal(w, -0.1 * g / (np.abs(g) + 1e-8), what="w after many equal gradients")


@law("weight_decay", "AdamW subtracts lr·wd·w beside the step of Adam", weight=3, core=True)
def decay_beside(student, case):
    zero, lr, wd = np.zeros(2), 0.01, 0.3
    calls = [(np.array([1.0, -2.0]), zero, zero, zero, 1, 0.1, 0.5, True)]
    for shape in ((3,), (2, 4)):
        arrays, t = adam_inputs(case, *shape), case.integers(1, 20)
        calls += [(*arrays, t, lr, 0.0, True), (*arrays, t, lr, wd, True)]
    results = steps(student, calls)
    # without a gradient Adam stands still, and only the decay is left
    w, _, _ = next(results)
    case.equal(w, np.array([0.95, -1.9]), what="w after a step without gradient, lr·wd = 0.05,")
    for w, *_ in calls[1::2]:
        plain, got = next(results), next(results)
        case.equal(got[0], plain[0] - lr * wd * w, what="w, which is Adam's minus lr·wd·w,")
        case.equal(got[1:], plain[1:], what="(m, v), which know nothing of the decay,")


@law("weight_decay", "L2 adds wd·w to the gradient before anything else", weight=5)
def decay_inside(student, case):
    # without a gradient, the first step is lr · wd|w| / (wd|w| + eps), towards 0
    zero = np.zeros(2)
    args = (np.array([2.0, -6.0]), zero, zero, zero, 1, 0.1, 0.5, False)
    w, _, _ = stepped(student, *args, eps=1.0)
    case.equal(w, np.array([2 - 0.05, -6 + 0.075]), what="w after a step without gradient")
    w, grad, m, v = adam_inputs(case, 2, 3)
    t, lr, wd = case.integers(1, 20), 0.01, 0.3
    calls = [(w, grad + wd * w, m, v, t, lr, 0.0, False), (w, grad, m, v, t, lr, wd, False)]
    plain, got = steps(student, calls)
    for name, a, b in zip("wmv", got, plain, strict=True):
        case.equal(a, b, what=f"{name}, which is that of Adam with the gradient grad + wd·w,")


@law("weight_decay", "The running means m and v come back, uncorrected", weight=2)
def means_come_back(student, case):
    one = np.ones(2)
    args = (one, np.array([1.0, 2.0]), one, one, 1, 0.1, 0.0, True)
    _, m, v = stepped(student, *args, betas=(0.5, 0.75))
    case.equal(m, np.array([1.0, 1.5]), what="m with beta1 = 0.5")
    case.equal(v, np.array([1.0, 1.75]), what="v with beta2 = 0.75")
    w, grad, m, v = adam_inputs(case, 5)
    got = stepped(student, w, grad, m, v, 3, 0.01, 0.2, True)
    case.equal(got[1], 0.9 * m + 0.1 * grad, what="m")
    case.equal(got[2], 0.999 * v + 0.001 * grad**2, what="v")


@law("weight_decay", "float32 stays float32", weight=1)
def decay_keeps_dtype(student, case):
    w = np.array([1.0, -2.0], np.float32)
    ((_, grad),) = penalties(student, case, [(w, 0.1)])
    case.equal(grad, np.array([0.2, -0.4], np.float32), what="grad")
    calls = [(w, w, w, np.abs(w), 2, 0.1, 0.1, decoupled) for decoupled in (True, False)]
    for arrays in steps(student, calls):
        for got in arrays:
            case.that(
                got.dtype == np.float32,
                f"with float32 arrays all three results are float32, not {got.dtype}",
                kind="dtype",
            )


# 2.2 lasso -------------------------------------------------------------------------------------


def vector(got, d):
    """Require an array of d weights."""
    got = array_like(got, what="w")
    if got.shape != (d,):
        raise Broken(f"w has shape {got.shape}, and it must have shape {(d,)}", kind="shape")
    return got


def vectors(student, name, calls):
    """Call a function of X and y several times; give one weight a column of X, in turn."""
    for (X, *_), got in student.each(name, calls):
        yield vector(got, X.shape[1])


def problem(case, n, d, high=3.0):
    """Draw a well-conditioned regression problem: singular values of X between 1 and `high`."""
    k = min(n, d)
    U, V = (np.linalg.qr(case.normal(size, k))[0] for size in (n, d))
    X = (U * case.uniform(k, low=1, high=high)) @ V.T
    return X, case.normal(n, scale=2)


@law("lasso", "Entries move towards 0 by t, and stop there", weight=3, core=True)
def moves_and_stops(student, case):
    calls = [(np.array([3.0, -1.0, 0.5, -2.0, 0.0]), 1.0)]
    calls += [(case.normal(*shape), t) for shape, t in (((8,), 0.5), ((3, 4), 0.8))]
    answers = student.each("soft_threshold", calls)
    case.equal(next(answers)[1], np.array([2.0, 0.0, 0.0, -1.0, 0.0]))
    for (w, t), got in answers:
        got = array_like(got)
        case.that(got.shape == w.shape, f"the result has shape {got.shape}", kind="shape")
        small = np.abs(w) <= t
        case.that(
            not got[small].any(), "entries with |w| ≤ t must become exactly 0", received=got[small]
        )
        moved = np.where(w > 0, w - got, got - w)[~small]
        case.close(moved, np.full(moved.shape, t), 1e-9, what="how far the others move towards 0")


@law("lasso", "A threshold of 0 changes nothing", weight=1)
def no_threshold(student, case):
    calls = [(np.array([1.0, -2.0, 0.0]), 0.0), (case.normal(2, 3), 0.0)]
    for (w, _), got in student.each("soft_threshold", calls):
        case.equal(got, w)


@law("lasso", "One update from zero", weight=2)
def one_update(student, case):
    # with orthonormal columns the largest singular value is 1, and one step is the solution
    X, y = np.eye(3), np.array([3.0, -1.0, 0.5])
    other = np.array([[2.0, 1.0], [1.0, 2.0]])  # singular values 3 and 1
    examples = [
        ((X, y, 1.0, 0), np.zeros(3), "w after 0 steps"),
        ((X, y, 1.0, 1), np.array([2.0, 0.0, 0.0]), "w after 1 step"),
        ((2 * X, y, 1.0, 1), np.array([1.25, -0.25, 0.0]), "w after 1 step with X = 2·I"),
        ((other, np.array([6.0, 3.0]), 9.0, 1), np.array([6 / 9, 3 / 9]), "w after 1 step"),
    ]
    answers = student.each("lasso_ista", [args for args, _, _ in examples])
    for (_, got), (_, want, what) in zip(answers, examples, strict=True):
        case.equal(got, want, what=what)


@law("lasso", "Every further update is a gradient step and a threshold", weight=3)
def every_update(student, case):
    X, y = problem(case, 7, 4)
    lam, top = 0.8, np.linalg.svd(X, compute_uv=False)[0]
    w = np.zeros(4)
    results = vectors(student, "lasso_ista", [(X, y, lam, steps) for steps in range(1, 6)])
    for number, got in enumerate(results, 1):
        a = w - X.T @ (X @ w - y) / top**2
        want = a - np.clip(a, -lam / top**2, lam / top**2)
        what = f"w after {number} steps, one update on from {number - 1},"
        case.equal(got, want, what=what)
        w = got


@law("lasso", "In the end, zeros stand where the loss pulls with less than λ", weight=2)
def optimal_in_the_end(student, case):
    X, y = problem(case, 8, 5, high=1.4)
    pull = np.abs(X.T @ y).max()
    lam = 0.5 * pull
    got = vectors(student, "lasso_ista", [(X, y, 1.01 * pull, 5), (X, y, lam, 40)])
    case.equal(next(got), np.zeros(5), what="w for λ above the largest |Xᵀy|")
    w = next(got)
    force = X.T @ (y - X @ w)
    case.that(np.abs(force).max() <= lam * (1 + 1e-6), "no weight may be pulled with more than λ")
    on = w != 0
    case.close(force[on], lam * np.sign(w[on]), 1e-6, what="the pull on weights that are not 0")


@law("lasso", "float32 stays float32", weight=1)
def lasso_keeps_dtype(student, case):
    w = np.array([1.5, -0.5, 0.25], np.float32)
    case.equal(student.soft_threshold(w, 0.5), np.array([1.0, 0.0, 0.0], np.float32))
    got = student.lasso_ista(np.eye(3, dtype=np.float32), w, 0.5, 2)
    case.equal(got, np.array([1.0, 0.0, 0.0], np.float32), what="w")


# 2.3 noise_is_ridge ----------------------------------------------------------------------------


@law("noise_is_ridge", "The expected loss has gradient 0", weight=3, core=True)
def gradient_vanishes(student, case):
    # two examples, one input: (1 + 1 + 2σ²) w = 2 + 4
    calls = [(np.array([[1.0], [1.0]]), np.array([2.0, 4.0]), 0.5)]
    calls += [(*problem(case, n, d), sigma2) for n, d, sigma2 in ((6, 3, 0.25), (9, 4, 2.0))]
    answers = student.each("noise_is_ridge", calls)
    case.equal(next(answers)[1], np.array([2.0]), what="w")
    for (X, y, sigma2), got in answers:
        w = vector(got, X.shape[1])
        want = len(X) * sigma2 * w
        case.close(X.T @ (y - X @ w), want, 1e-9, what="Xᵀ(y − Xw), against n·σ²·w,")


@law("noise_is_ridge", "On average over the noise, other weights do worse", weight=2)
def others_do_worse(student, case):
    # noise of ±σ on four entries: sixteen equally likely cases
    X, y, sigma2 = np.array([[1.0, 0.5], [-0.5, 2.0]]), np.array([1.0, 3.0]), 0.25
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=4))).reshape(16, 2, 2)
    noisy = X + sigma2**0.5 * signs

    def average(w):
        return float(np.mean(np.sum((y - noisy @ w) ** 2, axis=1)))

    (w,) = vectors(student, "noise_is_ridge", [(X, y, sigma2)])
    best = average(w)
    for _ in range(6):
        other = w + case.normal(2, scale=0.1)
        case.that(
            average(other) > best,
            "there are weights with a smaller average loss over the noise",
            expected=other,
            received=w,
        )


@law("noise_is_ridge", "Every example counted twice changes nothing", weight=2)
def counted_twice(student, case):
    X, y = problem(case, 5, 3)
    one = np.ones((3, 1))
    calls = [(X, y, 0.4), (np.vstack([X, X]), np.append(y, y), 0.4), (one, one[:, 0], 1.0)]
    answers = student.each("noise_is_ridge", calls)
    once, twice = (vector(next(answers)[1], 3) for _ in range(2))
    case.equal(twice, once, what="w from the same examples twice")
    case.equal(next(answers)[1], np.array([0.5]), what="w")


@law("noise_is_ridge", "Little noise is least squares, a lot is no weight at all", weight=1)
def limits(student, case):
    X, y = problem(case, 6, 3)
    fit = np.linalg.lstsq(X, y, rcond=None)[0]
    results = vectors(student, "noise_is_ridge", [(X, y, 1e-9), (X, y, 1e9)])
    case.close(next(results), fit, 1e-6, what="w, σ² = 1e-9,")
    got = next(results)
    case.that(np.abs(got).max() < 1e-6, "with σ² = 1e9 all weights are nearly 0", received=got)


@law("noise_is_ridge", "With more inputs than examples there is still one answer", weight=1)
def more_inputs(student, case):
    # one example, two inputs: w is a multiple of x, with factor y / (|x|² + σ²)
    got = student.noise_is_ridge(np.array([[3.0, 4.0]]), np.array([13.0]), 1.0)
    case.equal(got, np.array([1.5, 2.0]), what="w")


@law("noise_is_ridge", "float32 stays float32", weight=1)
def ridge_keeps_dtype(student, case):
    X, y = np.eye(2, dtype=np.float32), np.array([3.0, -6.0], np.float32)
    case.equal(student.noise_is_ridge(X, y, 1.0), np.array([1.0, -2.0], np.float32), what="w")


# 2.4 max_norm ----------------------------------------------------------------------------------


def same_shape(got, W):
    """Require an array of the shape of W."""
    got = array_like(got)
    if got.shape != W.shape:
        text = f"the result has shape {got.shape}, and it must have shape {W.shape}"
        raise Broken(text, kind="shape")
    return got


@law("max_norm", "Long rows are shortened to c and keep their direction", weight=3, core=True)
def long_rows(student, case):
    W = case.normal(4, 3)
    lengths = np.sqrt((W * W).sum(axis=1, keepdims=True))
    c = 0.5 * float(lengths.min())
    calls = [(np.array([[3.0, 4.0], [0.0, -2.0]]), 1.0), (W, c)]
    answers = student.each("max_norm", calls)
    case.equal(next(answers)[1], np.array([[0.6, 0.8], [0.0, -1.0]]))
    got = same_shape(next(answers)[1], W)
    case.close(np.sqrt((got * got).sum(axis=1)), np.full(4, c), 1e-9, what="the norms of the rows")
    case.equal(got * lengths, W * c, what="the rows, each times its old norm over c,")


@law("max_norm", "Rows up to c are unchanged, rows of zeros too", weight=2)
def short_rows(student, case):
    W = np.array([[0.3, 0.4], [3.0, 4.0], [0.0, 0.0]])
    answers = student.each("max_norm", [(W, 5.0), (W, 1.0)])
    case.equal(next(answers)[1], W)
    case.equal(next(answers)[1][[0, 2]], W[[0, 2]], what="the two short rows")


@law("max_norm", "Each row has a limit of its own", weight=2)
def row_by_row(student, case):
    W = case.normal(5, 3) * np.array([0.1, 5.0, 0.2, 3.0, 1.0])[:, None]
    calls = [(np.array([[3.0, 4.0, 0.0], [1.0, 0.0, 0.0]]), 2.5), (W, 1.0)]
    calls += [(W[i : i + 1], 1.0) for i in range(5)]
    answers = student.each("max_norm", calls)
    case.equal(next(answers)[1], np.array([[1.5, 2.0, 0.0], [1.0, 0.0, 0.0]]))
    whole = same_shape(next(answers)[1], W)
    for i, ((row, _), got) in enumerate(answers):
        case.equal(same_shape(got, row), whole[i : i + 1], what="one row alone")


@law("max_norm", "Twice is the same as once", weight=1)
def twice_is_once(student, case):
    for W in (np.array([[30.0, 40.0], [0.5, 0.0]]), case.normal(3, 6)):
        once = same_shape(student.max_norm(W, 1.5), W)
        case.that(np.sum(once**2, axis=1).max() <= 1.5**2 * (1 + 1e-9), "a row is longer than c")
        twice = same_shape(student.max_norm(once, 1.5), W)
        case.equal(twice, once, what="the result of a second application")


@law("max_norm", "float32 stays float32", weight=1)
def max_norm_keeps_dtype(student, case):
    W = np.array([[3.0, 4.0], [0.5, 0.0]], np.float32)
    case.equal(student.max_norm(W, 1.0), np.array([[0.6, 0.8], [0.5, 0.0]], np.float32))
