"""Hidden laws of chapter 01: the visible ones on other shapes, dtypes and edge values."""
