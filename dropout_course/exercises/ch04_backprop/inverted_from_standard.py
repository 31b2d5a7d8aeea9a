"""4.4 inverted_from_standard: the same trajectory in other units."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.comparing import holds_parts
from dropout_course.engine.features import dtype, overwrites, rounded, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting

# What is true of every right answer ------------------------------------------------------------


def converted(case, answer, W):
    """Require (W_inv, lr_inv), of the shape of W and one number; give the two."""
    got = answer.value
    pair = holds_parts(got, 2)
    text = "inverted_from_standard must return a tuple (W_inv, lr_inv)"
    case.that(pair, text, received=got, kind="type")
    return case.array(got[0], W.shape, what="W_inv"), float(case.array(got[1], (), what="lr_inv"))


@law("Both networks agree after every step", weight=3, core=True)
def same_trajectory(student, case):
    # One unit with activation 1 that is kept, target 0: standard SGD goes from 2 to 2 - 0.1 * 2.
    one, W, q, lr = np.array([[2.0]]), case.apart(4, 2), 1 - case.rate(), 0.05
    hand = student.inverted_from_standard(one, 0.1, 0.8)
    drawn = student.inverted_from_standard(W, lr, q)
    W_inv, lr_inv = converted(case, hand, one)
    step = W_inv - lr_inv * (W_inv / 0.8) / 0.8
    case.equal(step / 0.8, np.array([[1.8]]), what="the output after one step, kept unit 1,")
    follow(case, (W, lr, q), converted(case, drawn, W), steps=5)


def follow(case, standard, inverted, steps):
    """Train one linear layer behind a mask in both forms; require equal outputs after each step."""
    (W, lr, q), (W_inv, lr_inv) = standard, inverted
    inputs = case.apart(steps, 6, len(W)) * case.mask((steps, 6, len(W)), 1 - q)
    targets = case.apart(steps, 6, W.shape[1])
    for step, (x, target) in enumerate(zip(inputs, targets, strict=True), 1):
        W = W - lr * x.T @ (x @ W - target) / 6
        W_inv = W_inv - lr_inv * (x / q).T @ (x / q @ W_inv - target) / 6
        what = f"W_inv after {step} step{'s' if step > 1 else ''}, which must be q W,"
        case.equal(W_inv, q * W, what=what)


@law("Before training, both give the same outputs", weight=3)
def same_outputs(student, case):
    q, W = 0.8, np.array([[1.0, -2.0], [3.0, 4.0]])
    W_inv, _ = converted(case, student.inverted_from_standard(W, 0.1, q), W)
    h, mask = np.array([[1.0, 2.0]]), np.array([[True, False]])
    case.equal(mask * h / q @ W_inv, (mask * h) @ W, what="the output in training")
    case.equal(h @ W_inv, q * h @ W, what="the output in eval")


@law("With q = 1 nothing changes", weight=1)
def nothing_at_one(student, case):
    W = case.apart(3, 2)
    W_inv, lr_inv = converted(case, student.inverted_from_standard(W, 0.25, 1.0), W)
    case.equal(W_inv, W, what="W_inv at q = 1")
    case.equal(lr_inv, 0.25, what="lr_inv at q = 1")


@law("float32 weights stay float32, of any shape, and W stays as it is", weight=1, edge=True)
def form(student, case):
    for W in (np.array([1.0, 2.0, -4.0], np.float32), np.ones((2, 1, 2), np.float32)):
        answer = student.inverted_from_standard(case.frozen(W), 0.1, 0.5)
        case.form(answer, (W, 0.1))


# By what a wrong answer is recognised ----------------------------------------------------------

W = np.array([[1.0, -2.0, 3.0]])


@question("By what are the weights multiplied?")
def weights(student, case):
    return rounded(value_of(student.inverted_from_standard(W, 0.5, 0.7))[0])


@question("By what is the learning rate multiplied?")
def rate(student, case):
    return rounded(value_of(student.inverted_from_standard(W, 0.5, 0.7))[1])


@question("Which dtype have the weights for float32?", edge=True)
def kind(student, case):
    return dtype(value_of(student.inverted_from_standard(W.astype(np.float32), 0.5, 0.8))[0])


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.inverted_from_standard, case.frozen(W), 0.5, 0.8)


# What people write instead ---------------------------------------------------------------------


def converting(weights=lambda q: q, rate=lambda q: q**2):
    """Multiply both."""
    return lambda W, lr, q: ((weights(q) * W).astype(W.dtype), rate(q) * lr)


mistakes = Mistakes(inverted_from_standard=converting)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
ROWS = (
    (
        "wrong-way-round",
        "Converted the wrong way round",
        "Inverted dropout sends larger activations, so its weights and its learning rate "
        "are smaller, not larger: multiply by q and q squared.",
        {"weights": lambda q: 1 / q, "rate": lambda q: q**-2},
    ),
    (
        "rate-not-converted",
        "Learning rate not converted",
        "With the old learning rate the outputs agree at first and part after one step: "
        "the gradient is larger by 1/q and the weights are smaller by q.",
        {"rate": lambda q: 1.0},
    ),
    (
        "one-factor-q",
        "Only one factor q",
        "One factor q in the learning rate is for the larger gradient; "
        "a second one is needed because the weights themselves are smaller.",
        {"rate": lambda q: q},
    ),
    (
        "square-root-factor",
        "A square root too many",
        "The learning rate carries q squared: once for the gradient, once for the weights.",
        {"rate": lambda q: q**0.5},
    ),
    (
        "weights-not-converted",
        "Weights not converted",
        "The learning rate is converted and the weights are not: "
        "the two networks already differ before the first step.",
        {"weights": lambda q: 1.0},
    ),
    (
        "keep-read-as-drop",
        "q taken for the drop rate",
        "q is the probability of keeping a unit; this answer reads it as that of dropping one.",
        {"weights": lambda q: 1 - q, "rate": lambda q: (1 - q) ** 2},
    ),
    (
        "rate-divided",
        "Learning rate divided",
        "The weights are right, and the learning rate has to become smaller, "
        "not larger: multiply it by q squared.",
        {"rate": lambda q: q**-2},
    ),
    (
        "nothing-converted",
        "Nothing converted",
        "Weights and learning rate are as they were; kept units now send 1/q times as much, so "
        "both have to become smaller.",
        {"weights": lambda q: 1.0, "rate": lambda q: 1.0},
    ),
    (
        "rate-divided-once",
        "Learning rate divided by q",
        "The weights are right, and the learning rate is divided by q; multiply it by q squared.",
        {"rate": lambda q: 1 / q},
    ),
    (
        "weights-divided",
        "Weights divided by q",
        "Kept activations are already divided by q, so the weights are multiplied by q "
        "to give the same output.",
        {"weights": lambda q: 1 / q},
    ),
)
for name, title, says, changes in ROWS:
    mistakes.row(name, title, says, **changes)
