"""A tiny course with a class, graded by a stand-in for the referee: fixtures and helpers."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from classroom_tiny import STEM, FakeResult, fake_judge, filled, tiny, write

from autograder.classroom.folder.coursedir import Course
from autograder.classroom.running import grading
from autograder.classroom.running.journal import REPOSITORY
from autograder.classroom.submissions import submission
from autograder.referee.sandboxes import sandbox

NAME = f"{STEM}.ipynb"
_made: list[Path] = []
WORDS = """Exercise 3.{n}, {title}: 3 of 4 laws hold ({score:g} of {points:g} points)
  ✓ It holds
  ✗ The factor is there
  ✗ also on other shapes, types and edge values: 1 of 2

The factor is there: the result has <wrong> values.
    double(2)
    expected  4
    received  5

This behaves like a known mistake: Factor & missing.
  Kept units are not divided
  by 1 - p.

Read: https://example.org/page.html#ex
"""


@dataclass
class Named:
    id: str = "factor-missing"
    title: str = "Factor & missing"


def judge(notebook, *how, **more):
    """Judge as `fake_judge` does, with the words that the real referee has."""
    result = fake_judge(notebook, "", None)
    for number, exercise in enumerate(result.exercises, 1):
        if exercise.score < exercise.max_score:
            exercise.message = WORDS.format(
                n=number, title=exercise.id, score=exercise.score, points=exercise.max_score
            )
            exercise.mistake = Named() if exercise.id == "double" else None
            if exercise.id == "pair":
                start, end = exercise.message.index("This behaves"), exercise.message.index("Read")
                exercise.message = exercise.message[:start] + exercise.message[end:]
    return FakeResult(result.exercises)


@pytest.fixture(scope="session")
def tiny_course(tmp_path_factory):
    """A course without students; nbgrader takes seconds to make a gradebook."""
    if _made:  # for each file that imports this, pytest has a fixture of its own
        return _made[0]
    home = tmp_path_factory.mktemp("made")
    shutil.copy(REPOSITORY / "nbgrader_config.py", home)
    (home / "_config.yml").write_text("title: Tiny\n")
    write(home / "notebooks", NAME, tiny())
    Course(home).set_up(progress=False)
    sandbox("auto", STEM, home / ".autograder")  # leaves the doctor's verdict for commands
    _made.append(home)
    return home


@pytest.fixture
def home(tiny_course, tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "judge", judge)
    home = shutil.copytree(tiny_course, tmp_path / "home")
    monkeypatch.setenv("DROPOUT_COURSE_ROOT", str(home))
    return home


def submitted(home, student):
    return home / "build" / "course" / "submitted" / student / STEM


def hand_in(home, student, notebook=None, name=NAME, when=""):
    path = write(submitted(home, student), name, filled() if notebook is None else notebook)
    if when:
        write(submitted(home, student), "timestamp.txt", when.encode())
    return path


def grade(home, **how):
    rows = grading.autograde_assignment(home, STEM, progress=False, **how)
    return {row.student: row for row in rows}


def change(home, what):
    """Change something in the gradebook, as Formgrader does."""
    with Course(home).gradebook() as gradebook:
        what(gradebook)
        gradebook.db.commit()


def half():
    return filled(double="def double(x):\n    half", pair="def first(x):\n    half")
