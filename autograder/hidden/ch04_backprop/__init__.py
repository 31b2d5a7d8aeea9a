"""Hidden laws of chapter 04: the visible ones on other shapes, types, layouts and edge values."""
