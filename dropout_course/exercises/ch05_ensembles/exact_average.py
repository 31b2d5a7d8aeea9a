"""5.2 exact_average: the mean of any function over all masks."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, fixed, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting
from dropout_course.exercises.ch05_ensembles import every_mask, probabilities
from dropout_course.scenes import function

# What is true of every right answer ------------------------------------------------------------


def second_moments(case, x, p):
    """Give the mean squared length and the mean outer product of inverted dropout: examples."""
    length = float(x @ x) / (1 - p)
    outer = np.outer(x, x) + p / (1 - p) * np.diag(x * x)
    return [((case.fn("squares"), x, p), length), ((case.fn("outer"), x, p), outer)]


@law("Squares grow by 1/(1-p), products of two units stay", weight=3, core=True)
def squares_and_products(student, case):
    friendly = second_moments(case, np.array([1.0, -2.0]), 0.2)
    drawn = second_moments(case, case.apart(5), case.rate())
    case.gives(student.exact_average, [*friendly, *drawn], what="the mean")


@law("A linear function keeps its value", weight=2)
def linear_keeps_its_value(student, case):
    one, x, p = np.array([1.0, -2.0, 3.0]), case.apart(4), case.rate()
    examples = [
        ((case.fn("total"), one, 0.25), 2.0),
        ((case.fn("affine", a=2.0, b=-1.0), x, p), 2 * x - 1),
    ]
    case.gives(student.exact_average, examples, what="the mean of a linear function")


@law("One unit: f(x/(1-p)) and f(0) are weighted with 1-p and p", weight=3)
def one_and_two_units(student, case):
    examples = []
    for name in ("sigmoid", "tanh"):
        f, x, p = function(name)(), case.apart(1), case.rate()
        want = (1 - p) * f(x / (1 - p)) + p * f(0 * x)
        examples.append(((case.fn(name), x, p), want))
    W, x, p = case.apart(2, 3), case.apart(2), case.rate()
    f, q = function("softmax_of")(W=W), 1 - p
    on, left, right, off = (f(np.array(m) * x / q) for m in ((1, 1), (1, 0), (0, 1), (0, 0)))
    want = q * q * on + p * q * (left + right) + p * p * off
    examples.append(((case.fn("softmax_of", W=W), x, p), want))
    case.gives(student.exact_average, examples, what="the mean")


@law("p = 0 gives f(x), p = 1 gives f(0)", weight=1.5, edge=True)
def ends(student, case):
    x = np.array([1.0, -2.0, 3.0])
    f = case.fn("affine", a=2.0, b=1.0)
    examples = [((f, x, 0.0), 2 * x + 1), ((f, x, 1.0), np.ones(3))]
    case.gives(student.exact_average, [*examples, ((case.fn("total"), x, 1.0), 0.0)])


@law("float32 stays float32, and the input stays as it is", weight=1, edge=True)
def form(student, case):
    x = case.frozen(np.array([1, -2, 3], np.float32))
    for p in (0.25, 1.0):
        case.form(student.exact_average(case.fn("linear"), x, p), x)


# By what a wrong answer is recognised ----------------------------------------------------------

X = np.array([1.0, -2.0, 0.5])


@question("What is the mean of the outer product?")
def outer(student, case):
    return fixed(student.exact_average, case.fn("outer"), X, 0.3)


@question("What is the mean of a sigmoid?")
def sigmoid(student, case):
    return fixed(student.exact_average, case.fn("sigmoid"), X, 0.3)


@question("What comes out at p = 1?", edge=True)
def at_one(student, case):
    return rounded(student.exact_average(case.fn("affine", a=1.0, b=2.0), X, 1.0))


@question("Which dtype has the result for float32?", edge=True)
def kind(student, case):
    return dtype(student.exact_average(case.fn("linear"), X.astype(np.float32), 0.3))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.exact_average, case.fn("linear"), case.frozen(X), 0.3)


# What people write instead ---------------------------------------------------------------------


def averaging(
    members=every_mask,
    weights=probabilities,
    scale=lambda p: 1 / (1 - p),
    at_one=lambda f, x: f(0 * x),
):
    """Go through masks with weights."""

    def exact_average(f, x, p):
        if p == 1:
            return at_one(f, x)
        masks = members(len(x))
        values = np.array([f((x * m * scale(p)).astype(x.dtype)) for m in masks])
        result = np.tensordot(weights(masks, p), values.astype(float), 1)
        return result.astype(values.dtype)[()]

    return exact_average


mistakes = Mistakes(exact_average=averaging)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "no-case-for-one",
    "No case for p = 1",
    "At p = 1 you divide by 0, and the average is NaN; all units are dropped there, so give f(0).",
    at_one=lambda f, x: f(0 * x) + np.nan,
)
mistakes.row(
    "zero-at-one",
    "0 at p = 1",
    "At p = 1 every unit is 0, but f need not be: the average is f(0).",
    at_one=lambda f, x: 0 * f(x),
)
mistakes.row(
    "nothing-dropped-at-one",
    "Nothing dropped at p = 1",
    "At p = 1 you return f(x), as if every unit were kept; all are dropped, so it is f(0).",
    at_one=lambda f, x: f(x),
)
mistakes.row(
    "multiplied-by-q",
    "Multiplied by 1 - p",
    "Kept units are multiplied by 1 - p before f sees them; inverted dropout divides by it.",
    scale=lambda p: 1 - p,
)
mistakes.row(
    "all-equally-likely",
    "All masks equally likely",
    "A plain mean treats all masks alike; each value counts with the probability of its mask.",
    weights=lambda masks, p: np.full(len(masks), 1 / len(masks)),
)
mistakes.row(
    "factor-missing",
    "Factor missing",
    "Inverted dropout divides the kept units by 1 - p before f sees them; that factor is missing.",
    scale=lambda p: 1.0,
)
mistakes.row(
    "p-read-as-keep",
    "p read as keep",
    "Masks are weighted as if p were the probability of keeping; it is that of dropping.",
    weights=lambda masks, p: probabilities(~masks, p),
)
mistakes.row(
    "empty-network-forgotten",
    "The empty network forgotten",
    "The mask that drops every unit has probability pⁿ, and f(0) belongs to the average.",
    members=lambda n: every_mask(n)[1:],
)
mistakes.row(
    "sum-for-mean",
    "Sum instead of mean",
    "The values are added up without the probabilities of their masks.",
    weights=lambda masks, p: np.ones(len(masks)),
)


@mistakes.whole(
    "f-of-the-average",
    "f of the average",
    "You put the average input into f, which gives f(x); wanted is the average of the values of f.",
)
def f_of_the_average(f, x, p):
    return f(x) if p < 1 else f(0 * x)


@mistakes.whole(
    "f-of-mean-mask",
    "The mean mask in place of masks",
    "A unit is never kept by 1 - p: it is kept or dropped; go through the masks one by one.",
)
def mean_mask(f, x, p):
    return f((1 - p) * x)


@mistakes.whole(
    "sample-for-expectation",
    "A sample for the expectation",
    "A mean over random masks has noise; with n <= 12 you can go through all of them.",
)
def sampled(f, x, p):
    if p == 1:
        return f(0 * x)
    masks = np.random.default_rng().random((64, len(x))) >= p
    return np.mean([f((x * m / (1 - p)).astype(x.dtype)) for m in masks], axis=0)
