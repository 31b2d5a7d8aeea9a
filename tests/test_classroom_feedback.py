"""What was handed in under another name finds its feedback, as `nbgrader fetch_feedback` looks."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import notebook_hash

from autograder.classroom.returns.feedback import ReleaseFeedback

STEM = "03-tiny"
RENAMED = ["mine.ipynb", "03-tiny (1).ipynb", "03-tiny-Copy1.ipynb", "zoë.ipynb", ".x.ipynb"]


@pytest.fixture
def course(tmp_path):
    (tmp_path / "exchange").mkdir()
    directory = CourseDirectory(root=str(tmp_path), course_id="dropout", assignment_id=STEM)
    release = ReleaseFeedback(coursedir=directory)
    release.root = str(tmp_path / "exchange")
    return release


def graded(course, student, *names, secret="the secret"):
    """Make a graded submission with these notebooks handed in."""
    root = Path(course.coursedir.root)
    for kind, files in (("submitted", names), ("feedback", [f"{STEM}.html", "timestamp.txt"])):
        folder = root / kind / student / STEM
        folder.mkdir(parents=True)
        for name in files:
            (folder / name).write_text(f"{student} {name}")
        if secret:
            (folder / "submission_secret.txt").write_text(secret)


def fetched(course, name, secret="the secret"):
    """Look for the feedback as a student's nbgrader does."""
    wanted = notebook_hash(secret=secret, notebook_id=name.removesuffix(".ipynb"))
    place = Path(course.root) / "dropout" / "feedback" / f"{wanted}.html"
    return place.read_text() if place.exists() else ""


def start(course):
    course.init_src()
    course.init_dest()
    course.copy_files()


@pytest.mark.parametrize("name", [f"{STEM}.ipynb", *RENAMED])
def test_feedback_is_found_by_the_name_that_was_handed_in(course, name):
    graded(course, "ada", name)
    start(course)
    assert fetched(course, name) == f"ada {STEM}.html"


def test_all_notebooks_of_a_folder_lead_to_it_and_nothing_else(course):
    graded(course, "ada", *RENAMED, "notes.txt")
    start(course)
    assert all(fetched(course, name) for name in RENAMED)
    released = list((Path(course.root) / "dropout" / "feedback").iterdir())
    assert len(released) == len(RENAMED) + 1
    assert not fetched(course, "mine.ipynb", secret="another")


def test_a_submission_without_a_secret_stops_nobody_and_is_told_of(course, caplog):
    graded(course, "ada", "mine.ipynb", secret="")
    graded(course, "bob", "his.ipynb", secret="of bob")
    course.log = logging.getLogger("release")
    with caplog.at_level("WARNING"):
        start(course)
    assert "ada handed in without nbgrader's exchange" in caplog.text
    assert fetched(course, "his.ipynb", secret="of bob") == f"bob {STEM}.html"


def test_feedback_is_replaced_when_it_is_released_again(course):
    graded(course, "ada", "mine.ipynb")
    start(course)
    page = Path(course.coursedir.root) / "feedback" / "ada" / STEM / f"{STEM}.html"
    page.write_text("better")
    start(course)
    assert fetched(course, "mine.ipynb") == fetched(course, f"{STEM}.ipynb") == "better"


def test_who_is_excluded_gets_none(course):
    graded(course, "ada", "mine.ipynb")
    course.coursedir.student_id_exclude = "ada,bob"
    start(course)
    assert fetched(course, "mine.ipynb") == ""
