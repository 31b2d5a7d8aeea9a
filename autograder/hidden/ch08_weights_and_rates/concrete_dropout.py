"""Hidden laws of 8.4 concrete_dropout."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.exercises.ch08_weights_and_rates import concrete_dropout as visible
from solutions.ch08_weights_and_rates import concrete_keep, concrete_regularizer

SHAPES = ((1,), (7,), (2, 3, 4))


@visible.keeps.elsewhere(weight=2)
def keeps(student, case):
    calls = []
    for shape in SHAPES:
        u = case.uniform(*shape, low=0.05, high=0.95)
        calls += [(u, p, t) for p in (0.02, 0.5, 0.9) for t in (0.2, 2 / 3, 2.0)]
    u = case.uniform(3, 4, low=0.05, high=0.95)
    calls += [(other, 0.3, 0.5) for other in case.layouts(u)]
    examples = [(call, concrete_keep(*call)) for call in calls]
    case.gives(student.concrete_keep, examples, tol=visible.ATOL)


@visible.cold.elsewhere(weight=0.5)
def cold(student, case):
    grid = (np.arange(60) + 0.5).reshape(4, 15) / 60
    asked = [(p, student.concrete_keep(grid, p, 0.02)) for p in (0.2, 0.4, 0.85)]
    for p, answer in asked:
        kept = case.array(answer, grid.shape)
        far = np.abs(grid - (1 - p)) > 0.02
        case.equal(kept[far] > 0.5, grid[far] < 1 - p, what="where the mask is above ½")


def settings(case):
    """Draw weights, p, l, tau, N and K."""
    sizes = ((1, 1), (5, 2), (2, 3, 4))
    return [
        (case.apart(*size), case.rate(), 0.3 + i, 0.6 + i, 12 * (i + 1), 3 + i)
        for i, size in enumerate(sizes)
    ]


@visible.weight_term.elsewhere(weight=1.5)
def weight_term(student, case):
    visible.require_weight_terms(student, case, settings(case))


@visible.entropy_term.against(concrete_regularizer, weight=1.5)
def entropy_term(case):
    return [(0 * s[0], *s[1:], "mse") for s in settings(case)]


@visible.losses.elsewhere(weight=0.5)
def losses(student, case):
    visible.require_halves(student, case, settings(case))


@visible.at_zero.elsewhere(weight=0.5)
def at_zero(student, case):
    calls = [(s[0], 0.0, *s[2:], loss) for s in settings(case) for loss in visible.LOSSES]
    for answer in [student.concrete_regularizer(*call) for call in calls]:
        got = float(case.array(answer, ()))
        case.that(math.isfinite(got), "the regulariser is not a finite number", received=got)


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for dtype in (np.float32, np.float64):
        u = case.frozen(case.uniform(2, 3, low=0.1, high=0.9, dtype=dtype))
        case.form(student.concrete_keep(u, 0.3, 0.1), u)
