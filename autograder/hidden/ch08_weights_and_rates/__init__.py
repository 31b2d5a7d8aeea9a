"""Hidden laws of chapter 08: the visible ones on other shapes, types, layouts and edge values."""

from __future__ import annotations

from dropout_course.exercises.ch08_weights_and_rates import layer

SIZES = ((1, 1, 1), (1, 6, 3), (5, 2, 1), (4, 3, 3))  # examples, inputs, outputs


def layers(case):
    """Draw DropConnect layers of many sizes, the last one in four memory layouts."""
    drawn = [layer(case, *sizes, p=case.rate()) for sizes in SIZES]
    v, weights, b, mask = layer(case, 3, 4, 2)
    zipped = zip(case.layouts(v), case.layouts(weights), case.layouts(mask), strict=True)
    return drawn + [(x, w, b, m) for x, w, m in zipped]
