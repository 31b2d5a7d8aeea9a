"""8.1 dropconnect: a mask on the weights, one for each example, and its way back."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, overwrites, ratio, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting
from dropout_course.exercises.ch08_weights_and_rates import (
    MASKS,
    B,
    V,
    W,
    layer,
    parts,
    same_dtypes,
)

GRADIENTS = ("dv", "dW", "db")
GRAD = np.array([[1.0, 2.0], [10.0, 20.0]])

# What is true of every right answer ------------------------------------------------------------


@law("Each example goes through weights of its own", weight=4, core=True)
def forward(student, case):
    v, weights, b, mask = layer(case, 3, 5, 4)
    # Without biases: what becomes of them is judged by the law about them.
    want = np.array([(m * weights) @ x for x, m in zip(v, mask, strict=True)])
    examples = [
        ((V, W, 0 * B, MASKS), np.array([[2.0, 5.0], [-1.0, -3.0]])),
        ((v, weights, 0 * b, mask), want),
    ]
    case.gives(student.dropconnect_forward, examples)


@law("The bias is never dropped", weight=1)
def bias(student, case):
    masks, want = (np.zeros((2, 2, 2), bool), MASKS), np.array([B, B])
    case.gives(student.dropconnect_forward, [((0 * V, W, B, mask), want) for mask in masks])


@law("dv: the gradient goes back through the weights that were kept", weight=3)
def to_inputs(student, case):
    v, weights, _, mask = layer(case, 3, 5, 4)
    grad = case.apart(3, 4)
    answers = [
        student.dropconnect_backward(GRAD, V, W, MASKS),
        student.dropconnect_backward(grad, v, weights, mask),
    ]
    wanted = [
        np.array([[0.0, 6.0], [-20.0, 10.0]]),
        np.array([g @ (m * weights) for g, m in zip(grad, mask, strict=True)]),
    ]
    for answer, want in zip(answers, wanted, strict=True):
        case.equal(parts(case, answer, GRADIENTS)["dv"], want, what="dv")


@law("dW: each example adds to the weights that it kept", weight=3)
def to_weights(student, case):
    v, weights, _, mask = layer(case, 3, 5, 4)
    grad = case.apart(3, 4)
    answers = [
        student.dropconnect_backward(GRAD, V, W, MASKS),
        student.dropconnect_backward(grad, v, weights, mask),
    ]
    terms = [np.outer(g, x) * m for g, x, m in zip(grad, v, mask, strict=True)]
    for answer, want in zip(answers, [np.array([[1.0, -10], [62, 4]]), sum(terms)], strict=True):
        case.equal(parts(case, answer, GRADIENTS)["dW"], want, what="dW")


@law("db: the sum over the batch", weight=1)
def to_biases(student, case):
    v, weights, _, mask = layer(case, 3, 5, 4)
    grad = case.apart(3, 4)
    answers = [
        student.dropconnect_backward(GRAD, V, W, MASKS),
        student.dropconnect_backward(grad, v, weights, mask),
    ]
    for answer, want in zip(answers, [np.array([11.0, 22.0]), grad.sum(axis=0)], strict=True):
        case.equal(parts(case, answer, GRADIENTS)["db"], want, what="db")


@law("float32 stays float32, and no argument is written to", weight=1, edge=True)
def form(student, case):
    v, weights, b, grad = (case.frozen(x.astype(np.float32)) for x in (V, W, B, GRAD))
    ahead = student.dropconnect_forward(v, weights, b, MASKS)
    back = student.dropconnect_backward(grad, v, weights, MASKS)
    case.form(ahead, grad)
    same_dtypes(case, back, GRADIENTS, np.float32)


# By what a wrong answer is recognised, and what people write instead --------------------------

# Two examples, three inputs; the weights differ in size, so that it shows which of them count.
DIGITS, OWN = np.array([[1.0, 10.0, 100.0]]), np.array([[[1, 0, 1]], [[0, 1, 1]]], bool)
ONES, NO_BIAS = np.ones((2, 3)), np.zeros(1)


def gradient(student, part):
    """Give one of the gradients for an upstream gradient of ones."""
    v = np.array([[1.0, 1, 1], [10, 10, 10]])
    return student.dropconnect_backward(np.ones((2, 1)), v, DIGITS, OWN).value[part]


@question("Which weights does an example go through?")
def weights_used(student, case):
    own = np.repeat(OWN, 3, axis=1)  # output o sees input o alone
    u = rounded(student.dropconnect_forward(ONES, np.eye(3), np.zeros(3), own))
    return rounded(u / np.abs(u).max())  # whatever they are all multiplied by


@question("By what are the kept weights multiplied?")
def factor(student, case):
    # Equal weights, half of them kept in either example: only a factor can show.
    half = np.array([[[1, 1, 0, 0]], [[0, 0, 1, 1]]], bool)
    u = student.dropconnect_forward(np.ones((2, 4)), np.ones((1, 4)), NO_BIAS, half)
    return rounded(ratio(u, 2.0))


@question("What becomes of the bias?")
def bias_used(student, case):
    mask = np.array([[[1, 1, 1]], [[0, 0, 0]]], bool)
    return rounded(student.dropconnect_forward(0 * ONES, DIGITS, np.array([7.0]), mask))


@question("Through which weights does the gradient come back?")
def weights_back(student, case):
    return rounded(gradient(student, 0))


@question("What does each example add to the gradient of the weights?")
def weight_gradient(student, case):
    return rounded(gradient(student, 1))


@question("What is the gradient of the biases?")
def bias_gradient(student, case):
    return rounded(gradient(student, 2))


@question("Which dtypes come out for float32?", edge=True)
def kinds(student, case):
    v, weights, b = (x.astype(np.float32) for x in (V, W, B))
    return dtype(student.dropconnect_forward(v, weights, b, MASKS))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(lambda: student.dropconnect_forward(case.frozen(V), W, B, MASKS))


def forward_form(
    masked=lambda v, W, mask: np.einsum("boi,oi,bi->bo", mask, W, v),
    biased=lambda u, b, mask: u + b,
):
    def dropconnect_forward(v, W, b, mask):
        return biased(masked(v, W, mask), b, mask).astype(v.dtype)

    return dropconnect_forward


def backward_form(
    dv=lambda grad, W, mask: np.einsum("bo,boi,oi->bi", grad, mask, W),
    dW=lambda grad, v, W, mask: np.einsum("bo,boi,bi->oi", grad, mask, v),
    summed=lambda x, grad: x,
    db=lambda grad: grad.sum(axis=0),
    order=(0, 1, 2),
):
    def dropconnect_backward(grad, v, W, mask):
        of_weights, of_biases = dW(grad, v, W, mask), db(grad)
        found = dv(grad, W, mask), summed(of_weights, grad), summed(of_biases, grad)
        return tuple(found[i] for i in order)

    return dropconnect_backward


mistakes = Mistakes(dropconnect_forward=forward_form, dropconnect_backward=backward_form)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "mask-exchanged",
    "Kept and dropped exchanged",
    "The weights that the mask keeps are dropped, and the others kept; True means kept.",
    masked=lambda v, W, mask: np.einsum("boi,oi,bi->bo", ~mask, W, v),
)
mistakes.row(
    "one-mask-for-the-batch",
    "One mask for the batch",
    "All examples go through the weights that the first mask keeps; each has a mask of its own.",
    masked=lambda v, W, mask: v @ (mask[0] * W).T,
)
mistakes.row(
    "masks-averaged",
    "Masks averaged over the batch",
    "You average the masks over the batch and use the mean as one mask; an example's weights are "
    "kept or dropped, never both.",
    masked=lambda v, W, mask: v @ (mask.mean(axis=0) * W).T,
)
mistakes.row(
    "divided-by-realised-share",
    "Divided by the share that was kept",
    "You divide by the share of the weights that this mask keeps; DropConnect rescales nothing in "
    "training.",
    masked=lambda v, W, mask: np.einsum("boi,oi,bi->bo", mask, W, v) / (mask.mean() or 1),
)
mistakes.row(
    "units-instead-of-weights",
    "Units dropped, not weights",
    "A whole output is dropped or kept, which is dropout; DropConnect masks each single weight.",
    masked=lambda v, W, mask: mask[:, :, 0] * (v @ W.T),
)
mistakes.row(
    "bias-missing",
    "Bias missing",
    "The bias is not added; a linear layer without it is another layer.",
    biased=lambda u, b, mask: u,
)
mistakes.row(
    "bias-masked",
    "Bias masked",
    "The bias is dropped together with weights; here it stays whatever the mask says.",
    biased=lambda u, b, mask: u + b * mask[:, :, 0],
)
mistakes.row(
    "input-gradient-unmasked",
    "dv through all weights",
    "dv goes back through all weights; an example reaches the loss through those it kept alone.",
    of="dropconnect_backward",
    dv=lambda grad, W, mask: grad @ W,
)
mistakes.row(
    "weight-gradient-unmasked",
    "dW without the mask",
    "Weights get a gradient from examples that had dropped them; mask each example's share.",
    of="dropconnect_backward",
    dW=lambda grad, v, W, mask: grad.T @ v,
)
mistakes.row(
    "weight-gradient-times-weights",
    "dW multiplied by W",
    "Your dW holds W; the derivative of a product by one factor is the other, here mask times v.",
    of="dropconnect_backward",
    dW=lambda grad, v, W, mask: W * np.einsum("bo,boi,bi->oi", grad, mask, v),
)
mistakes.row(
    "weight-gradient-not-summed",
    "dW not summed",
    "dW has one matrix an example; all of them share the weights, so their gradients add up.",
    of="dropconnect_backward",
    dW=lambda grad, v, W, mask: grad[:, :, None] * v[:, None, :] * mask,
)
mistakes.row(
    "results-in-another-order",
    "Results in another order",
    "You return dW, db and dv; asked for are dv, dW and db, in this order.",
    of="dropconnect_backward",
    order=(1, 2, 0),
)
mistakes.row(
    "one-mask-in-backward",
    "First mask for all gradients",
    "The first example's mask is applied to the gradient of the whole batch; mask each example's "
    "share before you sum.",
    of="dropconnect_backward",
    dv=lambda grad, W, mask: grad @ (mask[0] * W),
    dW=lambda grad, v, W, mask: mask[0] * (grad.T @ v),
)
mistakes.row(
    "mean-for-sum",
    "Mean instead of sum",
    "You average over the batch; the loss has done that already, so its gradients are summed.",
    of="dropconnect_backward",
    summed=lambda x, grad: x / len(grad),
)
mistakes.row(
    "bias-gradient-not-summed",
    "db not summed",
    "db has one row an example; all of them share the biases, so their gradients add up.",
    of="dropconnect_backward",
    db=lambda grad: grad,
)
