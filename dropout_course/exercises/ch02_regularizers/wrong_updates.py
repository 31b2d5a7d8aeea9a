"""What people write instead of 2.2 lasso: one part of a right answer is another."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.mistakes import Mistakes, overwriting, upcasting


def soft(w, t):
    return np.sign(w) * np.maximum(np.abs(w) - t, 0)


def ista(
    step=lambda X: 1 / np.linalg.norm(X, 2) ** 2,
    pull=lambda n: 1.0,
    threshold=lambda step, lam: step * lam,
    count=lambda steps: steps,
    shrink=soft,
    start=lambda X, y: np.zeros(X.shape[1]),
):
    """Gradient steps of the given size, each followed by a threshold."""

    def lasso_ista(X, y, lam, steps):
        w, size = start(X, y), step(X.astype(float))
        for _ in range(count(steps)):
            w = shrink(w - pull(len(X)) * size * (X.T @ (X @ w - y)), threshold(size, lam))
        return w.astype(X.dtype)

    return lasso_ista


def thresholding(shrink=soft):
    """A threshold of any kind, in the dtype of w."""
    return lambda w, t: shrink(w, t).astype(w.dtype)


mistakes = Mistakes(soft_threshold=thresholding, lasso_ista=ista)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row("float32-becomes-float64", of="lasso_ista", wrap=upcasting)
mistakes.row(
    "hard-threshold",
    "Hard threshold",
    "Entries above the threshold move as well, by t; this is the hard threshold, which "
    "leaves them where they are.",
    shrink=lambda w, t: np.where(np.abs(w) > t, w, 0),
)
mistakes.row(
    "sign-lost",
    "Sign lost",
    "max(|w| - t, 0) is the new absolute value; the sign of w belongs in front of it.",
    shrink=lambda w, t: np.maximum(np.abs(w) - t, 0),
)
mistakes.row(
    "positive-entries-only",
    "Only positive entries",
    "max(w - t, 0) handles positive entries only; negative ones move up by t, and stop at 0.",
    shrink=lambda w, t: np.maximum(w - t, 0),
)
mistakes.row(
    "jumps-over-zero",
    "Jumps over 0",
    "Entries smaller than t must stop at 0; here they move by t as well, to the other side.",
    shrink=lambda w, t: w - t * np.sign(w),
)
mistakes.row(
    "threshold-without-step",
    "Threshold λ",
    "The threshold of an update is the step size times λ, not λ itself.",
    of="lasso_ista",
    threshold=lambda step, lam: lam,
)
mistakes.row(
    "frobenius-norm",
    "Frobenius norm",
    "np.linalg.norm(X) is the Frobenius norm; the step needs the spectral norm, "
    "np.linalg.norm(X, 2).",
    of="lasso_ista",
    step=lambda X: 1 / np.linalg.norm(X) ** 2,
)
mistakes.row(
    "norm-not-squared",
    "Norm not squared",
    "The step is one over the square of the spectral norm; XᵀX has the squares of the "
    "singular values.",
    of="lasso_ista",
    step=lambda X: 1 / np.linalg.norm(X, 2),
)
mistakes.row(
    "gradient-doubled",
    "Gradient of the whole square",
    "The loss is ½‖Xw - y‖², whose gradient is Xᵀ(Xw - y), without a factor 2.",
    of="lasso_ista",
    pull=lambda n: 2.0,
)
mistakes.row(
    "uphill",
    "Uphill",
    "Xᵀ(Xw - y) is the gradient, and an update goes against it; yours goes along with it.",
    of="lasso_ista",
    pull=lambda n: -1.0,
)
mistakes.row(
    "gradient-of-the-mean",
    "Gradient of the mean",
    "The loss is half the sum of the squared errors, so its gradient is not divided by n.",
    of="lasso_ista",
    pull=lambda n: 1 / n,
)
mistakes.row(
    "starts-elsewhere",
    "Starts elsewhere",
    "The first iterate is w = 0, with steps = 0 too; yours starts at the least squares solution.",
    of="lasso_ista",
    start=lambda X, y: np.linalg.lstsq(X.astype(float), y.astype(float), rcond=None)[0],
)
mistakes.row(
    "one-update-too-many",
    "One update too many",
    "Exactly `steps` updates are wanted, starting from w = 0; with steps = 0 nothing moves.",
    of="lasso_ista",
    count=lambda steps: steps + 1,
)
mistakes.row(
    "threshold-forgotten",
    "Threshold forgotten",
    "Without the threshold this is gradient descent for least squares: no weight becomes 0.",
    of="lasso_ista",
    shrink=lambda w, t: w,
)


@mistakes.whole(
    "subgradient-for-threshold",
    "Gradient descent on |w|",
    "λ·sign(w) in the gradient makes weights jump over 0 and never stop there; use the "
    "threshold instead.",
    of="lasso_ista",
)
def descends(X, y, lam, steps):
    step, w = 1 / np.linalg.norm(X, 2) ** 2, np.zeros(X.shape[1])
    for _ in range(steps):
        w = w - step * (X.T @ (X @ w - y) + lam * np.sign(w))
    return w.astype(X.dtype)


@mistakes.whole(
    "mean-for-sum",
    "Mean instead of sum",
    "The loss is half the sum of the squared errors; as their mean, which scikit-learn's Lasso "
    "takes, it weighs less against λ by a factor n.",
    of="lasso_ista",
)
def of_the_mean(X, y, lam, steps):
    return ista()(X, y, len(X) * lam, steps)


@mistakes.whole(
    "momentum-added",
    "With momentum",
    "This is FISTA, which extrapolates between updates; asked for are plain updates, each from the "
    "iterate before it.",
    of="lasso_ista",
)
def accelerated(X, y, lam, steps):
    step, t = 1 / np.linalg.norm(X, 2) ** 2, 1.0
    w = ahead = np.zeros(X.shape[1])
    for _ in range(steps):
        before, s = w, (1 + np.sqrt(1 + 4 * t**2)) / 2
        w = soft(ahead - step * (X.T @ (X @ ahead - y)), step * lam)
        ahead, t = w + (t - 1) / s * (w - before), s
    return w.astype(X.dtype)


@mistakes.whole(
    "threshold-before-the-step",
    "Threshold before the step",
    "An update ends with the threshold; here it comes before the gradient step, and no zero stays.",
    of="lasso_ista",
)
def shrinks_first(X, y, lam, steps):
    step, w = 1 / np.linalg.norm(X, 2) ** 2, np.zeros(X.shape[1])
    for _ in range(steps):
        w = soft(w, step * lam) - step * (X.T @ (X @ w - y))
    return w.astype(X.dtype)


@mistakes.whole(
    "threshold-at-the-end",
    "Threshold only at the end",
    "Every update ends with a threshold; here there is one, after all gradient steps.",
    of="lasso_ista",
)
def shrinks_at_the_end(X, y, lam, steps):
    step = 1 / np.linalg.norm(X, 2) ** 2
    return soft(ista(shrink=lambda w, t: w)(X, y, lam, steps), step * lam).astype(X.dtype)
