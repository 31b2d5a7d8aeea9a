"""Hidden laws of 2.1 weight_decay."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch02_regularizers import adam_inputs
from dropout_course.exercises.ch02_regularizers import weight_decay as visible
from dropout_course.exercises.ch02_regularizers.weight_decay import pair, three
from solutions.ch02_regularizers import adam_step


def penalty_calls(case):
    """Give calls of l2_loss_grad on other shapes and layouts."""
    some = (case.apart(7), case.apart(2, 3, 4), np.zeros((1, 2)))
    calls = [(w, float(case.uniform(low=0.1, high=5))) for w in some]
    return calls + [(given, 2.0) for given in case.layouts(case.apart(4, 3))]


@visible.penalty_is_right.elsewhere(weight=1)
def penalty_is_right(student, case):
    asked = [(call, student.l2_loss_grad(*call)) for call in penalty_calls(case)]
    for (w, lam), answer in asked:
        case.equal(pair(case, answer)[0], lam * float(np.sum(w * w)), what="λ Σ w²", of=answer)


@visible.gradient_is_right.elsewhere(weight=2)
def gradient_is_right(student, case):
    asked = [(call, student.l2_loss_grad(*call)) for call in penalty_calls(case)]
    for (w, lam), answer in asked:
        case.equal(pair(case, answer)[1], 2 * lam * w, what="grad", of=answer)


def same_steps(student, case, calls, parts="wmv"):
    """Require the reference's arrays."""
    for call, answer in [(call, student.adam_step(*call)) for call in calls]:
        for name, a, b in zip("wmv", three(case, answer), adam_step(*call), strict=True):
            if name in parts:
                case.equal(a, b, what=name)


@visible.plain_adam.elsewhere(weight=1)
def plain_adam(student, case):
    calls = []
    for shape in ((4,), (2, 3, 2)):
        for t in (1, 2, 7, 500):
            lr = float(case.uniform(low=0.01, high=1))
            calls.append((*adam_inputs(case, *shape), t, lr, 0.0, t % 2 == 0))
    calls.append((*adam_inputs(case, 5), 3, 0.1, 0.0, True, (0.0, 0.9), 0.3))
    zero = np.zeros(3)
    calls.append((case.normal(3), zero, zero, zero, 1, 0.1, 0.0, True))
    calls += [(given, *adam_inputs(case, 3, 2)[1:], 2, 0.1, 0.0, True)
              for given in case.layouts(case.apart(3, 2))]  # fmt: skip
    same_steps(student, case, calls, "w")


def decayed(case, decoupled):
    """Draw a step with decay for each of three shapes: the arguments of adam_step."""
    calls = []
    for shape in ((6,), (3, 2), (2, 2, 2)):
        lr, wd = float(case.uniform(low=0.05, high=1)), float(case.uniform(low=0.5, high=2))
        calls.append((*adam_inputs(case, *shape), case.integers(1, 99), lr, wd, decoupled))
    return calls


@visible.decay_beside.elsewhere(weight=2)
def decay_beside(student, case):
    # What the decay adds, whatever the answer's own Adam does without it.
    asked = []
    for call in decayed(case, True):
        plain = (*call[:6], 0.0, True)
        asked.append((call, student.adam_step(*plain), student.adam_step(*call)))
    for (w, *_, lr, wd, _), without, decay in asked:
        plainly = three(case, without)[0]
        change = three(case, decay)[0] - plainly  # asked for last: the call that is shown
        case.equal(change, -lr * wd * w, what="what the decay adds to w")


@visible.decay_inside.elsewhere(weight=2)
def decay_inside(student, case):
    for call in decayed(case, False):
        w, grad, m, v, t, lr, wd, _ = call
        plain = student.adam_step(w, grad + wd * w, m, v, t, lr, 0.0, False)
        got = student.adam_step(*call)
        for name, a, b in zip("wmv", three(case, got), three(case, plain), strict=True):
            case.equal(a, b, what=name)


@visible.means_come_back.elsewhere(weight=1)
def means_come_back(student, case):
    calls = [(*adam_inputs(case, 3, 3), 4, 0.1, 0.0, mode, (0.8, 0.99)) for mode in (True, False)]
    same_steps(student, case, calls, "mv")


@visible.form.elsewhere(weight=1)
def form(student, case):
    for dtype in (np.float32, np.float64):
        w, *rest = (case.frozen(a.astype(dtype)) for a in adam_inputs(case, 4, 2))
        case.form(pair(case, student.l2_loss_grad(w, 2.0))[1], w, what="grad")
        for mode in (True, False):
            case.form(student.adam_step(w, *rest, 3, 0.1, 0.5, mode), (w, w, w))
