"""Answers to chapter 11."""
