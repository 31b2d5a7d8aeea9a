"""What is right when run from top to bottom is right at grading, in any notebook."""

from __future__ import annotations

import json

import pytest
from messy import ROOT, filled, insert, messy
from messy_cells import CELLS
from messy_files import FILES
from messy_kernel import KERNEL
from messy_libraries import LIBRARIES

from autograder.referee import Config
from autograder.referee.limits import Limits
from autograder.single import grade_file

pytestmark = pytest.mark.slow
KINDS = CELLS | FILES | LIBRARIES | KERNEL


def graded(tmp_path, notebook, files=None, hidden=False, **limits_):
    path = tmp_path / "03-dropout-forward.ipynb"
    path.write_text(json.dumps(notebook))
    for name, data in (files or {}).items():
        (tmp_path / name).write_bytes(data)
    config = Config(b"key", state=ROOT / ".autograder", limits=Limits(**limits_))
    return grade_file(path, ROOT, config, hidden=hidden)


@pytest.mark.parametrize("name", KINDS)
def test_messy_notebooks_get_full_marks(tmp_path, name):
    result = graded(tmp_path, *messy(KINDS[name])).result
    lost = {e.id: e.message for e in result.exercises if e.score < e.max_score}
    assert not lost
    assert result.score == 60


def test_own_cells_that_take_too_long_cost_no_answer(tmp_path):
    notebook = filled()
    spin = "kept = 1\nwhile True:\n    pass"
    insert(notebook, len(notebook.cells) // 2, spin, "assert kept\n" + spin, spin, spin)
    told = graded(tmp_path, notebook, cell_seconds=0.5)
    assert told.result.score == 60
    shown = json.dumps(told.result.cell_outputs)
    assert shown.count("interrupted after 0.5 seconds of computing") == 4


def test_own_cells_that_sleep_cost_no_answer(tmp_path):
    notebook = filled()
    insert(notebook, 5, *["import time\ntime.sleep(1000)"] * 4)
    told = graded(tmp_path, notebook, cell_idle_seconds=0.5)
    assert told.result.score == 60
    assert json.dumps(told.result.cell_outputs).count("after waiting 0.5 seconds") == 4


def test_an_answer_that_a_cell_below_changes_is_judged_at_its_check_and_told(tmp_path):
    notebook = filled()
    insert(notebook, len(notebook.cells), "del draw_mask")
    told = graded(tmp_path, notebook)
    assert told.result.score == 60
    assert any("3.1 was judged as it stood at its check" in note for note in told.result.notes)


def test_a_name_defined_twice_is_told(tmp_path):
    notebook = filled()
    insert(notebook, 5, "def draw_mask():\n    return 0")
    told = graded(tmp_path, notebook)
    assert told.result.score == 60
    assert "draw_mask is defined in 2 cells; the last one that runs counts." in told.problems


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["1 / 0\nONE = 1", "f = ONE"], "the cell that defines ONE failed: the cell raised ZeroD"),
        (
            ["%%writefile no/mine.py\nx = 1", "import mine\ndropout_inverted = 1"],
            "a cell that speaks of mine failed: the cell raised FileNotFoundError",
        ),
        (["f = SEEDS"], "SEEDS is defined in a demonstration, and these are not run at grading"),
    ],
)
def test_a_name_that_is_lacking_is_explained(tmp_path, cells, words):
    notebook = filled()
    answer = next(c for c in notebook.cells if c.get("id") == "dropout_inverted")
    *before, last = cells
    insert(notebook, 5, *before)
    answer.source = last if "import" in last else f"def dropout_inverted(*a):\n    {last}"
    told = graded(tmp_path, notebook)
    lost = next(e for e in told.result.exercises if e.id == "dropout_inverted")
    assert words in " ".join(lost.message.split())


@pytest.mark.parametrize("kind", ["link", "large", "folder"])
def test_a_helper_that_is_not_taken_is_named(tmp_path, kind):
    helper = tmp_path / "my_helpers.py"
    if kind == "link":
        helper.symlink_to("/etc/passwd")
    elif kind == "large":
        helper.write_bytes(b"#" * (Limits().files_bytes + 1))
    else:
        helper.mkdir()
        (helper / "big.bin").write_bytes(b"#" * (Limits().files_bytes + 1))
    notebook = filled()
    insert(notebook, 5, "import my_helpers")
    told = graded(tmp_path, notebook)
    assert told.result.score == 60
    assert any(p.startswith("my_helpers.py") and "left out" in p for p in told.problems)


@pytest.mark.parametrize(
    "line", ["import torch", "from torch import nn", "import torch.nn.functional as F"]
)
def test_torch_that_is_not_used_costs_nothing_and_torch_that_is_says_what_to_do(tmp_path, line):
    notebook = filled()
    insert(notebook, 5, line, "import torch\ntorch.rand(1)")
    told = graded(tmp_path, notebook)
    assert told.result.score == 60
    assert "write what torch.rand does with NumPy" in json.dumps(told.result.cell_outputs)
