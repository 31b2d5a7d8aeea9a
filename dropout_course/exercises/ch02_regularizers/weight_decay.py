"""2.1 weight_decay: a penalty with its gradient, and Adam with the decay in either place."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.comparing import holds_parts
from dropout_course.engine.features import dtype, overwrites, rounded, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch02_regularizers import adam_inputs
from dropout_course.exercises.ch02_regularizers.wrong_steps import mistakes

__all__ = ["mistakes"]  # what people write instead

# What is true of every right answer ------------------------------------------------------------


def pair(case, answer):
    """Require (loss, grad); give the two."""
    got = answer.value
    pair = holds_parts(got, 2)
    case.that(pair, "l2_loss_grad must return (loss, grad)", received=got, kind="type")
    return got


def three(case, answer):
    """Require (w, m, v); give the three."""
    got = answer.value
    triple = holds_parts(got, 3)
    case.that(triple, "adam_step must return (w, m, v)", received=got, kind="type")
    return tuple(case.array(a, what=name) for a, name in zip(got, "wmv", strict=True))


@law("The penalty is λ times the sum of the squares", weight=2)
def penalty_is_right(student, case):
    w = case.apart(3, 4)
    calls = [(np.array([1.0, -2.0]), 0.5), (w, 0.0), (w, 0.3)]
    for (w, lam), answer in [(call, student.l2_loss_grad(*call)) for call in calls]:
        case.equal(pair(case, answer)[0], lam * float(np.sum(w * w)), what="λ Σ w²", of=answer)


@law("The gradient of the penalty is 2λw", weight=4)
def gradient_is_right(student, case):
    w, lam = case.apart(2, 3), 0.7
    small, drawn = student.l2_loss_grad(np.array([1.0, -2.0]), 0.5), student.l2_loss_grad(w, lam)
    case.equal(pair(case, small)[1], np.array([1.0, -2.0]), what="grad", of=small)
    # the penalty is a parabola, for which a central difference is exact
    want = lam * ((w + 0.5) ** 2 - (w - 0.5) ** 2)
    case.equal(pair(case, drawn)[1], want, what="grad", of=drawn)


@law("Without decay it is Adam", weight=2)
def plain_adam(student, case):
    zero, one = np.zeros(2), np.ones(1)
    asked = []
    for decoupled in (True, False):
        # the first step: m̂ = g and v̂ = g², so each weight moves by lr · |g| / (|g| + eps)
        call = (np.ones(2), np.array([3.0, -1.0]), zero, zero, 1, 0.1, 0.0, decoupled)
        first = student.adam_step(*call, eps=1.0)
        asked.append((first, np.array([1 - 0.075, 1 + 0.05]), "a first step, eps = 1,"))
        # the second step: m = 2, v = 3, corrected by 1 - 0.5² and 1 - 0.75²
        call = (np.zeros(1), 3 * one, one, one, 2, 0.1, 0.0, decoupled)
        want = np.array([-0.1 * (2 / 0.75) / np.sqrt(3 / 0.4375)])
        second = student.adam_step(*call, betas=(0.5, 0.75), eps=0.0)
        asked.append((second, want, "a second step, betas = (0.5, 0.75), eps = 0,"))
    # with the usual constants: a constant gradient gives steps of lr / (1 + eps / |g|)
    g, t = case.apart(4), case.integers(2, 50)
    m, v = (1 - 0.9 ** (t - 1)) * g, (1 - 0.999 ** (t - 1)) * g**2
    many = student.adam_step(np.zeros(4), g, m, v, t, 0.1, 0.0, True)
    asked.append((many, -0.1 * g / (np.abs(g) + 1e-8), "many equal gradients"))
    for answer, want, what in asked:
        case.equal(three(case, answer)[0], want, what=f"w after {what}")


@law("AdamW subtracts lr·wd·w beside the step of Adam", weight=3, core=True)
def decay_beside(student, case):
    zero, lr, wd = np.zeros(2), 0.01, 0.3
    # without a gradient Adam stands still, and only the decay is left
    still = student.adam_step(np.array([1.0, -2.0]), zero, zero, zero, 1, 0.1, 0.5, True)
    asked = []
    for shape in ((3,), (2, 4)):
        arrays, t = adam_inputs(case, *shape), case.integers(1, 20)
        pairs = [student.adam_step(*arrays, t, lr, decay, True) for decay in (0.0, wd)]
        asked.append((arrays[0], *pairs))
    what = "w after a step without gradient, lr·wd = 0.05,"
    case.equal(three(case, still)[0], np.array([0.95, -1.9]), what=what)
    for w, plain, got in asked:
        plain, got = three(case, plain), three(case, got)
        case.equal(got[0], plain[0] - lr * wd * w, what="w, which is Adam's minus lr·wd·w,")
        case.equal(got[1:], plain[1:], what="(m, v), which know nothing of the decay,")


@law("L2 adds wd·w to the gradient before anything else", weight=4)
def decay_inside(student, case):
    # without a gradient, the first step is lr · wd|w| / (wd|w| + eps), towards 0
    zero = np.zeros(2)
    call = (np.array([2.0, -6.0]), zero, zero, zero, 1, 0.1, 0.5, False)
    still = student.adam_step(*call, eps=1.0)
    w, grad, m, v = adam_inputs(case, 2, 3)
    t, lr, wd = case.integers(1, 20), 0.01, 0.3
    plain = student.adam_step(w, grad + wd * w, m, v, t, lr, 0.0, False)
    decayed = student.adam_step(w, grad, m, v, t, lr, wd, False)
    what = "w after a step without gradient"
    case.equal(three(case, still)[0], np.array([2 - 0.05, -6 + 0.075]), what=what)
    for name, a, b in zip("wmv", three(case, decayed), three(case, plain), strict=True):
        case.equal(a, b, what=f"{name}, which is that of Adam with the gradient grad + wd·w,")


@law("The running means m and v come back, uncorrected", weight=2)
def means_come_back(student, case):
    one = np.ones(2)
    call = (one, np.array([1.0, 2.0]), one, one, 1, 0.1, 0.0, True)
    small = student.adam_step(*call, betas=(0.5, 0.75))
    w, grad, m, v = adam_inputs(case, 5)
    drawn = student.adam_step(w, grad, m, v, 3, 0.01, 0.0, True)
    case.equal(three(case, small)[1], np.array([1.0, 1.5]), what="m with beta1 = 0.5")
    case.equal(three(case, small)[2], np.array([1.0, 1.75]), what="v with beta2 = 0.75")
    case.equal(three(case, drawn)[1], 0.9 * m + 0.1 * grad, what="m")
    case.equal(three(case, drawn)[2], 0.999 * v + 0.001 * grad**2, what="v")


@law("float32 stays float32, and the inputs stay as they are", weight=1, edge=True)
def form(student, case):
    w = case.frozen(np.array([1.0, -2.0], np.float32))
    case.form(pair(case, student.l2_loss_grad(w, 0.1))[1], w, what="grad")
    for decoupled in (True, False):
        case.form(student.adam_step(w, w, w, w**2, 2, 0.1, 0.1, decoupled), (w, w, w))


# By what a wrong answer is recognised ----------------------------------------------------------

W, G = np.array([1.0, -2.0, 0.5]), np.array([0.3, 0.1, -2.0])
M, V = np.array([0.1, -0.2, 0.3]), np.array([0.5, 0.2, 1.0])


def step(student, t, wd, decoupled, which=0):
    """Give the new w (or m and v) of one step."""
    answer = student.adam_step(W, G, M, V, t, 0.2, wd, decoupled, (0.8, 0.9), 0.1)
    return rounded(value_of(answer)[which])


@question("What is the penalty?")
def penalty(student, case):
    return rounded(value_of(student.l2_loss_grad(W, 0.3))[0])


@question("What is its gradient?")
def gradient(student, case):
    return rounded(value_of(student.l2_loss_grad(W, 0.3))[1])


@question("What is a step without decay?")
def plain(student, case):
    return [step(student, t, 0.0, True) for t in (1, 3)]


@question("What does a decoupled decay add?")
def beside(student, case):
    return step(student, 3, 0.4, True) - step(student, 3, 0.0, True)


@question("What does a coupled decay add?")
def inside(student, case):
    return step(student, 3, 0.4, False) - step(student, 3, 0.0, False)


@question("Which means come back?")
def means(student, case):
    return [step(student, 3, 0.0, True, which) for which in (1, 2)]


@question("Which dtype has the new w for float32?", edge=True)
def kind(student, case):
    w, g, m, v = (a.astype(np.float32) for a in (W, G, M, V))
    return dtype(value_of(student.adam_step(w, g, m, v, 2, 0.1, 0.1, True))[0])


@question("Does adam_step write to its inputs?", edge=True)
def writes(student, case):
    return overwrites(student.adam_step, *map(case.frozen, (W, G, M, V)), 2, 0.1, 0.1, True)
