"""Answers to chapter 12."""
