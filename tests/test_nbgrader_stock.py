"""`check` under stock nbgrader, which executes the notebook itself and reads the outputs.

Somebody who releases our notebooks without our configuration gets fair grades as well: by the
visible checks.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.authoring.release import RELEASE_PREPROCESSORS
from autograder.classroom.journal import REPOSITORY
from autograder.classroom.match import grade_id
from autograder.classroom.preprocessors import judge
from autograder.classroom.rebuild import rebuild
from autograder.classroom.sample import HandIn, completed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
STEM = "03-dropout-forward"
CLASS = {
    "right": HandIn(("where",)),
    "noisy": HandIn(("plain", "noisy")),
    "wrong": HandIn(),
    "partial": HandIn(("plain", "m4_divides_by_p"), leave_out=("commutes",)),
}


@pytest.fixture(scope="module")
def release():
    """Without its demonstrations, which train networks."""
    notebook = nbformat.read(REPOSITORY / "notebooks" / f"{STEM}.ipynb", 4)
    notebook.cells = [c for c in notebook.cells if "demo" not in c.metadata.get("tags", [])]
    return notebook


@pytest.fixture(scope="module")
def stock(tmp_path_factory, release):
    """Scores of the check cells by student, recorded by nbgrader as it comes."""
    root = tmp_path_factory.mktemp("stock")
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "stock"
    config.GenerateAssignment.preprocessors = RELEASE_PREPROCESSORS
    directory = CourseDirectory(config=config)
    directory.assignment_id = STEM

    def write(folder, notebook):
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{STEM}.ipynb")

    write(root / "source" / STEM, release)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(REPOSITORY))
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        GenerateAssignment(coursedir=directory, config=config).start()
        given = nbformat.read(root / "release" / STEM / f"{STEM}.ipynb", 4)
        for student, hand_in in CLASS.items():
            write(root / "submitted" / student / STEM, completed(given, "03", hand_in))
        Autograde(coursedir=directory, config=config).start()
    with Gradebook(directory.db_url, "stock") as gradebook:
        return {
            student: {
                grade.name.removesuffix("-check"): grade.score
                for grade in gradebook.find_submission_notebook(STEM, STEM, student).grades
                if grade.name.endswith("-check")
            }
            for student in CLASS
        }


@pytest.fixture(scope="module")
def ours(release, tmp_path_factory):
    """Scores by our referee."""
    key = tmp_path_factory.mktemp("key")
    found = {}
    for student, hand_in in CLASS.items():
        notebook = rebuild(release, completed(release, "03", hand_in)).notebook
        found[student] = {e.id: e.score for e in judge(notebook, student, key).exercises}
    return found


@pytest.fixture(scope="module")
def points(release):
    return {
        grade_id(cell).removesuffix("-check"): cell.metadata.nbgrader.points
        for cell in release.cells
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code"
    }


@pytest.mark.parametrize("student", ["right", "noisy"])
def test_right_answers_get_full_marks_from_both(stock, ours, points, student):
    assert stock[student] == points
    assert ours[student] == points


def test_the_untouched_notebook_gets_nothing_from_either(stock, ours, points):
    assert stock["wrong"] == dict.fromkeys(points, 0)
    assert ours["wrong"] == dict.fromkeys(points, 0)


def test_partial_answers_get_partial_marks_from_both(stock, ours, points):
    for scores in (stock["partial"], ours["partial"]):
        assert scores["commutes"] == 0
        assert 0 < scores["dropout_inverted"] <= 0.2 * points["dropout_inverted"]
        whole = set(points) - {"commutes", "dropout_inverted"}
        assert {name: scores[name] for name in whole} == {name: points[name] for name in whole}
