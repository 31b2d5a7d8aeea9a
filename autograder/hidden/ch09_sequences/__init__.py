"""Hidden laws of chapter 09: the visible ones on other shapes, types, layouts and edge values."""
