"""What the code of a known mistake looks like, where that gives no answer away.

Read from the source of an exercise, and not run. Shown is the one expression that stands in for a
right one. Left out are whole functions, which are right but for a word, expressions that hold a
piece of a reference such as x / (1 - p), and those that only their file explains.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SHARED = 4  # nodes that an example may have in common with a reference: those of 1 - p
LONGEST = 72  # characters
NOT_CHANGES = ("of", "wrap", "title", "says", "id")
KNOWN = ("np", "math", *dir(builtins))  # names that a reader knows anywhere
UNCOUNTED = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.keyword)


def examples(path: Path, reference: Path) -> dict[str, str]:
    """Code of the mistakes of an exercise, by id, of those for which it may be shown.

    Parameters
    ----------
    path : Path
        The module of the exercise.
    reference : Path
        The module with the reference implementations of its chapter: what is wrong in one exercise
        may be right in the next.
    """
    right = _right(reference.read_text("utf-8"))
    return {
        id: code
        for id, code, change in _changes(path)
        if len(code) <= LONGEST and right.isdisjoint(pieces(change)) and not _unexplained(change)
    }


@cache
def _right(reference: str) -> frozenset[str]:
    return frozenset(pieces(ast.parse(reference)))


def pieces(tree: ast.AST) -> Iterator[str]:
    """Expressions with more than `SHARED` nodes, in one spelling whatever names they use."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr) or isinstance(node, ast.Lambda):
            continue
        if sum(not isinstance(one, UNCOUNTED) for one in ast.walk(node)) > SHARED:
            names = {name: name for name in KNOWN}
            parts = re.split(r"Name\(id='(\w+)'", ast.dump(node))
            for at in range(1, len(parts), 2):
                parts[at] = names.setdefault(parts[at], f"#{len(names) - len(KNOWN)}")
            yield " ".join(parts)


def _changes(path: Path) -> Iterator[tuple[str, str, ast.Lambda]]:
    """Rows that change one expression, by id: ``scaled = x / p``, and the function it is of."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        first = node.args[0] if node.args else None
        if node.func.attr != "row" or not isinstance(first, ast.Constant):
            continue
        changes = [change for change in node.keywords if change.arg not in NOT_CHANGES]
        if len(changes) != 1 or not isinstance(changed := changes[0].value, ast.Lambda):
            continue
        body = changed.body
        if not (isinstance(body, ast.Constant) and isinstance(body.value, bool)):  # a flag
            yield str(first.value), f"{changes[0].arg} = {ast.unparse(body)}", changed


def _unexplained(change: ast.Lambda) -> set[str]:
    """Names that neither the expression itself nor NumPy explains."""
    names = [node for node in ast.walk(change) if isinstance(node, ast.Name)]
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    made |= {node.arg for node in ast.walk(change) if isinstance(node, ast.arg)}
    return {node.id for node in names} - made - set(KNOWN)
