"""A gradebook on a PostgreSQL server: a real one, with real failures."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time

import postgres
import pytest
from classroom_state import files, journalled, tables
from classroom_tiny import STEM, fake_judge, filled
from killing import killed, measured, moments
from test_classroom_killed import ON_TIME, grade, hand_in, lay_out

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.gradebook.marks import read_marks
from autograder.classroom.running import grading
from autograder.classroom.submissions import submission

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
SEED, TIMES = 20261129, 20
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}  # conftest adds tests/
EVERYONE = ["ann", "bob", "cat", "dan", "eve", "fay", "gil"]


@pytest.fixture(scope="module")
def server():
    with postgres.serving() as server:
        yield server


@pytest.fixture(scope="module")
def made(server, tmp_path_factory):
    """A course whose gradebook is the database `made`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submission, "judge", fake_judge)
        home = tmp_path_factory.mktemp("postgres") / "home"
        return lay_out(home, server.new_database("made"))


@pytest.fixture
def again(made, server, tmp_path, monkeypatch):
    """Gives copies of the course, each with a copy of the database."""
    monkeypatch.setattr(submission, "judge", fake_judge)
    monkeypatch.setattr(grading, "BATCH", 2)
    count = iter(range(1000))

    def copy():
        name = f"{tmp_path.name}-{next(count)}"
        home = shutil.copytree(made, tmp_path / name)
        points_to(home, server.new_database(name, like="made"))
        return home

    return copy


def points_to(home, url):
    config = home / "nbgrader_config.py"
    config.write_text(config.read_text() + f"c.CourseDirectory.db_url = {url!r}\n")


def test_a_class_is_graded_as_with_a_file(again, tmp_path):
    home = again()
    local = lay_out(tmp_path / "local")
    assert [row.status for row in grade(home)].count("failed") == 1
    grade(local)
    assert tables(home) == tables(local)
    assert files(home) == files(local)


def test_a_run_that_is_killed_again_and_again(again):
    undisturbed = again()
    extent = measured(lambda: grade(undisturbed))
    wanted, written = tables(undisturbed), files(undisturbed)
    once = sorted(s for s in journalled(undisturbed) if s != "dan")  # who fails is tried again
    waiting = moments(SEED, 10 * TIMES)
    kills = 0
    while kills < TIMES:
        home = again()
        while kills < TIMES and killed(lambda: grade(home), waiting.pop(), extent):  # noqa: B023
            kills += 1
        assert [row.student for row in grade(home)] == EVERYONE
        assert tables(home) == wanted
        assert files(home) == written
        assert sorted(s for s in journalled(home) if s != "dan") == once


def test_two_graders_and_a_reader_at_once(again, server, tmp_path):
    """Two machines, each with a folder of its own, grade the same class into one gradebook."""
    home = again()
    for number in range(12):
        hand_in(home, f"s{number:02}", filled())
    other = shutil.copytree(home, tmp_path / "other")
    begin = tmp_path / "begin"
    graders = [in_another_process(place, begin) for place in (home, other)]
    read, stop = [], threading.Event()

    def reads():  # what Formgrader's pages ask for
        while not stop.is_set():
            with Course(home).gradebook() as gradebook:
                read.append(len(read_marks(gradebook, STEM)))
                gradebook.average_assignment_score(STEM)
            time.sleep(0.05)

    reader = threading.Thread(target=reads)
    for grader in graders:  # they begin at the same moment
        assert grader.stdout.readline() == "ready\n"
    reader.start()
    begin.touch()
    ended = [grader.communicate(timeout=120) for grader in graders]
    stop.set()
    reader.join()
    assert [grader.returncode for grader in graders] == [0, 0], ended
    assert ended[0] == ended[1]
    rows = dict(json.loads(ended[0][0]))
    assert sorted(rows) == [*EVERYONE, *(f"s{number:02}" for number in range(12))]
    assert {rows[f"s{number:02}"] for number in range(12)} == {20.0}
    assert len(read) > 3
    assert read == sorted(read)
    with Course(home).gradebook() as gradebook:
        assert len(gradebook.assignment_submissions(STEM)) == len(rows)
        (notebook,) = gradebook.find_submission(STEM, "s00").notebooks
        assert len(notebook.grades) == 3


GRADE = """
import json, sys, time
from pathlib import Path
from classroom_tiny import STEM, fake_judge
from autograder.classroom.running import grading
from autograder.classroom.submissions import submission
submission.judge, grading.BATCH = fake_judge, 2
print("ready", flush=True)
while not Path(sys.argv[2]).exists():
    time.sleep(0.01)
home = Path(sys.argv[1])
rows = grading.autograde_assignment(home, STEM, progress=False, level="unsafe", workers=1)
print(json.dumps([[row.student, row.score] for row in rows]))
"""


def in_another_process(home, begin):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", GRADE, str(home), str(begin)],
        env=ENVIRONMENT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_server_that_stops_in_the_middle(again, server, monkeypatch):
    home = again()
    wanted = again()
    grade(wanted)
    record, batches = grading._record, []

    def stops(recorder, batch):
        if len(batches) == 1:
            server.stop()
        batches.append(batch)
        return record(recorder, batch)

    monkeypatch.setattr(grading, "_record", stops)
    try:
        with pytest.raises(CourseError, match="Look whether the server runs") as told:
            grade(home)
    finally:
        server.start()
    assert postgres.PASSWORD not in str(told.value)
    assert "grader:***@127.0.0.1" in str(told.value)
    done = journalled(home)
    assert 0 < len(done) < len(journalled(wanted))
    monkeypatch.setattr(grading, "_record", record)
    assert [row.student for row in grade(home)] == EVERYONE
    assert tables(home) == tables(wanted)
    assert journalled(home)[: len(done)] == done


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda s: s.url("wrong-passw0rd"), "password there or in ~/.pgpass"),
        (lambda s: s.url(database="nowhere"), "createdb"),
        (lambda s: s.url().replace(f":{s.port}/", ":1/"), "Look whether the server runs"),
        (lambda s: s.url().replace("+psycopg:", "+pg8000:"), "pip install"),
        (lambda s: s.url().replace("postgresql+", "postgres9+"), "none that is known"),
        (lambda s: s.url().replace(f":{s.port}/", ":port/"), "none that is known"),
        (lambda s: f"{s.url(database='nowhere')}?password=wrong-passw0rd", "createdb|pgpass"),
    ],
)
def test_an_address_that_does_not_work_is_a_sentence(again, server, spoil, says):
    home = again()
    points_to(home, spoil(server))
    done = command(home, "autograde", "03", "--unsafe", "--json")
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert re.search(says, done.stderr), done.stderr
    log = (Course(home).log).read_text()
    for secret in (postgres.PASSWORD, "wrong-passw0rd"):
        assert secret not in done.stderr + log


def command(home, *words):
    """Run the command line on a course."""
    (home / "_config.yml").touch()
    return subprocess.run(
        [sys.executable, "-m", "autograder", *words],
        env=ENVIRONMENT | {"DROPOUT_COURSE_ROOT": str(home)},
        capture_output=True,
        text=True,
    )


def test_no_password_in_what_a_command_prints(again, server):
    home = again()
    hand_in(home, "hal", filled(), ON_TIME)
    said = []
    for words in (["autograde", "03", "--unsafe", "--json"], ["export", "03", "--json"]):
        done = command(home, *words)
        said += [done.stdout, done.stderr]
    assert any("hal" in text for text in said)
    course = Course(home)
    said += [course.log.read_text(), course.gradebook_address]
    said += [path.read_text() for path in course.state.rglob("*") if path.is_file()]
    assert postgres.PASSWORD not in "".join(said)
    assert "grader:***@" in course.gradebook_address


def test_a_reader_waits_for_nobody(again):
    """A gradebook that is being written can be read: no lock is in the reader's way."""
    home = again()
    with Course(home).gradebook() as writer:
        writer.find_grade("double-check", STEM, STEM, "ann").manual_score = 1
        writer.db.flush()  # and not committed
        began = time.monotonic()
        with Course(home).gradebook() as reader:
            assert reader.find_grade("double-check", STEM, STEM, "ann").manual_score is None
        assert time.monotonic() - began < 60
