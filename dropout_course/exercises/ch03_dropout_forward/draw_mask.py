"""3.1 draw_mask: a coin of its own for every entry."""

from __future__ import annotations

import numpy as np

from dropout_course.engine import pictures
from dropout_course.engine.case import BAD_RATES
from dropout_course.engine.features import dtype, refuses, share, value_of, values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.engine.statistics import Binomial
from dropout_course.exercises.ch03_dropout_forward import KEPT_AT_035, SAME_COUNT, SAME_LINE
from dropout_course.exercises.ch03_dropout_forward.wrong_masks import mistakes

__all__ = ["mistakes"]  # what people write instead

# What is true of every right answer ------------------------------------------------------------

# At p = 1/2 two entries agree with probability ½ however p is read; a correlation of 0.2 adds 0.1.
# The 9216 entries of the mask make 4608 pairs of neighbours that share no entry.
AGREEING_NEIGHBOURS = Binomial(
    "equal entries among 4608 disjoint pairs of neighbours along one axis, at p = 0.5",
    n=4608,
    prob=0.5,
    low=2085,
    high=2523,
    effect="neighbours with a correlation of 0.2",
    effect_prob=0.6,
)


def kept_in(case, answer, shape):
    """Say where a mask keeps, whatever its dtype."""
    return case.array(answer, shape, what="the mask") != 0


def require_share(case, answer, n, p, test):
    """Require entries 0 and 1, and a plausible number of kept ones."""
    mask = case.array(answer, (n,), what="the mask")
    case.that(np.isin(mask, (0, 1)).all(), "each entry is True or False (or 1 or 0)", received=mask)
    case.that(
        test.accepts(np.count_nonzero(mask)),
        f"at p = {p} about {100 * (1 - p):.0f} % of the entries are True, "
        f"and here {100 * mask.mean():.1f} % are",
    )


@law("Entries are kept with probability 1 - p", weight=3, core=True, statistic=KEPT_AT_035)
def kept_with_probability_q(student, case):
    # One axis: whether entries share a coin is another law's matter.
    mask = student.draw_mask((12_000,), 0.35, case.rng())
    require_share(case, mask, 12_000, 0.35, KEPT_AT_035)


@law("The mask is a boolean array of the given shape", weight=2, edge=True)
def boolean_of_the_given_shape(student, case):
    shapes = ((4,), (2, 3), (1, 5), (2, 3, 4))
    answers = [student.draw_mask(shape, 0.3, case.rng()) for shape in shapes]
    for shape, mask in zip(shapes, answers, strict=True):
        case.form(mask, np.ones(shape, bool), what="the mask")


@law("p = 0 keeps everything, p = 1 keeps nothing", weight=1, edge=True)
def edges_of_p(student, case):
    require_certainty(student, case, ((5,), (100, 100)))


def require_certainty(student, case, shapes):
    """Require full masks at p = 0 and empty ones at p = 1."""
    calls = [(shape, p) for shape in shapes for p in (0.0, 1.0)]
    asked = [student.draw_mask(*call, case.rng()) for call in calls]
    for (shape, p), answer in zip(calls, asked, strict=True):
        kept = kept_in(case, answer, shape)
        case.that((kept == (p == 0)).all(), f"at p = {p:g} every entry must be {p == 0}")
    drawn = [(p, from_zero(student, case, p)) for p in (0.0, 1.0)]
    for p, answer in drawn:
        text = f"at p = {p:g} every entry must be {p == 0}, even where the random number is 0"
        case.that((kept_in(case, answer, (4,)) == (p == 0)).all(), text)


def from_zero(student, case, p):
    """Draw a mask of four entries with random numbers the first of which is exactly 0."""
    return student.play("mask_from_zero", shape=(4,), p=p, seed=case.seed())


@law(
    "Every entry has a coin of its own",
    weight=3,
    statistic=(SAME_LINE, SAME_LINE, AGREEING_NEIGHBOURS, AGREEING_NEIGHBOURS),
)
def own_coins(student, case):
    calls = [((2, 100), 0.3), ((100, 2), 0.3), ((96, 96), 0.5)]
    asked = [(student.draw_mask(shape, p, case.rng()), shape) for shape, p in calls]
    batch, units, large = (kept_in(case, *pair) for pair in asked)
    case.that(
        not np.array_equal(batch[0], batch[1]),
        "two examples of a batch have the same mask of 100",
        picture=pictures.units("your mask", batch),
    )
    text = "two units have the same mask in each of 100 examples"
    case.that(not np.array_equal(units[:, 0], units[:, 1]), text)
    require_independence(case, large, AGREEING_NEIGHBOURS)


def require_independence(case, mask, test):
    """Require that disjoint pairs of neighbours agree as often as independent coins do."""
    for axis in range(mask.ndim):
        lines = np.moveaxis(mask, axis, 0)
        agreeing = int((lines[0::2] == lines[1::2]).sum())
        case.that(
            test.accepts(agreeing),
            f"neighbours along axis {axis} are not independent: of {test.n} pairs about "
            f"{100 * test.prob:.0f} % should agree, and {100 * agreeing / test.n:.1f} % do",
        )


@law("The number of kept entries is random", weight=1.5, statistic=SAME_COUNT)
def random_count(student, case):
    require_random_count(student, case, 32, 0.3)


def require_random_count(student, case, n, p):
    """Require that 16 different masks of n entries don't all keep the same number."""
    masks = [kept_in(case, one, (n,)) for one in repeated(student, n, p, case.rng(), 16).value]
    counts = [int(mask.sum()) for mask in masks]
    # One mask again and again is the matter of the law about the generator.
    case.that(
        len(set(counts)) > 1 or len({mask.tobytes() for mask in masks}) == 1,
        f"16 masks of {n} entries all keep exactly {counts[0]}; the number must vary",
        picture=pictures.survivors(counts, n, 1 - p),
    )


def repeated(student, n, p, rng, times):
    """Draw several masks of n entries from one generator."""
    return student.play("repeat", name="draw_mask", args=[(n,), p, rng], times=times)


@law(
    "The given generator decides, and nothing else",
    weight=3.5,
    statistic=(SAME_LINE, SAME_LINE),
)
def generator_decides(student, case):
    require_generator(student, case, [((10, 10), 0.3)])


def require_generator(student, case, calls):
    """Require one mask from equal seeds, another one from others and in a second call."""
    rngs = [case.rng() for _ in calls]
    pairs = [
        (shape, *(student.draw_mask(shape, p, rng) for _ in range(2)))
        for (shape, p), rng in zip(calls, rngs, strict=True)
    ]
    seeds = [student.draw_mask((100,), 0.3, case.rng()) for _ in range(2)]
    twice = repeated(student, 100, 0.3, case.rng(), 2)
    for shape, first, second in pairs:
        case.that(
            np.array_equal(kept_in(case, first, shape), kept_in(case, second, shape)),
            "two generators with the same seed must give the same mask: "
            "draw from rng and from no other source of random numbers",
        )
    for masks, text in (
        (seeds, "two generators with different seeds gave one mask"),
        (twice.value, "two calls with one generator gave the same mask: draw new numbers from it"),
    ):
        case.that(not np.array_equal(*(kept_in(case, mask, (100,)) for mask in masks)), text)


@law("A p outside [0, 1], or NaN, is refused", weight=1, edge=True)
def refusals(student, case):
    case.raises(ValueError, [student.draw_mask((2, 3), p, case.rng()) for p in BAD_RATES])


# By what a wrong answer is recognised ----------------------------------------------------------

N = 20_000
SHARES = {"1 - p": 0.7, "p": 0.3, "half": 0.5, "P(N > p)": 0.382, "1 - p²": 0.91}


@question("Which share is kept at p = 0.3?")
def kept(student, case):
    return share(kept_in(case, student.draw_mask((N,), 0.3, case.rng()), (N,)), SHARES)


@question("Which share is kept at p = 0.25?")
def between_tenths(student, case):
    mask = kept_in(case, student.draw_mask((N,), 0.25, case.rng()), (N,))
    return share(mask, {"1 - p": 0.75, "rounded": 0.7}, within=0.02)


@question("Are two rows, or two columns, always equal?")
def lines(student, case):
    mask = np.asarray(value_of(student.draw_mask((60, 60), 0.3, case.rng()))) != 0
    return [bool((mask == mask[:1]).all()), bool((mask == mask[:, :1]).all())]


@question("Do different masks keep the same number?")
def counts(student, case):
    masks = [np.asarray(one) != 0 for one in repeated(student, 40, 0.3, case.rng(), 24).value]
    different = len({mask.tobytes() for mask in masks}) > 1
    return different and len({int(mask.sum()) for mask in masks}) == 1


@question("Are two masks from one generator equal, though they keep some and drop some?")
def again(student, case):
    one, other = repeated(student, 200, 0.3, case.rng(), 2).value
    return np.array_equal(one, other) and len(np.unique(one)) > 1


@question("Do equal seeds give equal masks?")
def seeds(student, case):
    rng = case.rng()
    return np.array_equal(*(value_of(student.draw_mask((200,), 0.3, rng)) for _ in range(2)))


@question("Which values has a mask?")
def entries(student, case):
    return values(student.draw_mask((500,), 0.3, case.rng()))


@question("Which dtype has a mask?", edge=True)
def kind(student, case):
    return dtype(student.draw_mask((3, 4), 0.3, case.rng())) == "bool"


@question("Is all kept at p = 0 if the random number is 0?", edge=True)
def zero_drawn(student, case):
    return bool(kept_in(case, from_zero(student, case, 0.0), (4,)).all())


@question("What is kept at p = 1?", edge=True)
def at_one(student, case):
    return values(student.draw_mask((5,), 1.0, case.rng()))


@question("Does it refuse bad rates?", edge=True)
def bad_rates(student, case):
    return refuses(lambda p: student.draw_mask((3,), p, case.rng()))
