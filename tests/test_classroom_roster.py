"""Who is in the class: names in any order, and the tables that platforms export."""

from __future__ import annotations

import csv
import io

import pytest

from autograder.classroom.collecting.bring import _Finder
from autograder.classroom.errors import CourseError
from autograder.classroom.folder.roster import Person, read_roster, roster_rows, split_name
from autograder.classroom.gradebook.marks import Mark, Part
from autograder.classroom.returns.lms import WRITERS


def people(tmp_path, text):
    path = tmp_path / "roster.csv"
    path.write_text(text, "utf-8")
    return read_roster(None, path)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Ann Alund", "Ann", "Alund"),
        ("Alund, Ann", "Ann", "Alund"),
        ("Eve van den Berg", "Eve van den", "Berg"),
        ("van den Berg, Eve", "Eve", "van den Berg"),
        ("Madonna", "", "Madonna"),
        ("", "", ""),
    ],
)
def test_a_whole_name_is_taken_apart(name, first, last):
    made = split_name(Person("x", name=name))
    assert (made.first, made.last, made.name) == (first, last, name)


def test_what_is_written_in_columns_of_its_own_stays():
    given = Person("x", last="van den Berg", name="Eve van den Berg")
    assert split_name(given) == given


@pytest.mark.parametrize("name", ['"Alund, Ann"', "Ann Alund"])
@pytest.mark.parametrize("called", ["Ann Alund", "alundann", "Alund, Ann", "ann_alund"])
def test_a_student_is_found_in_either_order_of_the_names(tmp_path, name, called):
    found = _Finder(people(tmp_path, f"id,name,email\nann,{name},a@x\n"))
    assert found.find([called]) == ("ann", "")


@pytest.mark.parametrize("form", WRITERS)
def test_marks_are_exported_with_the_names_of_the_roster(tmp_path, form):
    found = people(tmp_path, 'id,name\nann,"Alund, Ann"\nbob,Bob O\'Neill\n')
    marks = {student: Mark(student, (Part("a", 5, 3.0),)) for student in found}
    head, *rows = WRITERS[form](found, {"03-tiny": marks})
    cells = [{str(cell) for cell in row} for row in rows]
    for first, last in (("Ann", "Alund"), ("Bob", "O'Neill")):
        wanted = {f"{last}, {first}"} if form == "canvas" else {first, last}
        assert any(wanted <= row for row in cells), (head, rows)


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Homework 3 (99),Final Score
,,,,,Manual Posting,
    Points Possible,,,,,60.00,(read only)
"Alund, Ann",4711,1001,aalund,Tue,,97.1
"O'Neill, Bob",4712,1002,,Tue,12,10
"Li, Cat",4713,,,Tue,12,10
"""
MOODLE = """First name,Last name,ID number,Email address,Institution
Ann,Alund,1001,ann@example.org,X
Bob,O'Neill,1002,bob@example.org,X
"""
NAMES = """Username,First name,Surname,Email address
aalund,Ann,Alund,ann@example.org
"""
GRADESCOPE = """First Name,Last Name,SID,Email,Role
Ann,Alund,1001,ann@example.org,Student
"""


def test_the_gradebook_that_canvas_exports_is_a_roster(tmp_path):
    found = people(tmp_path, CANVAS)
    assert list(found) == ["aalund", "1002", "4713"]  # login, else SIS User ID, else ID
    ann = found["aalund"]
    assert (ann.first, ann.last, ann.number, ann.canvas) == ("Ann", "Alund", "1001", "4711")
    assert _Finder(found).find(["alundann"]) == ("aalund", "")
    lines = [line for line, _ in roster_rows(tmp_path / "roster.csv")]
    assert lines == [4, 5, 6]  # what is nobody's is passed over


@pytest.mark.parametrize(
    ("text", "ids"),
    [(MOODLE, ["1001", "1002"]), (NAMES, ["aalund"]), (GRADESCOPE, ["1001"])],
)
def test_tables_of_other_platforms_are_rosters(tmp_path, text, ids):
    found = people(tmp_path, text)
    assert list(found) == ids
    first = found[ids[0]]
    assert (first.first, first.last, first.email) == ("Ann", "Alund", "ann@example.org")


def test_a_column_of_the_courses_own_ids_counts_first(tmp_path):
    assert list(people(tmp_path, "Username,id,ID number\naalund,ann,1001\n")) == ["ann"]
    assert list(people(tmp_path, "student,name\nann,Ann Alund\n")) == ["ann"]


def test_what_we_export_for_canvas_is_read_again(tmp_path):
    found = people(tmp_path, CANVAS)
    marks = {student: Mark(student, (Part("a", 5, 3.0),)) for student in found}
    text = io.StringIO()
    csv.writer(text).writerows(WRITERS["canvas"](found, {"03-tiny": marks}))
    again = people(tmp_path, text.getvalue())
    assert [p.canvas for p in again.values()] == [p.canvas for p in found.values()]
    assert list(again) == list(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("First name,Email address\nAnn,a@x\n", "no column 'id'"),
        ("First name,ID number\nAnn,\n", "line 2 has no id"),
    ],
)
def test_a_table_without_ids_is_refused(tmp_path, text, words):
    with pytest.raises(CourseError, match=words):
        people(tmp_path, text)
