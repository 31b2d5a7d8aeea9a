"""How notebooks of chapter 03 are made that are right from top to bottom, and look like nobody's.

The notebooks are in `messy_cells.py`, `messy_files.py`, `messy_kernel.py` and `messy_libraries.py`.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.classroom.submissions.match import grade_id
from solutions import ch03_dropout_forward as reference

ROOT = Path(__file__).resolve().parents[1]
STEM = "03-dropout-forward"
ASKED = {name: [name] for name in ("draw_mask", "dropout_standard", "dropout_inverted")}
ASKED |= {"output_moments": ["output_moments"]}
ASKED |= {"survivors": ["survivor_pmf", "prob_dead_layer"]}
ASKED |= {"commutes": ["placement_gap", "commuting"]}
Make = Callable[[NotebookNode], dict[str, bytes] | None]


@cache
def _source() -> tuple[str, dict[str, str]]:
    """Give what precedes all answers, and the functions by name."""
    text = inspect.getsource(reference)
    tree = ast.parse(text)
    parts = {
        node.name: ast.get_source_segment(text, node) or ""
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    kinds = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
    head = [
        ast.get_source_segment(text, node) or "" for node in tree.body if isinstance(node, kinds)
    ]
    asked = {name for names in ASKED.values() for name in names}
    return "\n".join([*head, *(parts[name] for name in parts if name not in asked)]), parts


def answer(exercise: str) -> str:
    head, parts = _source()
    return "\n\n\n".join([head, *(parts[name] for name in ASKED[exercise])])


def filled(leave: str = "") -> NotebookNode:
    """Give the notebook with all answers in their places, but for one."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{STEM}.ipynb", 4)
    for cell in notebook.cells:
        if grade_id(cell) in ASKED and grade_id(cell) != leave:
            cell.source = answer(grade_id(cell))
    return notebook


def at(notebook: NotebookNode, name: str) -> int:
    return next(i for i, cell in enumerate(notebook.cells) if grade_id(cell) == name)


def insert(notebook: NotebookNode, where: int, *sources: str) -> None:
    notebook.cells[where:where] = [
        new_code_cell(s, id=f"own-{where}-{i}") for i, s in enumerate(sources)
    ]


def _own(*sources: str, delete: bool = False, above: bool = False, **files: str) -> Make:
    """Answer 3.3 in own cells; ``ANSWER`` stands for the answer, ``BLOCK`` for it, indented."""

    def make(notebook: NotebookNode) -> dict[str, bytes]:
        right = answer("dropout_inverted")
        block = "\n".join("    " + line for line in right.splitlines())
        stub = at(notebook, "dropout_inverted")
        texts = [s.replace("ANSWER", right).replace("BLOCK", block) for s in sources]
        insert(notebook, stub + (not above), *texts)
        if delete:
            del notebook.cells[at(notebook, "dropout_inverted")]
        named = {name.replace("__", "."): text for name, text in files.items()}
        cells = [new_code_cell("K = 1"), new_code_cell(f"assert K == 1\n{right}")]
        other = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
        filled_in = {
            n: t.replace("CELLS", other).replace("ANSWER", right) for n, t in named.items()
        }
        return {name: text.encode() for name, text in filled_in.items()}

    return make


def _above(line: str) -> Make:
    """Write a line at the top of 3.3's own cell."""

    def make(notebook: NotebookNode) -> None:
        cell = notebook.cells[at(notebook, "dropout_inverted")]
        cell.source = f"{line}\n{answer('dropout_inverted')}"

    return make


def messy(make: Make) -> tuple[NotebookNode, dict[str, bytes]]:
    """Make one of these notebooks, with the files beside it."""
    notebook = filled("dropout_inverted")
    return notebook, make(notebook) or {}
