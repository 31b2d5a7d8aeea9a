"""What people write instead of 2.1 weight_decay: one part of a right answer is another."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.mistakes import Mistakes, overwriting, upcasting


def penalised(loss=lambda w: np.sum(w * w), grad=lambda w: 2 * w):
    """A penalty and its gradient."""
    return lambda w, lam: (lam * loss(w), lam * grad(w))


def stepping(
    gradient=lambda grad, w, wd, decoupled: grad if decoupled else grad + wd * w,
    decay=lambda w, new, lr, wd, decoupled: lr * wd * w if decoupled else 0 * w,
    corrected=lambda m, beta, t: m / (1 - beta**t),
    divisor=lambda v, eps: np.sqrt(v) + eps,
    returned=lambda m, beta, t: m,
    squared=lambda g, grad: g,
    used=lambda betas, eps: (betas, eps),
):
    """One step of Adam."""

    def adam_step(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
        betas, eps = used(betas, eps)
        g = gradient(grad, w, wd, decoupled)
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * squared(g, grad) ** 2
        new = w - lr * corrected(m, betas[0], t) / divisor(corrected(v, betas[1], t), eps)
        new = new - decay(w, new, lr, wd, decoupled)
        return new, returned(m, betas[0], t), returned(v, betas[1], t)

    return adam_step


mistakes = Mistakes(l2_loss_grad=penalised, adam_step=stepping)
mistakes.row(
    "factor-two-lost",
    "The factor 2 lost",
    "The derivative of w² is 2w, so the gradient of λΣw² is 2λw, not λw.",
    grad=lambda w: w,
)
mistakes.row(
    "half-a-penalty",
    "Half a penalty",
    "This is the penalty ½λΣw², a common convention; here it is λΣw², without the ½.",
    loss=lambda w: np.sum(w * w) / 2,
    grad=lambda w: w,
)
mistakes.row(
    "mean-for-sum",
    "Mean instead of sum",
    "The penalty is the sum of the squares; a mean makes it weaker the more weights there are.",
    loss=lambda w: np.mean(w * w),
    grad=lambda w: 2 * w / w.size,
)
mistakes.row(
    "norm-for-squared-norm",
    "Norm instead of its square",
    "The penalty is λ times the squared norm, Σw²; np.linalg.norm gives its square root.",
    loss=lambda w: np.sqrt(np.sum(w * w)),
)
mistakes.row("float32-becomes-float64", of="adam_step", wrap=upcasting)
mistakes.row("writes-to-its-input", of="adam_step", wrap=overwriting)
mistakes.row(
    "decay-without-rate",
    "Decay without learning rate",
    "Decoupled decay subtracts lr·wd·w: the learning rate scales the decay as well.",
    of="adam_step",
    decay=lambda w, new, lr, wd, decoupled: wd * w if decoupled else 0 * w,
)
mistakes.row(
    "always-coupled",
    "Always L2",
    "With decoupled=True the decay must not enter the gradient, where Adam would divide it by √v.",
    of="adam_step",
    gradient=lambda grad, w, wd, decoupled: grad + wd * w,
    decay=lambda w, new, lr, wd, decoupled: 0 * w,
)
mistakes.row(
    "always-decoupled",
    "Always decoupled",
    "With decoupled=False wd·w is added to the gradient, and goes through m and v like the "
    "rest of it.",
    of="adam_step",
    gradient=lambda grad, w, wd, decoupled: grad,
    decay=lambda w, new, lr, wd, decoupled: lr * wd * w,
)
mistakes.row(
    "no-bias-correction",
    "No bias correction",
    "m and v start at 0 and are too small at first: divide them by 1 - beta**t before use.",
    of="adam_step",
    corrected=lambda m, beta, t: m,
)
mistakes.row(
    "eps-under-the-root",
    "eps under the root",
    "eps is added to the root of v, not to v under the root.",
    of="adam_step",
    divisor=lambda v, eps: np.sqrt(v + eps),
)
mistakes.row(
    "steps-from-zero",
    "Steps counted from 0",
    "t is 1 at the first step, so the correction is 1 - beta**t; here it uses t + 1.",
    of="adam_step",
    corrected=lambda m, beta, t: m / (1 - beta ** (t + 1)),
)
mistakes.row(
    "decayed-after-the-step",
    "Decayed after the step",
    "The decay is taken from the old weights; here the new ones, after the step of Adam, "
    "are shrunk.",
    of="adam_step",
    decay=lambda w, new, lr, wd, decoupled: lr * wd * new if decoupled else 0 * w,
)
mistakes.row(
    "corrected-means-returned",
    "Corrected means returned",
    "m and v come back uncorrected; the next step corrects them again, with its own t.",
    of="adam_step",
    returned=lambda m, beta, t: m / (1 - beta**t),
)
mistakes.row(
    "flag-turned-round",
    "The flag is turned round",
    "With decoupled=True your decay goes into the gradient, and with False it stands beside the "
    "step; it is the other way round.",
    of="adam_step",
    gradient=lambda grad, w, wd, decoupled: grad + wd * w if decoupled else grad,
    decay=lambda w, new, lr, wd, decoupled: 0 * w if decoupled else lr * wd * w,
)
mistakes.row(
    "decay-doubled",
    "Decay doubled",
    "With decoupled=False wd·w is added to the gradient; 2·wd·w belongs to a penalty without ½.",
    of="adam_step",
    gradient=lambda grad, w, wd, decoupled: grad if decoupled else grad + 2 * wd * w,
)
mistakes.row(
    "decay-missing-in-v",
    "Decay missing in v",
    "With decoupled=False the gradient with wd·w in it goes through both means; here v takes the "
    "square of the plain gradient.",
    of="adam_step",
    squared=lambda g, grad: grad,
)
mistakes.row(
    "betas-exchanged",
    "The betas exchanged",
    "The first of betas belongs to m, the second to v; here they are exchanged.",
    of="adam_step",
    used=lambda betas, eps: (betas[::-1], eps),
)
mistakes.row(
    "settings-ignored",
    "betas and eps ignored",
    "betas and eps are arguments; your step uses 0.9, 0.999 and 1e-8 whatever is passed.",
    of="adam_step",
    used=lambda betas, eps: ((0.9, 0.999), 1e-8),
)
