"""Hidden laws of 11.3 mc_mode."""

from __future__ import annotations

from dropout_course.exercises.ch11_gpu_pytorch import mc_mode as visible
from dropout_course.exercises.ch11_gpu_pytorch.mc_mode import (
    EVAL,
    MIXED,
    TRAIN,
    asked_of_models,
    require_dropout,
    require_exception,
    require_restored,
)


def drawn(case):
    """Draw modes for 7 modules, both of them among these."""
    modes = [bool(case.integers(0, 2)) for _ in range(5)]
    return [True, *modes, False]


@visible.dropout_on.elsewhere(weight=2)
def dropout_on(student, case):
    require_dropout(student, case, [TRAIN, EVAL, drawn(case), drawn(case)], True)


@visible.others_stay.elsewhere(weight=2)
def others_stay(student, case):
    require_dropout(student, case, [EVAL, TRAIN, MIXED, drawn(case)], False)


@visible.restored.elsewhere(weight=1.5)
def restored(student, case):
    patterns = [EVAL, TRAIN, MIXED, drawn(case), drawn(case)]
    require_restored(case, asked_of_models(student, case, patterns))


@visible.restored_after_exception.elsewhere(weight=1)
def restored_after_exception(student, case):
    require_exception(student, case, [MIXED, EVAL, drawn(case)])


@visible.restored_after_switch.elsewhere(weight=0.5)
def restored_after_switch(student, case):
    asked = []
    for inside in ("train", "eval"):
        asked += asked_of_models(student, case, [MIXED, drawn(case)], inside=inside)
        asked += asked_of_models(student, case, [MIXED], inside=inside, fails=True)
    require_restored(case, asked)
