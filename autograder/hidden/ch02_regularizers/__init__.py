"""Hidden laws of chapter 02: the visible ones on other shapes, types, layouts and edge values."""
