"""Answers to chapter 4."""
