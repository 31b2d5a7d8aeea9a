"""A tiny released notebook and ways to write, spoil and hand in copies of it."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

STEM = "03-tiny"
STUB = '''def {name}(x):
    """Return it."""
    # YOUR CODE HERE
    raise NotImplementedError'''


def _marks(grade_id: str, *, grade=False, solution=False, locked=True, points=None) -> dict:
    marks = {"grade": grade, "grade_id": grade_id, "locked": locked, "solution": solution}
    marks |= {"schema_version": 3, "task": False}
    return {"nbgrader": marks if points is None else marks | {"points": points}}


def code(cell_id: str, source: str, tags=(), **marks: Any) -> NotebookNode:
    cell = new_code_cell(source, id=cell_id)
    cell.metadata.update(_marks(cell_id, **marks))
    if tags:
        cell.metadata["tags"] = list(tags)
    return cell


def text(cell_id: str, source: str) -> NotebookNode:
    return new_markdown_cell(source, id=cell_id)


def tiny(stem: str = STEM, release: str = "aaaa") -> NotebookNode:
    """Two exercises (the second of two functions), a demonstration and a written question."""
    cells = [
        text("title", "# 3. Tiny"),
        code("setup", "import numpy as np", tags=["setup"]),
        text("double-text", "### Exercise 3.1 · Double"),
        code("double", STUB.format(name="double"), solution=True, locked=False),
        code("double-check", 'check("double")', grade=True, points=8),
        code("code-demo", "result = double(21)\nprint(result)", tags=["demo"]),
        text("pair-text", "### Exercise 3.2 · Pair"),
        code(
            "pair",
            STUB.format(name="first") + "\n\n\n" + STUB.format(name="second"),
            solution=True,
            locked=False,
        ),
        code("pair-check", 'check("pair")', grade=True, points=12),
        text("ch03-why-text", "Why?"),
    ]
    why = new_markdown_cell("*Replace this line by your answer.*", id="ch03-why")
    why.metadata.update(_marks("ch03-why", grade=True, solution=True, locked=False, points=0))
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "dropout_course": {"chapter": stem, "release": release},
    }
    notebook = new_notebook(cells=[*cells, why], metadata=metadata)
    notebook.nbformat_minor = 5
    return notebook


DOUBLE = "def double(x):\n    return 2 * x"
PAIR = "def first(x):\n    return x\n\n\ndef second(x):\n    return x + 1"


def filled(**sources: str) -> NotebookNode:
    """The tiny notebook with answers; `ch03_why` stands for the written one."""
    notebook = tiny()
    for cell_id, source in ({"double": DOUBLE, "pair": PAIR} | sources).items():
        get(notebook, cell_id.replace("ch03_why", "ch03-why")).source = source
    return notebook


def get(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.id == cell_id)


def without(notebook: NotebookNode, *cell_ids: str) -> NotebookNode:
    made = copy.deepcopy(notebook)
    made.cells = [cell for cell in made.cells if cell.id not in cell_ids]
    return made


def stripped(notebook: NotebookNode, ids: bool = True) -> NotebookNode:
    """Without nbgrader's metadata, and without cell ids."""
    made = copy.deepcopy(notebook)
    made.metadata = NotebookNode()
    for cell in made.cells:
        cell.metadata = NotebookNode()
        if ids:
            del cell["id"]
    return made


def write(folder: Path, name: str, notebook: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    path.write_bytes(data)
    return path


# --- what a referee gives back ------------------------------------------------------------------


@dataclass
class FakeExercise:
    id: str
    score: float
    max_score: float
    message: str = "well done"
    cause: str = ""
    mistake: Any = None
    seconds: float = 0.0


@dataclass
class FakeResult:
    exercises: list[FakeExercise]
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    cell_outputs: dict[str, list[Any]] = field(default_factory=dict)


def fake_judge(
    notebook: NotebookNode,
    student: str,
    key_folder: Path,
    level: str = "auto",
    files: Any = None,
    limits: Any = None,
) -> FakeResult:
    """Full marks for a filled-in cell with "return", half for one with "half" in it."""
    exercises = []
    for name, points in (("double", 8.0), ("pair", 12.0)):
        source = get(notebook, name).source
        if "explode" in source:
            raise RuntimeError("the referee tripped")
        share = 0.5 if "half" in source else float("return" in source)
        exercises.append(FakeExercise(name, share * points, points, f"{name}: {share:g}"))
    return FakeResult(exercises)
