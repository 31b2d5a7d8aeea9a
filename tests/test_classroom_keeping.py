"""One at a time, a course put away, a student forgotten."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from datetime import date, datetime
from pathlib import Path

import pytest
from classroom_tiny import STEM
from nbgrader.api import Gradebook, MissingEntry
from tiny_home import change, grade, hand_in, home, tiny_course  # noqa: F401
from traitlets.config import PyFileConfigLoader
from typer.testing import CliRunner

from autograder.classroom.folder import lock
from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.lock import holding
from autograder.cli import app
from dropout_course import __version__

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
HOLD = """
import sys, time
from pathlib import Path
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.folder.lock import holding
with holding(Course(Path(sys.argv[1])), "autograde 03-tiny"):
    print("held", flush=True)
    time.sleep(100)
"""


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_second_grader_is_told_who_and_since_when(home, monkeypatch):  # noqa: F811
    monkeypatch.setattr(lock, "PATIENCE", 0.2)
    hand_in(home, "ann")
    command = [sys.executable, "-c", HOLD, str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout.readline() == "held\n"
            for words in (
                ["release", "03"],
                ["autograde", "03"],
                ["feedback", "03"],
                ["forget", "ann", "--yes"],
            ):
                told = run(*words)
                assert told.exit_code != 0
                said = str(told.exception)
                assert f"process {other.pid}" in said
                assert "`autograder autograde 03-tiny`" in said
                assert "since 20" in said
        finally:
            other.kill()
    monkeypatch.setattr(lock, "PATIENCE", 5)
    assert run("autograde", "03").exit_code == 0  # who was killed leaves nothing behind


def test_the_lock_is_free_after_an_error(home, monkeypatch):  # noqa: F811
    course = Course(home)
    with pytest.raises(ZeroDivisionError), holding(course, "x"):
        raise ZeroDivisionError
    monkeypatch.setattr(lock, "PATIENCE", 0)  # it waits for nobody
    with holding(course, "y"):
        assert json.loads((course.state / "lock").read_text())["pid"] == os.getpid()


def test_the_archive_is_whole_and_opens(home, tmp_path):  # noqa: F811
    hand_in(home, "ann")
    grade(home)
    target = tmp_path / "term.tar.gz"
    told = run("archive", "--to", target)
    assert told.exit_code == 0, told.output
    assert target.stat().st_mode & 0o77 == 0
    with tarfile.open(target) as tar:
        names = tar.getnames()
    shutil.unpack_archive(target, tmp_path / "out")
    assert f"course/submitted/ann/{STEM}/{STEM}.ipynb" in names
    assert "course/grades.csv" in names
    assert not any(name.endswith(("lock", "key", "-wal")) for name in names)
    with Gradebook(f"sqlite:///{tmp_path}/out/course/gradebook.db", "dropout") as gradebook:
        assert gradebook.find_submission(STEM, "ann").score == 20
    told = run("archive", "--to", target)
    assert told.exit_code != 0
    assert "there already" in str(told.exception)


@pytest.mark.parametrize("course_in", ["build/course", "class", "../elsewhere"])
def test_make_clean_leaves_the_archive(home, course_in):  # noqa: F811
    config = home / "nbgrader_config.py"
    text = config.read_text()
    config.write_text(
        text.replace('COURSE = ROOT / "build" / "course"', f'COURSE = ROOT / "{course_in}"')
    )
    place = (home / course_in).resolve()
    if not place.exists():
        (home / "build" / "course").rename(place)
    told = run("archive", "--json")
    assert told.exit_code == 0, told.exception
    path = Path(json.loads(told.stdout)["archive"])
    assert path.parent == (home if course_in == "build/course" else place.parent)
    assert path.name == f"{place.name}-{date.today()}.tar.gz"
    assert list(path.parent.glob("*.new")) == []


def test_a_copied_course_acts_on_itself(home, tiny_course):  # noqa: F811
    text = (home / "build" / "course" / "nbgrader_config.py").read_text()
    assert str(tiny_course) not in text
    loader = PyFileConfigLoader("nbgrader_config.py", path=str(home / "build" / "course"))
    assert loader.load_config().CourseDirectory.root == str(home / "build" / "course")


def test_nothing_is_left_of_who_is_forgotten(home):  # noqa: F811
    course = Course(home)
    for student in ("ann.example", "bob"):
        path = hand_in(home, student)
        (path.parent / "submission_secret.txt").write_text(f"of {student}")
    change(home, lambda g: setattr(g.find_assignment(STEM), "duedate", datetime(2026, 3, 2)))
    (course.root / "extensions.csv").write_text("id,assignment,extension\nann.example,*,1 day\n")
    grade(home)
    assert run("feedback", "03", "--release", "--zip").exit_code == 0
    assert run("report", "03").exit_code == 0
    assert "ann.example" in (course.state / "stamps.json").read_text()
    told = CliRunner().invoke(app, ["forget", "ann.example"], input="n\n")
    assert told.exit_code != 0
    assert "reports and zips of feedback of the whole class are removed as well" in told.stderr
    assert (course.root / "submitted" / "ann.example").is_dir()
    told = run("forget", "ann.example", "--yes")
    assert told.exit_code == 0, told.output
    said = " ".join(told.output.split())
    assert (
        "Removed as well, for they are of the whole class: feedback/03-tiny.zip, reports." in said
    )
    assert (course.root / "extensions.csv").read_text() == "id,assignment,extension\n"
    for path in (p for top in (course.root, course.exchange) for p in top.rglob("*")):
        assert "ann.example" not in path.name
        if path.is_file():
            assert b"ann.example" not in path.read_bytes(), path
    with Course(home).gradebook() as gradebook:
        with pytest.raises(MissingEntry):
            gradebook.find_student("ann.example")
        assert gradebook.find_submission(STEM, "bob").score == 20
    assert len(list((course.exchange / "dropout" / "feedback").glob("*.html"))) == 1
    assert set(grade(home)) == {"bob"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_who_is_forgotten_is_removed_from_tables_of_any_encoding(home, encoding):  # noqa: F811
    course = Course(home)
    hand_in(home, "ann")
    hand_in(home, "joann")
    grade(home)
    log = course.log.read_text()
    course.log.write_text(log + "about joann\nabout ann\n")
    roster = course.root / "roster.csv"
    rows = ["id,name", 'ann,"\xc5lund,\r\nAnn"', "", 'joann,"Li, Jo"', ""]
    roster.write_bytes("\r\n".join(rows).encode(encoding))
    roster.chmod(0o600)
    told = run("forget", "ann", "--yes")
    assert told.exit_code == 0, told.output
    assert "Remove ann" not in told.output
    left = "\r\n".join([rows[0], *rows[2:]])
    assert roster.read_bytes() == left.encode(encoding)
    assert roster.stat().st_mode & 0o777 == 0o600
    assert "about joann" in course.log.read_text()
    assert "about ann" not in course.log.read_text()


def test_a_table_that_cannot_be_read_is_left_to_a_person(home):  # noqa: F811
    course = Course(home)
    hand_in(home, "ann")
    (course.root / "roster.csv").write_bytes("id,name\nann,Ann \xc5lund\n".encode("latin-1"))
    told = run("forget", "ann", "--yes")
    assert f"Remove ann from {course.root / 'roster.csv'}" in " ".join(told.output.split("\n"))


def test_who_is_in_the_roster_alone_is_forgotten_too(home):  # noqa: F811
    course = Course(home)
    (course.root / "roster.csv").write_text("id,name,email\nann,Ann,a@x\nzoe,Zoe,z@x\n")
    told = run("forget", "zoe", "--yes")
    assert told.exit_code == 0, told.exception
    assert (course.root / "roster.csv").read_text() == "id,name,email\nann,Ann,a@x\n"
    assert isinstance(run("forget", "zoe", "--yes").exception, CourseError)


def test_nothing_is_removed_while_the_gradebook_cannot_be_used(home):  # noqa: F811
    course = Course(home)
    hand_in(home, "ann")
    grade(home)
    assert run("feedback", "03").exit_code == 0
    (course.root / "roster.csv").write_text("id,name\nann,Ann\n")
    for end in ("-wal", "-shm"):
        (course.root / f"gradebook.db{end}").unlink(missing_ok=True)
    (course.root / "gradebook.db").write_text("name,score\nann,12\n" * 100)
    told = run("forget", "ann", "--yes")
    assert "The gradebook" in str(told.exception)
    for step in ("submitted", "autograded", "feedback"):
        assert (course.root / step / "ann").is_dir()
    assert "ann" in (course.root / "roster.csv").read_text()


@pytest.mark.parametrize("name", ["zoe", "..", "a/b", ""])
def test_whom_the_course_does_not_know(home, name):  # noqa: F811
    hand_in(home, "ann")
    told = run("forget", name, "--yes")
    assert told.exit_code != 0
    assert isinstance(told.exception, CourseError)
    assert (Course(home).root / "submitted" / "ann").is_dir()


def test_the_version():
    told = run("--version")
    assert told.exit_code == 0
    assert told.output == f"autograder {__version__}\n"
