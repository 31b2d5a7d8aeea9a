"""9.1 rnn_masks: coins for each step, or for each sequence."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, share, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question
from dropout_course.engine.statistics import Binomial, Coincidence

# A rate between tenths: coins of ten faces can't have it.
KEPT_AT_035 = Binomial(
    "kept entries among 12 000 at p = 0.35",
    n=12_000,
    prob=0.65,
    low=7460,
    high=8136,
    effect="a keep probability that is off by 0.05 (or swapped, or a fair coin)",
    effect_prob=0.6,
)
SAME_LINE = Coincidence(
    "two steps, two sequences, two units or two seeds give 100 equal entries at p = 0.3",
    alarm=2.21e-24,
    how="0.58**100",
    effect="one mask for several steps, sequences or units, or one mask for ever",
)

# What is true of every right answer ------------------------------------------------------------


def kept_in(case, answer, shape):
    """Say where masks keep, whatever their dtype."""
    return case.array(answer, shape, what="the array of masks") != 0


def masks(student, case, calls):
    """Ask for masks of several ``(T, B, H, p, kind)``, and say of one by one where it keeps."""
    asked = [(student.rnn_masks(*call[:4], case.rng(), call[4]), call[:3]) for call in calls]
    for answer, shape in asked:
        yield kept_in(case, answer, shape)


def share_kept(student, case, p, kind, test):
    """Require a plausible number of kept entries in the first step of 12 000 units."""
    (kept,) = masks(student, case, [(1, 1, 12_000, p, kind)])
    case.that(
        test.accepts(np.count_nonzero(kept)),
        f"at p = {p} about {100 * (1 - p):.0f} % of the entries are True, "
        f"and here {100 * kept.mean():.1f} % are",
    )


def require_tied(student, case, shapes):
    """Require one mask for all steps of a sequence."""
    for kept in masks(student, case, [(*shape, 0.3, "tied") for shape in shapes]):
        case.that((kept == kept[:1]).all(), "tied masks of two steps differ", received=kept)


def require_new(student, case, T, B, H):
    """Require other masks in the next step; B = H = 100, so that any hundred coins can show it."""
    (kept,) = masks(student, case, [(T, B, H, 0.3, "step")])
    for t in range(T - 1):
        text = f"the masks of step {t} and step {t + 1} are equal"
        case.that(not np.array_equal(kept[t], kept[t + 1]), text)


def require_own(student, case, kinds):
    """Require sequences with masks of their own, and units with coins of their own."""
    for kept in masks(student, case, [(1, 100, 100, 0.3, kind) for kind in kinds]):
        for axis, what in ((1, "sequences of the batch"), (2, "units")):
            same = (kept == kept.take([0], axis)).all()
            case.that(not same, f"all {what} have the same mask")


def require_generator(student, case, kinds):
    """Require one mask from equal seeds, and another from other seeds."""
    shape, asked = (1, 100, 100), []
    for kind in kinds:
        rng = case.rng()
        asked.append([student.rnn_masks(*shape, 0.3, g, kind) for g in (rng, rng, case.rng())])
    for answers in asked:
        one, again = (kept_in(case, answer, shape) for answer in answers[:2])
        text = "two generators with the same seed must give the same masks: draw from rng alone"
        case.that(np.array_equal(one, again), text)
        other = kept_in(case, answers[2], shape)
        case.that(not np.array_equal(one, other), "two different seeds gave the same masks")


@law("'tied': all steps of a sequence have one mask", weight=2, core=True)
def tied(student, case):
    require_tied(student, case, ((3, 2, 4), (6, 3, 50)))


@law("'step': every step has a new mask", weight=1.5, statistic=(SAME_LINE,) * 2)
def new_each_step(student, case):
    require_new(student, case, 3, 100, 100)


@law("Sequences and units have coins of their own", weight=1.5, statistic=(SAME_LINE,) * 4)
def own_coins(student, case):
    require_own(student, case, ("step", "tied"))


@law("Entries are kept with probability 1 - p", weight=1.5, statistic=KEPT_AT_035)
def kept_with_probability_q(student, case):
    share_kept(student, case, 0.35, "step", KEPT_AT_035)


@law("The given generator decides, and nothing else", weight=1, statistic=(SAME_LINE,) * 2)
def generator_decides(student, case):
    require_generator(student, case, ("step", "tied"))


@law("The masks are boolean, (T, B, H), and certain at p = 0 and p = 1", weight=1.5, edge=True)
def form(student, case):
    require_form(student, case, ((2, 3, 4), (1, 5, 1)))


def require_form(student, case, shapes):
    """Require boolean masks of the right shape; full ones at p = 0, empty ones at p = 1."""
    calls = [(*s, p, k) for s in shapes for p in (0.0, 1.0) for k in ("step", "tied")]
    asked = [student.rnn_masks(*call[:4], case.rng(), call[4]) for call in calls]
    for (T, B, H, p, _), answer in zip(calls, asked, strict=True):
        case.form(answer, np.ones((T, B, H), bool), what="the array of masks")
        kept = kept_in(case, answer, (T, B, H))
        case.that((kept == (p == 0)).all(), f"at p = {p:g} every entry must be {p == 0}")


# By what a wrong answer is recognised ----------------------------------------------------------

SHARES = {"1 - p": 0.7, "p": 0.3, "half": 0.5}


def alike(student, case, kind):
    """Say along which axes masks repeat: time, batch, units."""
    kept = np.asarray(value_of(student.rnn_masks(40, 41, 42, 0.3, case.rng(), kind))) != 0
    axes = range(3)
    return [bool((kept == kept.take([0], axis)).all()) for axis in axes]


@question("Along which axes do masks of the kind 'step' repeat?")
def step_repeats(student, case):
    return alike(student, case, "step")


@question("Along which axes do masks of the kind 'tied' repeat?")
def tied_repeats(student, case):
    return alike(student, case, "tied")


@question("Which share is kept at p = 0.3?")
def kept(student, case):
    # One mask for many units, so that repeating along time or the batch does not show here.
    drawn = student.rnn_masks(1, 1, 20_000, 0.3, case.rng(), "step")
    return share(np.asarray(value_of(drawn)) != 0, SHARES)


@question("Do equal seeds give equal masks?")
def seeds(student, case):
    rng = case.rng()
    return np.array_equal(*(value_of(draw(student, case, rng)) for _ in range(2)))


@question("Do different seeds give the same masks?")
def same_for_ever(student, case):
    return np.array_equal(*(value_of(draw(student, case)) for _ in range(2)))


def draw(student, case, rng=None):
    """Ask for one step of many sequences with many units."""
    return student.rnn_masks(1, 100, 100, 0.3, rng or case.rng(), "step")


@question("Which dtype have masks?", edge=True)
def kind(student, case):
    return dtype(student.rnn_masks(2, 3, 4, 0.3, case.rng(), "step")) == "bool"


# What people write instead ---------------------------------------------------------------------


def masks_form(
    drawn=lambda kind, T, B, H: (T, B, H) if kind == "step" else (1, B, H),
    random=lambda rng, shape: rng.random(shape),
    keeps=lambda u, p: u >= p,
    finish=lambda mask, p: mask,
):
    """Compare random numbers with p, and repeat what is tied."""

    def rnn_masks(T, B, H, p, rng, kind):
        mask = keeps(random(rng, drawn(kind, T, B, H)), p)
        return finish(np.broadcast_to(mask, (T, B, H)), p)

    return rnn_masks


mistakes = Mistakes(rnn_masks=masks_form)
mistakes.row(
    "new-mask-each-step",
    "A new mask in each step",
    "Masks of the kind 'tied' change from step to step; draw one for each sequence and repeat it.",
    drawn=lambda kind, T, B, H: (T, B, H),
)
mistakes.row(
    "always-tied",
    "Tied in both kinds",
    "Masks of the kind 'step' are the same in all steps; that is what 'tied' asks for.",
    drawn=lambda kind, T, B, H: (1, B, H),
)
mistakes.row(
    "kinds-exchanged",
    "Kinds exchanged",
    "What you return for 'step' is asked for 'tied', and the other way round.",
    drawn=lambda kind, T, B, H: (T, B, H) if kind == "tied" else (1, B, H),
)
mistakes.row(
    "one-mask-for-the-batch",
    "One mask for the batch",
    "All sequences of the batch share a mask; tied means over time, and each sequence has its own.",
    drawn=lambda kind, T, B, H: (T, B, H) if kind == "step" else (1, 1, H),
)
mistakes.row(
    "step-masks-for-the-batch",
    "New masks, shared by the batch",
    "Masks of the kind 'step' are new in each step, and the same for all sequences; each sequence "
    "has coins of its own.",
    drawn=lambda kind, T, B, H: (T, 1, H) if kind == "step" else (1, B, H),
)
mistakes.row(
    "one-coin-for-all-units",
    "One coin for all units",
    "In 'step' all units of a sequence are kept or dropped together; each has a coin of its own.",
    drawn=lambda kind, T, B, H: (T, B, 1) if kind == "step" else (1, B, H),
)
mistakes.row(
    "tied-over-the-batch",
    "Tied over the wrong axis",
    "Your tied masks are the same for all sequences and change in time; they are to be the same in "
    "time and differ between sequences.",
    drawn=lambda kind, T, B, H: (T, B, H) if kind == "step" else (T, 1, H),
)
mistakes.row(
    "keeps-with-p",
    "Keeps with probability p",
    "You keep units with probability p, but p is the probability of dropping them.",
    keeps=lambda u, p: u < p,
)
mistakes.row(
    "fair-coin",
    "A fair coin",
    "Your coin is fair whatever p is; a unit must be kept with probability 1 - p.",
    keeps=lambda u, p: u >= 0.5,
)
mistakes.row(
    "seeded-inside",
    "Seeded inside",
    "Every call gives the same mask: seed outside, and draw from the rng that is passed.",
    random=lambda rng, shape: np.random.default_rng(0).random(shape),
)
mistakes.row(
    "another-generator",
    "Another generator",
    "The random numbers don't come from the rng that is passed: draw from it, and not from "
    "np.random or from a generator of your own.",
    random=lambda rng, shape: np.random.default_rng().random(shape),
)
mistakes.row(
    "numbers-for-booleans",
    "Numbers for booleans",
    "A mask is a boolean array, True for kept; yours holds numbers.",
    finish=lambda mask, p: mask.astype(float),
)
