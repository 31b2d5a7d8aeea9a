"""Hidden laws of chapter 03: the visible ones on other shapes, types, layouts and edge values."""

from __future__ import annotations

import numpy as np

SHAPES = ((1,), (7,), (3, 1), (2, 3, 4), (2, 2, 3, 2))


def training_calls(case):
    """Give calls ``(x, mask, p, True)`` of many shapes and memory layouts."""
    calls = []
    for shape in SHAPES:
        p = case.rate()
        calls.append((case.apart(*shape), case.mask(shape, p), p, True))
    x, mask = case.apart(4, 5), case.mask((4, 5), 0.3)
    calls += [(other, mask, 0.3, True) for other in case.layouts(x)]
    return calls + [(x, other, 0.3, True) for other in case.layouts(mask)]


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
