"""Gradescope and GitHub Classroom: what they would run is run here, on what they would be given."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
import yaml
from messy import filled
from typer.testing import CliRunner

from autograder.classroom.running.journal import REPOSITORY
from autograder.cli import app
from autograder.elsewhere import grading
from autograder.elsewhere.bundle import requirements
from autograder.elsewhere.github import WORKFLOW
from autograder.elsewhere.gradescope import results
from autograder.elsewhere.grading import grade_folder

pytestmark = pytest.mark.slow
THREE = "03-dropout-forward"


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A folder with chapter 03 completed, but for one exercise."""
    folder = tmp_path_factory.mktemp("handed")
    nbformat.write(filled(leave="commutes"), folder / f"{THREE}.ipynb")
    return folder


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "DROPOUT_COURSE_ROOT")}
    return kept | {"PYTHON": sys.executable} | {k: str(v) for k, v in more.items()}


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    """A folder as /autograder is in Gradescope's container."""
    base = tmp_path_factory.mktemp("gradescope")
    told = CliRunner().invoke(
        app, ["gradescope", "03", "--to", str(base / "a.zip")], env={"AUTOGRADER_KEY": "of a test"}
    )
    assert told.exit_code == 0, told.output
    assert (base / "a.zip").stat().st_mode & 0o77 == 0
    with zipfile.ZipFile(base / "a.zip") as archive:
        archive.extractall(base / "source")
    shutil.copy(base / "source" / "run_autograder", base / "run_autograder")
    return base


def run(base, submission):
    shutil.rmtree(base / "submission", ignore_errors=True)
    shutil.rmtree(base / "results", ignore_errors=True)
    shutil.copytree(submission, base / "submission")
    (base / "submission_metadata.json").write_text('{"users": [{"id": 7, "name": "A"}]}')
    command = ["bash", str(base / "run_autograder")]
    done = subprocess.run(
        command, env=environment(GRADESCOPE_BASE=base), capture_output=True, text=True, check=False
    )
    return json.loads((base / "results" / "results.json").read_text()), done.stdout + done.stderr


def test_the_zip_holds_the_key_and_no_more_than_grading_needs(container):
    source = container / "source"
    assert (source / ".autograder" / "key").read_text() == "of a test\n"
    assert (source / "solutions" / "ch03_dropout_forward.py").is_file()
    assert [p.name for p in (source / "notebooks").iterdir()] == [f"{THREE}.ipynb"]
    assert not (source / "autograder" / "authoring").exists()
    assert not (source / "book").exists()
    wanted = (source / "requirements.txt").read_text().split()
    assert all("==" in line for line in wanted)
    assert not any(line.startswith("torch") for line in wanted)


def test_gradescope_grades_with_what_is_in_the_zip(container, handed_in):
    found, log = run(container, handed_in)
    assert found["score"] == 48, log
    heads = [test for test in found["tests"] if "score" in test]
    assert [test["number"] for test in heads] == ["3.1", "3.2", "3.3", "3.4", "3.5", "3.6"]
    assert sum(test["max_score"] for test in heads) == 60
    laws = [test for test in found["tests"] if "score" not in test]
    assert {test["visibility"] for test in laws} == {"visible", "hidden"}
    shown = [test for test in found["tests"] if test["visibility"] == "visible"]
    assert any(test["status"] == "failed" for test in shown)
    assert found["stdout_visibility"] == "hidden"
    assert run(container, handed_in)[0] == found  # the same submission, the same grade


def test_gradescope_and_a_notebook_that_is_none(container, tmp_path):
    (tmp_path / "x.ipynb").write_text("{")
    found, _ = run(container, tmp_path)
    assert found["score"] == 0
    assert "not valid JSON" in found["output"]


def test_gradescope_without_an_environment_still_has_results(container, handed_in):
    shutil.copytree(handed_in, container / "submission", dirs_exist_ok=True)
    shutil.rmtree(container / "results", ignore_errors=True)
    command = ["bash", str(container / "run_autograder")]
    subprocess.run(
        command, env=environment(GRADESCOPE_BASE=container) | {"PYTHON": "/nowhere"}, check=False
    )
    found = json.loads((container / "results" / "results.json").read_text())
    assert "score" not in found
    assert "not your mistake" in found["output"]


@pytest.mark.parametrize("to", [".", "..", ""])
def test_a_folder_is_no_place_for_the_zip(tmp_path, monkeypatch, to):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    told = CliRunner().invoke(app, ["gradescope", "03", "--to", to])
    assert "could not be written" in str(told.exception)
    assert os.listdir(tmp_path) == ["here"]
    assert os.listdir(tmp_path / "here") == []


def test_setup_installs_what_grading_needs(container, tmp_path):
    """With a Python that notes what it is asked for: tests have no network."""
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/bash\nif [ "$1" = -m ] && [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" '
        f'"$3/bin/python"; fi\necho "$@" >> {tmp_path}/asked\n'
    )
    python.chmod(0o755)
    given = environment(GRADESCOPE_BASE=container) | {"PYTHON": str(python)}
    subprocess.run(["bash", str(container / "source" / "setup.sh")], env=given, check=True)
    asked = (tmp_path / "asked").read_text()
    assert f"-m venv {container}/environment" in asked
    assert f"--requirement {container}/source/requirements.txt" in asked
    assert (container / "source").stat().st_mode & 0o77 == 0


def test_what_fails_of_ours_has_no_score(handed_in, monkeypatch):
    def trip(*how, **more):
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(grading, "grade_notebook", trip)
    outcome = grade_folder(REPOSITORY, THREE, handed_in, "ann")
    found = results(outcome)
    assert "score" not in found
    assert "not your mistake" in found["output"]
    assert "a bug of ours" not in found["output"]
    assert [test["visibility"] for test in found["tests"]] == ["hidden"]


def test_torch_chapters_bring_torch():
    lock = (REPOSITORY / "requirements.lock").read_text()
    assert any(name.startswith("torch==") for name in requirements("11-gpu-pytorch", lock)) == (
        "11" in json.loads((REPOSITORY / "dropout_course/exercises.json").read_text())["chapters"]
    )
    assert not any(name.startswith("torch") for name in requirements(THREE, lock))


# --- GitHub Classroom ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    told = CliRunner().invoke(app, ["classroom", "03", "--to", str(folder)])
    assert told.exit_code == 0, told.output
    return folder


def steps(template):
    found = yaml.safe_load((template / WORKFLOW).read_text())
    (job,) = found["jobs"].values()
    return job["steps"]


def test_the_template_holds_the_notebook_and_nothing_hidden(template):
    files = sorted(p.relative_to(template).as_posix() for p in template.rglob("*") if p.is_file())
    assert files == [WORKFLOW, f"{THREE}.ipynb"]
    checkouts = [step["with"] for step in steps(template) if "checkout" in step.get("uses", "")]
    assert [place["path"] for place in checkouts] == ["handed-in", ".course"]
    assert checkouts[1]["repository"] == "open-dropout/dropout-course"


def test_the_workflow_grades_as_the_runner_would(template, handed_in, tmp_path):
    shutil.copytree(handed_in, tmp_path / "handed-in")
    shutil.copytree(template / ".github", tmp_path / "handed-in" / ".github")
    (tmp_path / ".course").symlink_to(REPOSITORY)
    (step,) = [step for step in steps(template) if step.get("id") == "grade"]
    binaries = tmp_path / "bin"
    binaries.mkdir()
    (binaries / "python").symlink_to(sys.executable)
    given = environment(
        GITHUB_WORKSPACE=tmp_path,
        GITHUB_OUTPUT=tmp_path / "output",
        GITHUB_REPOSITORY="class/03-ann",
        AUTOGRADER_KEY="of a test",
    )
    given["PATH"] = f"{Path(sys.executable).parent}:{given['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]], env=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "48 of 60 points" in done.stdout
    name, _, encoded = (tmp_path / "output").read_text().strip().partition("=")
    assert name == "result"
    found = json.loads(base64.b64decode(encoded))
    assert (found["version"], found["status"], found["max_score"]) == (1, "fail", 60)
    assert sum(test["score"] for test in found["tests"]) == 48
    reporter = steps(template)[-1]
    assert reporter["with"]["runners"] == "grade"
    assert reporter["env"] == {"GRADE_RESULTS": "${{ steps.grade.outputs.result }}"}
