"""What changes a grade after its feedback: points, comments, and a due date that moves."""

from __future__ import annotations

from datetime import datetime

import pytest
from classroom_tiny import STEM, filled, write
from tiny_home import change, grade, hand_in, home, submitted, tiny_course  # noqa: F401

from autograder.classroom.folder.coursedir import Course
from autograder.classroom.returns.returning import stale, write_pages

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]


def manual_score(gradebook):
    gradebook.find_grade("double-check", STEM, STEM, "ann").manual_score = 3


def extra_credit(gradebook):
    gradebook.find_grade("ch03-why", STEM, STEM, "ann").extra_credit = 2


def comment(gradebook):
    gradebook.find_comment("ch03-why", STEM, STEM, "ann").manual_comment = "Well put."


def due_date(gradebook):
    gradebook.find_assignment(STEM).duedate = datetime(2020, 1, 1)


def late_is_worth_nothing(home):  # noqa: F811
    config = home / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')


@pytest.mark.parametrize("what", [manual_score, extra_credit, comment, due_date])
def test_what_changes_a_grade_makes_its_feedback_stale_and_is_renewed(home, what):  # noqa: F811
    late_is_worth_nothing(home)
    for student in ("ann", "bob"):
        hand_in(home, student, filled(ch03_why="Because."))
    write(submitted(home, "ann"), "timestamp.txt", b"2026-01-01 12:00:00 UTC")
    grade(home)
    course = Course(home)
    assert stale(Course(course.home), STEM) == []  # there is none yet
    assert write_pages(Course(home), STEM, progress=False) == 2
    assert stale(Course(course.home), STEM) == []
    change(home, what)
    grade(home)  # renews penalties, and grades nobody again
    assert stale(Course(course.home), STEM) == ["ann"]
    assert write_pages(Course(home), STEM, progress=False) == 1
    assert stale(Course(course.home), STEM) == []


def test_a_moved_due_date_moves_the_penalty_both_ways(home):  # noqa: F811
    late_is_worth_nothing(home)
    hand_in(home, "ann", filled())
    write(submitted(home, "ann"), "timestamp.txt", b"2026-01-01 12:00:00 UTC")
    grade(home)

    def points():
        with Course(home).gradebook() as gradebook:
            (notebook,) = gradebook.find_submission(STEM, "ann").notebooks
            return notebook.score - (notebook.late_submission_penalty or 0)

    assert points() == 20
    change(home, due_date)
    grade(home)
    assert points() == 0
    change(home, lambda g: setattr(g.find_assignment(STEM), "duedate", datetime(2026, 2, 1)))
    grade(home)
    assert points() == 20
