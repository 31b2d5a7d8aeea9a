"""The package as a student installs it: a wheel, numpy, matplotlib, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from dropout_course.course import module_name

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[1]

# Completes a notebook cell by cell, as a student would, without IPython.
COMPLETE = """
import json, re, sys
cells, reference = json.load(open(sys.argv[1]))["cells"], open(sys.argv[2]).read()
names, scores = {"__name__": "__main__"}, []
for cell in cells:
    source = "".join(cell["source"])
    marks = cell["metadata"].get("nbgrader", {})
    tags = cell["metadata"].get("tags", [])
    if cell["cell_type"] != "code" or "demo" in tags:
        continue
    if marks.get("solution"):
        exec(reference, names)
    elif marks.get("grade"):
        scores.append([eval(source, names).score, marks["points"]])
    else:
        exec(re.sub(r"(?m)^(\\s*)[%!].*$", r"\\1pass", source), names)
print(json.dumps(scores))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    return next(folder.glob("dropout_course-*.whl"))


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """An environment with the wheel and the versions of numpy and matplotlib of the lock."""
    folder = tmp_path_factory.mktemp("student")
    venv.create(folder, with_pip=True)
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [line.partition(" ")[0] for line in lines]
    wanted = [pin for pin in pins if pin.startswith(("numpy==", "matplotlib=="))]
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--disable-pip-version-check", *wanted, str(wheel)], check=True)
    return folder / "bin" / "python"


def test_the_wheel_holds_what_notebooks_need_and_no_answer(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "dropout_course/exercises.json" in names
    assert not [name for name in names if name.startswith(("solutions", "autograder", "tests"))]


@pytest.mark.parametrize("stem", ["03-dropout-forward", "04-backprop"])
def test_a_chapter_is_completed_with_numpy_and_matplotlib_alone(python, tmp_path, stem):
    notebook = ROOT / "notebooks" / f"{stem}.ipynb"
    reference = ROOT / "solutions" / f"{module_name(stem)}.py"
    script = tmp_path / "complete.py"
    script.write_text(COMPLETE)
    told = subprocess.run(
        [str(python), "-I", str(script), str(notebook), str(reference)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    scores = json.loads(told.stdout.splitlines()[-1])
    assert len(scores) >= 5
    assert all(score == points for score, points in scores)
