"""11.1 torch_dropout: dropout as a module that does all that torch's own does."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.features import value_of, values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.engine.statistics import Coincidence
from dropout_course.exercises.ch04_backprop.dropout_layer import KEPT_AT_035
from dropout_course.exercises.ch11_gpu_pytorch import ONES
from dropout_course.exercises.ch11_gpu_pytorch.wrong_modules import mistakes

__all__ = ["mistakes"]  # what people write instead
INF, NAN = math.inf, math.nan
NOT_THE_SAME_MASK = Coincidence(
    "two masks of 100 units are equal at p = 0.3",
    alarm=2.21e-24,
    how="0.58**100",
    effect="one mask for ever, for the batch, or whatever the seed",
)
ALL_ALIKE = Coincidence(
    "in one of 100 forwards all 120 units are kept, or all dropped, at p = 0.35",
    alarm=3.55e-21,
    how="100 * (0.65**120 + 0.35**120)",
    effect="one coin for all units of an example",
)


def run(student, p, seed, *steps, inplace=False):
    """Ask for a layer that is led through some steps."""
    return student.play("torch_dropout_run", p=p, seed=seed, steps=list(steps), inplace=inplace)


def steps_of(answer):
    """Give what came of each step."""
    return answer.value["steps"]


def mask_of(case, y):
    """Give what was kept of ones."""
    return case.array(y) != 0


def require_share(student, case, p, n, test):
    """Require that n forwards of 120 ones keep a share of 1 - p, and divide it."""
    asked = [run(student, p, case.seed(), ("forward", np.ones(120))) for _ in range(n)]
    kept = 0
    for answer in asked:
        used = answer.value["used"]
        text = "torch's own dropout does the work; write it with a mask of your own"
        case.that(not used, text, received=used)
        y = case.array(steps_of(answer)[0][0], (120,))
        case.that(0 < np.count_nonzero(y) < 120, "all units of an example share a coin", received=y)
        kept += np.count_nonzero(y)
        good = np.abs(np.where(y == 0, 1 / (1 - p), y) - 1 / (1 - p)).max() < 1e-5
        case.that(good, "a kept 1 becomes 1/(1-p) in training", expected=1 / (1 - p), received=y)
    text = f"at p = {p}, {1 - p:.0%} of the units are kept, and here {kept / (1.2 * n):.1f} % were"
    case.that(test.accepts(kept), text)


SEEDS = 12  # it is tried under: torch takes a tenth of a second and more for each

# What is true of every right answer ------------------------------------------------------------


@law("Units are kept with probability 1 - p and divided by it, in your own arithmetic", weight=4,
     core=True, statistic=(KEPT_AT_035, ALL_ALIKE))  # fmt: skip
def keeps_and_scales(student, case):
    require_share(student, case, 0.35, 100, KEPT_AT_035)


@law("Gradients meet the mask and the factor of their forward pass", weight=2)
def gradient(student, case):
    asked = []
    for p, shape in ((0.3, (100,)), (0.7, (20, 30))):
        g = case.apart(*shape)
        asked.append((g, run(student, p, case.seed(), ("gradient", np.ones(shape), g))))
    for g, answer in asked:
        y, dx = steps_of(answer)[0]
        case.equal(dx, g * case.array(y, g.shape), what="the gradient, against forward's factors,")


@law("Every forward in training draws a fresh mask, for every example", weight=2,
     statistic=(NOT_THE_SAME_MASK,) * 2)  # fmt: skip
def fresh_masks(student, case):
    ones = np.ones((40, 100))
    first, second = steps_of(run(student, 0.3, case.seed(), ("forward", ones), ("forward", ones)))
    mask, other = mask_of(case, first[0]), mask_of(case, second[0])
    case.that(not np.array_equal(mask, other), "two forward passes in training used one mask")
    case.that((mask != mask[0]).any(), "the examples of a batch have the same mask")


@law("torch's generator decides", weight=1, statistic=NOT_THE_SAME_MASK)
def generator_decides(student, case):
    seed, forward = case.seed(), ("forward", np.ones((50, 20)))
    steps = [("seed", seed), forward, ("seed", seed), forward, ("seed", seed + 1), forward]
    _, one, _, again, _, other = steps_of(run(student, 0.3, case.seed(), *steps))
    same = np.array_equal(mask_of(case, one[0]), mask_of(case, again[0]))
    case.that(same, "after torch.manual_seed with one seed, two masks differ")
    differ = not np.array_equal(mask_of(case, one[0]), mask_of(case, other[0]))
    case.that(differ, "after torch.manual_seed with two seeds, both masks are the same")


@law("eval() of the model around it gives the identity, and train() dropout again", weight=3,
     statistic=NOT_THE_SAME_MASK)  # fmt: skip
def modes(student, case):
    x, g = case.apart(50, 20), case.apart(50, 20)
    steps = ["eval", ("forward", x), ("gradient", x, g), "train", ("forward", x)]
    _, (y, *_), (_, dx), _, (again, *_) = steps_of(run(student, 0.3, case.seed(), *steps))
    case.equal(y, x, what="what comes out after eval()")
    case.equal(dx, g, what="the gradient after eval()")
    dropped = (case.array(again, x.shape) == 0).any()
    case.that(dropped, "after eval() and train() nothing is dropped any more")


@law("inplace writes to the input, and without it the input stays", weight=1.5, observed=True)
def inplace(student, case):
    x = case.apart(100)
    asked = [run(student, 0.3, case.seed(), ("forward", x), inplace=on) for on in (True, False)]
    (y, after, _), (_, kept, _) = (steps_of(answer)[0] for answer in asked)
    case.equal(after, case.array(y, (100,)), what="x, after a call with inplace=True,")
    case.equal(kept, x, what="x, after a call with inplace=False,")


@law("p outside [0, 1], or NaN, raises ValueError", weight=1, edge=True)
def refusals(student, case):
    require_refusals(student, case, [-0.1, 1.5, NAN], [0.0, 0.5, 1.0])


def require_refusals(student, case, bad, good):
    """Require ValueError for bad rates, and for good ones none."""
    made = student.play("torch_dropouts_made", rates=[*bad, *good]).value
    for p, got in zip([*bad, *good], made, strict=True):
        raised = got["raised"] if isinstance(got, dict) else []
        case.that(("ValueError" in raised) == (p in bad), f"p = {p}: a ValueError is due for p "
                  "outside [0, 1] and for NaN, and for no other", received=raised)  # fmt: skip


@law("p = 0 is the identity, p = 1 gives zeros", weight=1, edge=True)
def ends(student, case):
    x = case.apart(100)
    asked = [run(student, p, case.seed(), ("forward", x)) for p in (0.0, 1.0)]
    for answer, want in zip(asked, (x, 0 * x), strict=True):
        case.equal(steps_of(answer)[0][0], want, what="y")


@law("A dropped infinity is NaN, as in torch", weight=0.5, edge=True)
def infinities(student, case):
    require_nans(student, case, 0.7, np.full(200, INF))
    require_nans(student, case, 1.0, np.array([1.0, -INF, NAN]))


def require_nans(student, case, p, x):
    """Require of x with infinities the values that a product with the factors has."""
    y = case.array(steps_of(run(student, p, case.seed(), ("forward", x)))[0][0], x.shape)
    odd = ~np.isfinite(x)
    if p == 1:
        case.equal(y, np.where(odd, NAN, 0), what="y at p = 1")
    else:
        text = "of infinite inputs, those that are dropped become 0 · inf = NaN"
        case.that(np.isnan(y[odd]).any() and np.isinf(y[odd]).any(), text, received=y)


@law("The dtype stays, and it prints as torch's own does", weight=0.5, edge=True)
def form(student, case):
    require_form(student, case, 0.5, False, ["float32", "float64", "bfloat16"])


def require_form(student, case, p, inplace, dtypes):
    """Require dtypes that stay, and the text."""
    casts = [("cast", np.ones(3), dtype) for dtype in dtypes]
    answer = run(student, p, case.seed(), *casts, "eval", *casts, inplace=inplace)
    got = [dtype for dtype in steps_of(answer) if dtype is not None]
    case.equal(got, [f"torch.{dtype}" for dtype in dtypes] * 2, what="the dtypes that come out")
    text = f"TorchDropout(p={p}, inplace={inplace})"
    case.equal(answer.value["text"], text, what="the text of repr")


# By what a wrong answer is recognised ----------------------------------------------------------


def played(student, *steps, p=0.3, inplace=False):
    """Give what came of some steps; the seed is always the same."""
    return steps_of(run(student, p, 5, *steps, inplace=inplace))


@question("How large is the share of kept units?")
def share(student, case):
    asked = [run(student, 0.3, seed, ("forward", np.ones(120))) for seed in range(100)]
    return round(float(np.mean([steps_of(answer)[0][0] != 0 for answer in asked])), 1)


@question("What becomes of a kept 1?")
def kept(student, case):
    return [value for value in values(played(student, ("forward", ONES))[0][0]) if value]


@question("Whose dropout is it?")
def whose(student, case):
    return bool(value_of(run(student, 0.3, 5, ("forward", ONES)))["used"])


@question("Are two forwards alike, or two examples of one batch?")
def alike_masks(student, case):
    (one, *_), (two, *_) = played(student, ("forward", ONES), ("forward", ONES))
    return [bool(np.array_equal(*pair)) for pair in ((one, two), (one[0], one[1]))]


@question("Are the units of an example dropped together?")
def alike_units(student, case):
    (y, *_), *_ = played(student, ("forward", ONES))
    return bool((y == y[..., :1]).all())


@question("Are the masks of two layers alike, whatever the seed?")
def alike_layers(student, case):
    asked = [run(student, 0.3, seed, ("forward", ONES)) for seed in (5, 6)]
    return bool(np.array_equal(*(steps_of(answer)[0][0] for answer in asked)))


@question("Does torch's generator decide?")
def decided(student, case):
    seeds = [("seed", 1), ("forward", ONES)] * 2
    _, (one, *_), _, (again, *_) = played(student, *seeds)
    return bool(np.array_equal(one, again))


@question("What does the gradient of ones have at kept and at dropped units, against forward?")
def back(student, case):
    ((y, dx),) = played(student, ("gradient", ONES, ONES))
    return [values(dx[y != 0] / y[y != 0]), values(dx[y == 0])]


@question("What comes out in evaluation, and is anything dropped in training afterwards?")
def evaluated(student, case):
    _, (y, *_), _, (again, *_) = played(student, "eval", ("forward", ONES), "train",
                                        ("forward", ONES))  # fmt: skip
    return [values(y), bool((again == 0).any())]


@question("Is the input written to?")
def written(student, case):
    results = [played(student, ("forward", ONES), inplace=on)[0] for on in (True, False)]
    return [bool((after != 1).any()) for _, after, _ in results]


@question("Which rates are refused?", edge=True)
def rates(student, case):
    made = value_of(student.play("torch_dropouts_made", rates=[-0.5, 1.5, NAN]))
    return [isinstance(one, dict) and "ValueError" in one["raised"] for one in made]


@question("What comes out at p = 1?", edge=True)
def at_one(student, case):
    return values(played(student, ("forward", ONES), p=1.0)[0][0])


@question("What becomes of infinities?", edge=True)
def of_infinity(student, case):
    return values(np.abs(played(student, ("forward", ONES * INF), p=0.7)[0][0]))


@question("Which dtype comes out for bfloat16?", edge=True)
def kind(student, case):
    return played(student, ("cast", ONES, "bfloat16"))[0]


@question("How is it printed?", edge=True)
def printed(student, case):
    text = value_of(run(student, 0.25, 1))["text"]
    return text.partition("(")[2]
