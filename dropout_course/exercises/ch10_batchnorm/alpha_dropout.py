"""10.4 alpha_dropout: dropped units saturate, and an affine map restores mean and variance."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import ratio, rounded, value_of, values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question
from dropout_course.exercises.ch10_batchnorm import (
    DROPPED,
    LAMBDA,
    add_alpha_mistakes,
    affine,
    alpha_dropped,
    alpha_form,
    edge_examples,
    questions_about_edges,
)

X = np.array([1.0, -0.5, 2.0, 0.3])
MASK = np.array([True, False, True, False])

# What is true of every right answer ------------------------------------------------------------


@law("a and b restore mean 0 and variance 1", weight=3)
def constants(student, case):
    rates = (0.3, 0.05, case.rate(), case.rate())
    case.gives(student.alpha_constants, [((p,), affine(p)) for p in rates])


@law("Kept units become ax + b, dropped ones aα' + b", weight=4, core=True)
def forward(student, case):
    p, x = case.rate(), case.apart(4, 5)
    mask = case.mask(x.shape, p)
    examples = [((X, MASK, 0.2), alpha_dropped(X, MASK, 0.2))]
    examples.append(((x, mask, p), alpha_dropped(x, mask, p)))
    case.gives(student.alpha_dropout, examples)


@law("The gradient is a times grad where kept, 0 where dropped", weight=3)
def backward(student, case):
    p, grad = case.rate(), case.apart(3, 4)
    mask = case.mask(grad.shape, p)
    examples = [((X, MASK, 0.2), np.where(MASK, affine(0.2)[0] * X, 0.0))]
    examples.append(((grad, mask, p), np.where(mask, affine(p)[0] * grad, 0.0)))
    case.gives(student.alpha_dropout_backward, examples)


@law("p = 0 changes nothing, p = 1 gives zeros, forward and backward", weight=1, edge=True)
def edges_of_p(student, case):
    for function in (student.alpha_dropout, student.alpha_dropout_backward):
        case.gives(function, edge_examples(X, X.shape))


@law("float32 stays float32, and the input stays as it is", weight=1, edge=True)
def form(student, case):
    x = case.frozen(X.astype(np.float32))
    for function in (student.alpha_dropout, student.alpha_dropout_backward):
        case.form(function(x, MASK, 0.2), x)


# By what a wrong answer is recognised ----------------------------------------------------------


@question("What becomes of kept units?")
def kept(student, case):
    return rounded(np.asarray(value_of(student.alpha_dropout(X, MASK, 0.2)))[MASK])


@question("What becomes of dropped units?")
def lost(student, case):
    return rounded(np.asarray(value_of(student.alpha_dropout(X, MASK, 0.2)))[~MASK])


@question("What is a?")
def scale(student, case):
    return rounded(value_of(student.alpha_constants(0.3))[0])


@question("What is b, seen from a?")
def offset(student, case):
    a, b = value_of(student.alpha_constants(0.3))
    return rounded(b / a)


@question("By what is the gradient of kept units multiplied?")
def slope(student, case):
    return values(ratio(student.alpha_dropout_backward(X, MASK, 0.2), X)[MASK])


@question("By what is the gradient of dropped units multiplied?")
def slope_lost(student, case):
    return values(ratio(student.alpha_dropout_backward(X, MASK, 0.2), X)[~MASK])


at_one, kind, writes = questions_about_edges("alpha_dropout", X, MASK)

# What people write instead ---------------------------------------------------------------------


def constants_form(
    a=lambda p: affine(p)[0],
    b=lambda p: p * -DROPPED,
):
    """The two constants: a, and b over a."""
    return lambda p: (a(p), a(p) * b(p))


def backward_form(back=lambda grad, mask, p: np.where(mask, affine(p)[0] * grad, 0)):
    """The gradient for p < 1."""

    def alpha_dropout_backward(grad, mask, p):
        return np.zeros_like(grad) if p == 1 else back(grad, mask, p).astype(grad.dtype)

    return alpha_dropout_backward


mistakes = Mistakes(
    alpha_dropout=alpha_form,
    alpha_constants=constants_form,
    alpha_dropout_backward=backward_form,
)
add_alpha_mistakes(mistakes, "alpha_dropout")
mistakes.row(
    "standardised-by-the-batch",
    "Standardised by the batch",
    "You standardise with mean and deviation of this very result; a and b are constants of p, "
    "right on average.",
    outer=lambda y, keep, p: (y - y.mean()) / y.std(),
)
mistakes.row(
    "constants-of-minus-lambda",
    "Constants of -λ, without α",
    "a and b are computed for the drop value -λ; α is missing: α' = -λα = -1.758.",
    of="alpha_constants",
    a=lambda p: affine(p, -LAMBDA)[0],
    b=lambda p: p * LAMBDA,
)
mistakes.row(
    "constants-of-minus-alpha",
    "Constants of -α, without λ",
    "a and b are computed for the drop value -α; λ is missing: α' = -λα = -1.758.",
    of="alpha_constants",
    a=lambda p: affine(p, DROPPED / LAMBDA)[0],
    b=lambda p: p * -DROPPED / LAMBDA,
)
mistakes.row(
    "keep-for-drop-in-constants",
    "p and q exchanged",
    "The paper's q is the probability of keeping; here p and 1 - p stand in each other's place.",
    of="alpha_constants",
    a=lambda p: affine(1 - p)[0],
    b=lambda p: (1 - p) * -DROPPED,
)
mistakes.row(
    "offset-with-the-wrong-sign",
    "b with the wrong sign",
    "b = -a p α' is positive, because α' is negative: it lifts what dropping has pulled down.",
    of="alpha_constants",
    b=lambda p: p * DROPPED,
)
mistakes.row(
    "root-forgotten",
    "Root forgotten",
    "a is 1 over the variance; a factor that brings the variance to 1 is 1 over its root.",
    of="alpha_constants",
    a=lambda p: affine(p)[0] ** 2,
)
mistakes.row(
    "spread-of-the-drop-value-alone",
    "Variance without the kept part",
    "a knows the coin's variance α'²p(1-p) alone; the kept units add theirs, which is q.",
    of="alpha_constants",
    a=lambda p: (DROPPED**2 * p * (1 - p)) ** -0.5,
)
mistakes.row(
    "scale-alone-in-constants",
    "b without a",
    "b is -pα', and the affine map scales before it shifts: b has the factor a as well.",
    of="alpha_constants",
    b=lambda p: p * -DROPPED / affine(p)[0],
)
mistakes.row(
    "backward-without-factor",
    "Factor missing in backward",
    "The forward pass multiplies kept units by a, so the backward pass has to as well.",
    of="alpha_dropout_backward",
    back=lambda grad, mask, p: grad * mask,
)
mistakes.row(
    "inverted-factor-in-backward",
    "Factor of inverted dropout",
    "Kept gradients are divided by 1 - p, as in inverted dropout; here the slope is a.",
    of="alpha_dropout_backward",
    back=lambda grad, mask, p: grad * mask / (1 - p),
)
mistakes.row(
    "mask-forgotten-in-backward",
    "Mask forgotten in backward",
    "A dropped unit's output is a constant, so no gradient passes it; multiply by the mask too.",
    of="alpha_dropout_backward",
    back=lambda grad, mask, p: affine(p)[0] * grad,
)
mistakes.row(
    "offset-in-the-gradient",
    "b in the gradient",
    "b is added to the gradient; it is a constant, and a constant has no slope.",
    of="alpha_dropout_backward",
    back=lambda grad, mask, p: np.where(mask, affine(p)[0] * grad + affine(p)[1], 0),
)
mistakes.row(
    "forward-for-backward",
    "Forward for backward",
    "The gradient goes through the forward formula, α' and b included; constants have no slope.",
    of="alpha_dropout_backward",
    back=alpha_dropped,
)
