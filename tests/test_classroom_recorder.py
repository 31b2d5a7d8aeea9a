"""The one writer, on a tiny course: what it records, and what happens when it can't."""

from __future__ import annotations

import errno
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from classroom_state import files, tables
from classroom_tiny import STEM, fake_judge, filled, tiny, write
from nbgrader.converters import Autograde

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.gradebook import recorder
from autograder.classroom.gradebook.rows import _noted, read_record
from autograder.classroom.running import grading
from autograder.classroom.running.journal import REPOSITORY, Journal
from autograder.classroom.submissions import submission

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
NAME = f"{STEM}.ipynb"
LATE = "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
ON_TIME, TOO_LATE = "2026-03-02 09:00:00.000000 UTC", "2026-03-05 09:00:00.000000 UTC"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course with a due date, and penalties for who is late."""
    home = tmp_path_factory.mktemp("made")
    config = (REPOSITORY / "nbgrader_config.py").read_text("utf-8")
    (home / "nbgrader_config.py").write_text(config.replace("timeout=2", "timeout=0") + LATE)
    write(home / "notebooks", NAME, tiny())
    course = Course(home)
    course.set_up(progress=False)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(STEM, duedate="2026-03-03 00:00:00 UTC")
    (course.root / "source" / STEM / "data.csv").write_text("1,2\n")
    return home


@pytest.fixture
def home(made, tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "judge", fake_judge)
    monkeypatch.setattr(recorder.time, "sleep", lambda seconds: None)
    home = shutil.copytree(made, tmp_path / "home")
    hand_in(home, "ann", filled(), ON_TIME)
    hand_in(home, "bob", filled(double="def double(x): half", ch03_why="Because."), TOO_LATE)
    hand_in(home, "cat", tiny())
    hand_in(home, "dan", filled(pair="explode"))
    hand_in(home, "eve", b"{")
    return home


def hand_in(home, student, notebook, when=""):
    folder = home / "build" / "course" / "submitted" / student / STEM
    write(folder, NAME, notebook)
    write(folder, "notes.txt", b"mine")
    if when:
        (folder / "timestamp.txt").write_text(when)


def grade(home, **how):
    return grading.autograde_assignment(home, STEM, progress=False, **how)


def nbgrader_autogrades(home):
    course = Course(home)
    for student in course.students(STEM):
        with course.working_on(STEM, student):
            converter = Autograde(coursedir=course.directory, config=course.config)
            converter.force = True
            converter.start()


def test_the_gradebook_and_the_notebooks_are_those_of_nbgrader(home, tmp_path):
    other = shutil.copytree(home, tmp_path / "other")
    grade(home)
    nbgrader_autogrades(other)
    assert tables(home) == tables(other)
    assert files(home) == files(other)
    for place in (home, other):  # and again, over grades that a person gave
        with Course(place).gradebook() as gradebook:
            gradebook.find_grade("double-check", STEM, STEM, "ann").manual_score = 3
            gradebook.find_grade("ch03-why", STEM, STEM, "bob").extra_credit = 4
            gradebook.db.commit()
        hand_in(place, "cat", filled(), TOO_LATE)
    grade(home, force=True)
    nbgrader_autogrades(other)
    assert tables(home) == tables(other)
    assert files(home) == files(other)


def test_a_penalty_is_taken_off_who_is_late(home):
    grade(home)
    with Course(home).gradebook() as gradebook:
        penalties = {
            s.student_id: s.late_submission_penalty for s in gradebook.assignment_submissions(STEM)
        }
    assert penalties == {"ann": 0, "bob": 16, "cat": 0, "dan": 0, "eve": 0}


def test_a_hand_in_without_a_time_is_not_late_because_an_earlier_one_was(home):
    grade(home)
    hand_in(home, "bob", filled())
    (home / "build" / "course" / "submitted" / "bob" / STEM / "timestamp.txt").unlink()
    grade(home)
    with Course(home).gradebook() as gradebook:
        submission = gradebook.find_submission(STEM, "bob")
        assert (submission.timestamp, submission.late_submission_penalty) == (None, 0)
        assert submission.score == 20


def test_a_gradebook_that_is_locked_says_so_and_stays_as_it_was(home, capsys):
    before = tables(home)
    course = Course(home)
    name = course.directory.db_url.removeprefix("sqlite:///").partition("?")[0]
    other = sqlite3.connect(name, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CourseError, match="Close what else uses it"):
        grade(home)
    assert capsys.readouterr().err.count("Another program holds the gradebook") == 1
    other.execute("ROLLBACK")
    other.close()
    assert tables(home) == before
    assert {row.student: row.score for row in grade(home)}["ann"] == 20
    assert len(tables(home)["submitted_assignment"]) == 5


def test_a_full_disk_stops_the_run_and_the_next_one_goes_on(home, monkeypatch):
    monkeypatch.setattr(grading, "BATCH", 2)
    before, rename = tables(home), Path.rename

    def full(self, target):
        if "cat" in str(self):
            raise OSError(errno.ENOSPC, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(CourseError, match=r"No space left on device.*Make room"):
        grade(home)
    monkeypatch.undo()
    after = tables(home)
    assert len(after["submitted_assignment"]) == 2
    assert set(after["submitted_assignment"]) > set(before["submitted_assignment"])
    assert not list((home / "build" / "course" / "autograded").rglob("*.new"))
    monkeypatch.setattr(submission, "judge", fake_judge)
    judged = []
    monkeypatch.setattr(
        grading,
        "grade_all",
        lambda job, tasks, *rest: judged.extend(tasks) or (one(job, t) for t in tasks),
    )
    assert len(grade(home)) == 5
    assert [student for student, _ in judged] == ["cat", "dan", "eve"]


def one(job, task):
    return submission.grade_submission(job, *task)


def test_a_name_that_no_database_takes_costs_nobody_else(home, monkeypatch):
    whole = recorder.new_submissions

    def refuse(gradebook, assignment, students):
        if "cat" in students:
            raise UnicodeEncodeError("utf-8", "x", 0, 1, "surrogates not allowed")
        return whole(gradebook, assignment, students)

    monkeypatch.setattr(recorder, "new_submissions", refuse)
    rows = {row.student: row for row in grade(home)}
    assert rows["cat"].status == "failed"
    assert "grade by hand" in rows["cat"].reason
    assert rows["ann"].score == 20
    with Course(home).gradebook() as gradebook:
        assert {s.student_id for s in gradebook.assignment_submissions(STEM)} == {
            *("ann", "bob", "dan", "eve")
        }


def test_what_was_graded_before_an_error_is_recorded(home, monkeypatch):
    def stops(job, tasks, *rest):
        yield one(job, tasks[0])
        raise KeyboardInterrupt

    monkeypatch.setattr(grading, "grade_all", stops)
    with pytest.raises(KeyboardInterrupt):
        grade(home)
    course = Course(home)
    journal = Journal(course.state / f"{STEM}.jsonl")
    assert journal.last("ann") is not None
    assert journal.last("bob") is None
    assert len(tables(home)["submitted_assignment"]) == 1


def test_steps_that_somebody_added_are_not_passed_over(home):
    config = home / "nbgrader_config.py"
    added = "c.Autograde.autograde_preprocessors.append('mine.CountWords')\n"
    config.write_text(config.read_text() + added)
    with pytest.raises(CourseError, match=r"CountWords.*nbgrader autograde 03-tiny"):
        grade(home)


def test_the_record_of_a_notebook_is_read_back(home):
    rows = grade(home)
    course = Course(home)
    record = read_record(course, STEM, "ann")
    assert record is not None
    assert record.score == rows[0].score == 20
    path = course.folder("autograded", "ann", STEM) / NAME
    assert json.loads(path.read_text())["metadata"]["dropout_course"]["record"]["score"] == 20


def test_what_is_noted_is_read_without_the_cells_and_is_the_same(home):
    grade(home)
    course = Course(home)
    path = course.folder("autograded", "ann", STEM) / NAME
    path.chmod(0o644)
    wanted, text = read_record(course, STEM, "ann"), path.read_text()
    assert wanted is not None
    cells, _, rest = text.rpartition('\n "metadata": {')
    assert _noted(course, STEM, "ann") == wanted
    path.write_text(f'no JSON\n "metadata": {{{rest}')
    assert _noted(course, STEM, "ann") == wanted  # so the cells were not looked at
    told = json.loads(text)
    told["cells"][0]["source"] = '"\n "metadata": {"dropout_course": {"record": {"score": 99}}}'
    path.write_text(json.dumps(told, indent=1, sort_keys=True))
    assert _noted(course, STEM, "ann") == wanted
    path.write_text(json.dumps(told))  # another program's way to write it
    assert _noted(course, STEM, "ann") == wanted
    for damaged in (cells, text[:-10], ""):
        path.write_text(damaged)
        assert _noted(course, STEM, "ann") is None
