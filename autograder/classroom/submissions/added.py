"""What a student added to a demonstration, which trains networks and is not run at grading."""

from __future__ import annotations

import ast
from collections.abc import Set

from autograder.classroom.submissions.cell_code import (
    CELL_MAGIC,
    LINE_MAGIC,
    defined,
    parsed,
    statements,
)

_DEFINES = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BLOCKS = (ast.If, ast.Try, ast.With, ast.For, ast.While)


def additions(original: str, changed: str, answers: Set[str] = frozenset()) -> list[str]:
    """Return the statements that a student added to a demonstration and that define something.

    Imports, functions, classes, assignments that call nothing, whatever gives one of `answers`
    a value, and the assignments that these need. If no line of the original is left, or the cell
    is no Python for `ast`, it is the student's alone and comes back whole.
    """
    plain = CELL_MAGIC.sub("", changed)
    lines = plain.split("\n")
    after = parsed(LINE_MAGIC.sub(r"\1pass", plain))
    known = set(statements(original))
    dumps = statements(changed)
    shared = {line.strip() for line in original.split("\n")} - {""}
    if after is None or len(dumps) != len(after.body) or not shared & set(map(str.strip, lines)):
        return [changed]
    new = [node for node, dump in zip(after.body, dumps, strict=True) if dump not in known]
    text = {n: "\n".join(lines[_first_line(n) - 1 : n.end_lineno]) for n in new}
    kept = [n for n in new if _defines(n) or answers & defined(text[n])]
    while more := [n for n in new if n not in kept and _needed(text[n], kept)]:
        kept += more
    return [text[node] for node in new if node in kept]


def _needed(source: str, kept: list[ast.stmt]) -> bool:
    names = defined(source)
    return any(
        isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id in names
        for node in kept
        for part in ast.walk(node)
    )


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])


def _defines(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return not any(isinstance(part, ast.Call) for part in ast.walk(node))
    if isinstance(node, _BLOCKS):
        return any(isinstance(part, _DEFINES) for part in ast.walk(node))
    return isinstance(node, _DEFINES)
