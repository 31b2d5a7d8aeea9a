"""Scenes of chapter 11 that a notebook replaces by forged ones earn next to nothing."""

from __future__ import annotations

import nbformat
import pytest
from answers import notebook
from forged_scenes import FORGED, WAYS
from nbformat.v4 import new_code_cell
from sandbox_support import ROOT, Warm, usable_levels

from autograder.classroom.submissions.report import Record, report
from autograder.referee import Config, NotebookResult, grade_notebook
from autograder.referee.grade import laws_of
from autograder.single import FileResult
from dropout_course import course, scenes
from dropout_course.engine.judging import judge
from dropout_course.engine.student import Student

SHARE = 0.2
STEM = "11-gpu-pytorch"
EXERCISES = course.of_chapter(STEM)
OBSERVED = {
    "torch_dropout": ["inplace writes to the input, and without it the input stays"],
    "seeded_dropout": [
        "torch's global generator stays where it is",
        "Nothing of the size of x is kept for backward",
    ],
    "mc_mode": [],  # all of it is about modes, which are sent and not asked for
    "find_eval_leaks": [
        "Modes are left as they were",
        "Hooks are left as they were, and so is the input",
    ],
    "checkpoint_gradients": [
        "fn runs twice, and no third time",
        "x, its gradient and what it asks for are left as found",
    ],
}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_laws_about_what_the_process_alone_can_tell_are_marked(exercise):
    for hidden in (False, True):
        laws = [law for law in laws_of(exercise) if law.observed and law.hidden is hidden]
        assert [law.name for law in laws] == OBSERVED[exercise.id]
        assert not any(law.core for law in laws)


def test_the_note_reaches_whoever_grades():
    result = NotebookResult("11", notes=["Course code was replaced."])
    record = Record(handed_in=True, notes=["before"])
    record.take(result, {})
    assert record.notes == ["before", "Course code was replaced."]
    assert "Course code was replaced." in report(record)
    assert FileResult("a.ipynb", ["before"], result).all_problems == record.notes


@pytest.fixture(scope="module")
def warm():
    pytest.importorskip("torch")
    with Warm(usable_levels()[0], "torch", chapter="11") as warm:
        yield warm


def graded(warm, made, files=None):
    return grade_notebook(made, config=Config(key=b"key", start=warm.start), files=files)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_forged_scenes_earn_next_to_nothing(way, warm):
    made = nbformat.read(ROOT / "notebooks" / f"{STEM}.ipynb", 4)
    made.cells.append(new_code_cell(f"{FORGED}\n{WAYS[way]}", id="forging"))
    result = graded(warm, made)
    assert {e.id: e.score for e in result.exercises if e.score > SHARE * e.max_score} == {}
    assert [o for o in result.cell_outputs["forging"] if "raised" in o.get("text", "")] == []
    (note,) = result.notes
    assert "checkpoint_run" in note
    assert "whoever grades will want to read" in note


@pytest.mark.slow
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_without_the_seal_they_would_earn_it_all(exercise, monkeypatch):
    """So the seal stops them, and not a slip in what was forged."""
    pytest.importorskip("torch")
    made: dict = {}
    exec(FORGED, made)
    for name, function in made["forged"].items():
        monkeypatch.setitem(scenes._all()[0], name, function)
    verdict = judge(exercise.id, exercise.points, laws_of(exercise), Student.here({}), 1)
    assert [o.finding for o in verdict.outcomes if o.finding] == []


@pytest.mark.slow
def test_an_honest_notebook_that_patches_numpy_earns_its_points_and_no_note(warm):
    made, files = notebook("idioms", "11", 0)
    patch = "import numpy as np, warnings\nnp.float = float\nnp.mean = lambda x: x.mean()\n"
    made.cells.append(new_code_cell(patch + "warnings.warn('so')", id="mine"))
    result = graded(warm, made, files)
    assert {e.id: e.max_score - e.score for e in result.exercises if not e.passed} == {}
    assert result.notes == []
