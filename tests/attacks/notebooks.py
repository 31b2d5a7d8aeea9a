"""Hostile and honest notebooks, made from a released one."""

from __future__ import annotations

import ast
import copy
import inspect
import json
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

import solutions.ch03_dropout_forward as ch03
import solutions.ch04_backprop as ch04
from attacks.model import Attack
from dropout_course import course

ROOT = Path(__file__).resolve().parents[2]
STEM = "04-backprop"
CHAPTER = STEM.partition("-")[0]
REFERENCES: dict[str, ModuleType] = {"03-dropout-forward": ch03, STEM: ch04}
HONEST_IMPORTS = "import math\nfrom collections.abc import Callable, Iterable\nimport numpy as np"


def release_path(stem: str = STEM) -> Path:
    """Where the released notebook is."""
    return ROOT / "notebooks" / f"{stem}.ipynb"


@cache
def _release(stem: str) -> str:
    return nbformat.writes(nbformat.read(release_path(stem), 4))


def released(stem: str = STEM) -> Any:
    """A fresh copy of a released notebook."""
    return nbformat.reads(_release(stem), 4)


def exercises(stem: str = STEM) -> list[str]:
    """The ids of a chapter's exercises."""
    return [exercise.id for exercise in course.of_chapter(stem)]


def answer_cell(notebook: Any, exercise: str) -> Any:
    """The cell of an answer."""
    marks = (cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells)
    return notebook.cells[list(marks).index(exercise)]


def non_answer(stub: str, value: str = "x") -> str:
    """Turn a stub into functions that return `value`, where `x` is their first argument."""
    made = []
    for node in ast.parse(stub).body:
        if isinstance(node, ast.FunctionDef):
            made.append(_returns(node, value, ""))
        elif isinstance(node, ast.ClassDef):
            methods = [n for n in node.body if isinstance(n, ast.FunctionDef)]
            body = "\n".join(_returns(method, value, "    ") for method in methods)
            made.append(f"class {node.name}:\n{body}")
    return "\n\n\n".join(made)


def _returns(node: ast.FunctionDef, value: str, indent: str) -> str:
    names = [a.arg for a in node.args.args]
    own = names[1:] if indent else names
    head = f"{indent}def {node.name}({', '.join(names)}):"
    if not own or node.name == "__init__":
        return f"{head}\n{indent}    return None"
    return f"{head}\n{indent}    x = {own[0]}\n{indent}    return {value}"


def reference_answer(exercise: str, stem: str = STEM) -> str:
    """The source of the reference answer, with what it needs."""
    module = REFERENCES[stem]
    names = course.exercises()[exercise].names
    parts = [HONEST_IMPORTS, *(inspect.getsource(getattr(module, name)) for name in names)]
    if "_check_rate" in "".join(parts):
        parts.append(inspect.getsource(module._check_rate))
    return "\n\n\n".join(part.strip() for part in parts)


def honest(stem: str = STEM) -> Any:
    """A notebook with all right answers."""
    notebook = released(stem)
    for exercise in exercises(stem):
        answer_cell(notebook, exercise).source = reference_answer(exercise, stem)
    return notebook


def hostile(attack: Attack, facts: dict[str, Any]) -> bytes:
    """The bytes of the notebook that an attack hands in."""
    notebook = released()
    for exercise in exercises():
        cell = answer_cell(notebook, exercise)
        stub = cell.source
        cell.source = attack.answers.get(exercise) or non_answer(stub, attack.value)
        if exercise in attack.solves:
            cell.source = reference_answer(exercise)
    early, late = _cells(attack.early), _cells(attack.late)
    if early or late:
        early.insert(0, new_code_cell(f"bait = {facts!r}", id="the-bait"))
    at = 4  # after the set-up
    notebook.cells[at:at] = early
    notebook.cells += late
    if attack.text:
        notebook.cells.append(new_markdown_cell(attack.text, id="a-text"))
    plain = json.loads(nbformat.writes(notebook))
    changed = attack.change(plain) if attack.change else None
    return changed if isinstance(changed, bytes) else json.dumps(plain).encode()


def _cells(sources: str | tuple[str, ...]) -> list[Any]:
    sources = (sources,) if isinstance(sources, str) else sources
    return [new_code_cell(source) for source in sources]


def copy_of(notebook: Any) -> Any:
    """A deep copy."""
    return copy.deepcopy(notebook)
