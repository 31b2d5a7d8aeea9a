"""Hidden laws of 9.3 memory_survival."""

from __future__ import annotations

from dropout_course.exercises.ch09_sequences import memory_survival as visible


def _twin(law, name, kind, weight):
    def body(student, case):
        calls = [(1.0, 5, kind), (0.9, 1, kind), (0.95, 30, kind)]
        calls += [(1 - case.rate(0.1, 0.45), case.integers(2, 12), kind) for _ in range(3)]
        visible.require(name, student, case, calls)

    return law.elsewhere(weight=weight)(body)


alive_step = _twin(visible.alive_step, "prob_alive", "step", 1)
alive_tied = _twin(visible.alive_tied, "prob_alive", "tied", 0.5)
mean_step = _twin(visible.mean_step, "mean_factor", "step", 0.5)
mean_tied = _twin(visible.mean_tied, "mean_factor", "tied", 1)
var_step = _twin(visible.var_step, "var_factor", "step", 0.5)
var_tied = _twin(visible.var_tied, "var_factor", "tied", 0.5)


@visible.nothing.elsewhere(weight=0.5)
def nothing(student, case):
    visible.nothing.body(student, case)
