"""Hidden laws of 11.5 checkpoint_gradients."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch11_gpu_pytorch import checkpoint_gradients as visible
from dropout_course.exercises.ch11_gpu_pytorch.checkpoint_gradients import (
    NOT_THE_SAME_MASK,
    problem,
    problems,
    require_form,
    require_gradient,
    require_value,
    run,
)

SHAPES = [(120,), (2, 3, 40), (200, 1)]


@visible.preserved.elsewhere(weight=2)
def preserved(student, case):
    for p in (0.0, 0.4, 0.8):
        require_gradient(case, problems(student, case, SHAPES, p, True), 0)


@visible.not_preserved.elsewhere(weight=1.5, statistic=(NOT_THE_SAME_MASK,) * 3)
def not_preserved(student, case):
    asked = problems(student, case, SHAPES, 0.3, False)
    require_gradient(case, asked, -1)
    for _, answer in asked:
        first, *_, last = answer.value["masks"]
        case.that(not np.array_equal(first, last), "the second run drew the numbers of the first")


@visible.value.elsewhere(weight=1)
def value(student, case):
    for p in (0.0, 0.6):
        require_value(case, problems(student, case, SHAPES, p, True))


@visible.runs.elsewhere(weight=0.75)
def runs(student, case):
    for _, answer in problems(student, case, SHAPES, 0.6, True):
        case.that(len(answer.value["masks"]) == 2, "fn must run twice")


@visible.left_alone.elsewhere(weight=1)
def left_alone(student, case):
    x, w = problem(case, 4, 5)
    for frozen in (True, False):
        told = run(student, x, w, 0.5, False, frozen=frozen).value
        case.that(told["same"], "x is not as it was")


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for shape in ((3, 4), (2, 3, 4)):
        require_form(student, case, shape)
