"""Hidden laws of 8.5 fit_concrete_p: other data, other seeds."""

from __future__ import annotations

from dropout_course.exercises.ch08_weights_and_rates import fit_concrete_p as visible


@visible.data_decides.elsewhere(weight=1.5)
def data_decides(student, case):
    visible.data_decides.body(student, case)
    x, y = visible.line(case, visible.MANY)
    answer = visible.fit(student, (x, 0 * y), visible.STEPS, case.integers(0, 1000))
    nothing = visible.rate_in(case, answer)
    text = "p does not stay high where all targets are 0, so that noise costs nothing"
    case.that(nothing > 0.35, text, expected="p > 0.35", received=nothing)


entropy_decides = visible.entropy_decides.elsewhere(weight=1)(visible.entropy_decides.body)
start = visible.start.elsewhere(weight=0.5)(visible.start.body)
