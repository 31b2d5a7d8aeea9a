"""Hidden laws of 10.2 batchnorm."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch10_batchnorm import batchnorm as visible
from dropout_course.exercises.ch10_batchnorm.batchnorm import both, output, some_state
from dropout_course.exercises.ch10_batchnorm.norms import KEYS
from solutions.ch10_batchnorm import bn_forward, recalibrate

SHAPES = ((2, 1), (7, 3), (20, 2))


def calls(case, training):
    """Draw calls of other shapes, momenta and layouts."""
    drawn = []
    for shape in SHAPES:
        x, momentum = case.normal(*shape, scale=2) + 5, float(case.uniform(low=0.05, high=0.4))
        drawn.append((x, some_state(case, shape[1]), training, momentum, 0.2))
    x, state = case.normal(4, 3), some_state(case, 3)
    drawn += [(other, state, training, 0.1, 0.2) for other in case.layouts(x)]
    return drawn


@visible.training.elsewhere(weight=2)
def training(student, case):
    asked = [(call, student.bn_forward(*call)) for call in calls(case, True)]
    for call, answer in asked:
        case.equal(output(case, answer), bn_forward(*call)[0], what="y", of=answer)


@visible.evaluation.elsewhere(weight=1.5)
def evaluation(student, case):
    asked = [(call, student.bn_forward(*call)) for call in calls(case, False)]
    for call, answer in asked:
        y, same = both(case, answer)
        case.equal(y, bn_forward(*call)[0], what="y", of=answer)
        for name in KEYS:
            case.equal(same[name], call[1][name], what=f"{name} after evaluation", of=answer)


@visible.stored.elsewhere(weight=1.5)
def stored(student, case):
    drawn = calls(case, True)
    drawn += [(*call[:3], momentum) for call, momentum in zip(drawn, (0.0, 1.0, 0.5), strict=False)]
    for call, answer in [(call, student.bn_forward(*call)) for call in drawn]:
        new = both(case, answer)[1]
        for name in KEYS:
            case.equal(new[name], bn_forward(*call)[1][name], what=name, of=answer)


@visible.recalibration.against(recalibrate, weight=1.5)
def recalibration(case):
    rows = case.normal(12, 3, scale=2) + np.arange(12)[:, None]
    cuts = ([12], [1, 3], [4, 5, 6], [10])
    return [(np.split(rows, cut),) if cut != [12] else ([rows],) for cut in cuts]


@visible.unchanged.elsewhere(weight=0.5)
def unchanged(student, case):
    visible.unchanged.body(student, case)


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    asked = []
    for of_x, of_state in ((np.float32, np.float64), (np.float64, np.float32)):
        x = case.frozen(case.normal(4, 2, dtype=of_x))
        state = {k: case.frozen(a.astype(of_state)) for k, a in some_state(case, 2).items()}
        asked += [(x, state, student.bn_forward(x, state, mode)) for mode in (True, False)]
    for x, state, answer in asked:
        y, new = both(case, answer)
        case.form(y, x, what="y")
        for name in KEYS:
            case.form(new[name], state[name], what=name)
