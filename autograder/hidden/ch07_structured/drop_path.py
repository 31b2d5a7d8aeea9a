"""Hidden laws of 7.4 drop_path."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch07_structured import drop_path as visible
from solutions.ch07_structured import drop_path, expected_depth, survival_schedule


@visible.branches.against(drop_path, weight=2.5)
def branches(case):
    calls = []
    for n, width in ((5, 2), (2, 7), (8, 3)):
        keep = case.mask((n,), 0.4)
        calls.append((case.apart(n, width), case.apart(n, width), keep, case.rate()))
    skip, branch = case.apart(4, 3), case.apart(4, 3)
    keep = case.mask((4,), 0.3)
    calls += [(other, branch, keep, 0.3) for other in case.layouts(skip)]
    return calls + [(skip, other, keep, 0.3) for other in case.layouts(branch)]


@visible.axes.against(drop_path, weight=0.5)
def axes(case):
    shapes = ((4,), (4, 4, 4), (4, 2, 3, 2), (4, 1, 2, 1, 3))
    keep = case.mask((4,), 0.4)
    return [(case.apart(*shape), case.apart(*shape), keep, case.rate()) for shape in shapes]


@visible.paper.against(survival_schedule, weight=1)
def paper(case):
    return [(L, case.rate(), "paper") for L in (2, 3, 54)] + [(1, 0.5, "paper"), (6, 1.0, "paper")]


@visible.timm.against(survival_schedule, weight=1)
def timm(case):
    return [(L, case.rate(), "timm") for L in (2, 3, 54)] + [(6, 1.0, "timm")]


@visible.single.against(survival_schedule, weight=0.5)
def single(case):
    return [(1, case.rate(), "timm"), (1, 0.0, "timm")]


@visible.depth.against(expected_depth, weight=1)
def depth(case):
    return [(case.uniform(L, low=0.1),) for L in (1, 2, 30)]


@visible.ends.against(drop_path, weight=0.5)
def ends(case):
    calls = []
    for shape in ((3, 2), (3, 2, 2, 2)):
        skip, branch = case.apart(*shape), case.apart(*shape)
        calls += [(skip, branch, np.ones(3, bool), 0.0), (skip, branch, np.zeros(3, bool), 1.0)]
    return calls


@visible.form.against(drop_path, weight=0.5, form=True)
def form(case):
    calls = []
    for dtype in (np.float32, np.float64):
        skip, branch = (case.normal(3, 2, dtype=dtype) for _ in range(2))
        keep = case.frozen(case.mask((3,), 0.3))
        calls.append((case.frozen(skip), case.frozen(branch), keep, 0.3))
    # with several dtypes the first array decides
    skip, branch = case.normal(3, 2, dtype=np.float32), case.normal(3, 2)
    return [*calls, (skip, branch, case.mask((3,), 0.3), 0.3)]
