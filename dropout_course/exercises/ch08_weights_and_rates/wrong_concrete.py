"""What people write instead of the answers to 8.4."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.mistakes import Mistakes, overwriting, upcasting


def sigmoid(z):
    """Logistic function without overflow."""
    return (1 + np.tanh(z / 2)) / 2


def logit(x):
    """Logarithm of the odds."""
    return np.log(x) - np.log1p(-x)


def keep_form(
    of_p=logit,
    of_u=logit,
    cooled=lambda z, t: z / t,
    kept=lambda z: 1 - sigmoid(z),
):
    def concrete_keep(u, p, t):
        return kept(cooled(of_p(p) + of_u(u), t)).astype(u.dtype)

    return concrete_keep


def negative_entropy(p):
    """Give the sum of x log x over p and 1 - p."""
    return p * math.log(p or 1) + (1 - p) * math.log1p(-p)


def regularizer_form(
    squares=lambda W: float(np.sum(W.astype(float) ** 2)),
    scaled=lambda x, q: x / q,
    entropy=negative_entropy,
    count=lambda K: K,
    points=lambda N: N,
    two=2,
    halves=(0.5, 0.5),  # of the weight term and of the entropy term
    length=lambda length_scale: length_scale**2,
    precision=lambda tau: tau,
    weights_count=lambda K: 1,
):
    def concrete_regularizer(W, p, length_scale, tau, N, K, loss):
        of_weights, of_entropy = (1, 1) if loss == "mse" else halves
        weights = weights_count(K) * scaled(length(length_scale) * squares(W), 1 - p)
        total = of_weights * weights + of_entropy * two * count(K) * entropy(p)
        return total / (precision(tau) * points(N))

    return concrete_regularizer


mistakes = Mistakes(concrete_keep=keep_form, concrete_regularizer=regularizer_form)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "drop-indicator-returned",
    "Drop indicator for the mask",
    "Your result is near 1 where a unit is dropped; the mask is 1 minus that.",
    kept=sigmoid,
)
mistakes.row(
    "u-turned-round",
    "1 - u in place of u",
    "You use 1 - u in place of u: the same distribution, but other masks; take u as it is given.",
    of_u=lambda u: logit(1 - u),
)
mistakes.row(
    "odds-incomplete",
    "Half of the odds missing",
    "log(1 - p) is missing: logit p is log p - log(1 - p).",
    of_p=math.log,
)
mistakes.row(
    "p-read-as-keep",
    "p read as keep",
    "Your mask keeps a unit with probability p; here p is the probability of dropping it.",
    of_p=lambda p: logit(1 - p),
)
mistakes.row(
    "temperature-ignored",
    "Temperature ignored",
    "t does nothing in your mask; the sum of the logits is divided by it.",
    cooled=lambda z, t: z,
)
mistakes.row(
    "times-the-temperature",
    "Multiplied by the temperature",
    "You multiply by t; dividing by a small t is what makes the mask nearly hard.",
    cooled=lambda z, t: z * t,
)
mistakes.row(
    "hard-mask",
    "A hard mask",
    "Your mask is 0 or 1, so no gradient reaches p; use the sigmoid in place of the threshold.",
    kept=lambda z: np.where(z < 0, 1.0, 0.0),
)
mistakes.row(
    "multiplied-by-q",
    "Multiplied by 1 - p",
    "The weight term is multiplied by 1 - p; the weights act on what is divided by 1 - p, so it is "
    "divided.",
    of="concrete_regularizer",
    scaled=lambda x, q: x * q,
)
mistakes.row(
    "rate-forgotten",
    "1 - p missing",
    "The weight term knows nothing of p; divide it by 1 - p.",
    of="concrete_regularizer",
    scaled=lambda x, q: x,
)
mistakes.row(
    "entropy-with-the-wrong-sign",
    "Entropy with the wrong sign",
    "You add the entropy to the loss, so training makes it small and p goes to 0; what is added is "
    "its negative.",
    of="concrete_regularizer",
    entropy=lambda p: -negative_entropy(p),
)
mistakes.row(
    "units-not-counted",
    "K missing",
    "The entropy is that of one unit; K units are dropped, so it counts K times.",
    of="concrete_regularizer",
    count=lambda K: 1,
)
mistakes.row(
    "data-not-counted",
    "N missing",
    "Nothing is divided by N; the loss is a mean over N examples, so the prior counts 1/N.",
    of="concrete_regularizer",
    points=lambda N: 1,
)
mistakes.row(
    "factor-two-lost",
    "The factor 2 lost",
    "The entropy term lacks its factor 2; beside a mean of squares the weight term has none, and "
    "the entropy term 2.",
    of="concrete_regularizer",
    two=1,
)
mistakes.row(
    "norm-not-squared",
    "Norm not squared",
    "You use the norm of W; the weight term holds its square.",
    of="concrete_regularizer",
    squares=lambda W: float(np.sqrt(np.sum(W.astype(float) ** 2))),
)
mistakes.row(
    "loss-ignored",
    "The loss is ignored",
    "Both losses get the same terms; beside a cross-entropy they count half.",
    of="concrete_regularizer",
    halves=(1, 1),
)
mistakes.row(
    "half-of-the-entropy-alone",
    "Only the entropy halved",
    "Beside a cross-entropy you halve the entropy term and leave the weight term whole; both count "
    "half.",
    of="concrete_regularizer",
    halves=(1, 0.5),
)
mistakes.row(
    "half-of-the-weights-alone",
    "Only the weight term halved",
    "Beside a cross-entropy you halve the weight term and leave the entropy term whole; both count "
    "half.",
    of="concrete_regularizer",
    halves=(0.5, 1),
)
mistakes.row(
    "length-not-squared",
    "Length scale not squared",
    "The weight term holds l; the prior's length scale enters as its square.",
    of="concrete_regularizer",
    length=lambda length_scale: length_scale,
)
mistakes.row(
    "precision-missing",
    "tau missing",
    "Neither term is divided by tau, the precision of the noise.",
    of="concrete_regularizer",
    precision=lambda tau: 1,
)
mistakes.row(
    "units-counted-twice",
    "K in the weight term",
    "Your weight term is multiplied by K; only the entropy counts once for each of K units.",
    of="concrete_regularizer",
    weights_count=lambda K: K,
)
mistakes.row(
    "half-of-the-coin",
    "Half of the entropy missing",
    "The entropy of a coin has two terms; (1 - p) log(1 - p) is missing.",
    of="concrete_regularizer",
    entropy=lambda p: p * math.log(p or 1),
)
mistakes.row(
    "logarithm-of-zero",
    "0 times the logarithm of 0",
    "At p = 0 you take the logarithm of 0; p log p tends to 0 there.",
    of="concrete_regularizer",
    entropy=lambda p: p * (math.log(p) if p else -math.inf) + (1 - p) * math.log1p(-p),
)


@mistakes.whole(
    "u-compared-with-p",
    "u compared with p",
    "Your mask compares u with p, as that of plain dropout does: it is 0 or 1, and no gradient "
    "reaches p. Use the sigmoid in place of the threshold.",
)
def compared(u, p, t):
    return (u > p).astype(u.dtype)
