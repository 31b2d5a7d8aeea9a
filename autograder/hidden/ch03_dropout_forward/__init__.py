"""Hidden laws of chapter 03: the visible ones on other shapes, types, layouts and edge values."""

from __future__ import annotations

import numpy as np

from dropout_course.engine import case as visible

SHAPES = ((1,), (7,), (3, 1), (2, 3, 4), (2, 2, 3, 2))
BAD_RATES = (-1e-9, 1 + 1e-9, 2, -np.inf, np.inf, *visible.BAD_RATES)


def training_calls(case):
    """Give calls ``(x, mask, p, True)`` of many shapes and memory layouts."""
    calls = []
    for shape in SHAPES:
        p = case.rate()
        calls.append((case.apart(*shape), case.mask(shape, p), p, True))
    x, mask = case.apart(4, 5), case.mask((4, 5), 0.3)
    calls.append((x.astype(np.float32), mask, 0.3, True))
    calls += [(other, mask, 0.3, True) for other in case.layouts(x)]
    return calls + [(x, other, 0.3, True) for other in case.layouts(mask)]


def evaluation_calls(case):
    """Give calls in evaluation, of both dtypes, p = 0 and p = 1 among them."""
    calls = []
    for p, shape in zip((0.0, 0.3, 0.9, 1.0, 0.6), (*SHAPES[1:], (4, 5)), strict=True):
        x, mask = case.apart(*shape), case.mask(shape, p)
        calls += [(x, mask, p, False), (x.astype(np.float32), mask, p, False)]
    return calls + [(other, mask, p, False) for other in case.layouts(x)]


def edge_calls(case):
    """Give calls in training at p = 0 and p = 1."""
    calls = []
    for shape in SHAPES:
        x = case.apart(*shape)
        calls += [(x, np.ones(shape, bool), 0.0, True), (x, np.zeros(shape, bool), 1.0, True)]
    return calls


def form_calls(case):
    """Give calls with frozen arrays of both dtypes, in both modes."""
    calls = []
    for dtype in (np.float32, np.float64):
        for mode in (True, False):
            x, mask = case.normal(2, 3, dtype=dtype), case.mask((2, 3), 0.3)
            calls.append((case.frozen(x), case.frozen(mask), 0.3, mode))
    return calls


def refused_calls(case):
    """Give calls with bad rates, in both modes."""
    x, mask = case.normal(2, 3), case.mask((2, 3), 0.3)
    return [(x, mask, p, mode) for mode in (True, False) for p in BAD_RATES]
