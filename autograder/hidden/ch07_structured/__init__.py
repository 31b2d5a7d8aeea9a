"""Hidden laws of chapter 07: the visible ones on other shapes, types, layouts and edge values."""
