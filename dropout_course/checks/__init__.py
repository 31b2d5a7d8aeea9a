"""Visible laws, a module a chapter: they run in notebooks and at grading."""
