"""Hidden laws of chapter 06: the visible ones on other shapes, dtypes and edge values."""
