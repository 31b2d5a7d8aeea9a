"""Hidden laws of 5.4 mc_average."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch05_ensembles import mc_average as visible
from dropout_course.exercises.ch05_ensembles.mc_average import of_passes


@visible.probabilities_are_averaged.elsewhere(weight=2)
def probabilities_are_averaged(student, case):
    examples = []
    for K, T in ((2, 13), (10, 12)):
        params = {"centre": case.apart(K), "scale": 3.0}
        examples.append(of_passes(case, "noisy_logits", np.ones(1), T, **params))
    W, x = case.apart(20, 3), case.apart(20)
    for laid_out in case.layouts(x):
        p = case.rate()
        params = {"W": (1 - p) * W / 2, "p": p}
        examples.append(of_passes(case, "dropped_logits", laid_out, 8, **params))
    case.gives(student.mc_average, examples)


@visible.one_pass.elsewhere(weight=1)
def one_pass(student, case):
    examples = []
    for K in (2, 7):
        params = {"centre": 2 * case.apart(K), "scale": 0.0}
        examples.append(of_passes(case, "noisy_logits", case.apart(5), 1, **params))
    case.gives(student.mc_average, examples)


@visible.four_runs_are_one.elsewhere(weight=1)
def four_runs_are_one(student, case):
    fn, x = case.fn("noisy_logits", centre=[0.2, 0.0, 0.1, -0.1], scale=3.0), case.apart(2)
    visible.require_one_run(student, case, fn, x, 14, case.rng())


@visible.huge_logits.elsewhere(weight=1.5)
def huge_logits(student, case):
    examples = []
    for sign in (1.0, -1.0):
        params = {"centre": sign * np.array([1e4, 9999.0, 0.0]), "scale": 0.0}
        examples.append(of_passes(case, "noisy_logits", np.ones(1), 1, **params))
    case.gives(student.mc_average, examples)
    visible.require_finite(student, case, [1e4, 0.0, -1e4], 15)


@visible.exactly_T_calls.elsewhere(weight=1)
def exactly_T_calls(student, case):
    for T in (2, 9):
        visible.counted(student, case, case.apart(3), T)


@visible.form.elsewhere(weight=1)
def form(student, case):
    for dtype in (np.float32, np.float64):
        x = case.frozen(case.normal(4, dtype=dtype))
        (fn, x, T, rng), want = of_passes(case, "noisy_logits", x, 5, centre=case.normal(3))
        case.form(student.mc_average(fn, x, T, rng), want)
