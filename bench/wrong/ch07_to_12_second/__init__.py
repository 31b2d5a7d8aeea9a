"""Second answers to chapters 7 to 12, to exercises whose bank had not been read by then."""
