"""Hidden laws of 3.1 draw_mask."""

from __future__ import annotations

import numpy as np

from autograder.hidden.ch03_dropout_forward import BAD_RATES, SHAPES
from dropout_course.engine.statistics import Binomial, Coincidence
from dropout_course.exercises.ch03_dropout_forward import draw_mask as visible

KEPT_AT_025 = Binomial(
    "kept entries among 12 000 at p = 0.25",
    n=12_000,
    prob=0.75,
    low=8690,
    high=9303,
    effect="a keep probability that is off by 0.05",
    effect_prob=0.7,
)
KEPT_AT_07 = Binomial(
    "kept entries among 12 000 at p = 0.7",
    n=12_000,
    prob=0.3,
    low=3278,
    high=3927,
    effect="a keep probability that is off by 0.05",
    effect_prob=0.35,
)
SAME_COUNT = Coincidence(
    "16 masks of 40 entries at p = 0.6 all keep the same number",
    alarm=4.02e-14,
    how="(math.comb(40, 16) * 0.4**16 * 0.6**24) ** 15",
    effect="an exact number of kept entries",
)
COINS = visible.AGREEING_NEIGHBOURS


@visible.kept_with_probability_q.elsewhere(weight=2, statistic=(KEPT_AT_025, KEPT_AT_07))
def kept_with_probability_q(student, case):
    tests = ((0.25, KEPT_AT_025), (0.7, KEPT_AT_07))
    masks = [student.draw_mask((12_000,), p, case.rng()) for p, _ in tests]
    for mask, (p, test) in zip(masks, tests, strict=True):
        visible.require_share(case, mask, 12_000, p, test)


@visible.boolean_of_the_given_shape.elsewhere(weight=1)
def boolean_of_the_given_shape(student, case):
    rates = (0.2, 0, 0.9, 1, 0.5)
    calls = [(shape, p, case.rng()) for shape, p in zip(SHAPES, rates, strict=True)]
    for (shape, *_), mask in [(call, student.draw_mask(*call)) for call in calls]:
        case.form(mask, np.ones(shape, bool), what="the mask")


@visible.edges_of_p.elsewhere(weight=0.5)
def edges_of_p(student, case):
    visible.require_certainty(student, case, ((1,), (5000,), (2, 3, 4, 5)))


@visible.own_coins.elsewhere(weight=2, statistic=(COINS, COINS, COINS))
def own_coins(student, case):
    shape = (16, 24, 24)
    mask = visible.kept_in(case, student.draw_mask(shape, 0.5, case.rng()), shape)
    visible.require_independence(case, mask, COINS)


@visible.random_count.elsewhere(weight=1, statistic=SAME_COUNT)
def random_count(student, case):
    visible.require_random_count(student, case, 40, 0.6)


@visible.generator_decides.elsewhere(weight=2.5, statistic=(visible.SAME_LINE,) * 2)
def generator_decides(student, case):
    shapes = ((4, 10), (2, 3, 10), (2, 1, 3, 20))
    visible.require_generator(student, case, [(shape, case.rate()) for shape in shapes])


@visible.refusals.elsewhere(weight=0.5)
def refusals(student, case):
    case.raises(ValueError, [student.draw_mask((3,), p, case.rng()) for p in BAD_RATES])
