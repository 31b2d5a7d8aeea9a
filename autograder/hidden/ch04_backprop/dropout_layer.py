"""Hidden laws of 4.2 dropout_layer."""

from __future__ import annotations

import math

import numpy as np

from autograder.hidden.ch04_backprop import SHAPES
from dropout_course.engine.statistics import Binomial, Coincidence
from dropout_course.exercises.ch04_backprop import dropout_layer as visible
from dropout_course.exercises.ch04_backprop.layer import (
    refused_backward,
    refuses_rates,
    run,
    switched,
)

KEPT_AT_075 = Binomial(
    "kept units among 12 000 at p = 0.75",
    n=12_000,
    prob=0.25,
    low=2697,
    high=3310,
    effect="a keep probability that is off by 0.05",
    effect_prob=0.3,
)
NEIGHBOURS = Binomial(
    "disjoint pairs of neighbours with equal fate, of 4 800 in 80 forwards, at p = 0.3",
    n=4800,
    prob=0.58,
    low=2562,
    high=3004,
    effect="neighbours with a correlation of 0.2, which agree with probability 0.58 + 0.42 · 0.2",
    effect_prob=0.664,
)
NOT_THE_SAME_MASK = Coincidence(
    "two masks of 60 units are equal at p = 0.3",
    alarm=6.4e-15,
    how="0.58**60",
    effect="one mask for several layers or examples",
)


@visible.keeps_and_scales.elsewhere(weight=2, statistic=KEPT_AT_075)
def keeps_and_scales(student, case):
    ones = np.ones((1, 480), np.float32)
    asked = [run(student, 0.75, case.seed(), ("forward", ones)) for _ in range(25)]
    kept = 0
    for (y,) in (answer.value for answer in asked):
        mask = switched(case, y, 0.75)
        kept += int(mask.sum())
        if mask.any():
            value = float(case.array(y)[mask][0])
            text = "a kept 1 becomes 1/(1-p) in training"
            case.that(abs(value - 4) < 1e-4, text, expected=4.0, received=value)
    case.that(KEPT_AT_075.accepts(kept), f"at p = 0.75, {kept / 120:.1f} % of the units were kept")


@visible.backward_uses_the_mask.elsewhere(weight=2)
def backward_uses_the_mask(student, case):
    shapes = ((120,), (2, 60), (2, 3, 20), (2, 3, 4, 5))
    examples = [(p, np.ones(shape), case.apart(*shape)) for shape in shapes for p in (0.3, 0.7)]
    asked = [run(student, p, case.seed(), ("forward", x), ("backward", g)) for p, x, g in examples]
    for (_, x, g), answer in zip(examples, asked, strict=True):
        y, dx = answer.value
        case.equal(dx, g * case.array(y, x.shape), what="backward's result")
    x, g = case.apart(4, 5), case.apart(4, 5)
    laid_out = [
        run(student, 0.3, case.seed(), ("forward", given), ("backward", g))
        for given in case.layouts(x)
    ]
    for answer in laid_out:
        y, dx = answer.value
        case.equal(dx, g * (case.array(y, x.shape) / x), what="backward's result")


@visible.fresh_masks.elsewhere(weight=3, statistic=(NOT_THE_SAME_MASK,) * 4)
def fresh_masks(student, case):
    x, p, ones = np.ones((3, 4, 60)), 0.3, np.ones(60)
    answer = run(student, p, case.seed(), ("forward", x), "train", ("forward", x))
    together = student.play(
        "dropout_layers_in_turn", p=p, seed=case.seed(), inputs=[ones] * 2, grads=[ones] * 2
    )
    y, _, again = answer.value
    mask, other = switched(case, y, p), switched(case, again, p)
    case.that(not np.array_equal(mask[0, 0], other[0, 0]), "two forward passes share a mask")
    case.that(not np.array_equal(mask[0, 0], mask[1, 0]), "two examples share a mask")
    case.that(not np.array_equal(mask[0, 0], mask[0, 1]), "two rows of an example share a mask")
    masks = [switched(case, y, p) for y in together.value["forward"]]
    case.that(not np.array_equal(*masks), "two layers share a mask")


@visible.generator_decides.elsewhere(weight=1)
def generator_decides(student, case):
    program = (0.6, case.seed(), ("forward", np.ones((5, 40))), ("forward", np.ones(80)))
    one, other = run(student, *program), run(student, *program)
    same = all(np.array_equal(a, b) for a, b in zip(one.value, other.value, strict=True))
    case.that(same, "two layers with generators of the same seed drew different masks")


@visible.random_count.elsewhere(weight=1, statistic=(visible.RANDOM_COUNT, NEIGHBOURS))
def random_count(student, case):
    visible.random_count(student, case)
    forwards = [("forward", np.ones(120))] * 80
    results = run(student, 0.3, case.seed(), *forwards).value
    masks = np.array([switched(case, y, 0.3) for y in results])
    if not 0.6 < masks.mean() < 0.8 or (masks == masks[0]).all():
        return  # what is wrong then is judged by other laws
    equal = int((masks[:, ::2] == masks[:, 1::2]).sum())
    case.that(NEIGHBOURS.accepts(equal), "neighbouring units are not independent")


@visible.eval_is_the_identity.elsewhere(weight=3)
def eval_is_the_identity(student, case):
    asked = []
    for p in (0.0, 0.4, 1.0):
        x, g = case.apart(2, 3, 2), case.apart(2, 3, 2)
        steps = ("eval", ("forward", x), ("backward", g), ("forward", x), ("backward", g))
        asked.append((x, g, run(student, p, case.seed(), ("forward", x), *steps)))
    for x, g, answer in asked:
        for value, want in zip(answer.value[2:], (x, g, x, g), strict=True):
            case.equal(value, want, what="a pass in eval")


@visible.latest_forward_counts.elsewhere(weight=2)
def latest_forward_counts(student, case):
    g, small = case.apart(3, 60), np.ones(5)
    forward, backward = ("forward", np.ones((3, 60))), ("backward", g)
    programs = [
        (forward, "eval", forward, "train", backward),
        ("eval", forward, "train", forward, "eval", backward, ("backward", 2 * g)),
        (forward, ("forward", small), ("backward", small)),
    ]
    first, second, third = [run(student, 0.7, case.seed(), *steps) for steps in programs]
    _, _, y, _, dx = first.value
    case.equal(dx, g * case.array(y, g.shape), what="backward of an eval forward")
    got = second.value
    want = g * case.array(got[3], g.shape)
    case.equal(got[-2], want, what="backward of a training forward, called after eval(),")
    case.equal(got[-1], 2 * want, what="backward, called a second time,")
    _, y, dx = third.value
    case.equal(dx, case.array(y, (5,)), what="backward after inputs of two shapes")


@visible.refusals.elsewhere(weight=1)
def refusals(student, case):
    refuses_rates(student, case, (math.inf, -math.inf, -1e-9, 1 + 1e-9, 2.0, math.nan))
    answer = run(student, 0.0, case.seed(), ("try", "backward", np.ones(2)))
    refused_backward(case, answer.value[-1])


@visible.layer_edges.elsewhere(weight=1)
def layer_edges(student, case):
    examples = [(case.apart(*shape), case.apart(*shape)) for shape in SHAPES]
    visible.at_edges(student, case, examples)
    zeros = np.zeros((4, 60))
    answer = run(student, 0.5, case.seed(), ("forward", zeros), ("backward", zeros + 1))
    case.that(case.array(answer.value[1], zeros.shape).any(), "zeros pass no gradient")


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for dtype in (np.float32, np.float64):
        x = case.apart(3, 4, dtype=dtype)
        for p in (0.0, 0.4, 1.0):
            y, dx = run(student, p, case.seed(), ("forward", x), ("backward", x)).value
            case.form(y, x, what="forward's result")
            case.form(dx, x, what="backward's result")
