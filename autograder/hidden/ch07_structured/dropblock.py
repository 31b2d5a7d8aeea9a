"""Hidden laws of 7.3 dropblock."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch07_structured import dropblock as visible
from solutions.ch07_structured import dropblock_apply, dropblock_gamma, dropblock_mask


@visible.squares.against(dropblock_mask, weight=2.5)
def squares(case):
    calls = []
    for shape, block in (((2, 3, 4, 6), 3), ((3, 2, 5, 3), 5)):
        centers = np.zeros(shape, bool)
        for n in range(shape[0]):
            place = [case.integers(0, size) for size in shape[1:]]
            centers[(n, *place)] = True
        calls.append((centers, block))
    return calls


@visible.blocks.against(dropblock_mask, weight=1)
def blocks(case):
    calls = [(~case.mask((2, 2, 1, 1), 0.5), 4), (~case.mask((1, 2, 5, 1), 0.3), 2)]
    calls += [(other, 2) for other in case.layouts(~case.mask((2, 2, 3, 4), 0.3))]
    return [
        *calls,
        (np.zeros((1, 1, 3, 3), bool), 3),
        (case.frozen(~case.mask((1, 2, 3, 3), 0.2)), 6),
    ]


@visible.rate.against(dropblock_gamma, weight=2)
def rate(case):
    sizes = ((3, 14, 14), (7, 14, 9), (4, 5, 8), (2, 28, 28))
    return [(case.rate(), *size) for size in sizes] + [(0.0, 3, 5, 5)]


@visible.scale.elsewhere(weight=2)
def scale(student, case):
    calls = []
    for shape, p in (((1, 1, 3, 3), 0.3), ((3, 2, 4, 5), 0.7), ((4, 3, 2, 2), 0.4)):
        calls.append((case.apart(*shape), case.mask(shape, p)))
    x, mask = calls[1]
    calls += [(other, mask) for other in case.layouts(x)] + [(x, m) for m in case.layouts(mask)]
    examples = [(call, dropblock_apply(*call)) for call in calls]
    case.gives(student.dropblock_apply, examples, tol=visible.TOL)


@visible.ends.elsewhere(weight=0.5)
def ends(student, case):
    examples = []
    for shape in ((1, 1, 2, 3), (2, 3, 4, 4)):
        x = case.apart(*shape)
        examples.append(((x, np.zeros(shape, bool)), np.zeros(shape)))
        examples.append(((x, np.ones(shape, bool)), x))
    case.gives(student.dropblock_apply, examples, tol=visible.TOL)


@visible.form.against(dropblock_apply, weight=0.5, form=True)
def form(case):
    calls = []
    for dtype in (np.float32, np.float64):
        x = case.normal(2, 2, 3, 3, dtype=dtype)
        calls.append((case.frozen(x), case.frozen(case.mask(x.shape, 0.3))))
    return calls
