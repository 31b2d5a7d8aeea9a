"""Hidden laws, a module a chapter: they repeat visible laws on other inputs, at grading only."""
