"""What the process that records keeps of each submission: little, however many there are."""

from __future__ import annotations

import gc
import logging
import tracemalloc

import pytest
from classroom_tiny import STEM, fake_judge, filled, tiny, write

from autograder.classroom.folder.coursedir import Course
from autograder.classroom.gradebook import recorder
from autograder.classroom.gradebook.database import GradebookError
from autograder.classroom.gradebook.recorder import Recorder
from autograder.classroom.running import grading
from autograder.classroom.running.journal import REPOSITORY
from autograder.classroom.submissions import submission

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
FEW, MANY = 2 * grading.BATCH, 6 * grading.BATCH
BYTES = 1_300  # a submission


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "judge", fake_judge)
    (tmp_path / "nbgrader_config.py").write_text((REPOSITORY / "nbgrader_config.py").read_text())
    write(tmp_path / "notebooks", f"{STEM}.ipynb", tiny())
    Course(tmp_path).set_up(progress=False)
    return tmp_path


def hand_in(home, count):
    for number in range(count):
        double = "def double(x): half" if number % 2 else "def double(x):\n    return 2 * x"
        folder = home / "build" / "course" / "submitted" / f"student{number:04d}" / STEM
        write(folder, f"{STEM}.ipynb", filled(double=double, ch03_why=f"Because of {number}."))


def grade(home, **how):
    return grading.autograde_assignment(home, STEM, progress=False, workers=1, **how)


def test_a_submission_more_takes_next_to_no_memory(home, monkeypatch):
    hand_in(home, MANY)
    held, batches = [], []
    whole = grading._record

    def record(recorder, batch):
        made = whole(recorder, batch)
        batches.append(len(batch))
        if sum(batches) in (FEW, MANY):
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
        return made

    monkeypatch.setattr(grading, "_record", record)
    monkeypatch.setattr(grading, "BATCH_SECONDS", 1e9)  # tracing takes time
    logging.disable()  # pytest keeps what is said
    tracemalloc.start()
    try:
        rows = grade(home)
    finally:
        tracemalloc.stop()
        logging.disable(logging.NOTSET)
    assert len(rows) == MANY
    assert held[1] - held[0] < BYTES * (MANY - FEW)


def test_who_got_the_same_shares_what_is_told_of_it(home):
    hand_in(home, 4)
    first, second, third, fourth = grade(home)
    assert [part["score"] for part in first.parts] == [8, 12, 0]
    assert [part["score"] for part in second.parts] == [4, 12, 0]
    for one, other in zip(first.parts, third.parts, strict=True):
        assert one is other
    assert first.parts[1] is second.parts[1]
    assert second.reason is fourth.reason
    assert first.waiting is second.waiting


def test_batches_use_one_gradebook(home, monkeypatch):
    monkeypatch.setattr(grading, "BATCH", 1)
    hand_in(home, 3)
    used = []
    whole = Recorder._write_grades

    def write_grades(self, batch, gradebook):
        used.append(gradebook)
        return whole(self, batch, gradebook)

    monkeypatch.setattr(Recorder, "_write_grades", write_grades)
    assert [row.status for row in grade(home)] == ["graded"] * 3
    assert len(used) == 3
    assert len(set(map(id, used))) == 1


def test_a_gradebook_that_was_lost_between_two_batches_is_opened_again(home, monkeypatch):
    monkeypatch.setattr(grading, "BATCH", 1)
    hand_in(home, 3)
    used, whole = [], Recorder._write_grades

    def write_grades(self, batch, gradebook):
        used.append(gradebook)
        if len(used) == 2:
            raise GradebookError("server closed the connection unexpectedly")
        return whole(self, batch, gradebook)

    monkeypatch.setattr(Recorder, "_write_grades", write_grades)
    assert [row.status for row in grade(home)] == ["graded"] * 3
    assert [used.index(one) for one in used] == [0, 0, 2, 2]


def test_a_gradebook_that_stays_lost_ends_the_run(home, monkeypatch):
    monkeypatch.setattr(grading, "BATCH", 1)
    monkeypatch.setattr(recorder, "DATABASE_TRIES", 3)
    hand_in(home, 3)
    tries, whole = [], Recorder._write_grades

    def write_grades(self, batch, gradebook):
        tries.append(batch[0].student)
        if len(tries) > 1:
            raise GradebookError("server closed the connection unexpectedly")
        return whole(self, batch, gradebook)

    monkeypatch.setattr(Recorder, "_write_grades", write_grades)
    with pytest.raises(GradebookError, match="server closed"):
        grade(home)
    assert tries == ["student0000", "student0001", "student0001"]
