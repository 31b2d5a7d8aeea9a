"""Hidden laws of 11.5 checkpoint_gradients."""

from __future__ import annotations

from dropout_course.exercises.ch11_gpu_pytorch import checkpoint_gradients as visible
from dropout_course.exercises.ch11_gpu_pytorch.checkpoint_gradients import (
    NOT_THE_SAME_MASK,
    problems,
    require_form,
    require_left_alone,
    require_not_preserved,
    require_preserved,
    require_two_runs,
    require_value,
)

SHAPES = [(120,), (2, 3, 40), (200, 1)]


@visible.preserved.elsewhere(weight=2)
def preserved(student, case):
    rates = (0.0, 0.4, 0.8)
    asked = [one for p in rates for one in problems(student, case, SHAPES, p, True)]
    require_preserved(case, asked)


@visible.not_preserved.elsewhere(weight=1.5, statistic=(NOT_THE_SAME_MASK,) * 3)
def not_preserved(student, case):
    require_not_preserved(case, problems(student, case, SHAPES, 0.3, False))


@visible.value.elsewhere(weight=1)
def value(student, case):
    asked = problems(student, case, SHAPES, 0.0, True)
    require_value(case, asked + problems(student, case, SHAPES, 0.6, True))


@visible.runs.elsewhere(weight=0.5)
def runs(student, case):
    require_two_runs(case, problems(student, case, SHAPES, 0.6, True))


@visible.left_alone.elsewhere(weight=0.5)
def left_alone(student, case):
    require_left_alone(student, case, (4, 5), 0.5, False)


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for shape in ((3, 4), (2, 3, 4)):
        require_form(student, case, shape)
