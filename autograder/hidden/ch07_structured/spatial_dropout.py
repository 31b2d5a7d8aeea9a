"""Hidden laws of 7.1 spatial_dropout."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch07_structured import spatial_dropout as visible
from solutions.ch07_structured import spatial_dropout


@visible.channels.against(spatial_dropout, weight=2)
def channels(case):
    x, calls = case.apart(3, 4, 2, 2), []
    for other in case.layouts(x):
        calls.append((other, case.mask((3, 4), 0.3), 0.3))
    for other in case.layouts(case.mask((3, 4), 0.6)):
        calls.append((x, other, 0.6))
    return [*calls, (case.apart(1, 2, 1, 3), case.mask((1, 2), 0.3), case.rate())]


@visible.last.against(spatial_dropout, weight=1)
def last(case):
    shapes = ((2, 3, 3, 3), (2, 5, 3), (2, 3, 2, 2, 4), (3, 4))
    masks = [case.mask((shape[0], shape[-1]), 0.4) for shape in shapes]
    return [
        (case.apart(*s), mask, case.rate(), True) for s, mask in zip(shapes, masks, strict=True)
    ]


@visible.axes.against(spatial_dropout, weight=1)
def axes(case):
    shapes = ((2, 3), (4, 2, 7), (3, 3, 3), (2, 3, 1, 2, 2), (2, 2, 2, 1, 2, 3))
    return [(case.apart(*shape), case.mask(shape[:2], 0.3), case.rate()) for shape in shapes]


@visible.edges_of_p.against(spatial_dropout, weight=0.5)
def edges_of_p(case):
    calls = []
    for shape, last in (((3, 2, 4), False), ((3, 4, 2), True), ((3, 2, 2, 2, 2), False)):
        x = case.apart(*shape)
        calls += [(x, np.ones((3, 2), bool), 0.0, last), (x, np.zeros((3, 2), bool), 1.0, last)]
    return calls


@visible.form.against(spatial_dropout, weight=0.5, form=True)
def form(case):
    calls = []
    for dtype in (np.float32, np.float64):
        x, mask = case.normal(2, 3, 4, dtype=dtype), case.mask((2, 3), 0.3)
        calls.append((case.frozen(x), case.frozen(mask), 0.3))
    return calls
