"""Hidden laws of chapter 04: the visible ones on other shapes, types, layouts and edge values."""

SHAPES = ((1,), (7,), (3, 1), (2, 3, 4), (2, 2, 3, 2))
