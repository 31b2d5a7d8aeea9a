"""Answers to chapter 9."""
