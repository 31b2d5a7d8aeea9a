"""Commands on an assignment that is not so far: what to run first, and exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from classroom_tiny import STEM, filled, tiny, write
from tiny_home import grade, hand_in, home, tiny_course  # noqa: F401
from typer.testing import CliRunner

from autograder.classroom.folder.coursedir import Course
from autograder.cli import app

pytestmark = pytest.mark.slow
LATER = "05-later"


@pytest.fixture
def two(home):  # noqa: F811
    """A course with a chapter that is not released."""
    write(home / "notebooks", f"{LATER}.ipynb", tiny(LATER))
    return home


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize(
    "words",
    ["autograde 05", "collect 05", "collect 05 .", "feedback 05", "feedback 05 --zip",
     "export 05", "export 03 05", "report 05"],
)  # fmt: skip
def test_what_is_not_released_is_to_be_released(two, words):
    told = run(*words.split())
    assert told.exit_code != 0
    assert f"{LATER} is not released yet: run `autograder release {LATER}` first." in str(
        told.exception
    )


@pytest.mark.parametrize("command", ["feedback", "export", "report"])
def test_what_nobody_handed_in_is_to_be_collected(home, command):  # noqa: F811
    told = run(command, "03")
    assert told.exit_code != 0
    said = f"Nobody has handed in {STEM} yet: run `autograder collect {STEM}` first"
    assert said in str(told.exception)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_grading_nobody_is_no_success(home, form):  # noqa: F811
    told = run("autograde", "03", *form)
    assert told.exit_code == 1
    assert f"Nobody has handed in {STEM} yet: run `autograder collect" in told.stderr
    assert told.stdout.strip() == ("[]" if form else "")


def test_a_problem_is_no_success_the_second_time_either(home):  # noqa: F811
    hand_in(home, "ann")
    hand_in(home, "eve", b"{")
    for unchanged in (0, 2):
        told = run("autograde", "03", "--json")
        assert told.exit_code == 1
        rows = json.loads(told.stdout)
        assert [row["status"] for row in rows] == ["graded", "problem"]
        assert sum(row["unchanged"] for row in rows) == unchanged
        assert "Look at eve: the table says why." in told.stderr
    hand_in(home, "eve", filled())
    assert run("autograde", "03").exit_code == 0


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"cells": 3}', b"\xff"])
def test_a_graded_notebook_that_is_damaged_is_graded_again(home, data):  # noqa: F811
    for student in ("ann", "bob"):
        hand_in(home, student)
    assert run("autograde", "03").exit_code == 0
    path = Course(home).folder("autograded", "bob", STEM) / f"{STEM}.ipynb"
    path.chmod(0o644)
    path.write_bytes(data)
    told = run("feedback", "03")
    assert "The graded notebooks of bob are damaged; all other feedback is" in str(told.exception)
    assert (Course(home).folder("feedback", "ann", STEM) / f"{STEM}.html").is_file()
    assert run("report", "03").exit_code == 0
    rows = json.loads(run("autograde", "03", "--json").stdout)
    assert [(row["student"], row["unchanged"]) for row in rows] == [("ann", True), ("bob", False)]
    assert run("feedback", "03").exit_code == 0


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"cells": 3}'])
def test_a_released_notebook_that_is_damaged_is_released_again(home, data):  # noqa: F811
    hand_in(home, "ann")
    path = Course(home).root / "release" / STEM / f"{STEM}.ipynb"
    path.chmod(0o644)
    path.write_bytes(data)
    told = run("autograde", "03")
    assert f"{path} is damaged: run `autograder release {STEM}`" in str(told.exception)
    assert run("release", "03").exit_code == 0
    assert run("autograde", "03").exit_code == 0


def test_more_time_for_somebody_who_is_not_known_yet_is_told(home):  # noqa: F811
    hand_in(home, "ann")
    (Course(home).root / "extensions.csv").write_text("student,assignment,extension\nzoe,*,1 d\n")
    told = run("autograde", "03")
    assert told.exit_code == 0
    assert "extensions.csv gives more time to zoe, who handed in nothing" in told.stderr


def test_feedback_that_nobody_can_fetch_is_told(home):  # noqa: F811
    """From a platform came no secret, by which nbgrader's exchange would find whose it is."""
    hand_in(home, "ann")
    path = hand_in(home, "bob")
    (path.parent / "submission_secret.txt").write_text("s")
    grade(home)
    told = run("feedback", "03", "--release")
    assert told.exit_code == 1
    assert "Not released to ann, who handed in without nbgrader's exchange" in told.stderr
    assert "1 written" not in told.stdout
    assert run("feedback", "03").exit_code == 0


def test_a_folder_that_can_not_be_looked_into_is_told(home, monkeypatch):  # noqa: F811
    hand_in(home, "ann")
    shut = Course(home).root / "submitted" / "bob"
    is_dir = Path.is_dir

    def refuse(path):
        if path.parent == shut:
            raise PermissionError(13, "Permission denied", str(path))
        return is_dir(path)

    shut.mkdir()
    monkeypatch.setattr(Path, "is_dir", refuse)
    told = run("autograde", "03")
    assert told.exit_code != 0
    assert f"{shut / STEM} can't be read (Permission denied)" in str(told.exception)


def test_what_is_handed_in_no_longer_is_to_be_put_back(home):  # noqa: F811
    hand_in(home, "ann")
    grade(home)
    shutil.rmtree(Course(home).root / "submitted")
    told = run("autograde", "03")
    assert told.exit_code == 1
    assert f"What was handed in of {STEM} is no longer in" in told.stderr
    assert run("export", "03").exit_code == 0


@pytest.mark.parametrize("what", ["release", "exchange", "gradebook.db"])
def test_a_release_that_was_removed_is_made_again(home, what):  # noqa: F811
    """What was noted as done is looked for: no folder that is gone stays so for good."""
    hand_in(home, "ann")
    course = Course(home)
    gone = course.exchange / "dropout" / "outbound" if what == "exchange" else course.root / what
    shutil.rmtree(gone) if gone.is_dir() else [p.unlink() for p in course.root.glob(f"{what}*")]
    assert run("release", "03").exit_code == 0
    assert gone.exists()
    assert grade(home)["ann"].score == 20
    assert Course(home).set_up(progress=False) == []
