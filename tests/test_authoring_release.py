"""nbgrader releases the derived notebook as it is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.build import render_all

FIXTURE = Path(__file__).parent / "fixtures" / "authoring"
STEM = "03-forward"


def generate(course: Path) -> nbformat.NotebookNode:
    """Run `nbgrader generate_assignment` in a course of its own."""
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    from autograder.authoring.release import RELEASE_PREPROCESSORS

    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.course_id = "course"
    config.CourseDirectory.db_url = f"sqlite:///{course / 'gradebook.db'}"
    config.GenerateAssignment.preprocessors = RELEASE_PREPROCESSORS
    api = NbGraderAPI(config=config)
    done = api.generate_assignment(STEM, force=True, create=True)
    assert done["success"], done.get("error") or done.get("log")
    return nbformat.read(course / "release" / STEM / f"{STEM}.ipynb", as_version=4)


def plain(notebook: nbformat.NotebookNode) -> list[tuple]:
    """Id, source and metadata of each cell, without the checksums that nbgrader adds."""
    cells = []
    for cell in notebook.cells:
        metadata = dict(cell.metadata)
        mark = metadata.pop("nbgrader", None)
        if mark is not None:
            mark = {
                key: value for key, value in mark.items() if key not in ("checksum", "cell_type")
            }
        # nbgrader writes what it takes for granted into the metadata of locked cells
        rest = {
            key: value for key, value in metadata.items() if key not in ("editable", "deletable")
        }
        cells.append((cell.id, cell.cell_type, cell.source, mark, rest))
    return cells


@pytest.mark.slow
def test_the_release_is_the_derived_notebook(tmp_path, monkeypatch):
    # nbgrader starts `alembic` by its name
    programs = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([programs, os.environ["PATH"]]))
    text = render_all(FIXTURE)[Path(f"notebooks/{STEM}.ipynb")]
    source = tmp_path / "source" / STEM
    source.mkdir(parents=True)
    (source / f"{STEM}.ipynb").write_text(text, "utf-8")
    derived = nbformat.reads(text, as_version=4)

    released = generate(tmp_path)

    assert plain(released) == plain(derived)
    assert released.metadata == derived.metadata
    marks = [cell.metadata["nbgrader"] for cell in released.cells if "nbgrader" in cell.metadata]
    assert all("checksum" in mark for mark in marks if mark["grade"] or mark["locked"])
    assert plain(generate(tmp_path)) == plain(released)
