"""What people do to notebooks before they hand them in, for the sample class and for tests."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from autograder.classroom.submissions.match import grade_id

FIRST_TRY = "# first try, does not work"


def syntax_error(notebook: NotebookNode, exercise: str) -> None:
    """Lose the colon of a first line."""
    cell = _answer(notebook, exercise)
    head, _, rest = cell.source.partition(":")
    cell.source = head + rest


def delete_cells(notebook: NotebookNode, _: str) -> None:
    """Delete the first two check cells and all demonstrations."""
    checks = [cell.id for cell in notebook.cells if grade_id(cell).endswith("-check")][:2]
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.id not in checks and "demo" not in cell.metadata.get("tags", [])
    ]


def own_cell(notebook: NotebookNode, exercise: str) -> None:
    """Delete an answer cell and write the answer into a new one."""
    cell = _answer(notebook, exercise)
    cell.id, cell.metadata = f"my-{exercise.replace('_', '-')}", NotebookNode()


def copy_cell(notebook: NotebookNode, exercise: str) -> None:
    """Copy an answer cell with all its metadata, the first try above the last."""
    cell = _answer(notebook, exercise)
    first = copy.deepcopy(cell)
    first.id = f"copy-of-{exercise.replace('_', '-')}"
    first.source = f"{FIRST_TRY}\n" + cell.source.replace("return", "return 0 *", 1)
    notebook.cells.insert(notebook.cells.index(cell), first)


def change_check(notebook: NotebookNode, exercise: str) -> None:
    """Write into a check cell."""
    cell = next(c for c in notebook.cells if grade_id(c) == f"{exercise}-check")
    cell.source += "  # passes on my machine\nprint('all fine')"


def strip_metadata(notebook: NotebookNode, _: str) -> None:
    """Save with a tool that keeps no metadata."""
    notebook.metadata = NotebookNode()
    for cell in notebook.cells:
        cell.metadata = NotebookNode()


def older_version(notebook: NotebookNode, _: str) -> None:
    """Work in the notebook of an earlier release."""
    notebook.metadata["dropout_course"]["release"] = "0" * 12


def huge_output(notebook: NotebookNode, _: str) -> None:
    """Store megabytes of output, and add a cell that prints as much again."""
    loud = new_code_cell("for i in range(60_000):\n    print('epoch', i, 'x' * 50)", id="loud")
    lines = "".join(f"epoch {i} {'x' * 50}\n" for i in range(60_000))
    loud.outputs = [new_output("stream", name="stdout", text=lines)]
    notebook.cells.append(loud)


NOTEBOOK_MESSES: dict[str, Callable[[NotebookNode, str], None]] = {
    f.__name__: f
    for f in (
        syntax_error,
        delete_cells,
        own_cell,
        copy_cell,
        change_check,
        strip_metadata,
        older_version,
        huge_output,
    )
}


def _answer(notebook: NotebookNode, exercise: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if grade_id(cell) == exercise)


Files = dict[str, bytes]


def nothing(files: Files, name: str, _: str, __: bytes) -> None:
    """Hand in an empty folder."""
    files.clear()


def text_file(files: Files, name: str, _: str, __: bytes) -> None:
    """Hand in something else."""
    files.clear()
    files["my answers.txt"] = b"dropout_backward: multiply by the mask again\n"


def rename(files: Files, name: str, new: str, _: bytes) -> None:
    """Give the notebook another name."""
    files[new] = files.pop(name)


def untouched_copy(files: Files, name: str, _: str, release: bytes) -> None:
    """Leave the notebook as it was released beside the other."""
    files[name] = release


def cut_off(files: Files, name: str, _: str, __: bytes) -> None:
    """Stop writing in the middle of the file."""
    files[name] = files[name][: 2 * len(files[name]) // 3]


def merge_conflict(files: Files, name: str, _: str, __: bytes) -> None:
    """Leave a merge unfinished."""
    lines = files[name].split(b"\n")
    lines[3:3] = [b"<<<<<<< HEAD", b"=======", b">>>>>>> main"]
    files[name] = b"\n".join(lines)


def old_format(files: Files, name: str, _: str, __: bytes) -> None:
    """Write notebook format 3, which has worksheets and no cell ids."""
    cells = []
    for cell in json.loads(files[name])["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            made = {"cell_type": "code", "input": source, "language": "python", "outputs": []}
            cells.append(made | {"collapsed": False, "metadata": cell["metadata"]})
        else:
            made = {"cell_type": cell["cell_type"], "source": source}
            cells.append(made | {"metadata": cell["metadata"]})
    old = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0}
    files[name] = json.dumps(old | {"worksheets": [{"cells": cells, "metadata": {}}]}).encode()


FILE_MESSES: dict[str, Callable[[Files, str, str, bytes], None]] = {
    f.__name__: f
    for f in (nothing, text_file, rename, untouched_copy, cut_off, merge_conflict, old_format)
}
