"""What capstones earn goes into the gradebook, and what a person gave stays there."""

import shutil
from dataclasses import replace

import pytest

from autograder.capstone.grading import CapstoneResult
from autograder.capstone.recording import ASSIGNMENT, MARK, record
from autograder.capstone.serving import Part
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.gradebook.marks import read_marks
from autograder.classroom.returns.page import feedback_page
from autograder.classroom.running.journal import REPOSITORY
from autograder.classroom.submissions.report import Record

pytestmark = pytest.mark.slow
NAMES = [f"bug-{i}" for i in range(12)]


def result(student, mended, gain=10.0):
    bugs = {name: "" if i < mended else "Still wrong." for i, name in enumerate(NAMES)}
    parts = [Part("error", gain, 20, "Lower."), Part("calibration", 4.5, 25, "Fair.")]
    return CapstoneResult(student, student, bugs, parts)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A course whose only assignment is the capstone, with two hand-ins."""
    home = tmp_path_factory.mktemp("capstone")
    shutil.copy(REPOSITORY / "nbgrader_config.py", home)
    (home / "notebooks").mkdir()
    shutil.copy(REPOSITORY / "notebooks" / f"{ASSIGNMENT}.ipynb", home / "notebooks")
    course = Course(home)
    course.set_up(progress=False)
    with course.gradebook() as gradebook:
        for student in ("ada", "bo"):
            gradebook.add_student(student)
            gradebook.add_submission(ASSIGNMENT, student)
    return home


def marks(home, student):
    with Course(home).gradebook() as gradebook:
        return read_marks(gradebook, ASSIGNMENT)[student]


def points(home, student):
    return {part.name: part.manual for part in marks(home, student).parts}


def test_points_and_reasons_are_entered_and_renewed(home):
    assert record(home, [result("ada", 6)]) == []
    assert points(home, "ada") == {
        "ch13-bugs": 26.67,
        "ch13-error": 10,
        "ch13-service": 4.5,
        "ch13-audit": None,
    }
    said = dict(marks(home, "ada").comments)
    assert said["ch13-bugs"].startswith(f"{MARK} 6 of 12 bugs are mended.\nbug-6: Still wrong.")
    assert said["ch13-service"] == f"{MARK} calibration 4.5 of 25. Fair."
    assert marks(home, "ada").max_score == 100
    assert record(home, [result("ada", 9, 20.0)]) == []
    assert points(home, "ada")["ch13-bugs"] == 40
    assert points(home, "ada")["ch13-error"] == 20


def test_the_page_of_feedback_does_not_say_that_a_person_gave_them(home):
    record(home, [result("ada", 6)])
    mark = marks(home, "ada")
    page = feedback_page("13", {"cells": []}, Record(True), mark)
    assert "6 of 12 bugs are mended." in page
    assert "A person gave these points." not in page
    by_hand = replace(mark, comments=())
    page = feedback_page("13", {"cells": []}, Record(True), by_hand)
    assert "A person gave these points." in page


def test_what_a_person_gave_stays(home):
    record(home, [result("bo", 3)])
    with Course(home).gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "bo")
        for grade in notebook.grades:
            if grade.cell.name == "ch13-error":
                grade.manual_score = 7
        for comment in notebook.comments:
            if comment.cell.name == "ch13-error":
                comment.manual_comment = "Talked it over with you."
        gradebook.db.commit()
    assert record(home, [result("bo", 9)]) == [
        "bo: the points of ch13-error were given by a person, and stay."
    ]
    assert points(home, "bo")["ch13-error"] == 7
    assert points(home, "bo")["ch13-bugs"] == 40


def test_who_handed_in_no_notebook_is_named(home):
    (said,) = record(home, [result("cleo", 3)])
    assert said.startswith("cleo has no notebook of chapter 13 in the gradebook")
    assert f"autograder autograde {ASSIGNMENT}" in said
