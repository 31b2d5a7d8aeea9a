"""`check` under stock nbgrader, which executes the notebook itself and reads the outputs.

Somebody who releases our notebooks without our configuration gets fair grades as well: by the
visible checks. Both sides draw the same inputs here: points are compared, not luck.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.authoring.release import RELEASE_PREPROCESSORS
from autograder.classroom.running.journal import REPOSITORY
from autograder.classroom.sample import hand_in_files, sample_class
from autograder.classroom.submissions.intake import intake
from autograder.classroom.submissions.match import grade_id
from autograder.classroom.submissions.rebuild import rebuild
from autograder.referee import Config as Grading
from autograder.referee import grade, grade_notebook
from dropout_course import course

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
CHAPTERS = {"03": "03-dropout-forward", "04": "04-backprop"}
SEED = 20260302
# Runs in each kernel of stock nbgrader: `check` draws the seed of its inputs from `secrets`.
STARTUP = f"""
import random, secrets
import numpy
secrets.randbits = lambda bits: {SEED}
random.seed({SEED})
numpy.random.seed({SEED})  # answers that forget the generator they are given
del random, secrets, numpy
"""
# Right, noisy and wrong answers: what stock nbgrader must be able to grade, or it proves nothing.
AT_LEAST = 15
# A kernel for each hand-in takes seconds, so every second student hands in: right answers, noisy
# ones and known mistakes are among them.
STUDENTS = sample_class()[::2]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A course as stock nbgrader has it, in which the sample class has handed in."""
    root = tmp_path_factory.mktemp("stock")
    releases = {}
    for stem in CHAPTERS.values():
        notebook = nbformat.read(REPOSITORY / "notebooks" / f"{stem}.ipynb", 4)
        # without its demonstrations, which train networks
        notebook.cells = [c for c in notebook.cells if "demo" not in c.metadata.get("tags", [])]
        (root / "source" / stem).mkdir(parents=True)
        nbformat.write(notebook, root / "source" / stem / f"{stem}.ipynb")
        directory, config = stock_course(root, stem)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
            GenerateAssignment(coursedir=directory, config=config).start()
        releases[stem] = root / "release" / stem / f"{stem}.ipynb"
    for student in STUDENTS:
        for chapter, hand_in in student.chapters.items():
            stem = CHAPTERS[chapter]
            folder = root / "submitted" / student.id / stem
            folder.mkdir(parents=True)
            for name, data in hand_in_files(stem, hand_in, releases).items():
                (folder / name).write_bytes(data)
    return root


def stock_course(root, stem):
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "stock"
    config.GenerateAssignment.preprocessors = RELEASE_PREPROCESSORS
    config.Execute.timeout = 5  # somebody's loop has no end
    config.Execute.shutdown_kernel = "immediate"
    directory = CourseDirectory(config=config)
    directory.assignment_id = stem
    return directory, config


@pytest.fixture(scope="module")
def stock(root):
    """Scores by (student, exercise), of every submission that stock nbgrader can grade."""
    found = {}
    startup = root / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-seed.py").write_text(STARTUP)
    for stem in CHAPTERS.values():
        directory, config = stock_course(root, stem)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", str(REPOSITORY))
            patch.setenv("IPYTHONDIR", str(root / "ipython"))
            patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
            for folder in sorted((root / "submitted").glob(f"*/{stem}")):
                directory.student_id = folder.parent.name  # one that it can't grade ends the rest
                with suppress(NbGraderException):
                    Autograde(coursedir=directory, config=config).start()
        with Gradebook(directory.db_url, "stock") as gradebook:
            for path in sorted((root / "autograded").glob(f"*/{stem}/{stem}.ipynb")):
                student = path.parts[-3]
                handed_in = list((root / "submitted" / student / stem).glob("*.ipynb"))
                # of several notebooks it looks at one by its name, and loses all cells of the rest
                if len(handed_in) == 1 and executed(nbformat.read(path, 4), stem):
                    notebook = gradebook.find_submission_notebook(stem, stem, student)
                    for grade in notebook.grades:
                        name = grade.name.removesuffix("-check")
                        if name in course.exercises():
                            found[student, name] = grade.score
    return found


def executed(notebook, stem):
    """Whether stock nbgrader lost no cell, and no check cell wrote to stderr."""
    checks = {grade_id(c): c for c in notebook.cells if grade_id(c).endswith("-check")}
    wanted = {f"{exercise.id}-check" for exercise in course.of_chapter(stem)}
    loud = [o for c in checks.values() for o in c.outputs if o.get("name") == "stderr"]
    silent = [c for c in checks.values() if not c.outputs]
    return set(checks) == wanted and not loud and not silent


@pytest.fixture(scope="module")
def ours(root, stock):
    """Scores of our referee by the same, visible, checks, on the same inputs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade, "exercise_seed", lambda *given: SEED)
        return _graded(root, stock)


def _graded(root, stock):
    found = {}
    config = Grading(state=root / ".autograder")
    for student, stem in sorted({(s, course.exercises()[e].stem) for s, e in stock}):
        release = nbformat.read(root / "release" / stem / f"{stem}.ipynb", 4)
        taken = intake(root / "submitted" / student / stem, stem, release)
        notebook = rebuild(release, taken.notebook).notebook
        result = grade_notebook(notebook, student=student, config=config, hidden=False)
        found |= {(student, exercise.id): exercise.score for exercise in result.exercises}
    return found


def test_stock_draws_the_inputs_of_our_seed(stock, root):
    graded = (root / "autograded").glob("*/*/*.ipynb")
    seeds = [re.findall(r"seed=(\d+)\)", path.read_text("utf-8")) for path in graded]
    assert {seed for found in seeds for seed in found} == {str(SEED)}


def test_stock_grades_most_of_the_class(stock):
    assert len({(s, course.exercises()[e].stem) for s, e in stock}) >= AT_LEAST


def test_every_submission_that_stock_can_grade_gets_the_same_from_us(stock, ours):
    differ = {key: (stock[key], ours.get(key)) for key in stock if stock[key] != ours.get(key)}
    assert differ == {}


def test_there_are_full_partial_and_no_marks_among_them(stock):
    points = {e.id: e.points for e in course.exercises().values()}
    kinds = {0.0 if not s else 1.0 if s == points[e] else 0.5 for (_, e), s in stock.items()}
    assert kinds == {0.0, 0.5, 1.0}
