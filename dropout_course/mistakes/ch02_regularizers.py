"""Known mistakes of chapter 02, Regularisers before dropout: wrong answers that run."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.laws import mistake, probe

# 2.1 weight_decay ------------------------------------------------------------------------------


@mistake(
    "M200",
    "weight_decay",
    replaces="l2_loss_grad",
    title="The factor 2 lost",
    says="The derivative of w² is 2w, so the gradient of λΣw² is 2λw, not λw.",
)
def factor_two_lost(w, lam):
    return lam * np.sum(w * w), lam * w


@mistake(
    "M201",
    "weight_decay",
    replaces="l2_loss_grad",
    title="Half a penalty",
    says="This is the penalty ½λΣw², a common convention; here it is λΣw², without the ½.",
)
def half_penalty(w, lam):
    return 0.5 * lam * np.sum(w * w), lam * w


@mistake(
    "M202",
    "weight_decay",
    replaces="l2_loss_grad",
    title="Mean instead of sum",
    says="The penalty is the sum of the squares; a mean makes it weaker the more weights there "
    "are.",
)
def mean_of_squares(w, lam):
    return lam * np.mean(w * w), 2 * lam * w / w.size


def _adam(w, g, m, v, t, lr, betas, eps):
    """Textbook Adam with the gradient g: the step, and the new means."""
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g**2
    step = lr * (m / (1 - betas[0] ** t)) / (np.sqrt(v / (1 - betas[1] ** t)) + eps)
    return step, m, v


@mistake(
    "M204",
    "weight_decay",
    replaces="adam_step",
    title="Decay without learning rate",
    says="Decoupled decay subtracts lr·wd·w: the learning rate scales the decay as well.",
)
def decay_without_rate(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    step, m, v = _adam(w, grad if decoupled else grad + wd * w, m, v, t, lr, betas, eps)
    return w - step - (wd * w if decoupled else 0 * w), m, v


@mistake(
    "M205",
    "weight_decay",
    replaces="adam_step",
    title="Always L2",
    says="With decoupled=True the decay must not enter the gradient, where Adam would divide it "
    "by √v.",
)
def always_coupled(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    step, m, v = _adam(w, grad + wd * w, m, v, t, lr, betas, eps)
    return w - step, m, v


@mistake(
    "M206",
    "weight_decay",
    replaces="adam_step",
    title="Always decoupled",
    says="With decoupled=False wd·w is added to the gradient, and goes through m and v like the "
    "rest of it.",
)
def always_decoupled(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    step, m, v = _adam(w, grad, m, v, t, lr, betas, eps)
    return w - lr * wd * w - step, m, v


@mistake(
    "M207",
    "weight_decay",
    replaces="adam_step",
    title="No bias correction",
    says="m and v start at 0 and are too small at first: divide them by 1 - beta**t before use.",
)
def no_bias_correction(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    g = grad if decoupled else grad + wd * w
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g**2
    decay = lr * wd * w if decoupled else 0 * w
    return w - decay - lr * m / (np.sqrt(v) + eps), m, v


@mistake(
    "M208",
    "weight_decay",
    replaces="adam_step",
    title="eps under the root",
    says="eps is added to the root of v, not to v under the root.",
)
def eps_under_root(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    g = grad if decoupled else grad + wd * w
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g**2
    decay = lr * wd * w if decoupled else 0 * w
    root = np.sqrt(v / (1 - betas[1] ** t) + eps)
    return w - decay - lr * (m / (1 - betas[0] ** t)) / root, m, v


@mistake(
    "M209",
    "weight_decay",
    replaces="adam_step",
    title="Steps counted from 0",
    says="t is 1 at the first step, so the correction is 1 - beta**t; here it uses t + 1.",
)
def counted_from_zero(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    g = grad if decoupled else grad + wd * w
    step, m, v = _adam(w, g, m, v, t + 1, lr, betas, eps)
    return w - step - (lr * wd * w if decoupled else 0 * w), m, v


@mistake(
    "M210",
    "weight_decay",
    replaces="adam_step",
    title="Decayed after the step",
    says="The decay is taken from the old weights; here the new ones, after the step of Adam, "
    "are shrunk.",
)
def decayed_after(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    step, m, v = _adam(w, grad if decoupled else grad + wd * w, m, v, t, lr, betas, eps)
    new = w - step
    return (new - lr * wd * new if decoupled else new), m, v


@mistake(
    "M211",
    "weight_decay",
    replaces="adam_step",
    title="Corrected means returned",
    says="m and v come back uncorrected; the next step corrects them again, with its own t.",
)
def corrected_means(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    step, m, v = _adam(w, grad if decoupled else grad + wd * w, m, v, t, lr, betas, eps)
    new = w - step - (lr * wd * w if decoupled else 0 * w)
    return new, m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)


def _numbers(got):
    """Give a tuple of results as plain lists, so that dtypes do not count."""
    if not isinstance(got, (tuple, list)):
        return got
    return [np.asarray(part, dtype=np.float64) for part in got]


@probe("weight_decay")
def tell_decays_apart(student, case):
    w, grad = np.array([1.0, -2.0, 0.5]), np.array([0.3, 0.1, -2.0])
    m, v = np.array([0.1, -0.2, 0.3]), np.array([0.5, 0.2, 1.0])
    steps = [
        student.attempt("adam_step", w, grad, m, v, t, 0.2, 0.4, decoupled, (0.8, 0.9), 0.1)
        for t in (1, 3)
        for decoupled in (True, False)
    ]
    return [_numbers(student.attempt("l2_loss_grad", w, 0.3)), *map(_numbers, steps)]


# 2.2 lasso -------------------------------------------------------------------------------------


def _soft(w, t):
    return np.sign(w) * np.maximum(np.abs(w) - t, 0)


def _ista(X, y, lam, steps, step, pull=1.0, threshold=None):
    """ISTA with another step, another factor of the gradient or another threshold."""
    w = np.zeros(X.shape[1], X.dtype)
    threshold = step * lam if threshold is None else threshold
    for _ in range(steps):
        w = _soft(w - pull * step * (X.T @ (X @ w - y)), threshold)
    return w


def _lipschitz(X):
    return np.linalg.norm(X, 2) ** 2


@mistake(
    "M212",
    "lasso",
    replaces="soft_threshold",
    title="Hard threshold",
    says="Entries above the threshold move as well, by t; this is the hard threshold, which "
    "leaves them where they are.",
)
def hard_threshold(w, t):
    return np.where(np.abs(w) > t, w, np.zeros_like(w))


@mistake(
    "M213",
    "lasso",
    replaces="soft_threshold",
    title="Sign lost",
    says="max(|w| - t, 0) is the new absolute value; the sign of w belongs in front of it.",
)
def sign_lost(w, t):
    return np.maximum(np.abs(w) - t, 0)


@mistake(
    "M218",
    "lasso",
    replaces="soft_threshold",
    title="Only positive entries",
    says="max(w - t, 0) handles positive entries only; negative ones move up by t, and stop at 0.",
)
def positive_only(w, t):
    return np.maximum(w - t, 0)


@mistake(
    "M214",
    "lasso",
    replaces="lasso_ista",
    title="Threshold λ",
    says="The threshold of an update is the step size times λ, not λ itself.",
)
def threshold_lambda(X, y, lam, steps):
    return _ista(X, y, lam, steps, 1 / _lipschitz(X), threshold=lam)


@mistake(
    "M215",
    "lasso",
    replaces="lasso_ista",
    title="Frobenius norm",
    says="np.linalg.norm(X) is the Frobenius norm; the step needs the spectral norm, "
    "np.linalg.norm(X, 2).",
)
def frobenius_norm(X, y, lam, steps):
    return _ista(X, y, lam, steps, 1 / np.linalg.norm(X) ** 2)


@mistake(
    "M216",
    "lasso",
    replaces="lasso_ista",
    title="Norm not squared",
    says="The step is one over the square of the spectral norm; XᵀX has the squares of the "
    "singular values.",
)
def norm_not_squared(X, y, lam, steps):
    return _ista(X, y, lam, steps, 1 / np.linalg.norm(X, 2))


@mistake(
    "M217",
    "lasso",
    replaces="lasso_ista",
    title="Gradient of the whole square",
    says="The loss is ½‖Xw - y‖², whose gradient is Xᵀ(Xw - y), without a factor 2.",
)
def gradient_doubled(X, y, lam, steps):
    return _ista(X, y, lam, steps, 1 / _lipschitz(X), pull=2.0)


@mistake(
    "M219",
    "lasso",
    replaces="lasso_ista",
    title="Gradient descent on |w|",
    says="λ·sign(w) in the gradient makes weights jump over 0 and never stop there; use the "
    "threshold instead.",
)
def subgradient(X, y, lam, steps):
    step, w = 1 / _lipschitz(X), np.zeros(X.shape[1], X.dtype)
    for _ in range(steps):
        w = w - step * (X.T @ (X @ w - y) + lam * np.sign(w))
    return w


@mistake(
    "M220",
    "lasso",
    replaces="lasso_ista",
    title="One update too many",
    says="Exactly `steps` updates are wanted, starting from w = 0; with steps = 0 nothing moves.",
)
def one_too_many(X, y, lam, steps):
    return _ista(X, y, lam, steps + 1, 1 / _lipschitz(X))


@probe("lasso")
def tell_lassos_apart(student, case):
    w = np.array([3.0, -2.0, 0.5, -0.25])
    X = np.array([[2.0, 0.5, -1.0], [0.0, 1.0, 0.5], [1.0, -1.0, 2.0], [0.5, 0.0, 1.0]])
    y = np.array([3.0, -2.0, 1.0, 0.5])
    got = [student.attempt("soft_threshold", w, 0.75)]
    got += [student.attempt("lasso_ista", X, y, 1.5, steps) for steps in (0, 1, 3)]
    return [a.astype(np.float64) if _real(a) else a for a in got]


def _real(a):
    return isinstance(a, np.ndarray) and a.dtype.kind in "fiu"


# 2.3 noise_is_ridge ----------------------------------------------------------------------------


def _ridge(X, y, lam):
    A = X.astype(np.float64)
    w = np.linalg.solve(A.T @ A + lam * np.eye(X.shape[1]), A.T @ y)
    return w.astype(X.dtype)


@mistake(
    "M221",
    "noise_is_ridge",
    title="n forgotten",
    says="Each of the n examples brings noise of its own, so the penalty is nσ²‖w‖², not σ²‖w‖².",
)
def n_forgotten(X, y, sigma2):
    return _ridge(X, y, sigma2)


@mistake(
    "M222",
    "noise_is_ridge",
    title="Variance squared",
    says="sigma2 is the variance σ² already; here it is squared once more.",
)
def variance_squared(X, y, sigma2):
    return _ridge(X, y, len(X) * sigma2**2)


@mistake(
    "M223",
    "noise_is_ridge",
    title="Inputs counted, not examples",
    says="The factor of σ² is the number of examples, the rows of X, not the number of inputs.",
)
def columns_counted(X, y, sigma2):
    return _ridge(X, y, X.shape[1] * sigma2)


@mistake(
    "M224",
    "noise_is_ridge",
    title="Mean and sum mixed",
    says="Either both sides are divided by n or neither is; here XᵀX is, and Xᵀy is not.",
)
def mean_and_sum(X, y, sigma2):
    A, n = X.astype(np.float64), len(X)
    w = np.linalg.solve(A.T @ A / n + sigma2 * np.eye(X.shape[1]), A.T @ y)
    return w.astype(X.dtype)


@mistake(
    "M225",
    "noise_is_ridge",
    title="Noise averages out",
    says="The mean of the noise is 0, its square is not: these are the weights of least squares, "
    "as if there were no noise.",
)
def noise_ignored(X, y, sigma2):
    w = np.linalg.lstsq(X.astype(np.float64), y.astype(np.float64), rcond=None)[0]
    return w.astype(X.dtype)


@mistake(
    "M226",
    "noise_is_ridge",
    title="Noise taken away",
    says="Added noise makes XᵀX larger by nσ²I; subtracting it is what one does to undo noise "
    "that is in the data already.",
)
def noise_subtracted(X, y, sigma2):
    return _ridge(X, y, -len(X) * sigma2)


@probe("noise_is_ridge")
def tell_ridges_apart(student, case):
    X = np.array([[2.0, 0.5], [0.0, 3.0], [1.0, -1.0], [2.5, 0.0], [-1.0, 2.0]])
    y = np.array([3.0, -2.0, 1.0, 0.5, 4.0])
    got = [student.attempt("noise_is_ridge", X, y, sigma2) for sigma2 in (0.3, 0.07)]
    return [a.astype(np.float64) if _real(a) else a for a in got]


# 2.4 max_norm ----------------------------------------------------------------------------------


def _scaled(W, norms, c):
    return W * (c / np.maximum(norms, c))


@mistake(
    "M227",
    "max_norm",
    title="Columns instead of rows",
    says="A row of W, shape (out, in), holds the incoming weights of a unit; here the columns "
    "are limited.",
)
def columns_limited(W, c):
    return _scaled(W, np.linalg.norm(W, axis=0, keepdims=True), c)


@mistake(
    "M228",
    "max_norm",
    title="Every row scaled to c",
    says="Only rows that are longer than c are scaled; here short ones are stretched to c as well.",
)
def all_rows_scaled(W, c):
    norms = np.linalg.norm(W, axis=1, keepdims=True)
    return W * (c / np.where(norms == 0, 1, norms))


@mistake(
    "M229",
    "max_norm",
    title="One norm for the matrix",
    says="Each row has its own norm and its own limit; here the whole matrix has one.",
)
def whole_matrix(W, c):
    return _scaled(W, np.linalg.norm(W), c)


@mistake(
    "M203",
    "max_norm",
    title="Entries clipped",
    says="The limit is on the norm of a row, not on its entries; clipping changes its direction.",
)
def entries_clipped(W, c):
    return np.clip(W, -c, c)


@probe("max_norm")
def tell_limits_apart(student, case):
    W = np.array([[3.0, 4.0, 0.0], [0.1, 0.2, -0.2], [0.0, -1.0, 1.5]])
    got = [student.attempt("max_norm", W, c) for c in (0.9, 2.0)]
    return [a.astype(np.float64) if _real(a) else a for a in got]
