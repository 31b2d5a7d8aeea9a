"""Answers to chapter 6."""
