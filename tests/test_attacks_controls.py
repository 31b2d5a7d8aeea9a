"""Honest notebooks that look odd earn all points: a grader that gives none would pass the rest."""

from __future__ import annotations

import json
import shutil

import nbformat
import pytest
from attacks.bait import Stage
from attacks.controls import CONTROLS
from attacks.harness import grade_folder
from attacks.inert import active
from attacks.notebooks import CHAPTER, STEM, honest

from autograder.sandbox import JailError, Process, open_sandbox


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    tmp_path_factory.getbasetemp()  # pytest makes it late, and must not make it on the stage
    stage = Stage()
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def start(stage, tmp_path_factory):
    try:
        sandbox = open_sandbox("auto", state=tmp_path_factory.mktemp("state"), chapter=CHAPTER)
    except (JailError, OSError):
        yield Process
        return
    with sandbox:
        yield sandbox.start


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTROLS)
def test_an_honest_notebook_earns_all_points(name, stage, start):
    notebook = json.loads(nbformat.writes(honest()))
    made = CONTROLS[name](notebook)
    if not isinstance(made, dict):
        data = made if isinstance(made, bytes) else json.dumps(notebook).encode()
        made = {f"{STEM}.ipynb": data}
    shutil.rmtree(stage.submitted, ignore_errors=True)
    stage.submitted.mkdir(parents=True)
    for file, data in made.items():
        (stage.submitted / file).write_bytes(data)
    outcome = grade_folder(stage.submitted, start, stage)
    assert outcome.raised == ""
    lost = [e.message for e in outcome.result.exercises if e.score < e.max_score]
    assert lost == [], outcome.record.reason
    assert outcome.record.score == outcome.record.max_score == 50
    assert list(active(outcome.notebook, outcome.record, outcome.result)) == []
