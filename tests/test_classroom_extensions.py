"""Extensions of a student's time: how a span is read, and what it moves."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from classroom_tiny import STEM
from tiny_home import change, grade, hand_in, home, tiny_course  # noqa: F401

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.roster import read_span

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]


def test_extensions_move_the_penalty_at_once_and_back(home):  # noqa: F811
    config = home / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    hand_in(home, "ann", when="2026-03-02 12:00:00 UTC")
    path = Course(home).root / "extensions.csv"
    path.write_text(f"student,assignment,extension\nann,{STEM},1 day\n")
    with pytest.raises(CourseError, match="no due date"):
        grade(home)
    change(home, lambda g: setattr(g.find_assignment(STEM), "duedate", datetime(2026, 3, 2)))
    assert grade(home)["ann"].score == 20
    path.write_text("student,assignment,extension\nann,*,30 min\n")
    row = grade(home)["ann"]
    assert (row.score, row.unchanged) == (0, True)
    assert "30 minutes extension included" in row.reason
    path.unlink()
    assert "extension" not in grade(home)["ann"].reason
    path.write_text("student,assignment,extension\nann,*,soon\n")
    with pytest.raises(CourseError, match='"2 days", "36 h"'):
        grade(home)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2 days", 48),
        ("36h", 36),
        ("90 min", 1.5),
        ("1 day 2 hours", 26),
        ("3", 72),
        ("x", None),
        ("1,5 days", 36),
        ("0.5 d", 12),
        ("1 day, 2 hours", 26),
        ("1d2h", 26),
        ("1 week", 168),
        ("1 5 days", None),
        ("1 day 2", None),
        ("1, 5 days", None),
        ("-1 day", None),
        ("", None),
    ],
)
def test_spans_are_read(text, hours):
    assert read_span(text) == (None if hours is None else timedelta(hours=hours))
