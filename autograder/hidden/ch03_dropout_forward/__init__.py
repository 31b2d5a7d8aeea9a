"""Hidden laws of chapter 03: the visible ones on other shapes, types, layouts and edge values."""

from __future__ import annotations

import itertools

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
    masks = reversed([*case.layouts(mask)])  # beside each layout another one
    return calls + [(*pair, 0.3, True) for pair in zip(case.layouts(x), masks, strict=True)]


def evaluation_calls(case):
    """Give calls in evaluation, of both dtypes, p = 0 and p = 1 among them."""
    calls, dtypes = [], itertools.cycle((np.float64, np.float32))
    for p, shape in zip((0.0, 0.3, 0.9, 1.0, 0.6), (*SHAPES[1:], (4, 5)), strict=True):
        x, mask = case.apart(*shape), case.mask(shape, p)
        calls.append((x.astype(next(dtypes)), mask, p, False))
    return calls + [(other, mask, p, False) for other in case.layouts(x)]


def edge_calls(case):
    """Give calls in training at p = 0 and p = 1, in turns."""
    rates = zip(SHAPES, itertools.cycle((0.0, 1.0)))
    return [(case.apart(*shape), np.full(shape, p == 0), p, True) for shape, p in rates]


def form_calls(case):
    """Give calls with frozen arrays of both dtypes, in both modes."""
    calls = []
    for dtype in (np.float32, np.float64):
        for mode in (True, False):
            x, mask = case.normal(2, 3, dtype=dtype), case.mask((2, 3), 0.3)
            calls.append((case.frozen(x), case.frozen(mask), 0.3, mode))
    return calls


def refused_calls(case):
    """Give calls with bad rates, in both modes by turns."""
    x, mask = case.normal(2, 3), case.mask((2, 3), 0.3)
    return [(x, mask, *one) for one in zip(BAD_RATES, itertools.cycle((True, False)))]
