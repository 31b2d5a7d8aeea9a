"""Hidden laws of chapter 05: the visible ones on other sizes, types, layouts and edge values."""
