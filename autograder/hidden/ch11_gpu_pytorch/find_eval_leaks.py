"""Hidden laws of 11.4 find_eval_leaks."""

from __future__ import annotations

from dropout_course.exercises.ch11_gpu_pytorch import find_eval_leaks as visible
from dropout_course.exercises.ch11_gpu_pytorch.find_eval_leaks import (
    CLEAN,
    NESTED,
    require_found,
    require_left_alone,
)


@visible.found.elsewhere(weight=2)
def found(student, case):
    fillers = [case.choice(CLEAN) for _ in range(4)]
    models = [([*fillers, "leaky attention"], ["4"]), (fillers, [])]
    models.append(([fillers[0], "leaky", *fillers[1:], "leaky attention"], ["1", "5"]))
    require_found(student, case, models)


@visible.innermost.elsewhere(weight=1)
def innermost(student, case):
    models = [([CLEAN, ["leaky pair"]], ["1.0.first"]), ([[[["leaky attention"]]]], ["0.0.0.0"])]
    require_found(student, case, [*models, ([NESTED], ["0.1.1.1", "0.2.1"])])


@visible.passing_on.elsewhere(weight=1)
def passing_on(student, case):
    models = [([["leaky", "relu"], CLEAN, ["linear"]], ["0.0"])]
    require_found(student, case, [*models, (["leaky pair", *CLEAN], ["0.first"])])


@visible.root.elsewhere(weight=0.5)
def root(student, case):
    require_found(student, case, [("leaky", [""]), ("guarded", []), ("dropout", [])])


@visible.modes.elsewhere(weight=0.5)
def modes(student, case):
    require_left_alone(student, case, "modes", [NESTED, [CLEAN, CLEAN]])


@visible.hooks.elsewhere(weight=0.5)
def hooks(student, case):
    for part in ("hooks", "x"):
        require_left_alone(student, case, part, [NESTED, ["relu", CLEAN]])
