"""Hidden laws of 11.1 torch_dropout."""

from __future__ import annotations

import math

import numpy as np

from autograder.hidden.ch04_backprop.dropout_layer import KEPT_AT_075
from dropout_course.engine.statistics import Coincidence
from dropout_course.exercises.ch11_gpu_pytorch import torch_dropout as visible
from dropout_course.exercises.ch11_gpu_pytorch.torch_dropout import (
    NOT_THE_SAME_MASK,
    mask_of,
    require_form,
    require_nans,
    require_refusals,
    require_share,
    run,
    steps_of,
)

ALL_ALIKE = Coincidence(
    "in one of 100 forwards all 120 units are kept, or all dropped, at p = 0.75",
    alarm=1.02e-13,
    how="100 * (0.25**120 + 0.75**120)",
    effect="one coin for all units of an example",
)


@visible.keeps_and_scales.elsewhere(weight=2, statistic=(KEPT_AT_075, ALL_ALIKE))
def keeps_and_scales(student, case):
    require_share(student, case, 0.75, 100, KEPT_AT_075)


@visible.gradient.elsewhere(weight=1)
def gradient(student, case):
    asked = []
    for p, shape in ((0.0, (40,)), (0.4, (3, 4, 40)), (0.7, (2, 3, 4, 20))):
        x, g = case.apart(*shape), case.apart(*shape)
        asked.append((x, g, run(student, p, case.seed(), ("gradient", x, g))))
    for x, g, answer in asked:
        y, dx = steps_of(answer)[0]
        case.equal(dx, g * (case.array(y, g.shape) / x), what="the gradient")


@visible.fresh_masks.elsewhere(weight=1, statistic=(NOT_THE_SAME_MASK,) * 2)
def fresh_masks(student, case):
    x = ("forward", np.ones((40, 2, 50), np.float32))
    first, _, second = steps_of(run(student, 0.3, case.seed(), x, "train", x))
    mask, other = mask_of(case, first[0]), mask_of(case, second[0])
    case.that((mask != mask[0]).any(), "the examples of a batch share a mask")
    case.that(not np.array_equal(mask, other), "two forward passes share a mask")


@visible.generator_decides.elsewhere(weight=0.5, statistic=NOT_THE_SAME_MASK)
def generator_decides(student, case):
    visible.generator_decides.body(student, case)


@visible.modes.elsewhere(weight=1.5, statistic=NOT_THE_SAME_MASK)
def modes(student, case):
    x = case.apart(50, 20)
    steps = [("forward", x), "eval", ("forward", x), "eval", ("forward", x), "train",
             ("forward", x), "eval", ("forward", x)]  # fmt: skip
    got = steps_of(run(student, 0.3, case.seed(), *steps))
    for i in (2, 4, 8):
        case.equal(got[i][0], x, what="what comes out after eval()")
    text = "after eval() and train() nothing is dropped any more"
    case.that((case.array(got[6][0], x.shape) == 0).any(), text)


@visible.inplace.elsewhere(weight=0.5)
def inplace(student, case):
    x = case.apart(5, 40, dtype=np.float32)
    y, after, _ = steps_of(run(student, 0.6, case.seed(), ("forward", x), inplace=True))[0]
    case.equal(after, case.array(y, x.shape), what="x, after a call with inplace=True,")
    steps = (("forward", x), "eval", ("forward", x))
    first, _, second = steps_of(run(student, 0.6, case.seed(), *steps))
    for got in (first, second):
        case.equal(got[1], x, what="x, after a call with inplace=False,")


@visible.refusals.elsewhere(weight=0.5)
def refusals(student, case):
    bad = [math.inf, -math.inf, -1e-9, 1 + 1e-9, 2.0, math.nan]
    require_refusals(student, case, bad, [0.0, 1.0, 1e-9])


@visible.ends.elsewhere(weight=0.5)
def ends(student, case):
    x, g = case.apart(3, 4), case.apart(3, 4)
    for p, factor in ((0.0, 1), (1.0, 0)):
        y, dx = steps_of(run(student, p, case.seed(), ("gradient", x, g)))[0]
        case.equal(y, factor * x, what="y")
        case.equal(dx, factor * g, what="the gradient")


@visible.infinities.elsewhere(weight=0.25)
def infinities(student, case):
    require_nans(student, case, 0.6, np.where(case.mask((300,), 0.3), np.inf, 1.0))
    require_nans(student, case, 1.0, np.array([[math.inf, 2.0], [-math.inf, math.nan]]))


@visible.form.elsewhere(weight=0.25)
def form(student, case):
    for p, inplace in ((0.2, True), (0.9, False)):
        require_form(student, case, p, inplace, ["bfloat16", "float16", "float64"])
