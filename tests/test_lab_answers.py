"""A function of the reader's own, taken from the notebook of another chapter."""

from __future__ import annotations

import json

import numpy as np
import pytest

from autograder.root import course_root
from dropout_course import lab
from dropout_course.lab import regularizers
from solutions.ch01_overfitting import early_stopping

CURVE = np.array([5.0, 3, 4, 3, 2, 6])
EXAMPLE = (CURVE, CURVE, 2)
RIGHT = "def double(x):\n    return 2 * x\n"


def given(x):
    return 2 * x


def notebook(path, *sources):
    path.parent.mkdir(exist_ok=True)
    cells = [{"cell_type": "code", "source": source.splitlines(True)} for source in sources]
    path.write_text(json.dumps({"cells": cells}), "utf-8")


@pytest.mark.parametrize("place", ["01-x.ipynb", "../01-x/01-x.ipynb"])
def test_an_answer_is_found_beside_the_notebook_and_in_its_assignment(
    tmp_path, monkeypatch, capsys, place
):
    home = tmp_path / "02-y"
    home.mkdir()
    monkeypatch.chdir(home)
    notebook(home / place, "%pip install x", RIGHT)
    taken = lab.own_answer("01-x", "double", given, (3,))
    assert taken is not given
    assert taken(4) == 8
    assert capsys.readouterr().out == "Using your double from 01-x.ipynb.\n"


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        (["def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError\n"], ""),
        (["x = 1\n"], ""),
        (["def double(x):\n    return\n\n1 / 0\n"], ""),
        (["def double(x):\n    return x\n"], "gives another answer"),
        (["def double(x):\n    return missing\n"], "stops with NameError"),
        (["def double(x):\n    return np.zeros(3)\n", "import numpy as np"], "stops with"),
        (["import numpy as np\ndef double(x):\n    return np.zeros(3)\n"], "stops with"),
    ],
)
def test_any_other_answer_leaves_the_given_function(tmp_path, monkeypatch, capsys, sources, said):
    monkeypatch.chdir(tmp_path)
    notebook(tmp_path / "01-x.ipynb", *sources)
    assert lab.own_answer("01-x", "double", given, (3,)) is given
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("text", [None, "", "[]", '{"cells": [{"cell_type": "code"}]}'])
def test_no_notebook_or_a_broken_one_is_passed_over(tmp_path, monkeypatch, capsys, text):
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / "01-x.ipynb").write_text(text, "utf-8")
    assert lab.own_answer("01-x", "double", given, (3,)) is given
    assert capsys.readouterr().out == ""


def test_the_given_early_stopping_is_the_reference(monkeypatch):
    rng = np.random.default_rng(0)
    for _ in range(50):
        train, val = np.round(rng.random((2, 12)), 1)
        for patience in (1, 2, 3, 20):
            found = regularizers.early_stopping(train, val, patience)
            assert found == early_stopping(train, val, patience)
    monkeypatch.chdir(course_root() / "notebooks")
    stub = lab.own_answer("01-overfitting", "early_stopping", regularizers.early_stopping, EXAMPLE)
    assert stub is regularizers.early_stopping
