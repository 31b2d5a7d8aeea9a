"""5.1 all_masks: the members of the ensemble, and how probable each is."""

from __future__ import annotations

import math

import numpy as np

from dropout_course.engine.comparing import numbers_in
from dropout_course.engine.features import dtype, rounded, value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question
from dropout_course.exercises.ch05_ensembles import every_mask, probabilities

# What is true of every right answer ------------------------------------------------------------


def every_once(case, answer, n):
    """Require every mask of n units once, as booleans or as 0 and 1; give them as booleans."""
    masks = case.array(answer, what="the list of masks")
    case.that(
        masks.shape == (2**n, n),
        f"{n} units have 2**{n} = {2**n} masks, so the shape must be {(2**n, n)}, "
        f"and it is {masks.shape}",
        received=masks,
        kind="shape",
    )
    case.that(np.isin(masks, (0, 1)).all(), "a mask holds True and False", received=masks)
    masks = masks.astype(bool)
    different = len({row.tobytes() for row in np.ascontiguousarray(masks)})
    text = f"only {different} of the {2**n} masks are different: each must occur once"
    case.that(different == 2**n, text, received=masks)
    return masks


@law("Every mask is listed once", weight=3, core=True)
def every_mask_once(student, case):
    for n, answer in [(n, student.all_masks(n)) for n in (1, 2, 3, 6)]:
        every_once(case, answer, n)


@law("Masks are booleans, and probabilities float64", weight=1, edge=True)
def form(student, case):
    case.form(student.all_masks(2), every_mask(2), what="the list of masks")
    case.form(student.mask_probs(case.frozen(every_mask(2)), 0.3), np.zeros(4), what="mask_probs")


@law("The probability of a mask is a product over its units", weight=3)
def product_over_units(student, case):
    p = case.rate()
    some = case.mask((6, 5), p)  # some of the 32 masks, perhaps one of them twice
    hand = np.array([[True, True], [True, False], [False, False]])
    want = [math.prod(1 - p if kept else p for kept in row) for row in some]
    examples = [((hand, 0.2), np.array([0.64, 0.16, 0.04])), ((some, p), np.array(want))]
    case.gives(student.mask_probs, examples, what="mask_probs")


@law("All masks together have probability one", weight=1.5)
def together_one(student, case):
    asked = [student.mask_probs(every_mask(n), case.rate()) for n in (1, 2, 5)]
    whole = student.mask_probs(every_mask(4), 0.3)
    for n, answer in zip((1, 2, 5), asked, strict=True):
        total = float(case.array(answer, (2**n,)).sum())
        case.equal(total, 1.0, what=f"the sum over all masks of {n} units")
    kept = case.array(whole, (16,)) @ every_mask(4).astype(float)
    case.equal(kept, np.full(4, 0.7), what="the probability of each unit to be kept")


@law("At p = 0 and p = 1 a single mask is left", weight=1, edge=True)
def one_mask_is_left(student, case):
    masks = every_mask(3)
    only = ((0.0, masks.all(1)), (1.0, ~masks.any(1)))
    case.gives(student.mask_probs, [((masks, p), mask.astype(float)) for p, mask in only])


# By what a wrong answer is recognised ----------------------------------------------------------

SOME = np.array([[True, True, False], [True, False, False], [False, False, False]])


@question("Which masks are listed?")
def rows(student, case):
    masks = numbers_in(value_of(student.all_masks(4)))
    found = {tuple(int(value) for value in row) for row in masks}
    return [list(masks.shape), len(found) == len(masks)]


@question("How probable are three masks?")
def probs(student, case):
    return rounded(student.mask_probs(SOME, 0.3))


@question("What holds a mask?", edge=True)
def kind(student, case):
    return dtype(student.all_masks(3))


@question("What are the probabilities at p = 0 and p = 1?", edge=True)
def ends(student, case):
    return [rounded(student.mask_probs(every_mask(3), p)) for p in (0.0, 1.0)]


# What people write instead ---------------------------------------------------------------------

mistakes = Mistakes(
    all_masks=lambda of=every_mask: of,
    mask_probs=lambda of=probabilities: of,
)


@mistakes.whole(
    "sample-for-expectation",
    "A sample for the expectation",
    "Drawing 2ⁿ masks at random repeats some and misses others; list each of them once.",
)
def draws_masks(n):
    masks = np.random.default_rng().random((2**n, n)) < 0.5
    masks[-1] = masks[0]  # as good as certain for large n
    return masks


@mistakes.whole(
    "masks-in-columns",
    "Masks in columns",
    "A mask is a row, so there are 2ⁿ rows and n columns; yours is transposed.",
)
def masks_in_columns(n):
    return every_mask(n).T


@mistakes.whole(
    "numbers-for-booleans",
    "Numbers for booleans",
    "Masks are boolean arrays, and yours hold numbers; indexing with 0 and 1 picks entries "
    "instead of masking.",
)
def integer_masks(n):
    return every_mask(n).astype(int)


@mistakes.whole(
    "empty-network-forgotten",
    "The empty network forgotten",
    "The mask that drops every unit is one of the 2ⁿ, and yours leaves it out.",
)
def empty_mask_forgotten(n):
    return every_mask(n)[1:]


@mistakes.whole(
    "p-read-as-keep",
    "p read as keep",
    "A kept unit contributes 1 - p and a dropped one p; here it is the other way round.",
    of="mask_probs",
)
def p_for_the_kept(masks, p):
    return probabilities(~masks, p)


@mistakes.whole(
    "all-equally-likely",
    "All masks equally likely",
    "Masks are equally likely at p = 1/2 only; elsewhere it depends on how many units are kept.",
    of="mask_probs",
)
def equally_likely(masks, p):
    return np.full(len(masks), 0.5 ** masks.shape[1])


@mistakes.whole(
    "alike-in-the-stack",
    "One over the number of rows",
    "Every row gets one over the number of rows; how probable a mask is follows from p and from "
    "how many units it keeps, whatever else is in the stack.",
    of="mask_probs",
)
def alike_in_the_stack(masks, p):
    return np.full(len(masks), 1 / len(masks))


@mistakes.whole(
    "wrong-axis",
    "Wrong axis",
    "The product runs down the columns, over masks; it belongs along the rows, over units.",
    of="mask_probs",
)
def down_the_columns(masks, p):
    return np.where(masks, 1.0 - p, p).prod(axis=0)


@mistakes.whole(
    "sum-for-product",
    "Sum instead of product",
    "The factors of a row are added; independent coins multiply their probabilities.",
    of="mask_probs",
)
def sum_of_factors(masks, p):
    return np.where(masks, 1.0 - p, p).sum(axis=1)


@mistakes.whole(
    "normalised-over-the-stack",
    "Normalised over the stack",
    "Dividing by the sum changes the probabilities when the stack does not hold every mask once.",
    of="mask_probs",
)
def normalised_over_the_stack(masks, p):
    found = probabilities(masks, p)
    return found / found.sum()


@mistakes.whole(
    "probability-of-the-count",
    "Probability of the count",
    "This is the probability that so many units are kept, whichever they are; a single mask "
    "has no binomial coefficient.",
    of="mask_probs",
)
def probability_of_the_count(masks, p):
    ways = np.array([math.comb(masks.shape[1], int(k)) for k in masks.sum(axis=1)])
    return ways * probabilities(masks, p)


@mistakes.whole(
    "kept-units-only",
    "Dropped units forgotten",
    "Every unit contributes a factor, a dropped one p; here the kept ones alone count.",
    of="mask_probs",
)
def kept_only(masks, p):
    return (1.0 - p) ** masks.sum(axis=1)


@mistakes.whole(
    "logarithm-of-zero",
    "0 times the logarithm of 0",
    "At p = 0 or p = 1 you multiply 0 by the logarithm of 0, which is NaN; multiply the "
    "probabilities themselves.",
    of="mask_probs",
)
def logarithm_of_zero(masks, p):
    kept = masks.sum(axis=1)
    return np.exp(kept * np.log(1 - p) + (masks.shape[1] - kept) * np.log(p))
