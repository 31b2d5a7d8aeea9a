"""4.3 mlp_loss_grads: loss and gradients of a network with two dropout layers."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.features import rounded, tried
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch04_backprop.mlp import (
    KEYS,
    finite_differences,
    loss_grads,
    network,
    positive,
    smooth_network,
    zero_network,
)
from dropout_course.exercises.ch04_backprop.wrong_gradients import mistakes

__all__ = ["mistakes"]  # what people write instead

# What is true of every right answer ------------------------------------------------------------


@law("The gradients are those of the loss", weight=4, core=True)
def gradients_of_the_loss(student, case):
    # All weights zero: the three classes are equally likely, and only b3 matters.
    ((loss, grads),) = loss_grads(student, case, (*zero_network(case, [0, 1, 0, 2]), 0.3))
    case.equal(loss, math.log(3), what="the loss of a network of zeros, which is log 3,")
    want = np.array([1 / 3 - 1 / 2, 1 / 3 - 1 / 4, 1 / 3 - 1 / 4])
    case.equal(grads["b3"], want, what="the gradient of b3 for a network of zeros")
    finite_differences(student, case, *smooth_network(case, (2, 3, 3, 3), 6, 0.3), 0.3)


@law("The loss multiplies kept units by 1/(1-p)", weight=2)
def kept_units_are_scaled(student, case):
    # With every unit kept, rate p is no dropout with the weights behind the masks divided by q.
    p = 0.2
    params, X, y = positive(*network(case, (2, 3, 3, 2), 5, 0.0)[:3])
    everything = (np.ones((5, 3), bool), np.ones((5, 3), bool))
    divided = {**params, "W2": params["W2"] / (1 - p), "W3": params["W3"] / (1 - p)}
    calls = [(params, X, y, everything, p), (divided, X, y, everything, 0.0)]
    (loss, _), (plain, _) = loss_grads(student, case, *calls)
    case.equal(loss, plain, what="the loss with p = 0.2 and every unit kept")


@law("The loss does not see a dropped unit", weight=2)
def dropped_unit_is_absent(student, case):
    params, X, y, (m1, m2) = network(case, (2, 3, 3, 2), 5, 0.3)
    m1, m2 = m1.copy(), m2.copy()
    m1[:, 1] = m2[:, 2] = False
    changed = {name: value.copy() for name, value in params.items()}
    changed["W1"][:, 1] += 5
    changed["W2"][1] -= 3
    changed["b2"][2] += 4
    changed["W3"][2] += 7
    calls = [(parameters, X, y, (m1, m2), 0.3) for parameters in (params, changed)]
    (loss, _), (again, _) = loss_grads(student, case, *calls)
    case.equal(again, loss, what="the loss, when weights of a dropped unit are changed,")


@law("The loss is the mean over the batch", weight=1.5)
def mean_over_the_batch(student, case):
    params, X, y, masks = network(case, (2, 3, 3, 3), 4, 0.3)
    whole = (params, X, y, masks, 0.3)
    rows = [(params, X[i : i + 1], y[i : i + 1], tuple(m[i : i + 1] for m in masks), 0.3)
            for i in range(4)]  # fmt: skip
    (loss, _), *single = loss_grads(student, case, whole, *rows)
    case.equal(loss, float(np.mean([one for one, _ in single])), what="the loss of four examples")


@law("Logits of 10 000 give finite numbers", weight=2, edge=True)
def huge_logits(student, case):
    calls = []
    for target in (0, 1, 2):
        params, X, y, masks = zero_network(case, [target, target])
        params["b3"] = np.array([1e4, 0.0, -1e4])
        calls.append((params, X, y, masks, 0.3))
    for target, (loss, grads) in enumerate(loss_grads(student, case, *calls)):
        want = 1e4 * target
        text = "the loss for the logits 10000, 0, -10000 is wrong"
        case.that(abs(loss - want) <= 1e-6 * max(want, 1), text, expected=want, received=loss)
        finite = np.isfinite(grads["b3"]).all()
        case.that(finite, "the gradient of b3 for such logits is not finite", kind="nonfinite")


@law("At 0 the ReLU has derivative 0", weight=1, edge=True)
def relu_at_zero(student, case):
    params, X, y, _ = network(case, (2, 3, 3, 2), 6, 0.3)
    masks = (np.ones((6, 3), bool), np.ones((6, 3), bool))
    params["W1"], params["b1"], params["b2"] = np.zeros((2, 3)), np.zeros(3), np.ones(3)
    ((_, grads),) = loss_grads(student, case, (params, X, y, masks, 0.0))
    what = "the gradient of b1 when every input of the first ReLU is 0"
    case.equal(grads["b1"], np.zeros(3), tol=1e-12, what=what)


@law("p = 1 leaves the last bias only", weight=1, edge=True)
def nothing_at_one(student, case):
    params, X, y, _ = network(case, (2, 3, 3, 2), 4, 0.3)
    params["b2"] = np.abs(params["b2"])  # else ReLU may hide a gradient that should be 0
    nothing = (np.zeros((4, 3), bool), np.zeros((4, 3), bool))
    ((loss, grads),) = loss_grads(student, case, (params, X, y, nothing, 1.0))
    case.that(math.isfinite(loss), "the loss at p = 1 is not finite", received=loss)
    for name in KEYS[:-1]:
        what = f"the gradient of {name} at p = 1"
        case.equal(grads[name], np.zeros(params[name].shape), tol=1e-12, what=what)


@law("float32 stays float32, and the parameters stay as they are", weight=1, edge=True)
def form(student, case):
    params, X, y, masks = network(case, (2, 3, 3, 2), 4, 0.3, dtype=np.float32)
    frozen = {name: case.frozen(value) for name, value in params.items()}
    answer = student.mlp_loss_grads(frozen, case.frozen(X), y, masks, 0.3)
    case.form(answer, (0.0, params))


# By what a wrong answer is recognised ----------------------------------------------------------

RNG = np.random.default_rng(7)
SHAPES = {"W1": (2, 4), "b1": (4,), "W2": (4, 3), "b2": (3,), "W3": (3, 3), "b3": (3,)}
PARAMS = {name: RNG.normal(size=shape) for name, shape in SHAPES.items()}
X, Y = RNG.normal(size=(40, 2)), np.arange(40) % 3
# every unit is kept for some examples and dropped for others
MASKS = (np.arange(160).reshape(40, 4) % 3 > 0, np.arange(120).reshape(40, 3) % 4 > 0)


def asked(student, params=PARAMS, masks=MASKS, p=0.3):
    """Give loss and gradients."""
    loss, grads = student.mlp_loss_grads(params, X, Y, masks, p).value
    return rounded(loss), {name: rounded(grads[name]) for name in KEYS}


@question("What is the loss?")
def loss(student, case):
    return asked(student)[0]


@question("What are the gradients of the last layer?")
def last(student, case):
    grads = asked(student)[1]
    return [grads["b3"], grads["W3"]]


def steady(student, *names):
    """Give gradients, or say that they are random."""
    one, two = asked(student)[1], asked(student)[1]
    same = all(np.array_equal(one[name], two[name]) for name in names)
    return [one[name] for name in names] if same else "differs from call to call"


@question("What are the gradients of the second layer?")
def second(student, case):
    return steady(student, "b2", "W2")


@question("What are the gradients of the first layer?")
def first(student, case):
    return steady(student, "b1", "W1")


@question("What becomes of logits of 10 000?", edge=True)
def huge(student, case):
    large = {**PARAMS, "b3": np.array([1e4, 0, -1e4])}
    value = tried(student.mlp_loss_grads(large, X, Y, MASKS, 0.3))
    if isinstance(value, str):
        return value
    found = float(rounded(value[0], 2))
    # about 10 000; with a constant in the logarithm it stays below 750, how far depends on it
    return "cut off" if abs(found) < 1000 else found if np.isfinite(found) else "not finite"


@question("What is the slope of a ReLU at 0?", edge=True)
def kink(student, case):
    flat = {**PARAMS, "W1": 0 * PARAMS["W1"], "b1": 0 * PARAMS["b1"], "b2": 9 + PARAMS["b2"]}
    everything = tuple(np.ones_like(mask) for mask in MASKS)
    return bool(np.any(asked(student, flat, everything, 0.0)[1]["b1"]))


@question("Is all finite at p = 1?", edge=True)
def at_one(student, case):
    loss, grads = asked(student, masks=tuple(0 * mask > 0 for mask in MASKS), p=1.0)
    return bool(np.isfinite(loss)) and all(np.isfinite(grads[name]).all() for name in KEYS)


@question("Which dtype have the gradients for float32?", edge=True)
def kind(student, case):
    single = {name: value.astype(np.float32) for name, value in PARAMS.items()}
    answer = student.mlp_loss_grads(single, X.astype(np.float32), Y, MASKS, 0.3)
    return [str(answer.value[1][name].dtype) for name in KEYS]


@question("Does it write to its parameters?", edge=True)
def writes(student, case):
    frozen = {name: case.frozen(value) for name, value in PARAMS.items()}
    answer = tried(student.mlp_loss_grads(frozen, case.frozen(X), Y, MASKS, 0.3))
    return answer == "raises ValueError"
