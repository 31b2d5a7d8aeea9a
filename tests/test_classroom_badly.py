"""Disks, logs, gradebooks and clocks that go wrong: a sentence each, and nothing is lost."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import shutil
import sqlite3
import subprocess
import sys

import pytest
from classroom_state import tables
from classroom_tiny import STEM, fake_judge, filled
from test_classroom_killed import grade, hand_in, lay_out

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.submissions import submission

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submission, "judge", fake_judge)
        return lay_out(tmp_path_factory.mktemp("badly") / "home")


@pytest.fixture
def home(made, tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "judge", fake_judge)
    return shutil.copytree(made, tmp_path / "home")


def gradebook_of(home):
    return home / "build" / "course" / "gradebook.db"


def test_a_gradebook_that_is_gone(home):
    grade(home)
    for path in gradebook_of(home).parent.glob("gradebook.db*"):
        path.unlink()
    with pytest.raises(CourseError, match=r"have been graded: is sqlite:///.* Put that back"):
        grade(home)


def test_a_gradebook_that_is_none(home):
    for end in ("", "-wal", "-shm"):
        (gradebook_of(home).parent / f"gradebook.db{end}").unlink(missing_ok=True)
    gradebook_of(home).write_text("name,score\nann,12\n" * 100)
    with pytest.raises(CourseError, match="It is no gradebook, or a damaged one: put back your"):
        grade(home)
    assert gradebook_of(home).read_text().startswith("name,score")


def test_a_gradebook_of_another_version(home):
    with sqlite3.connect(gradebook_of(home)) as connection:
        connection.execute("alter table submitted_assignment rename column timestamp to moment")
    with pytest.raises(CourseError, match=r"another version of nbgrader.*nbgrader db upgrade"):
        grade(home)


def test_a_gradebook_that_is_a_folder(home):
    gradebook_of(home).unlink()
    gradebook_of(home).mkdir()
    with pytest.raises(CourseError, match=r"unable to open.*Give yourself the right"):
        grade(home)


def test_a_log_that_cannot_be_written(home):
    log = home / "build" / "course" / "nbgrader.log"
    log.unlink()
    log.mkdir()
    with pytest.raises(CourseError, match=r"nbgrader.log could not be written \(Is a directory\)"):
        grade(home)


def test_a_log_that_fills_its_disk_in_the_middle(home, monkeypatch, capsys):
    """All is graded and recorded, and it is said that the log has a hole."""
    emit = logging.FileHandler.emit

    def full(self, record):
        class Full:
            def write(self, text):
                raise OSError(errno.ENOSPC, "No space left on device")

            def flush(self):
                pass

        stream, self.stream = self.stream, Full()
        try:
            emit(self, record)
        finally:
            self.stream = stream

    monkeypatch.setattr(logging.FileHandler, "emit", full)
    with pytest.raises(CourseError, match=r"done and recorded, but .*No space left on device"):
        grade(home)
    monkeypatch.undo()
    monkeypatch.setattr(submission, "judge", fake_judge)
    assert "Traceback" not in capsys.readouterr().err
    rows = grade(home)
    assert [row.student for row in rows if not row.unchanged] == ["dan"]


@pytest.mark.parametrize("where", ["journal", "stamps", "autograded"])
def test_something_is_in_the_way(home, where):
    course = Course(home)
    if where == "journal":
        path = course.state / f"{STEM}.jsonl"
        path.unlink()
        path.mkdir()
    elif where == "stamps":
        path = course.state / "extensions-in-the-way"
        (course.root / "extensions.csv").write_text(
            f"student,assignment,extension\nann,{STEM},2 days\n"
        )
        (course.state / "stamps.json.new").mkdir()
    else:
        path = course.root / "autograded" / "gil"
        path.write_text("a file")
    with pytest.raises(CourseError, match=r"can't be read|could not be written"):
        grade(home)


def command(home, *words, wrap=()):
    """Run the command line on a course, in another process."""
    (home / "_config.yml").touch()
    return run([*wrap, sys.executable, "-W", "ignore", "-m", "autograder", *words], home)


def run(words, home):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    environment |= {"DROPOUT_COURSE_ROOT": str(home)}
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=300)


SMALL = """
mount -t tmpfs -o size=8m none "$1" && cp -r "$2/." "$1" && cd / || exit 77
if [ "$3" = full ]; then
    head -c 16m /dev/zero > "$1/build/course/filler" 2>/dev/null
else
    mount -o remount,ro "$1" || exit 77
fi
shift 3
exec "$@"
"""


@pytest.mark.parametrize(
    ("how", "says"),
    [("full", "No space left|disk is full|disk I/O error"), ("read-only", "Read-only|readonly")],
)
@pytest.mark.parametrize("verb", ["autograde", "export"])
def test_a_disk_of_which_nothing_is_left(home, tmp_path, how, says, verb):
    """A real disk, in a mount namespace of its own."""
    (home / "_config.yml").touch()
    hand_in(home, "hal", filled())
    place = tmp_path / "disk"
    place.mkdir()
    options = ["--unsafe"] if verb == "autograde" else []
    words = [sys.executable, "-W", "ignore", "-m", "autograder", verb, "03", *options]
    wrap = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--user", "--map-root-user"])]
    done = run([*wrap, "sh", "-c", SMALL, "sh", str(place), str(home), how, *words], place)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no disk of our own can be mounted here: {done.stderr.strip()}")
    assert done.returncode == 2, done
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert re.search(says, done.stderr), done.stderr
    assert "then run the same command again" in done.stderr


@pytest.mark.parametrize("text", ["yesterdays", "01.12.2026 18:00"])
def test_a_time_that_is_none_is_told(home, text):
    """An instructor who mistypes a time must not take it for entered."""
    hand_in(home, "ann", filled(), text)
    done = command(home, "autograde", "03", "--unsafe", "--json", "--student", "ann")
    assert done.returncode == 1
    assert "never late: ann. What stood in timestamp.txt is no time" in done.stderr
    assert "Write the time with its year first, such as 2026-03-02 09:00:00 UTC" in done.stderr
    hand_in(home, "ann", filled())
    done = command(home, "autograde", "03", "--unsafe", "--json", "--student", "ann")
    assert "is no time" not in done.stderr


def test_a_submission_from_the_future(home):
    """A penalty that no clock bears out is not passed over in silence."""
    hand_in(home, "hal", filled(), "2199-01-01 00:00:00.000000 UTC")
    before = tables(home)
    done = command(home, "autograde", "03", "--unsafe", "--json", "--student", "hal")
    assert done.returncode == 1
    assert [row["student"] for row in json.loads(done.stdout)] == ["hal"]
    assert "hal (2199-01-01 00:00 UTC)" in done.stderr
    assert "The clock of this machine is wrong, or that of another" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(tables(home)["student"]) == len(before["student"]) + 1
    hand_in(home, "hal", filled())
    done = command(home, "autograde", "03", "--unsafe", "--json", "--student", "hal")
    assert "clock" not in done.stderr
