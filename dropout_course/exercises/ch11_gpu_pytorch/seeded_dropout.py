"""11.2 seeded_dropout: the mask is made twice from a seed, and kept never."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import value_of, values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.engine.statistics import Coincidence
from dropout_course.exercises.ch04_backprop.dropout_layer import KEPT_AT_035
from dropout_course.exercises.ch11_gpu_pytorch import ONES
from dropout_course.exercises.ch11_gpu_pytorch.wrong_seeded import mistakes

__all__ = ["mistakes"]  # what people write instead

NOT_THE_SAME_MASK = Coincidence(
    "two masks of 100 units are equal at p = 0.3",
    alarm=2.21e-24,
    how="0.58**100",
    effect="one mask whatever the seed, or for all rows",
)


def run(student, x, g, p, seed, between=0, layout="C"):
    """Ask for a call and its gradient."""
    plain = {"x": x, "g": g, "p": p, "seed": seed, "between": between, "layout": layout}
    return student.play("seeded_dropout_run", **plain)


def small_seed(case):
    """Draw a seed as people use them."""
    return case.integers(0, 10_000)


def require_share(student, case, p, test):
    """Require that 100 seeds keep a share of 1 - p of 120 units each, and scale it."""
    ones, first = np.ones(120), small_seed(case)
    asked = [run(student, ones, ones, p, first + i) for i in range(100)]
    kept = 0
    for answer in asked:
        y = case.array(answer.value["y"], (120,))
        kept += np.count_nonzero(y)
        good = np.abs(np.where(y == 0, 1 / (1 - p), y) - 1 / (1 - p)).max() < 1e-5
        case.that(good, "a kept 1 becomes 1/(1-p)", expected=1 / (1 - p), received=y)
    text = f"at p = {p}, {1 - p:.0%} of the units are kept, and here {kept / 120:.1f} % were"
    case.that(test.accepts(kept), text)


def require_gradient(student, case, examples):
    """Require that backward multiplies by what forward multiplied by."""
    asked = [(x, g, run(student, x, g, p, small_seed(case), *more)) for x, g, p, *more in examples]
    for x, g, answer in asked:
        factor = case.array(answer.value["y"], x.shape) / x
        got = answer.value["dx"]
        case.that(got is not None, "no gradient arrives at x", kind="type")
        case.equal(got, g * factor, what="the gradient, against forward's factors,")


SEEDS = 12  # it is tried under: torch takes a tenth of a second and more for each

# What is true of every right answer ------------------------------------------------------------


@law("Units are kept with probability 1 - p and divided by it", weight=3, core=True,
     statistic=KEPT_AT_035)  # fmt: skip
def keeps_and_scales(student, case):
    require_share(student, case, 0.35, KEPT_AT_035)


@law("Backward makes the same mask again, whatever was drawn in between", weight=3)
def same_mask(student, case):
    pairs = [(np.ones(100), case.apart(100)), (case.apart(20, 30), case.apart(20, 30))]
    require_gradient(student, case, [(*pairs[0], 0.3), (*pairs[1], 0.7, 7)])


@law("The mask belongs to positions, however a gradient lies in memory", weight=1)
def positions(student, case):
    square = case.apart(10, 10), case.apart(10, 10)
    require_gradient(student, case, [(*square, 0.4, 0, "T")])


@law("The seed decides, and torch's own generator does not", weight=2,
     statistic=(NOT_THE_SAME_MASK,) * 2)  # fmt: skip
def seed_decides(student, case):
    x, seed = np.ones((2, 100)), small_seed(case)
    asked = [run(student, x, x, 0.3, seed + i, 5) for i in (0, 1, 0)]
    one, other, again = (case.array(answer.value["y"], x.shape) for answer in asked)
    case.equal(again, one, what="y for the same seed, once more,")
    case.that(not np.array_equal(one != 0, other != 0), "two seeds give one mask")
    case.that(not np.array_equal(one[0], one[1]), "two examples of a batch have the same mask")


@law("torch's global generator stays where it is", weight=0.75, observed=True)
def generator_stays(student, case):
    x = np.ones((4, 5))
    asked = [run(student, x, x, p, small_seed(case)) for p in (0.3, 0.7)]
    for answer in asked:
        case.that(not answer.value["moved"], "the state of torch's global generator has changed")


@law("Nothing of the size of x is kept for backward", weight=2, observed=True)
def nothing_kept(student, case):
    asked = [student.play("seeded_dropout_kept", n=n, p=0.3, seed=small_seed(case))
             for n in (100, 1000)]  # fmt: skip
    require_nothing_kept(case, asked)


def require_nothing_kept(case, asked):
    """Require that no memory is held beside the result."""
    for answer in asked:
        kept = answer.value["elements"]
        text = f"after forward, {kept} elements stay in memory beside the result"
        case.that(kept == 0, text, expected=0, received=kept)


@law("p = 0 is the identity, p = 1 gives zeros", weight=0.75, edge=True)
def ends(student, case):
    x, g = case.apart(40), case.apart(40)
    asked = [run(student, x, g, p, small_seed(case)) for p in (0.0, 1.0)]
    for answer, factor in zip(asked, (1, 0), strict=True):
        case.equal(answer.value["y"], factor * x, what="y")
        case.equal(answer.value["dx"], factor * g, what="the gradient")


@law("The dtype stays, and the input too", weight=0.75, edge=True)
def form(student, case):
    require_form(student, case, (np.float32, np.float64))


def require_form(student, case, dtypes):
    """Require dtypes of output and gradient, and an input that is as it was."""
    arrays = [case.apart(5, 6, dtype=dtype) for dtype in dtypes]
    asked = [run(student, x, x, 0.4, small_seed(case)) for x in arrays]
    for x, answer in zip(arrays, asked, strict=True):
        case.equal(answer.value["dtypes"], [f"torch.{x.dtype}"] * 2, what="the list of dtypes")
        case.equal(answer.value["x"], x, what="the input afterwards")


# By what a wrong answer is recognised ----------------------------------------------------------


def played(student, p=0.3, seed=3, x=ONES, **more):
    """Give what a call and its gradient of ones gave."""
    return value_of(run(student, x, np.ones(x.shape), p, seed, **more))


@question("How large is the share of kept units?")
def share(student, case):
    return round(float((played(student, x=np.ones(12_000))["y"] != 0).mean()), 1)


@question("What becomes of a kept 1?")
def kept(student, case):
    return [value for value in values(played(student)["y"]) if value]


@question("By what does backward multiply, against forward?")
def back(student, case):
    result = played(student)
    if result["dx"] is None:
        return "no gradient"
    on = result["y"] != 0
    return [values(result["dx"][on] / result["y"][on]), values(result["dx"][~on])]


@question("And if torch's generator was used in between?")
def back_later(student, case):
    result = played(student, between=9)
    return (
        "no gradient" if result["dx"] is None else bool(np.array_equal(result["dx"], result["y"]))
    )


@question("And if the gradient lies otherwise in memory?")
def back_transposed(student, case):
    result = played(student, layout="T")
    return (
        "no gradient" if result["dx"] is None else bool(np.array_equal(result["dx"], result["y"]))
    )


@question("Are the masks of one seed alike, of two, and of two rows?")
def alike_masks(student, case):
    one, again, other = (played(student, seed=seed)["y"] for seed in (3, 3, 4))
    pairs = ((one, again), (one, other), (one[0], one[1]))
    return [bool(np.array_equal(*pair)) for pair in pairs]


@question("Is torch's generator moved?")
def moved(student, case):
    return played(student)["moved"]


@question("What is kept in memory?")
def in_memory(student, case):
    return value_of(student.play("seeded_dropout_kept", n=1000, p=0.3, seed=3))


@question("What comes out at p = 1?", edge=True)
def at_one(student, case):
    return values(played(student, 1.0)["y"])


@question("Which dtypes come out for float32?", edge=True)
def kinds(student, case):
    return played(student, x=ONES.astype(np.float32))["dtypes"]
