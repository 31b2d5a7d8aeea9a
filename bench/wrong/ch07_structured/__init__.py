"""Answers to chapter 7."""
