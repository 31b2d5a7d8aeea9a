"""One set of points: table, JSON, reasons and exit code say what the gradebook holds."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from classroom_tiny import STEM, filled
from rich.console import Console
from tiny_home import change, grade, half, hand_in, home, tiny_course  # noqa: F401
from typer.testing import CliRunner

from autograder.classroom.course import grade_table
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.gradebook import rows
from autograder.classroom.gradebook.marks import Mark, Part, read_marks
from autograder.classroom.running.journal import Row
from autograder.classroom.submissions import intake
from autograder.classroom.submissions.report import rows_table, summary
from autograder.classroom.submissions.words import span, take_apart
from autograder.cli import app

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]


def by_hand(gradebook):
    grade = gradebook.find_grade("double-check", STEM, STEM, "ann")
    grade.manual_score, grade.extra_credit = 7, 1.5
    grade.needs_manual_grade = False


def late(gradebook):
    gradebook.find_assignment(STEM).duedate = datetime(2026, 1, 1, 9)
    gradebook.find_submission(STEM, "ann").extension = timedelta(hours=2)


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_rows_have_the_points_of_the_gradebook(home):  # noqa: F811
    hand_in(home, "ann", half())
    hand_in(home, "bob", filled(ch03_why="Because."))
    assert grade(home)["ann"].score == 10
    change(home, by_hand)
    found = grade(home)
    assert found["ann"].score == 7 + 1.5 + 6
    assert "By hand: 3.1 8.5/8." in found["ann"].reason
    assert "1.5 points of extra credit" in found["ann"].reason
    assert "fails: The factor is there" in found["ann"].reason  # no known mistake explains it
    assert found["ann"].unchanged
    assert list(found["bob"].waiting) == ["ch03-why"]
    assert "A person is to grade ch03-why." in found["bob"].reason
    assert [(p["label"], p["score"]) for p in found["ann"].parts][:2] == [("3.1", 8.5), ("3.2", 6)]
    shown = [cell for column in grade_table(home).columns for cell in column.cells]
    assert "14.5/20" in map(str, shown)


def test_what_was_not_judged_has_its_number_all_the_same(home, monkeypatch):  # noqa: F811
    known = {"double": SimpleNamespace(id="double", number="3.1")}
    monkeypatch.setattr(rows, "exercises", lambda: known)
    hand_in(home, "ann", half())
    hand_in(home, "eve", b"{")
    labels = {name: [p["label"] for p in row.parts] for name, row in grade(home).items()}
    assert labels["ann"][0] == labels["eve"][0] == "3.1"


def test_a_penalty_is_taken_off_and_explained(home):  # noqa: F811
    config = home / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    hand_in(home, "ann", when="2026-01-02 12:00:00 UTC")
    grade(home)
    change(home, late)
    row = grade(home)["ann"]
    assert (row.score, row.penalty) == (0, 20)
    assert "1 day, 1 hour late" in row.reason
    assert "2 hours extension included" in row.reason
    assert "20 points off" in row.reason


def test_verbose_leaves_room_for_points_and_reasons_below_them():
    parts = [
        {"label": f"3.{n}", "open": False, "waiting": False, "manual": None, "score": n}
        for n in range(1, 7)
    ]
    found = [
        Row("ann", 21, 21, "graded", "", parts=tuple(parts)),
        Row("bob", 9, 21, "graded", "Points are missing in 3.6.", parts=tuple(parts)),
    ]
    text = io.StringIO()
    Console(width=60, file=text).print(rows_table(found, verbose=True))
    lines = [line.split() for line in text.getvalue().splitlines()]
    assert lines == [
        ["student", "points", *(f"3.{n}" for n in range(1, 7)), "status"],
        ["ann", "21", "of", "21", *"123456", "graded"],
        ["bob", "9", "of", "21", *"123456", "graded"],
        [],
        ["student", "why"],
        ["bob", "Points", "are", "missing", "in", "3.6."],
    ]


def test_a_failure_of_ours_is_nobodys_zero(home):  # noqa: F811
    hand_in(home, "ann")
    hand_in(home, "dan", filled(pair="explode"))
    told = run("autograde", "03", "--json")
    assert told.exit_code == 1
    ann, dan = json.loads(told.stdout)
    assert (ann["score"], ann["status"]) == (20, "graded")
    assert (dan["score"], dan["status"]) == (None, "failed")
    with Course(home).gradebook() as gradebook:
        mark = read_marks(gradebook, STEM)["dan"]
        assert mark.open
        assert {part.auto for part in mark.parts} == {None}
        assert gradebook.find_submission(STEM, "dan").needs_manual_grade
    told = run("autograde", "03", "--verbose")
    assert told.exit_code == 1
    assert "0 graded, 1 failed, 1 waiting for a person, 1 unchanged" in told.stdout
    assert "– of 20" in told.stdout
    change(home, lambda g: [give(grade, 5) for grade in grades(g, "dan")])
    with Course(home).gradebook() as gradebook:
        assert read_marks(gradebook, STEM)["dan"].score == 15


def test_a_file_that_this_machine_cannot_read_is_nobodys_zero(home, monkeypatch):  # noqa: F811
    def refuse(path, limit):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(intake, "read_regular", refuse)
    hand_in(home, "ann")
    row = grade(home)["ann"]
    assert (row.status, row.open) == ("failed", True)
    assert "Permission denied" in row.reason


def grades(gradebook, student):
    return gradebook.find_submission(STEM, student).notebooks[0].grades


def give(grade, points):
    grade.manual_score, grade.needs_manual_grade = points, False


def test_all_well_is_exit_code_nought(home):  # noqa: F811
    hand_in(home, "ann")
    assert run("autograde", STEM).exit_code == 0


def test_an_unknown_assignment_says_what_there_is(home):  # noqa: F811
    told = run("autograde", "99")
    assert told.exit_code != 0
    assert STEM in str(told.exception)


def test_a_mark_adds_up():
    parts = (Part("a", 5, 3.0), Part("b", 5, 5.0, 2.0), Part("c", 5, None, None, 0, True))
    mark = Mark("ann", parts, penalty=1)
    assert (mark.earned, mark.score, mark.max_score) == (5, 4, 15)
    assert mark.open
    assert mark.waiting == ["c"]
    assert Mark("bob", parts, penalty=100).score == 0


@pytest.mark.parametrize(
    ("part", "undecided"),
    [
        (Part("why", 5, None, 4.0), False),
        (Part("why", 5, None, 4.0, waiting=True), True),  # handed in again with another answer
        (Part("why", 5, None, None, waiting=True), True),
        (Part("why", 0, None, None, waiting=True), False),  # a question without points
        (Part("why", 0, None, 0.0, 2.0, waiting=True), True),
    ],
)
def test_a_mark_is_undecided_while_a_person_is_to_look_at_its_points(part, undecided):
    assert Mark("ann", (Part("a", 5, 3.0), part)).undecided is undecided


def test_the_summary_counts_every_row_once():
    rows = [Row("a", 1, 2, "graded", ""), Row("b", 1, 2, "failed", "")]
    rows.append(Row("c", 1, 2, "problem", "", waiting=("x",), unchanged=True))
    assert summary(rows) == "1 graded, 1 failed, 1 waiting for a person, 1 unchanged"


def test_words_are_taken_apart():
    said = take_apart(
        "Exercise 3.6, Why: a or b?: 1 of 2 laws hold (2 of 5 points)\n  ✓ One\n  ✗ Two\n\n"
        "Two: wrong.\n    f(1)\n\n    Read: javascript:x\n\nRead: https://example.org/x\n"
    )
    assert (said.title, said.headline) == ("Exercise 3.6, Why: a or b?", "1 of 2 laws hold")
    assert said.laws == ((True, "One"), (False, "Two"))
    assert said.example == "Two: wrong.\n    f(1)\n\n    Read: javascript:x"
    assert said.link == "https://example.org/x"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 seconds"), (60, "1 minute"), (90_061, "1 day, 1 hour"), (7_205, "2 hours, 5 seconds")],
)
def test_spans(seconds, words):
    assert span(timedelta(seconds=seconds)) == words
