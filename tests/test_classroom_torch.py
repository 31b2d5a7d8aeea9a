"""A class that hands in a chapter in torch, graded in both ways."""

from __future__ import annotations

import shutil

import pytest

torch = pytest.importorskip("torch")

import torch_chapter  # noqa: E402
from classroom_tiny import write  # noqa: E402
from nbgrader.converters import Autograde  # noqa: E402
from torch_chapter import RIGHT, STEM, notebook  # noqa: E402

from autograder.classroom.course import autograde_assignment  # noqa: E402
from autograder.classroom.folder.coursedir import Course  # noqa: E402
from autograder.classroom.gradebook.rows import read_record  # noqa: E402
from autograder.classroom.running.journal import REPOSITORY  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Object of type <Submitted")]
WRONG = RIGHT["tensor_dropout"].replace("(1 - p)", "p")
LOOP = "def train(x, y, steps):\n    while True: pass"
EXIT = "import os\n\ndef train(x, y, steps):\n    os._exit(0)"
CLASS = {
    "both": RIGHT,
    "loop": {**RIGHT, "train": LOOP},
    "numpy": {**RIGHT, "tensor_dropout": "def tensor_dropout(x, mask, p):\n    return x.numpy()"},
    "quits": {**RIGHT, "train": EXIT},
    "wrong": {**RIGHT, "tensor_dropout": WRONG},
}
SCORES = {"both": 14, "loop": 8, "numpy": 6, "quits": 8, "wrong": 7.5}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("torch")
    shutil.copy(REPOSITORY / "nbgrader_config.py", home)
    write(home / "notebooks", f"{STEM}.ipynb", notebook())
    with pytest.MonkeyPatch.context() as patch:
        torch_chapter.install(patch)
        (home / "limits.toml").write_text(f'["{STEM}"]\ncalls_seconds = 2\n')
        course = Course(home)
        course.set_up(progress=False)
        for student, answers in CLASS.items():
            write(course.folder("submitted", student, STEM), f"{STEM}.ipynb", notebook(**answers))
        yield home
    torch_chapter.grade.laws_of.cache_clear()


@pytest.fixture(scope="module")
def rows(home):
    rows = autograde_assignment(home, STEM, progress=False, workers=1)
    return {row.student: row for row in rows}


def test_a_class_in_torch_is_graded(rows):
    assert {student: row.score for student, row in rows.items()} == SCORES
    assert {row.max_score for row in rows.values()} == {14}


def test_what_is_wrong_is_said(rows, home):
    assert "divided-by-p" in rows["wrong"].reason
    assert "loop without an end" in rows["loop"].reason
    assert "ended the Python process" in rows["quits"].reason
    record = read_record(Course(home), STEM, "numpy")
    assert "must be a torch tensor" in record.exercises["tensor_dropout"]["message"]


def test_nbgrader_gives_the_same_points(rows, home):
    course = Course(home)
    for student in ("both", "wrong"):
        with course.working_on(STEM, student):
            converter = Autograde(coursedir=course.directory, config=course.config)
            converter.force = True
            converter.start()
        with course.gradebook() as gradebook:
            assert gradebook.find_submission(STEM, student).score == SCORES[student]
