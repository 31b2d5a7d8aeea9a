"""Answers to chapter 10."""
