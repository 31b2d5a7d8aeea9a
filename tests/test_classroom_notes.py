"""What is said of a student's notebook when it is put right: it must be true."""

from __future__ import annotations

import copy
import json

import pytest
from classroom_tiny import DOUBLE, PAIR, filled, get, tiny, without
from nbformat.v4 import new_code_cell

from autograder.classroom.submissions.parse import parse
from autograder.classroom.submissions.rebuild import rebuild


def through(notebook):
    """Rebuild as grading does: from the file."""
    return rebuild(tiny(), parse(json.dumps(notebook).encode())[0])


def with_cell(source):
    """What is said of right answers and one more cell."""
    notebook = filled()
    notebook.cells.append(new_code_cell(source, id="mine"))
    return through(notebook).notes


@pytest.mark.parametrize(
    "source",
    [
        'check("double")',
        'passed = {"double": check("double").passed}\nprint(passed["double"])',
        "%%writefile double.py\ndef double(x):\n    return x",
    ],
)
def test_a_name_that_is_mentioned_is_not_defined(source):
    assert with_cell(source) == []


@pytest.mark.parametrize(
    "source",
    [
        'globals()["double"] = f',
        "vars().update(double=f)",
        'setattr(__main__, "double", f)',
        'globals().update({"double": f})',
        'globals().__setitem__("double", f)',
    ],
)
def test_a_name_may_be_defined_by_a_text(source):
    assert with_cell(source) == ["double is defined in 2 cells; the last one that runs counts."]


@pytest.mark.parametrize(
    ("first", "second"), [PAIR.split("\n\n\n"), ("import math", PAIR), ("def helper(): 1", PAIR)]
)
def test_an_answer_in_two_halves_is_one_answer(first, second):
    notebook = filled()
    other = copy.deepcopy(get(notebook, "pair"))
    get(notebook, "pair").source, other.source, other.id = first, second, "half"
    notebook.cells.insert(notebook.cells.index(get(notebook, "pair")) + 1, other)
    assert through(notebook).notes == []


@pytest.mark.parametrize(
    "line",
    [
        "import dropout_course.scenes as s",
        "from dropout_course import scenes",
        "from dropout_course.engine.inside import codec",
    ],
)
def test_a_cell_that_reaches_for_what_asks_it_is_named(line):
    (said,) = with_cell(f"{line}\nx = 1")
    assert said.startswith("A cell reaches for what asks it (dropout_course.")


@pytest.mark.parametrize(
    "line", ["import sys\nf = sys._getframe(1)", "import gc\ngc.get_objects()", "f.__globals__"]
)
def test_a_cell_that_looks_into_the_interpreter_is_named(line):
    (said,) = with_cell(f"{line}\nx = 1")
    assert said.startswith("A cell looks into the interpreter that runs it (")


@pytest.mark.parametrize("line", ["from dropout_course import check, lab", "scenes = engine = 1"])
def test_a_cell_that_uses_what_is_for_students_is_not(line):
    assert with_cell(line) == []


@pytest.mark.parametrize("deleted", [(), ("double", "pair")])
def test_one_cell_may_answer_several_exercises(deleted):
    notebook = without(filled(**{e: get(tiny(), e).source for e in ("double", "pair")}), *deleted)
    notebook.cells.append(new_code_cell(f"{DOUBLE}\n\n\n{PAIR}", id="all"))
    (said,) = through(notebook).notes
    assert said.startswith("The answers to 3.1, 3.2 stand in cells of your own; they are graded.")
