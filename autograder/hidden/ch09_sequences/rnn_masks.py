"""Hidden laws of 9.1 rnn_masks."""

from __future__ import annotations

from dropout_course.engine.statistics import Binomial
from dropout_course.exercises.ch09_sequences import rnn_masks as visible

KEPT_AT_025 = Binomial(
    "kept entries among 12 000 at p = 0.25",
    n=12_000,
    prob=0.75,
    low=8690,
    high=9303,
    effect="a keep probability that is off by 0.05",
    effect_prob=0.7,
)


@visible.tied.elsewhere(weight=1)
def tied(student, case):
    visible.require_tied(student, case, ((2, 1, 30), (9, 4, 20), (5, 20, 3)))


@visible.new_each_step.elsewhere(weight=0.5, statistic=(visible.SAME_LINE,) * 4)
def new_each_step(student, case):
    visible.require_new(student, case, 5, 100, 100)


@visible.own_coins.elsewhere(weight=0.5, statistic=(visible.SAME_LINE,) * 4)
def own_coins(student, case):
    visible.require_own(student, case, ("tied", "step"))


@visible.kept_with_probability_q.elsewhere(weight=0.5, statistic=KEPT_AT_025)
def kept_with_probability_q(student, case):
    visible.share_kept(student, case, 0.25, "tied", KEPT_AT_025)


@visible.generator_decides.elsewhere(weight=0.5, statistic=(visible.SAME_LINE,) * 2)
def generator_decides(student, case):
    visible.require_generator(student, case, ("tied", "step"))


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    visible.require_form(student, case, ((1, 1, 1), (4, 1, 3)))
