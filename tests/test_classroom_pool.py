"""A class with real notebooks: the same grades from any number of workers, whatever dies."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sandbox_support import eventually, usable_levels

from autograder.classroom.course import autograde_assignment
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.running import pool
from autograder.classroom.running.journal import REPOSITORY
from autograder.classroom.sample import hand_in_files, sample_class
from autograder.classroom.submissions import submission
from autograder.classroom.submissions.submission import Job
from autograder.referee.sandboxes import sandbox
from autograder.sandbox import JailError
from autograder.sandbox.jail.processes import Table

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Object of type <Submitted")]
STEM = "03-dropout-forward"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The sample class has handed in one chapter."""
    home = tmp_path_factory.mktemp("pool")
    shutil.copy(REPOSITORY / "nbgrader_config.py", home)
    (home / "notebooks").mkdir()
    shutil.copy(REPOSITORY / "notebooks" / f"{STEM}.ipynb", home / "notebooks")
    shutil.copy(REPOSITORY / "_config.yml", home)
    course = Course(home)
    course.set_up(progress=False)
    releases = {STEM: course.folder("release", ".", STEM) / f"{STEM}.ipynb"}
    for student in sample_class():
        hand_in = student.chapters.get("03")
        slow = hand_in and "endless" in hand_in.answers  # twenty seconds of the processor
        if hand_in and not slow and "other_chapter" not in hand_in.mess:
            folder = course.folder("submitted", student.id, STEM)
            folder.mkdir(parents=True)
            for name, data in hand_in_files(STEM, hand_in, releases).items():
                (folder / name).write_bytes(data)
    return home


@pytest.fixture(scope="module")
def job(home):
    course = Course(home)
    release = course.folder("release", ".", STEM) / f"{STEM}.ipynb"
    return Job(STEM, release, home, "auto")


@pytest.fixture(scope="module")
def tasks(home):
    course = Course(home)
    return [(s, course.folder("submitted", s, STEM)) for s in course.students(STEM)]


@pytest.fixture(scope="module")
def alone(job, tasks, home):
    return grades(pool.grade_all(job, tasks, 1, home / "log"))


def grades(graded):
    """All that is recorded, but for the seconds that it took."""
    found = {}
    for one in graded:
        exercises = [{**e, "seconds": 0} for e in one.record.exercises.values()]
        words = [one.record.problems, one.record.notes, one.record.failure]
        found[one.student] = (one.scores, one.comments, exercises, words, shown(one.text))
    return found


def shown(notebook):
    return [cell.get("outputs") for cell in json.loads(notebook)["cells"]]


def test_two_workers_give_the_same_as_one_process(job, tasks, alone, home):
    assert len(alone) == len(tasks) > 16
    assert {grade[3][2] for grade in alone.values()} == {""}
    assert grades(pool.grade_all(job, tasks, 2, home / "log")) == alone


def test_a_worker_that_dies_costs_nobody_anything(job, tasks, alone, home):
    found = pool.grade_all(job, tasks[:10], 2, home / "log")
    first = next(found)
    for worker in multiprocessing.active_children():
        os.kill(worker.pid, signal.SIGKILL)
    again = {**grades([first]), **grades(found)}
    assert again == {student: alone[student] for student, _ in tasks[:10]}


def test_a_warm_process_that_dies_costs_nobody_anything(job, tasks, alone, home):
    found = pool.grade_all(job, tasks[:4], 1, home / "log")
    first = next(found)
    warm = sandbox(job.level, STEM, home / ".autograder")._warm
    os.kill(warm._process.pid, signal.SIGKILL)
    again = {**grades([first]), **grades(found)}
    assert again == {student: alone[student] for student, _ in tasks[:4]}


def test_without_a_jail_the_run_ends_and_says_why(job, tasks, home, monkeypatch):
    def gone(*given):
        raise JailError("the jail can't be set up")

    monkeypatch.setattr(submission, "judge", gone)
    with pytest.raises(JailError, match="set up"):
        list(pool.grade_all(job, tasks[:2], 1, home / "log"))


def test_a_submission_that_kills_every_worker_is_for_a_person(job, tasks, home, monkeypatch):
    def dies(*given):
        raise pool.BrokenProcessPool

    monkeypatch.setattr(pool, "_in_processes", dies)
    (graded,) = pool.grade_all(job, tasks[:1], 2, home / "log")
    assert "the process that graded it died" in graded.record.failure
    assert graded.record.status == "failed"


@pytest.mark.skipif("landlock" not in usable_levels(), reason="one level can be tried as this user")
def test_the_levels_give_the_same_grades(job, tasks, alone, home):
    other = Job(STEM, job.release, home, "landlock")
    found = grades(pool.grade_all(other, tasks, 1, home / "log"))
    assert sandbox("landlock", STEM, home / ".autograder").level == "landlock"
    assert {s: g[:3] for s, g in found.items()} == {s: g[:3] for s, g in alone.items()}


def test_a_run_that_was_killed_goes_on(home, tmp_path):
    """The power goes in the middle; nobody is graded twice, and nobody is forgotten."""
    sandbox("auto", STEM, home / ".autograder")  # the doctor's verdict is kept
    place = shutil.copytree(home, tmp_path / "home")
    shutil.rmtree(place / "build" / "course" / "autograded", ignore_errors=True)
    command = [sys.executable, "-c", RUN, str(place), STEM]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    journal = place / "build" / "course" / ".autograder" / f"{STEM}.jsonl"
    assert eventually(lambda: journal.is_file() and journal.read_bytes().count(b"\n") > 3, 60)
    below = Table().descendants(process.pid)
    process.kill()
    process.wait()
    assert len(below) > 1
    assert eventually(lambda: not any(map(alive, below)))
    before = students(journal)
    everyone = Course(place).students(STEM)
    assert 0 < len(before) < len(everyone)
    rows = autograde_assignment(place, STEM, progress=False, workers=1)
    assert [row.student for row in rows] == everyone
    assert [row.student for row in rows if row.status == "failed"] == []
    assert sorted(students(journal)) == everyone
    assert students(journal)[: len(before)] == before
    with Course(place).gradebook() as gradebook:
        assert len(gradebook.assignment_submissions(STEM)) == len(everyone)


RUN = """
import sys
from pathlib import Path
from autograder.classroom.running import grading
grading.BATCH = 2
if __name__ == "__main__":
    grading.autograde_assignment(Path(sys.argv[1]), sys.argv[2], progress=False, workers=2)
"""


def students(journal):
    return [json.loads(line)["row"]["student"] for line in journal.read_text().splitlines()]


def alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
