"""Hidden laws of 4.5 evaluate_modes."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch04_backprop import evaluate_modes as visible
from dropout_course.exercises.ch04_backprop.evaluate_modes import EVAL, TRAIN, example, separate


@visible.both_modes.elsewhere(weight=2)
def both_modes(student, case):
    sizes = 3 * ((300, 2), (400, 4), (900, 10))
    examples = [example(case, *separate(case, rows, classes), 0.7) for rows, classes in sizes]
    case.gives(student.evaluate_modes, examples)


@visible.callers_generator.elsewhere(weight=1)
def callers_generator(student, case):
    X, y = separate(case, 200, 6)
    examples = [example(case, X, y, p) for p in 3 * (0.3, 0.5, 0.8)]
    asked = [student.evaluate_modes(*call) for call, _ in examples]
    for (_, want), answer in zip(examples, asked, strict=True):
        case.equal(visible.accuracy(case, answer, TRAIN), want[TRAIN], what=TRAIN)


@visible.ties.elsewhere(weight=0.5)
def ties(student, case):
    X, y = np.ones((20, 4)), np.arange(20) % 4
    answer = student.evaluate_modes(*example(case, X, y, 0.0)[0])
    case.equal(visible.accuracy(case, answer, EVAL), 0.25, what=EVAL)


@visible.one_call_each.elsewhere(weight=0.5)
def one_call_each(student, case):
    X, y = separate(case, 60, 4)
    run = student.play("evaluate_modes_run", X=X, y=y, p=0.7, seed=case.seed())
    seen = run.value
    case.that(sorted(map(bool, seen["modes"])) == [False, True], "not one call for each mode")
    case.that(seen["same_rng"], "not the generator that evaluate_modes was given")
