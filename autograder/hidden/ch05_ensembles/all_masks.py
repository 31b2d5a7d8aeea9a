"""Hidden laws of 5.1 all_masks."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch05_ensembles import all_masks as visible
from dropout_course.exercises.ch05_ensembles import every_mask
from solutions.ch05_ensembles import mask_probs


@visible.every_mask_once.elsewhere(weight=2)
def every_mask_once(student, case):
    for n, answer in [(n, student.all_masks(n)) for n in (4, 5, 7, 10)]:
        visible.every_once(case, answer, n)


@visible.form.elsewhere(weight=1)
def form(student, case):
    case.form(student.all_masks(5), every_mask(5), what="the list of masks")
    case.form(student.mask_probs(case.frozen(every_mask(4)), 0.5), np.zeros(16))


@visible.product_over_units.against(mask_probs, weight=2)
def product_over_units(case):
    calls = []
    for shape in ((1, 1), (1, 7), (9, 1), (5, 12), (300, 6)):
        p = case.rate()
        calls += [(laid_out, p) for laid_out in case.layouts(case.mask(shape, p))]
    return calls


@visible.together_one.elsewhere(weight=1)
def together_one(student, case):
    for n in (3, 8):
        masks = every_mask(n)
        for answer in [student.mask_probs(masks, p) for p in (0.02, case.rate(), 0.98)]:
            total = float(case.array(answer, (2**n,)).sum())
            case.equal(total, 1.0, what=f"the sum over all masks of {n} units")


@visible.one_mask_is_left.against(mask_probs, weight=1)
def one_mask_is_left(case):
    return [(every_mask(n), p) for n in (1, 5) for p in (0.0, 1.0)]
