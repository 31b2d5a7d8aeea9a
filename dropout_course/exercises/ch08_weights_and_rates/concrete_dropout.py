"""8.4 concrete_dropout: a mask that can be differentiated by p, and what keeps p from 0."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.features import dtype, finite, overwrites, rounded, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting

ATOL = 1e-12
ONES = np.ones((2, 2))  # squares that add up to 4

# What is true of every right answer ------------------------------------------------------------


def soft(u, p, t):
    """Give the soft mask number by number."""
    logits = math.log(p / (1 - p)) + np.array([math.log(x / (1 - x)) for x in u.ravel()])
    return np.array([1 / (1 + math.exp(z / t)) for z in logits]).reshape(u.shape)


@law("The mask is 1 - σ((logit p + logit u) / t)", weight=4, core=True)
def keeps(student, case):
    # p = 0.2, u = 0.5: the odds are 1/4, and σ is 0.2. Then odds of 1/3 and 3, with t = 1 and ½.
    u = case.uniform(3, 4, low=0.05, high=0.95)
    p, t = case.rate(), round(case.uniform(1, low=0.3, high=0.7).item(), 2)
    examples = [
        ((np.array([0.5]), 0.2, 1.0), np.array([0.8])),
        ((np.array([0.25, 0.75]), 0.5, 1.0), np.array([0.75, 0.25])),
        ((np.array([0.25, 0.75]), 0.5, 0.5), np.array([0.9, 0.1])),
        ((u, p, t), soft(u, p, t)),
    ]
    case.gives(student.concrete_keep, examples, tol=ATOL)


@law("A cold mask is a mask: it keeps where u < 1 - p", weight=1)
def cold(student, case):
    grid = (np.arange(40) + 0.5) / 40
    for p in (case.rate(), 0.2, 0.8):
        u = grid[np.abs(grid - (1 - p)) > 0.02]
        kept = case.array(student.concrete_keep(u, p, 0.01), u.shape)
        case.equal(kept > 0.5, u < 1 - p, what="where the mask is above ½")


@law("The weight term is l²‖W‖² / (τN(1 - p))", weight=3)
def weight_term(student, case):
    W, p = case.apart(4, 3), case.rate()
    settings = [(ONES, 0.2, 0.5, 2.0, 10, 3), (W, p, 0.7, 1.7, 30, 4)]
    # What is left when the same is taken without weights: the entropy cancels.
    terms = student.concrete_regularizer
    pairs = [(terms(*s, "mse"), terms(0 * s[0], *s[1:], "mse")) for s in settings]
    for (W, p, length, tau, N, _), (full, rest) in zip(settings, pairs, strict=True):
        want = length**2 * float((W**2).sum()) / (tau * N * (1 - p))
        got = -float(case.array(rest, ())) + float(case.array(full, ()))  # last: shown if wrong
        case.equal(got, want, what="what the weights add")


@law("The entropy term is 2K/(τN) (p log p + (1 - p) log(1 - p))", weight=3)
def entropy_term(student, case):
    p = case.rate()
    settings = [(0 * ONES, 0.5, 0.5, 2.0, 10, 5), (0 * ONES, p, 0.7, 1.7, 30, 4)]
    entropy = p * math.log(p) + (1 - p) * math.log(1 - p)
    wanted = [-0.5 * math.log(2), 8 / (1.7 * 30) * entropy]
    examples = [((*s, "mse"), want) for s, want in zip(settings, wanted, strict=True)]
    case.gives(student.concrete_regularizer, examples)


@law("Beside a cross-entropy both terms count half", weight=1)
def losses(student, case):
    settings = [(ONES, 0.2, 0.5, 2.0, 10, 3), (case.apart(4, 3), 0.7, 2.0, 1.5, 20, 4)]
    pairs = [[student.concrete_regularizer(*s, loss) for loss in LOSSES] for s in settings]
    for pair in pairs:
        mse, other = (float(case.array(answer, ())) for answer in pair)
        case.equal(2 * other, mse, what="twice the regulariser for cross_entropy")


LOSSES = ("mse", "cross_entropy")


@law("At p = 0 the entropy is 0, and not NaN", weight=1, edge=True)
def at_zero(student, case):
    for answer in [
        student.concrete_regularizer(W, 0.0, 1.0, 1.0, 4, 3, "mse") for W in (ONES, 0 * ONES)
    ]:
        got = float(case.array(answer, ()))
        case.that(math.isfinite(got), "the regulariser is not a finite number", received=got)


@law("float32 stays float32, and u is not written to", weight=1, edge=True)
def form(student, case):
    u = case.frozen(np.array([0.25, 0.5, 0.75], np.float32))
    case.form(student.concrete_keep(u, 0.2, 0.5), u)


# By what a wrong answer is recognised, and what people write instead --------------------------


@question("What is the mask for p = 0.2, u = ½, t = 1?")
def by_p(student, case):
    return rounded(student.concrete_keep(np.array([0.5]), 0.2, 1.0))


@question("What is the mask for p = ½, u = 0.2, t = 1?")
def by_u(student, case):
    return rounded(student.concrete_keep(np.array([0.2]), 0.5, 1.0))


@question("Which power of the odds does the temperature take?")
def by_t(student, case):
    answers = [student.concrete_keep(np.array([0.2]), 0.5, t) for t in (1.0, 0.5)]
    with np.errstate(all="ignore"):
        odds = [np.log(1 / value_of(answer) - 1) for answer in answers]
        return rounded(odds[1] / odds[0])


def regularizer(student, W, p=0.2, loss="mse"):
    """Call the regulariser with l = ½, τ = 2, N = 10, K = 3."""
    return student.concrete_regularizer(W, p, 0.5, 2.0, 10, 3, loss)


@question("What do the weights add?")
def weights_add(student, case):
    full, rest = regularizer(student, ONES), regularizer(student, 0 * ONES)
    return rounded(value_of(full) - value_of(rest))


@question("What does the entropy add?")
def entropy_adds(student, case):
    return rounded(regularizer(student, 0 * ONES))


@question("What is the ratio of the two losses?")
def loss_ratio(student, case):
    answers = [regularizer(student, ONES, loss=loss) for loss in LOSSES]
    return rounded(value_of(answers[1]) / value_of(answers[0]))


@question("Is it a number at p = 0?", edge=True)
def number_at_zero(student, case):
    return finite(regularizer(student, ONES, p=0.0))


@question("Which dtype has the mask for float32?", edge=True)
def kind(student, case):
    return dtype(student.concrete_keep(np.array([0.5], np.float32), 0.2, 1.0))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(lambda: student.concrete_keep(case.frozen(np.array([0.5])), 0.2, 1.0))


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
    half=0.5,
):
    def concrete_regularizer(W, p, length_scale, tau, N, K, loss):
        weights = scaled(length_scale**2 * squares(W), 1 - p)
        total = (weights + two * count(K) * entropy(p)) / (tau * points(N))
        return total if loss == "mse" else half * total

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
    half=1,
)
mistakes.row(
    "logarithm-of-zero",
    "0 times the logarithm of 0",
    "At p = 0 you take the logarithm of 0; p log p tends to 0 there.",
    of="concrete_regularizer",
    entropy=lambda p: p * (math.log(p) if p else -math.inf) + (1 - p) * math.log1p(-p),
)
