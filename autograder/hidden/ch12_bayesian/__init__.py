"""Hidden laws of chapter 12: the visible ones on other shapes, types, layouts and edge values."""
