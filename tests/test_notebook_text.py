"""Notebooks are copied and written as nbformat does it, byte for byte."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.classroom.submissions.notebook_text import copied, written
from autograder.root import course_root

NOTEBOOKS = sorted((course_root() / "notebooks").glob("*.ipynb"))


def odd() -> NotebookNode:
    """Make a notebook of what is unusual: line ends, signs, numbers, pictures, empty parts."""
    outputs = [
        new_output("stream", name="stdout", text="a\r\nb\x0bc\x1e\u2028d\n\n"),
        new_output("execute_result", data={"text/plain": "1.0\n2.0", "image/png": "iVBOR\n="}),
        new_output("display_data", data={"image/svg+xml": "<svg>\n</svg>", "text/html": ""}),
    ]
    text = new_markdown_cell('"\\ \t ü 🎲 \x7f\n', attachments={"a.png": {"image/png": "eA=="}})
    text.metadata["trusted"] = True
    notebook = new_notebook(cells=[new_code_cell("x\n\ny\n", outputs=outputs), text])
    notebook.cells += [new_code_cell("", id="empty")]
    numbers = [1, -2.5, 1e300, float("inf"), float("nan"), True, None, [], {}, [[], {"é": [{}]}]]
    notebook.metadata["ours"] = {"zz": numbers, "a": {"signature": 0}}
    notebook.metadata["signature"] = "gone"
    return notebook


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])
def test_a_notebook_is_written_as_nbformat_writes_it(path: Path) -> None:
    notebook = nbformat.read(path, 4)
    assert written(notebook) == nbformat.v4.writes(notebook)


def test_so_is_an_unusual_one_which_stays_as_it_is() -> None:
    notebook = odd()
    before = copy.deepcopy(notebook)
    assert written(notebook) == nbformat.v4.writes(notebook)
    assert repr(notebook) == repr(before)


def test_a_copy_shares_nothing_with_the_notebook() -> None:
    notebook = odd()
    made = copied(notebook)
    assert repr(made) == repr(notebook)
    assert type(made.cells[0].outputs[0]) is NotebookNode
    made.cells[0].metadata["x"] = made.metadata.ours.zz[-1][1]["é"].append(1)
    made.cells[0].outputs.clear()
    assert repr(odd().metadata) == repr(notebook.metadata)
    assert len(notebook.cells[0].outputs) == 3
    assert not notebook.cells[0].metadata
