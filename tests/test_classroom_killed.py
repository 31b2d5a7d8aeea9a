"""The power goes, fifty times: nothing is lost, nothing is there twice."""

from __future__ import annotations

import shutil

import pytest
from classroom_state import files, journalled, tables
from classroom_tiny import STEM, fake_judge, filled, tiny, write
from killing import killed, measured, moments

from autograder.classroom.folder.coursedir import Course
from autograder.classroom.running import grading
from autograder.classroom.running.journal import REPOSITORY
from autograder.classroom.submissions import submission

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
SEED = 20261128
TIMES = 50
NAME = f"{STEM}.ipynb"
LATE = "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
ON_TIME, TOO_LATE = "2026-03-02 09:00:00.000000 UTC", "2026-03-05 09:00:00.000000 UTC"


def hand_in(home, student, notebook, when=ON_TIME):
    folder = home / "build" / "course" / "submitted" / student / STEM
    write(folder, NAME, notebook)
    write(folder, "notes.txt", b"mine")
    (folder / "timestamp.txt").write_text(when)


def grade(home, **how):
    return grading.autograde_assignment(
        home, STEM, progress=False, level="unsafe", workers=1, **how
    )


def lay_out(home, db_url=""):
    """Make a course in which half of a class is graded, and a person has given points too."""
    config = (REPOSITORY / "nbgrader_config.py").read_text("utf-8") + LATE
    home.mkdir(exist_ok=True)
    (home / "nbgrader_config.py").write_text(
        config + (f"c.CourseDirectory.db_url = {db_url!r}\n" if db_url else "")
    )
    write(home / "notebooks", NAME, tiny())
    course = Course(home)
    course.set_up(progress=False)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(STEM, duedate="2026-03-03 00:00:00 UTC")
    (course.root / "source" / STEM / "data.csv").write_text("1,2\n")
    for student in ("ann", "bob", "cat"):
        hand_in(home, student, filled(ch03_why="Because."))
    grade(home)
    with course.gradebook() as gradebook:
        gradebook.find_grade("ch03-why", STEM, STEM, "ann").extra_credit = 4
        gradebook.find_grade("double-check", STEM, STEM, "bob").manual_score = 3
        gradebook.find_comment("ch03-why", STEM, STEM, "bob").manual_comment = "Say more."
        gradebook.db.commit()
    hand_in(home, "bob", filled(double="def double(x): half", ch03_why="Because."), TOO_LATE)
    hand_in(home, "dan", filled(pair="explode"))
    hand_in(home, "eve", b"{")
    hand_in(home, "fay", filled(pair="def half(x): ..."), TOO_LATE)
    hand_in(home, "gil", tiny())
    return home


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submission, "judge", fake_judge)
        return lay_out(tmp_path_factory.mktemp("killed") / "home")


@pytest.fixture
def steps(monkeypatch):
    """Batches of two, so that a run has several."""
    monkeypatch.setattr(submission, "judge", fake_judge)
    monkeypatch.setattr(grading, "BATCH", 2)


def test_a_run_that_is_killed_fifty_times_ends_as_one_that_is_not(made, tmp_path, steps):
    undisturbed = shutil.copytree(made, tmp_path / "undisturbed")
    extent = measured(lambda: grade(undisturbed))
    wanted, written = tables(undisturbed), files(undisturbed)
    everyone = ["ann", "bob", "bob", "cat", "dan", "eve", "fay", "gil"]
    assert sorted(journalled(undisturbed)) == everyone

    waiting = moments(SEED, 10 * TIMES)
    survived = kills = 0
    while kills < TIMES:
        home = shutil.copytree(made, tmp_path / "home")
        while kills < TIMES and killed(lambda: grade(home), waiting.pop(), extent):  # noqa: B023
            kills += 1
        rows = grade(home)
        assert tables(home) == wanted
        assert files(home) == written
        assert not list((home / "build").rglob("*.new"))
        assert [row.student for row in rows] == sorted(set(everyone))
        done = sorted(journalled(home))
        assert [s for s in done if s != "dan"] == [s for s in everyone if s != "dan"]
        assert [row.student for row in grade(home) if not row.unchanged] == ["dan"]  # it failed
        shutil.rmtree(home)
        survived += 1
    assert survived >= 5  # they were killed at the beginning, in the middle and at the end


class PowerFailure(BaseException):
    """Nobody catches it."""


def test_a_record_that_was_interrupted_is_made_again(made, tmp_path, steps, monkeypatch):
    """Recorded, but not journalled; then the student hands in the first version again."""
    home = shutil.copytree(made, tmp_path / "home")
    before = {row.student: row.score for row in grade(home)}
    hand_in(home, "gil", filled())
    with monkeypatch.context() as patch:
        patch.setattr(grading, "as_row", stop)
        with pytest.raises(PowerFailure):
            grade(home, students=["gil"])
    hand_in(home, "gil", tiny())
    assert {row.student: row.score for row in grade(home)} == before


def test_a_folder_that_was_removed_by_half_is_written_again(made, tmp_path, steps, monkeypatch):
    home = shutil.copytree(made, tmp_path / "home")
    grade(home)
    wanted = files(home)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", some_of_it)
        with pytest.raises(PowerFailure):
            grade(home, force=True)
    assert files(home) != wanted
    grade(home)
    assert files(home) == wanted


def stop(*given):
    raise PowerFailure


def some_of_it(folder, **how):
    if folder.is_dir() and not folder.name.endswith(".new"):
        (folder / "data.csv").unlink()
        raise PowerFailure
