"""4.2 dropout_layer: forward, backward and two modes in one object."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.features import values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question
from dropout_course.engine.statistics import Binomial, Coincidence
from dropout_course.exercises.ch04_backprop import wrong_layers
from dropout_course.exercises.ch04_backprop.layer import (
    changed,
    refused_backward,
    refuses_rates,
    run,
    switched,
)

# Two masks of a hundred units at p = 0.3 agree in each unit with probability q² + p² = 0.58.
NOT_THE_SAME_MASK = Coincidence(
    "two masks of 100 units are equal at p = 0.3",
    alarm=2.21e-24,
    how="0.58**100",
    effect="one mask for ever, or one mask for the batch",
)
# The bound on a repeated total is (largest probability of Binomial(32, 0.7)) to the power 15.
RANDOM_COUNT = Coincidence(
    "16 masks of 32 units at p = 0.3 all keep the same number",
    alarm=3.94e-13,
    how="(math.comb(32, 22) * 0.7**22 * 0.3**10) ** 15",
    effect="an exact number of kept units",
)
# A rate between tenths: coins of ten faces can't have it.
KEPT_AT_035 = Binomial(
    "kept units among 12 000 at p = 0.35",
    n=12_000,
    prob=0.65,
    low=7460,
    high=8136,
    effect="a keep probability that is off by 0.05 (or swapped, or a fair coin)",
    effect_prob=0.6,
)

# What is true of every right answer ------------------------------------------------------------


@law("Units are kept with probability 1 - p, and divided by it", weight=4, core=True,
     statistic=KEPT_AT_035)  # fmt: skip
def keeps_and_scales(student, case):
    # Many layers, each with its own seed: what is shared between rows or calls is not seen.
    asked = [run(student, 0.35, case.seed(), ("forward", np.ones(480))) for _ in range(25)]
    kept = 0
    for (y,) in (answer.value for answer in asked):
        mask = switched(case, y, 0.35)
        kept += int(mask.sum())
        if mask.any():
            value = float(case.array(y)[mask][0])
            text = "a kept 1 becomes 1/(1-p) in training"
            case.that(abs(value - 1 / 0.65) < 1e-5, text, expected=1 / 0.65, received=value)
    case.that(
        KEPT_AT_035.accepts(kept),
        f"at p = 0.35 about 65 % of the units are kept, and here {kept / 120:.1f} % were",
    )


@law("Backward uses forward's mask and factor", weight=3)
def backward_uses_the_mask(student, case):
    g, seeds = case.apart(100), [case.seed() for _ in range(2)]
    steps = (("forward", np.ones(100)), ("backward", g))
    for answer in [run(student, 0.3, seed, *steps) for seed in seeds]:
        y, dx = answer.value
        want = g * case.array(y, (100,))  # whatever forward did to ones
        case.equal(dx, want, what="backward's result, against forward's factors,")


@law("Every training forward draws a fresh mask, for every example", weight=4,
     statistic=(NOT_THE_SAME_MASK,) * 2)  # fmt: skip
def fresh_masks(student, case):
    ones = np.ones((2, 100))
    program = (0.3, case.seed(), ("forward", ones), ("forward", ones))
    first, second = run(student, *program).value
    mask, other = switched(case, first, 0.3), switched(case, second, 0.3)
    case.that(not np.array_equal(mask, other), "two forward passes in training used one mask")
    case.that(not np.array_equal(mask[0], mask[1]), "two examples of a batch have the same mask")


@law("The layer's generator decides, and nothing else", weight=1.5)
def generator_decides(student, case):
    ones, seed = np.ones((2, 100)), case.seed()
    program = (0.3, seed, ("forward", ones), ("forward", ones))
    one, other = run(student, *program), run(student, *program)
    case.that(
        all(np.array_equal(a, b) for a, b in zip(one.value, other.value, strict=True)),
        "two layers with generators of the same seed must draw the same masks: "
        "use the layer's rng and no other source of random numbers",
    )


@law("The number of survivors is random", weight=1.5, statistic=RANDOM_COUNT)
def random_count(student, case):
    # One row a forward: what is shared between rows is judged by the law about fresh masks.
    forwards = [("forward", np.ones(32))] * 16
    results = run(student, 0.3, case.seed(), *forwards).value
    counts = [int(switched(case, y, 0.3).sum()) for y in results]
    same_mask = all(np.array_equal(y, results[0]) for y in results)
    case.that(
        len(set(counts)) > 1 or same_mask or counts[0] in (0, 32),
        f"16 masks of 32 units all keep exactly {counts[0]}; the number of survivors is random",
    )


@law("Eval is the identity, forward and backward", weight=4)
def eval_is_the_identity(student, case):
    x, g = np.array([1.0, -2.0, 3.0, 0.5]), np.array([4.0, 5.0, 6.0, 7.0])
    there_and_back = (("forward", x), ("backward", g))
    programs = [("eval", *there_and_back), (*there_and_back, "eval", *there_and_back)]
    for answer in [run(student, 0.7, case.seed(), *steps) for steps in programs]:
        *_, y, dx = answer.value
        case.equal(y, x, what="forward in eval")
        case.equal(dx, g, what="backward after a forward in eval")


@law("Backward belongs to the latest forward, not to the present mode", weight=2)
def latest_forward_counts(student, case):
    g = case.apart(100)
    forward, backward = ("forward", np.ones(100)), ("backward", g)
    programs = [
        (forward, "eval", backward),
        ("eval", forward, "train", backward),
        (forward, forward, backward, backward),
    ]
    first, second, third = [run(student, 0.3, case.seed(), *steps) for steps in programs]
    y, _, dx = first.value
    want = g * case.array(y, (100,))
    case.equal(dx, want, what="backward of a training forward, called after eval(),")
    _, y, _, dx = second.value
    want = g * case.array(y, (100,))
    case.equal(dx, want, what="backward of an eval forward, called after train(),")
    _, y, dx, again = third.value
    want = case.array(dx, (100,))
    case.equal(again, want, what="backward, called a second time,")
    zeros = (want == 0) == (case.array(y) == 0)
    case.that(zeros.all(), "backward after two forward passes belongs to the second")


@law("A bad p, and a backward before any forward, are refused", weight=2, edge=True)
def refusals(student, case):
    backward = ("try", "backward", np.ones(3))
    programs = [(backward,), ("eval", backward)]
    for answer in [run(student, 0.3, case.seed(), *steps) for steps in programs]:
        refused_backward(case, answer.value[-1])
    refuses_rates(student, case, (-0.1, 1.5, math.nan))


@law("p = 0 keeps everything, p = 1 gives zeros, and zeros pass gradients", weight=2, edge=True)
def layer_edges(student, case):
    # so many that none drops, or keeps, all of them by chance
    at_edges(student, case, [(np.resize([1.0, -2.0, 3.0], 60), np.resize([4.0, 5.0, 6.0], 60))])
    # a kept unit whose value is 0, as after a ReLU, passes its gradient on
    zeros = np.zeros(100)
    answer = run(student, 0.3, case.seed(), ("forward", zeros), ("backward", zeros + 1))
    passed = case.array(answer.value[1], (100,))
    text = "after a forward pass of zeros, gradients must still pass where a unit is kept"
    case.that(passed.any(), text)


def at_edges(student, case, examples):
    """Require that nothing is dropped at p = 0, and all at p = 1, for each ``(x, g)``."""
    asked = []
    for x, g in examples:
        for p, y, dx in ((0.0, x, g), (1.0, 0 * x, 0 * g)):
            answer = run(student, p, case.seed(), ("forward", x), ("backward", g))
            asked.append((p, y, dx, answer))
    for p, y, dx, answer in asked:
        got = answer.value
        case.equal(got[0], y, what=f"forward at p = {p:g}")
        case.equal(got[1], dx, what=f"backward at p = {p:g}")


@law("float32 stays float32", weight=1, edge=True)
def form(student, case):
    ones = np.ones((10, 10), np.float32)
    for mode in ("train", "eval"):
        steps = (mode, ("forward", ones), ("backward", ones))
        _, y, dx = run(student, 0.3, case.seed(), *steps).value
        case.form(y, ones, what="forward's result")
        case.form(dx, ones, what="backward's result")


# By what a wrong answer is recognised ----------------------------------------------------------

ONES, G = np.ones((100, 120)), np.full((100, 120), 2.0)


def played(student, *steps, p=0.3):
    """Give what came of some steps; the seed is always the same."""
    return run(student, p, 5, *steps).value


@question("How large is the share of kept units?")
def share(student, case):
    asked = [run(student, 0.3, seed, ("forward", np.ones(480))) for seed in range(25)]
    return round(float(np.mean([(answer.value[0] != 0).mean() for answer in asked])), 1)


@question("What becomes of a kept 1?")
def kept(student, case):
    (y,) = played(student, ("forward", ONES))
    return [value for value in values(y) if value]


@question("Are two forwards alike, two examples of one batch, or two layers?")
def alike_masks(student, case):
    one, two = played(student, ("forward", ONES), ("forward", ONES))
    (other,) = run(student, 0.3, 6, ("forward", ONES)).value
    pairs = ((one, two), (one[0], one[1]), (one, other))
    return [bool(np.array_equal(*pair)) for pair in pairs]


@question("Is the number of kept units always the same?")
def count(student, case):
    results = played(student, *[("forward", np.ones(32))] * 16)
    same = all(np.array_equal(y, results[0]) for y in results)
    return not same and len({int(np.count_nonzero(y)) for y in results}) == 1


@question("Does the layer's generator decide?")
def repeatable(student, case):
    one, two = (played(student, ("forward", ONES))[0] for _ in range(2))
    return bool(np.array_equal(one, two))


@question("What does backward multiply kept and dropped units by, against forward?")
def back(student, case):
    y, dx = played(student, ("forward", ONES), ("backward", G))
    on = y != 0
    return [values(dx[on] / (2 * y[on])) if on.any() else None, values(dx[~on])]


@question("What comes out in evaluation?")
def evaluated(student, case):
    _, y = played(student, "eval", ("forward", ONES))
    return values(y)


@question("What does backward give after a forward in evaluation?")
def evaluated_back(student, case):
    steps = (("forward", ONES), "eval", ("forward", ONES), ("try", "backward", G))
    got = played(student, *steps)[-1]
    return "fails" if isinstance(got, dict) else values(got)


@question("Does the present mode change backward?")
def present(student, case):
    _, dx, _, later = played(student, ("forward", ONES), ("backward", G), "eval",
                             ("try", "backward", G))  # fmt: skip
    return bool(np.array_equal(dx, later)) if isinstance(later, np.ndarray) else "fails"


@question("Can backward be called twice?")
def twice(student, case):
    got = played(student, ("forward", ONES), ("backward", G), ("try", "backward", G))
    return isinstance(got[-1], np.ndarray)


@question("Do zeros pass gradients?", edge=True)
def zeros(student, case):
    _, dx = played(student, ("forward", 0 * ONES), ("backward", G))
    return bool(dx.any())


@question("Is backward refused before any forward?", edge=True)
def early(student, case):
    (got,) = played(student, ("try", "backward", G))
    return isinstance(got, dict) and "RuntimeError" in got["raised"]


@question("Which rates are refused?", edge=True)
def rates(student, case):
    made = student.play("dropout_layers_made", rates=[-0.5, 1.5, math.nan], seed=1).value
    return [isinstance(one, dict) and "ValueError" in one["raised"] for one in made]


@question("What comes out at p = 1?", edge=True)
def at_one(student, case):
    return [values(y) for y in played(student, ("forward", ONES), ("backward", G), p=1.0)]


@question("Which dtypes come out for float32?", edge=True)
def kinds(student, case):
    single = ONES.astype(np.float32)
    return [str(y.dtype) for y in played(student, ("forward", single), ("backward", single))]


mistakes = Mistakes(Dropout=changed)
wrong_layers.add(mistakes)
