"""8.4 concrete_dropout: a mask that can be differentiated by p, and what keeps p from 0."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.features import dtype, finite, overwrites, rounded, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch08_weights_and_rates.wrong_concrete import mistakes

__all__ = ["mistakes"]

ATOL = 1e-12
ONES = np.ones((2, 2))  # squares that add up to 4
OTHERS = 1.5 * ONES  # to 9: neither the norm nor half of the squares looks like another of them

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
    require_weight_terms(student, case, settings)


def require_weight_terms(student, case, settings):
    """Require what weights add to the regulariser that they give when all are 0."""
    terms = student.concrete_regularizer
    pairs = [(terms(0 * s[0], *s[1:], "mse"), terms(*s, "mse")) for s in settings]
    for (W, p, length, tau, N, _), (without, full) in zip(settings, pairs, strict=True):
        rest = float(case.array(without, ()))
        want = length**2 * float((W**2).sum()) / (tau * N * (1 - p))
        what = f"the regulariser (weights of 0 give {rest:.6g})"
        case.equal(float(case.array(full, ())), rest + want, what=what)


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
    require_halves(student, case, settings)


def require_halves(student, case, settings):
    """Require half of the regulariser beside a cross-entropy."""
    pairs = [[student.concrete_regularizer(*s, loss) for loss in LOSSES] for s in settings]
    for pair in pairs:
        mse, other = (float(case.array(answer, ())) for answer in pair)
        case.equal(other, mse / 2, what=f"the regulariser ('mse' gives {mse:.6g})")


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


# By what a wrong answer is recognised ----------------------------------------------------------


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
    full, rest = regularizer(student, OTHERS), regularizer(student, 0 * ONES)
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
