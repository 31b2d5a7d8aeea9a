"""Marks as the files of learning platforms."""

from __future__ import annotations

import csv
import json
from datetime import datetime

import pytest
from classroom_tiny import STEM, filled
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy import text
from tiny_home import change, grade, half, hand_in, home, tiny_course  # noqa: F401
from typer.testing import CliRunner

from autograder.classroom.folder.coursedir import Course
from autograder.classroom.returns.export import CsvExport
from autograder.cli import app

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
ROSTER = "id,first,last,email,login,number,canvas\nann,Ann,=1+1,ann@x.org,aa,1001,4711\n"


@pytest.fixture
def graded(home):  # noqa: F811
    hand_in(home, "ann", half())
    hand_in(home, "bob")
    hand_in(home, "dan", filled(pair="explode"))
    grade(home)
    (Course(home).root / "roster.csv").write_text(ROSTER)
    return Course(home)


def table(course, form, separator=","):
    told = CliRunner().invoke(app, ["export", "03", "--format", form, "--json"])
    done = json.loads(told.stdout)
    assert told.exit_code == int(bool(done["open"])), told.output
    with open(done["path"], encoding="utf-8", newline="") as file:
        return done, list(csv.reader(file, delimiter=separator))


def test_canvas(graded):
    done, (head, possible, *rows) = table(graded, "canvas")
    assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert possible[0].strip() == "Points Possible"
    assert possible[5] == "20"
    assert rows[0] == ["'=1+1, Ann", "4711", "1001", "aa", "", "10"]
    assert [row[-1] for row in rows] == ["10", "20", ""]  # whom we failed has no zero
    assert done["open"] == [f"dan in {STEM}"]
    assert done["unnamed"] == ["bob", "dan"]


def test_moodle(graded):
    _, (head, *rows) = table(graded, "moodle")
    assert head[:5] == ["Username", "ID number", "First name", "Last name", "Email address"]
    assert rows[0] == ["aa", "1001", "Ann", "'=1+1", "ann@x.org", "10"]


def test_blackboard(graded):
    done, (head, *rows) = table(graded, "blackboard", "\t")
    assert done["path"].endswith(".txt")
    assert head[:4] == ["Last Name", "First Name", "Username", "Student ID"]
    assert head[4].endswith("[Total Pts: 20 Score]")
    assert rows[0] == ["'=1+1", "Ann", "aa", "1001", "10"]


def test_csv_has_what_points_are_made_of(graded):
    _, (head, *rows) = table(graded, "csv")
    ann, bob, dan = (dict(zip(head, row, strict=True)) for row in rows)
    assert (ann["points"], ann["double"], ann["pair"]) == ("10", "4", "6")
    assert (bob["points"], bob["max_points"], bob["penalty"]) == ("20", "20", "0")
    assert (dan["points"], dan["double"]) == ("", "")
    assert "double" in dan["waiting"]


def test_nbgraders_own(graded):
    _, (head, *rows) = table(graded, "nbgrader")
    assert head[:4] == ["assignment", "duedate", "timestamp", "student_id"]
    scores = {row[3]: row[7:] for row in rows}
    assert scores["bob"] == ["20.0", "0.0", "20.0", "20.0"]
    assert scores["dan"] == ["", "", "", "20.0"]  # named as left empty, and so it is


@pytest.mark.parametrize("form", ["canvas", "moodle", "blackboard", "csv", "nbgrader"])
def test_a_decision_that_is_open_once_more_is_no_final_mark(graded, form):
    """What a person gave was for another answer than the one that is there now."""

    def by_hand(gradebook):
        given = gradebook.find_grade("double-check", STEM, STEM, "bob")
        given.manual_score, given.needs_manual_grade = 7, False

    change(graded.home, by_hand)
    separator = "\t" if form == "blackboard" else ","
    done, (_, *rows) = table(graded, form, separator)
    assert done["open"] == [f"dan in {STEM}"]
    assert any({"bob", "19"} <= set(row) or {"bob", "19.0"} <= set(row) for row in rows)
    hand_in(graded.home, "bob", filled(double="def double(x):\n    return x + x"))
    grade(graded.home)
    done, (_, *rows) = table(graded, form, separator)
    assert done["open"] == [f"bob in {STEM}", f"dan in {STEM}"]
    (bob,) = (row for row in rows if "bob" in row)
    assert not {"19", "19.0"} & set(bob)
    told = CliRunner().invoke(app, ["export", "03", "--format", form])
    assert told.exit_code == 1
    said = " ".join(told.stderr.split())
    assert f"Left empty, for a person is to grade them: bob in {STEM}, dan in {STEM}." in said


def test_an_unknown_format_and_an_empty_class(home):  # noqa: F811
    told = CliRunner().invoke(app, ["export", "03", "--format", "excel"])
    assert "canvas, moodle, blackboard, csv, nbgrader" in str(told.exception)
    told = CliRunner().invoke(app, ["export", "03"])
    assert told.exit_code != 0
    assert "nothing to export" in str(told.exception)


def test_our_table_for_nbgrader_is_the_one_that_nbgrader_makes(home, tmp_path):  # noqa: F811
    config = home / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    hand_in(home, "ann", half())
    hand_in(home, "bob", when="2026-01-02 12:00:00 UTC")
    grade(home)
    change(home, _due_and_by_hand)
    grade(home)
    with Course(home).gradebook() as gradebook:
        gradebook.add_student("zoe", first_name="Zoe")  # who handed in nothing
        for kind in (CsvExportPlugin, CsvExport):
            plugin = kind()
            plugin.to = str(tmp_path / f"{kind.__name__}.csv")
            plugin.export(gradebook)
    theirs, ours = (
        list(csv.DictReader((tmp_path / f"{kind}.csv").open()))
        for kind in ("CsvExportPlugin", "CsvExport")
    )
    assert ours == theirs
    assert {row["student_id"]: row["score"] for row in ours} == {
        "ann": "12.5",
        "bob": "0.0",
        "zoe": "0.0",
    }


def _due_and_by_hand(gradebook):
    gradebook.find_assignment(STEM).duedate = datetime(2026, 1, 1)
    given = gradebook.find_grade("double-check", STEM, STEM, "ann")
    given.manual_score, given.extra_credit = 5.0, 1.5


def test_the_gradebook_has_the_indexes_that_keep_its_pages_fast(home):  # noqa: F811
    with Course(home).gradebook() as gradebook:
        plan = gradebook.db.execute(
            text("EXPLAIN QUERY PLAN SELECT sum(auto_score) FROM grade WHERE notebook_id = 'x'")
        ).all()
    assert "USING INDEX dropout_grade_notebook_id" in str(plan)
