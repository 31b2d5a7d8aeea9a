"""Hidden laws of 11.2 seeded_dropout."""

from __future__ import annotations

import numpy as np

from autograder.hidden.ch04_backprop.dropout_layer import KEPT_AT_075
from dropout_course.exercises.ch11_gpu_pytorch import seeded_dropout as visible
from dropout_course.exercises.ch11_gpu_pytorch.seeded_dropout import (
    NOT_THE_SAME_MASK,
    require_form,
    require_gradient,
    require_nothing_kept,
    require_share,
    run,
    small_seed,
)


@visible.keeps_and_scales.elsewhere(weight=2, statistic=KEPT_AT_075)
def keeps_and_scales(student, case):
    require_share(student, case, 0.75, KEPT_AT_075)


@visible.same_mask.elsewhere(weight=2)
def same_mask(student, case):
    shapes = ((100,), (1, 200), (4, 5, 30), (2, 3, 4, 20))
    examples = [(case.apart(*shape), case.apart(*shape), 0.4, 3) for shape in shapes]
    require_gradient(student, case, examples)


@visible.positions.elsewhere(weight=0.5)
def positions(student, case):
    pairs = [(case.apart(*shape), case.apart(*shape)) for shape in ((30, 30), (12, 20))]
    require_gradient(student, case, [(*pair, 0.7, 0, "T") for pair in pairs])


@visible.seed_decides.elsewhere(weight=1, statistic=(NOT_THE_SAME_MASK,) * 2)
def seed_decides(student, case):
    x, seed = np.ones((3, 2, 100)), case.integers(10_000, 2**31)
    asked = [run(student, x, x, 0.3, seed + i) for i in (0, 1, 0)]
    one, other, again = (case.array(answer.value["y"], x.shape) for answer in asked)
    case.equal(again, one, what="y for the same seed, once more,")
    case.that(not np.array_equal(one[0, 0], other[0, 0]), "two seeds give one mask")
    case.that(not np.array_equal(one[0, 0], one[1, 0]), "two examples share a mask")


@visible.generator_stays.elsewhere(weight=0.25)
def generator_stays(student, case):
    x = np.ones((4, 5))
    asked = [run(student, x, x, p, small_seed(case), 3) for p in (0.0, 0.5, 1.0)]
    for answer in asked:
        case.that(not answer.value["moved"], "the state of torch's global generator has changed")


@visible.nothing_kept.elsewhere(weight=1.25)
def nothing_kept(student, case):
    asked = [student.play("seeded_dropout_kept", n=n, p=p, seed=small_seed(case))
             for n, p in ((500, 0.8), (50, 0.1))]  # fmt: skip
    require_nothing_kept(case, asked)


@visible.ends.elsewhere(weight=0.5)
def ends(student, case):
    x, g = case.apart(3, 4, 5), case.apart(3, 4, 5)
    asked = [run(student, x, g, p, small_seed(case), 1) for p in (0.0, 1.0)]
    for answer, factor in zip(asked, (1, 0), strict=True):
        case.equal(answer.value["y"], factor * x, what="y")
        case.equal(answer.value["dx"], factor * g, what="the gradient")


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    require_form(student, case, (np.float16, np.float32, np.float64))
