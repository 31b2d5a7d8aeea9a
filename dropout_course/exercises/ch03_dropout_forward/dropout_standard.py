"""3.2 dropout_standard: the mask in training, the factor 1 - p in evaluation."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.case import BAD_RATES
from dropout_course.engine.laws import law
from dropout_course.exercises.ch03_dropout_forward import (
    EVERYTHING,
    MASK,
    NOTHING,
    X,
    add_usual,
    averaged,
    dropout_form,
    questions_about,
)

# What is true of every right answer ------------------------------------------------------------


@law("Training multiplies by the mask", weight=3, core=True)
def training(student, case):
    p, x = case.rate(), case.apart(4, 5)
    mask = case.mask(x.shape, p)
    examples = [
        ((X, MASK, 0.25, True), np.array([1.0, 0.0, 3.0, 0.0])),
        ((x, mask, p, True), np.where(mask, x, 0.0)),
    ]
    case.gives(student.dropout_standard, examples)


@law("Evaluation multiplies by 1 - p", weight=3)
def evaluation(student, case):
    p, x = case.rate(), case.apart(4, 5)
    want = np.array([0.75, -1.5, 2.25, 3.0])
    # The mask is ignored.
    examples = [((X, mask, 0.25, False), want) for mask in (MASK, ~MASK)]
    examples.append(((x, case.mask(x.shape, p), p, False), x - p * x))
    case.gives(student.dropout_standard, examples)


@law("Evaluation is the mean of training over all masks", weight=1)
def mean(student, case):
    require_mean(student, case, np.array([1.0, -2.0, 3.0]), 0.3)


def require_mean(student, case, x, p):
    """Require of evaluation the mean over all masks of what training gives."""
    evaluated = student.dropout_standard(x, np.ones(len(x), bool), p, False)
    want = averaged(case, student.dropout_standard, x, p)
    case.equal(evaluated.value, want, what="evaluation, against the mean of training,")


@law("p = 0 changes nothing, p = 1 gives zeros", weight=1, edge=True)
def edges_of_p(student, case):
    # In training: what evaluation does is judged by the law about it.
    zeros = np.zeros(4)
    examples = [((X, EVERYTHING, 0.0, True), X), ((X, NOTHING, 1.0, True), zeros)]
    case.gives(student.dropout_standard, examples)


@law("float32 stays float32, and the input stays as it is", weight=1, edge=True)
def form(student, case):
    x = case.frozen(np.array([1, 2, 4], np.float32))
    for answer in [student.dropout_standard(x, MASK[:3], 0.25, mode) for mode in (True, False)]:
        case.form(answer, x)


@law("A p outside [0, 1], or NaN, is refused in either mode", weight=1, edge=True)
def refusals(student, case):
    calls = [(X, MASK, p, mode) for mode in (True, False) for p in BAD_RATES]
    case.raises(ValueError, [student.dropout_standard(*call) for call in calls])


# By what a wrong answer is recognised, and what people write instead --------------------------

# Inputs are finite here: what becomes of an infinite one is free.
kept, lost, evaluated, masked, at_one, kind, writes, bad_rates = (
    one for one in questions_about("dropout_standard") if one.name != "infinite"
)
mistakes = dropout_form("dropout_standard", lambda x, mask, p: x, lambda x, mask, p: x * (1 - p))
add_usual(mistakes)
mistakes.row(
    "flag-turned-round",
    "The flag is turned round",
    "You scale when training is true, and drop when it is false; it is the other way round.",
    select=lambda x, mask: x,
    scaled=lambda x, mask, p: x * (1 - p),
    evaluated=lambda x, mask, p: np.where(mask, x, 0),
)
mistakes.row(
    "factor-missing",
    "Factor missing",
    "Training and evaluation disagree by a factor 1 - p: standard dropout scales in evaluation.",
    evaluated=lambda x, mask, p: x,
)
mistakes.row(
    "inverted-for-standard",
    "Inverted, not standard",
    "This is inverted dropout; the standard one scales by 1 - p in evaluation instead.",
    scaled=lambda x, mask, p: x / (1 - p) if p < 1 else x,
    evaluated=lambda x, mask, p: x,
)
mistakes.row(
    "scaled-in-both-modes",
    "Scaled in both modes",
    "You divide in training and multiply in evaluation; scale in exactly one of the two modes.",
    scaled=lambda x, mask, p: x / (1 - p) if p < 1 else x,
)
mistakes.row(
    "multiplied-by-q",
    "Multiplied by 1 - p",
    "The factor 1 - p belongs to evaluation; in training the mask alone shrinks the mean.",
    scaled=lambda x, mask, p: x * (1 - p),
)
mistakes.row(
    "factor-in-the-other-mode",
    "Factor in the other mode",
    "Training is multiplied by 1 - p and evaluation is not; it belongs to evaluation alone.",
    scaled=lambda x, mask, p: x * (1 - p),
    evaluated=lambda x, mask, p: x,
)
mistakes.row(
    "scaled-by-p",
    "Scaled by p",
    "Evaluation multiplies by the probability of keeping, 1 - p, and not by p.",
    evaluated=lambda x, mask, p: x * p,
)
mistakes.row(
    "divided-in-eval",
    "Divided in evaluation",
    "Evaluation divides by 1 - p; all units are there, so outputs have to be made smaller.",
    evaluated=lambda x, mask, p: x / (1 - p) if p < 1 else x,
)
mistakes.row(
    "drops-in-eval",
    "Drops in evaluation",
    "Evaluation must not drop anything: it ignores the mask and multiplies by 1 - p.",
    evaluated=lambda x, mask, p: np.where(mask, x, 0),
)
mistakes.row(
    "scales-and-drops-in-eval",
    "Scales and drops in evaluation",
    "Evaluation multiplies by 1 - p and by the mask; the factor stands in place of the mask.",
    evaluated=lambda x, mask, p: np.where(mask, x * (1 - p), 0),
)
mistakes.row(
    "square-root-factor",
    "A square root too many",
    "Evaluation multiplies by the square root of 1 - p; what it has to match is the mean of "
    "training, and that is 1 - p itself.",
    evaluated=lambda x, mask, p: x * np.sqrt(1 - p),
)
mistakes.row(
    "scaled-by-realised-share",
    "Scaled by the share that was kept",
    "Evaluation multiplies by the share that this mask keeps; 1 - p is a constant, and the mask "
    "is ignored.",
    evaluated=lambda x, mask, p: x * mask.mean(),
)
mistakes.row(
    "never-drops",
    "No dropout at all",
    "In training nothing is dropped: multiply by the mask.",
    select=lambda x, mask: x,
)
