"""What a scene reports from the student's process is held against what was built there."""

from __future__ import annotations

import pytest

from dropout_course import scenes
from dropout_course.engine.judging import judge
from dropout_course.engine.student import Student
from dropout_course.exercises.ch11_gpu_pytorch import mc_mode

LAWS = [
    mc_mode.dropout_on,
    mc_mode.others_stay,
    mc_mode.restored,
    mc_mode.restored_after_exception,
    mc_mode.restored_after_switch,
]
ALL_ON = dict.fromkeys(mc_mode.MODULES, True)


def test_the_model_is_the_one_that_the_laws_expect():
    pytest.importorskip("torch")
    from torch.nn.modules.dropout import _DropoutNd

    from dropout_course.scenes.ch11_gpu_pytorch.modes import _many_modules

    found = {name or "model": module for name, module in _many_modules().named_modules()}
    assert [(n, type(m).__name__) for n, m in found.items()] == list(mc_mode.MODULES.items())
    assert {n: isinstance(m, _DropoutNd) for n, m in found.items()} == mc_mode.DROPOUT


@pytest.mark.parametrize("modes", [{}, None, {"model": True}, ALL_ON, {**ALL_ON, "5": True}])
def test_a_report_that_knows_nothing_of_the_model_keeps_one_law_at_most(monkeypatch, modes):
    forged = {"inside": modes, "after": modes, "passed": True, "before": {}, "dropout": {}}
    monkeypatch.setitem(scenes._all()[0], "mc_mode_run", lambda names, **plain: forged)
    student = Student.here({"mc_mode": lambda model: None})
    verdict = judge("mc_mode", 10, LAWS, student, 1)
    assert sum(outcome.passed for outcome in verdict.outcomes) <= 1
