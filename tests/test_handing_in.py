"""What `autograder check` reminds a student of."""

from __future__ import annotations

import json

import pytest
from classroom_tiny import filled, get, tiny, without

from autograder.classroom.submissions.parse import parse
from autograder.classroom.submissions.rebuild import rebuild
from autograder.handing_in import RERUN, reminders


def said(notebook):
    data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    release = tiny()
    return reminders(data, rebuild(release, parse(data)[0]).notebook, release)


def run(notebook, order=None):
    """The notebook as if its cells had been run, in order or in the given one."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, 1):
        cell.execution_count = order[count - 1] if order else count
    return notebook


def test_nothing_is_said_of_a_notebook_that_is_complete():
    assert said(run(filled(ch03_why="Because."))) == []


def test_what_is_not_answered_is_named():
    assert said(run(tiny())) == [
        "Not answered yet: 3.1 (double), 3.2 (pair), the written question ch03-why."
    ]
    assert said(run(filled())) == ["Not answered yet: the written question ch03-why."]
    found = said(run(without(filled(ch03_why="Because."), "pair")))
    assert found == ["Not answered yet: 3.2 (pair)."]  # its cell is gone


def test_what_was_not_run_is_named_once():
    notebook = run(filled(ch03_why="Because."))
    get(notebook, "pair").execution_count = None
    get(notebook, "pair-check").execution_count = None
    assert said(notebook) == [f"Not run since the notebook was opened: 3.2 (pair). {RERUN}"]


def test_another_order_is_told():
    (found,) = said(run(filled(ch03_why="Because."), [1, 7, 3, 4, 5, 6]))
    assert found.startswith("Cells were run in another order")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda cell: cell.update(execution_count="3"),
        lambda cell: cell.update(execution_count=True),
        lambda cell: cell.update(metadata=None, execution_count=None),
        lambda cell: cell.update(source=None),
    ],
)
def test_odd_files_are_survived(spoil):
    notebook = json.loads(json.dumps(run(filled(ch03_why="Because."))))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            spoil(cell)
    assert isinstance(said(json.dumps(notebook).encode()), list)
