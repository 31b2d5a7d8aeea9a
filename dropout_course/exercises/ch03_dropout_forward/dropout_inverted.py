"""3.3 dropout_inverted: scale in training, so that evaluation has nothing to do."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.case import BAD_RATES
from dropout_course.engine.features import finite
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
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


@law("Training divides kept units by 1 - p", weight=4, core=True)
def training(student, case):
    p, x = case.rate(), case.apart(4, 5)
    mask = case.mask(x.shape, p)
    examples = [
        ((X, MASK, 0.2, True), np.array([1.25, 0.0, 3.75, 0.0])),
        ((x, mask, p, True), np.where(mask, x / (1 - p), 0.0)),
    ]
    case.gives(student.dropout_inverted, examples)


@law("Evaluation is the identity", weight=3)
def evaluation(student, case):
    p, x = case.rate(), case.apart(4, 5)
    examples = [((X, mask, 0.2, False), X) for mask in (MASK, ~MASK)]
    examples.append(((x, case.mask(x.shape, p), p, False), x))
    case.gives(student.dropout_inverted, examples)


@law("The mean over all masks is x", weight=1)
def mean(student, case):
    p, x = 0.3, np.array([1.0, -2.0, 3.0])
    case.equal(averaged(case, student.dropout_inverted, x, p), x, what="the mean over all masks")


@law("Infinite and NaN entries are 0 where dropped, and stay where kept", weight=1, edge=True)
def dropped(student, case):
    odd = [np.array([value, value, 2.0, 3.0]) for value in (np.inf, -np.inf, np.nan)]
    require_odd(student, case, [(x, MASK, 0.5) for x in odd])


def require_odd(student, case, calls):
    """Require zeros where entries are dropped, and what is infinite or NaN where it is kept."""
    asked = [(x, mask, student.dropout_inverted(x, mask, p, True)) for x, mask, p in calls]
    for x, mask, answer in asked:
        y, odd = case.array(answer, x.shape), mask & ~np.isfinite(x)
        case.that((y[~mask] == 0).all(), "a dropped entry is not exactly 0", received=y)
        same = np.array_equal(y[odd], x[odd], equal_nan=True)
        text = "an entry that is infinite or NaN, and kept, does not stay so"
        case.that(same, text, received=y)


@law("p = 0 changes nothing, p = 1 gives zeros", weight=1, edge=True)
def edges_of_p(student, case):
    # In training: what evaluation does is judged by the law about it.
    zeros = np.zeros(4)
    examples = [((X, EVERYTHING, 0.0, True), X), ((X, NOTHING, 1.0, True), zeros)]
    case.gives(student.dropout_inverted, examples)


@law("float32 stays float32, and the input stays as it is", weight=1, edge=True)
def form(student, case):
    x = case.frozen(np.array([1, 2, 4], np.float32))
    for answer in [student.dropout_inverted(x, MASK[:3], 0.2, mode) for mode in (True, False)]:
        case.form(answer, x)


@law("A p outside [0, 1], or NaN, is refused in either mode", weight=1, edge=True)
def refusals(student, case):
    calls = [(X, MASK, p, mode) for mode in (True, False) for p in BAD_RATES]
    case.raises(ValueError, [student.dropout_inverted(*call) for call in calls])


# By what a wrong answer is recognised, and what people write instead --------------------------

kept, lost, evaluated, masked, infinite, at_one, kind, writes, bad_rates = questions_about(
    "dropout_inverted"
)


@question("Is an infinite entry that is kept made finite?", edge=True)
def kept_infinite(student, case):
    x = np.where(MASK, np.inf, 1.0)
    return finite(student.dropout_inverted(x, MASK, 0.2, True))


mistakes = dropout_form(
    "dropout_inverted",
    lambda x, mask, p: x / (1 - p) if p < 1 else x,
    lambda x, mask, p: x,
)
add_usual(mistakes)
mistakes.row("zero-times-infinity", select=lambda x, mask: x * mask)
mistakes.row(
    "infinity-tidied-away",
    "Infinity tidied away",
    "A kept entry that is infinite or NaN stays so: it says that something went wrong before; you "
    "make a finite number of it.",
    select=lambda x, mask: np.where(mask & np.isfinite(x), x, 0),
)
mistakes.row("division-by-zero-at-one", scaled=lambda x, mask, p: x / np.float64(1 - p))
mistakes.row(
    "flag-turned-round",
    "The flag is turned round",
    "You drop and divide when training is false, and do nothing when it is true; it is the other "
    "way round.",
    select=lambda x, mask: x,
    scaled=lambda x, mask, p: x,
    evaluated=lambda x, mask, p: np.where(mask, x / (1 - p) if p < 1 else 0, 0),
)
mistakes.row(
    "factor-missing",
    "Factor missing",
    "Kept units are not divided by 1 - p, so training and evaluation disagree by that factor.",
    scaled=lambda x, mask, p: x,
)
mistakes.row(
    "divided-by-p",
    "Divided by p",
    "Kept units are divided by p; survivors are divided by the keep probability 1 - p.",
    scaled=lambda x, mask, p: x / p if p else x,
)
mistakes.row(
    "multiplied-by-q",
    "Multiplied by 1 - p",
    "Kept units are multiplied by 1 - p, which shrinks them once more; divide by it.",
    scaled=lambda x, mask, p: x * (1 - p),
)
mistakes.row(
    "standard-for-inverted",
    "Standard, not inverted",
    "This is standard dropout; the inverted one scales in training and leaves evaluation alone.",
    scaled=lambda x, mask, p: x,
    evaluated=lambda x, mask, p: x * (1 - p),
)
mistakes.row(
    "scaled-in-both-modes",
    "Scaled in both modes",
    "You divide in training and multiply in evaluation; scale in exactly one of the two modes.",
    evaluated=lambda x, mask, p: x * (1 - p),
)
mistakes.row(
    "drops-in-eval",
    "Drops in evaluation",
    "The mask is applied in evaluation as well; there the layer returns x as it is.",
    evaluated=lambda x, mask, p: np.where(mask, x / (1 - p) if p < 1 else 0, 0),
)
mistakes.row(
    "divided-by-realised-share",
    "Divided by the share that was kept",
    "You divide by the share of this mask that is kept; 1/(1 - p) is a constant, whatever the "
    "mask is.",
    scaled=lambda x, mask, p: x / (mask.mean() or 1),
)
mistakes.row(
    "square-root-factor",
    "A square root too many",
    "Kept units are divided by the square root of 1 - p; that keeps the second moment, and what "
    "has to stay is the mean: divide by 1 - p.",
    scaled=lambda x, mask, p: x / np.sqrt(1 - p) if p < 1 else x,
)
mistakes.row(
    "never-drops",
    "No dropout at all",
    "In training nothing is dropped; your function returns its input in both modes.",
    select=lambda x, mask: x,
    scaled=lambda x, mask, p: x,
)
