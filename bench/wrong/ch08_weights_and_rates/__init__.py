"""Answers to chapter 8."""
