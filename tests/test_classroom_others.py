"""An instructor's own assignment in our course: nbgrader's own steps, untouched."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest
from classroom_state import tables
from classroom_tiny import STEM, fake_judge, filled, tiny, write
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.classroom.course import grade_course
from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.running import grading
from autograder.classroom.running.journal import REPOSITORY
from autograder.classroom.submissions import others, submission

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
OWN = "homework"
SOURCE = "def square(x):\n    ### BEGIN SOLUTION\n    return x**2\n    ### END SOLUTION"
CHECK = "assert square(2) == 4\n### BEGIN HIDDEN TESTS\nassert square(3) == 9\n### END HIDDEN TESTS"


def own():
    """Two cells of an instructor, with nbgrader's marks."""
    cells = [new_code_cell(SOURCE, id="square"), new_code_cell(CHECK, id="square-test")]
    for cell, what in zip(cells, ("solution", "grade"), strict=True):
        marks = {"grade": False, "solution": False, "locked": what == "grade", "task": False}
        marks |= {"schema_version": 3, "grade_id": cell.id, what: True}
        cell.metadata["nbgrader"] = marks | ({"points": 5} if what == "grade" else {})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel}, nbformat_minor=5)


def assigned(directory, config):
    """Generate and hand in: ann is right, bob is wrong where it is hidden, cat renamed her file."""
    root = directory.root
    write(directory_of(root, "source"), "one.ipynb", own())
    directory.assignment_id = OWN
    GenerateAssignment(coursedir=directory, config=config).start()
    released = nbformat.read(directory_of(root, "release") / "one.ipynb", 4)
    for student, answer in (("ann", "return x**2"), ("bob", "return x + 2"), ("cat", "return 4")):
        released.cells[0].source = f"def square(x):\n    {answer}"
        write(directory_of(root, "submitted", student), "one.ipynb", released)
        write(directory_of(root, "submitted", student), "data.txt", b"1")
    return released


def directory_of(root, step, student="."):
    return Path(root) / step / student / OWN


def autograded(directory, config):
    directory.assignment_id, directory.student_id = OWN, "*"
    Autograde(coursedir=directory, config=config).start()
    found = {}
    for path in sorted((directory_of(directory.root, "autograded", "*").parents[1]).rglob("*")):
        if path.is_file() and OWN in path.parts:
            name = str(path.relative_to(directory.root))
            found[name] = plain(path) if path.suffix == ".ipynb" else path.read_text()
    return found


def plain(path):
    """A graded notebook without the times at which its cells ran, and where."""
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        cell["metadata"].pop("execution", None)
        for output in cell.get("outputs", []):
            output.pop("traceback", None)
    return notebook


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "judge", fake_judge)
    home = tmp_path / "home"
    home.mkdir()
    (home / "nbgrader_config.py").write_text((REPOSITORY / "nbgrader_config.py").read_text())
    write(home / "notebooks", f"{STEM}.ipynb", tiny())
    Course(home).set_up(progress=False)
    return home


def test_it_is_graded_as_by_stock_nbgrader(home, tmp_path, monkeypatch):
    course = Course(home)
    released = assigned(course.directory, course.config)
    assert (
        "raise NotImplementedError"
        in nbformat.read(directory_of(course.root, "release") / "one.ipynb", 4).cells[0].source
    )
    assert "HIDDEN" not in str(released)
    mine = autograded(course.directory, course.config)

    config = Config()
    config.CourseDirectory.root = str(tmp_path / "stock")
    config.CourseDirectory.db_url = f"sqlite:///{tmp_path / 'stock.db'}"
    stock = CourseDirectory(config=config)
    assigned(stock, config)
    assert mine == autograded(stock, config)
    with course.gradebook() as gradebook:
        scores = {s.student_id: s.score for s in gradebook.assignment_submissions(OWN)}
    assert scores == {"ann": 5, "bob": 0, "cat": 0}
    folder = directory_of(course.root, "submitted", "ann")
    assert sorted(os.listdir(folder)) == ["data.txt", "one.ipynb"]  # nothing was put there


def test_both_kinds_live_in_one_course(home):
    course = Course(home)
    assigned(course.directory, course.config)
    write(course.folder("submitted", "ann", STEM), f"{STEM}.ipynb", filled())
    before = tables(home)
    assert course.ours() == [STEM]
    rows = grade_course(home, progress=False, level="unsafe")
    assert [row.score for row in rows[STEM]] == [20]
    assert tables(home) != before
    with pytest.raises(CourseError, match="of your own: grade it with `nbgrader autograde homewo"):
        grading.autograde_assignment(home, OWN, progress=False)


def test_in_doubt_it_is_ours(home, tmp_path):
    """Nobody's answers run without a sandbox because a folder is empty or a file broken."""
    course = Course(home)
    release, source = (course.folder(step, ".", STEM) for step in ("release", "source"))
    assert not others.is_foreign(release, source)
    assert not others.is_foreign(tmp_path / "none", tmp_path / "neither")
    assert not others.is_foreign(tmp_path / "none", source)
    for number, text in enumerate((b"{", b"[]", b'{"metadata": []}')):
        broken = write(tmp_path / f"broken{number}", "one.ipynb", text).parent
        assert not others.is_foreign(broken, broken)
    write(tmp_path / "both", "ours.ipynb", tiny())
    write(tmp_path / "both", "theirs.ipynb", own())
    assert not others.is_foreign(tmp_path / "both", tmp_path / "both")
    # what a student hands in does not decide
    write(course.folder("submitted", "ann", STEM), f"{STEM}.ipynb", own())
    config = Config(course.config)
    config.Referee.level = "unsafe"
    with course.working_on(STEM, "ann"):
        Autograde(coursedir=course.directory, config=config).start()
    graded = course.folder("autograded", "ann", STEM) / f"{STEM}.ipynb"
    assert "dropout_course" in nbformat.read(graded, 4).metadata
