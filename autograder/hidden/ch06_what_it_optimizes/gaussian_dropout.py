"""Hidden laws of 6.4 gaussian_dropout."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.statistics import ChiSquare
from dropout_course.exercises.ch06_what_it_optimizes import gaussian_dropout as visible
from solutions.ch06_what_it_optimizes import kl_kingma, kl_molchanov

SQUARES_AT_07 = ChiSquare(
    "4000 squares of (y/x - 1) / √(p/q) at p = 0.7",
    df=4000,
    low=3448.5,
    high=4606.0,
    effect="a variance of p in the place of p/q",
    effect_ratio=0.3,
)
SQUARES_AT_02 = ChiSquare(
    "4000 squares of (y/x - 1) / √(p/q) at p = 0.2",
    df=4000,
    low=3448.5,
    high=4606.0,
    effect="p/q as the standard deviation",
    effect_ratio=0.25,
)
WITHIN = visible.WITHIN_ONE_SIGMA


@visible.gaussian_noise.elsewhere(
    weight=2, statistic=(SQUARES_AT_07, SQUARES_AT_02, WITHIN, WITHIN, visible.EXACT_ZERO)
)
def gaussian_noise(student, case):
    x = np.where(case.mask((20, 10, 20), 0.5), 3.0, -0.5)
    visible.right_noise(student, case, x, 0.7, SQUARES_AT_07, WITHIN)
    visible.right_noise(student, case, np.ones((4000, 1)), 0.2, SQUARES_AT_02, WITHIN)


@visible.noise_multiplies.elsewhere(weight=1)
def noise_multiplies(student, case):
    pairs = []
    for x in case.layouts(case.apart(4, 3)):
        rng = case.rng()
        pairs.append([student.gaussian_dropout(scale * x, 0.7, rng) for scale in (1, 0.5)])
    nothing = student.gaussian_dropout(np.zeros((2, 1, 3)), 0.9, case.rng())
    for once, half in pairs:
        case.equal(half, 0.5 * case.array(once, (4, 3)))
    case.equal(nothing, np.zeros((2, 1, 3)))


@visible.own_noise.elsewhere(weight=1, statistic=visible.SAME_NOISE)
def own_noise(student, case):
    visible.own_noise_in(student, case, np.full((8, 8), 2.0), 0.6)


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for dtype in (np.float32, np.float64):
        x = case.frozen(case.normal(3, 4, dtype=dtype))
        case.form(student.gaussian_dropout(x, 0.6, case.rng()), x)


@visible.kingma_values.against(kl_kingma, weight=1)
def kingma_values(case):
    return [(given,) for given in case.layouts(case.uniform(2, 3, low=1e-4, high=0.9))]


@visible.kingma_refuses.elsewhere(weight=1)
def kingma_refuses(student, case):
    refused = (1.000001, -1.0, 1e9, np.array([[0.1, 0.2], [0.3, 1.1]]), np.array([-1e-9]))
    case.raises(ValueError, [student.kl_kingma(alpha) for alpha in refused])


@visible.molchanov_values.against(kl_molchanov, weight=1)
def molchanov_values(case):
    log_alpha = case.uniform(3, 4, low=-25, high=25)
    return [(log_alpha,), (log_alpha.astype(np.float32),), (1.5,)]
