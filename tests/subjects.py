"""The exercises as the rules see them: once for all test files of a process.

Each keeps what takes long, its bank of mistakes and the verdicts on its answers. Tests with a
parameter `subject` run exercise by exercise in one process: see conftest.py.
"""

from __future__ import annotations

from autograder.authoring.rules import Subject
from dropout_course import course

SUBJECTS = [Subject(exercise) for exercise in course.exercises().values()]
