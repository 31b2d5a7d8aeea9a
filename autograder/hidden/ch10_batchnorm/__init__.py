"""Hidden laws of chapter 10: the visible ones on other shapes, types, layouts and edge values."""

from __future__ import annotations

import numpy as np

SHAPES = ((1,), (7,), (3, 1), (2, 3, 4), (2, 2, 3, 2))


def masked_calls(case):
    """Give calls ``(x, mask, p)`` with a mask of x's shape, of many shapes and layouts."""
    calls = []
    for shape in SHAPES:
        p = case.rate()
        calls.append((case.apart(*shape), case.mask(shape, p), p))
    x, mask = case.apart(4, 5), case.mask((4, 5), 0.3)
    calls += [(other, mask, 0.3) for other in case.layouts(x)]
    return calls + [(x, other, 0.6) for other in case.layouts(mask)]


def form_calls(case):
    """Give calls with frozen arrays (2, 3, 4) of both dtypes and masks (2, 3)."""
    calls = []
    for dtype in (np.float32, np.float64):
        x, mask = case.normal(2, 3, 4, dtype=dtype), case.mask((2, 3), 0.3)
        calls.append((case.frozen(x), case.frozen(mask), 0.3))
    return calls
