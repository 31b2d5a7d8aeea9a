"""Hidden laws of 11.4 find_eval_leaks."""

from __future__ import annotations

from dropout_course.exercises.ch11_gpu_pytorch import find_eval_leaks as visible
from dropout_course.exercises.ch11_gpu_pytorch.find_eval_leaks import (
    CLEAN,
    leaky,
    namesakes,
    nested,
    passing,
    require_found,
    require_hooks_and_input,
    require_modes,
)
from dropout_course.exercises.ch11_gpu_pytorch.models import shuffled


@visible.found.elsewhere(weight=2)
def found(student, case):
    fillers = [case.choice(CLEAN) for _ in range(case.integers(2, 5))]
    two = [*fillers, "Functional", *passing(case), leaky(case)]
    models = [[*fillers, "Attention"], fillers, ["Widen", *passing(case), "Attention"]]
    require_found(student, case, models, [two, shuffled(case, CLEAN)])


@visible.innermost.elsewhere(weight=1)
def innermost(student, case):
    alone = [[[leaky(case)]]] if case.integers(0, 2) else [[[[leaky(case)]]]]
    models = [[nested(case)], nested(case), namesakes(case)]
    require_found(student, case, models, [[CLEAN, ["Pair"]], alone])


@visible.passing_on.elsewhere(weight=1)
def passing_on(student, case):
    behind = [shuffled(case, CLEAN), passing(case)]
    require_found(student, case, [], [[["Functional", "ReLU"], *behind], ["Pair", *CLEAN]])


@visible.root.elsewhere(weight=0.5)
def root(student, case):
    require_found(student, case, ["Attention", "Guarded", "Dropout"])


@visible.modes.elsewhere(weight=0.5)
def modes(student, case):
    require_modes(student, case, [nested(case), [CLEAN, shuffled(case, CLEAN)]])


@visible.hooks.elsewhere(weight=0.5)
def hooks(student, case):
    require_hooks_and_input(student, case, [nested(case), ["ReLU", shuffled(case, CLEAN)]])
