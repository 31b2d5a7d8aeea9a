"""What the code of a known mistake looks like, where that gives no answer away.

Read from the source of an exercise, and not run. Shown is the one expression that stands in for a
right one, or a short function. Left out is what holds a piece of the reference such as x / (1 - p),
a function that is a formula or resembles the reference, and code that only its file explains.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

SHARED = 4  # nodes of an expression that an example may have in common with it: those of 1 - p
ALIKE = 0.45  # share of a function that may be found in the reference
LONGEST, LINES = 72, 6  # characters of a line, lines of a function
NOT_CHANGES = ("of", "wrap", "title", "says", "id")
KNOWN = {"np", "math", *dir(builtins)}  # names that a reader knows anywhere
UNCOUNTED = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.keyword)


def examples(path: Path, reference: Path, names: Sequence[str]) -> dict[str, str]:
    """Code of the mistakes of an exercise, by id, of those for which it may be shown.

    Parameters
    ----------
    path : Path
        The module of the exercise.
    reference : Path
        The module with the reference implementations of its chapter.
    names : sequence of str
        What the exercise asks for.
    """
    right = [
        node
        for node in ast.parse(reference.read_text("utf-8")).body
        if getattr(node, "name", None) in names
    ]
    known = {piece for node in right for piece in _pieces(node)}
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for id, code, part in [*_row(node), *_whole(node)]:
            lines = code.splitlines()
            fits = len(lines) <= LINES and max(map(len, lines)) <= LONGEST
            told = any(piece in known for piece in _pieces(part))
            near = isinstance(part, ast.FunctionDef) and _near(part, right)
            if fits and not told and not near and not _unknown(part):
                found[id] = code
    return found


def _row(node: ast.AST) -> Iterator[tuple[str, str, ast.AST]]:
    """The changed expression of a row, if it is one: ``scaled = x / p``."""
    if isinstance(node, ast.Call) and _is_call_of("row", node):
        changes = [change for change in node.keywords if change.arg not in NOT_CHANGES]
        if len(changes) == 1 and isinstance(value := changes[0].value, ast.Lambda):
            flag = isinstance(value.body, ast.Constant) and isinstance(value.body.value, bool)
            if not flag:
                yield _id(node), f"{changes[0].arg} = {ast.unparse(value.body)}", value


def _whole(node: ast.AST) -> Iterator[tuple[str, str, ast.AST]]:
    """A whole function, without its decorator."""
    if isinstance(node, ast.FunctionDef):
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and _is_call_of("whole", mark):
                bare = ast.FunctionDef(
                    name=node.name, args=node.args, body=node.body, decorator_list=[], lineno=1
                )
                yield _id(mark), ast.unparse(bare), bare


def _is_call_of(method: str, node: ast.Call) -> bool:
    called = isinstance(node.func, ast.Attribute) and node.func.attr == method
    return called and bool(node.args) and isinstance(node.args[0], ast.Constant)


def _id(call: ast.Call) -> str:
    first = call.args[0]
    assert isinstance(first, ast.Constant)
    return str(first.value)


def _pieces(tree: ast.AST) -> Iterator[str]:
    """Expressions with more than `SHARED` nodes, in one spelling and whatever names they use."""
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and not isinstance(node, ast.Lambda):
            if sum(not isinstance(one, UNCOUNTED) for one in ast.walk(node)) > SHARED:
                names: dict[str, str] = {name: name for name in KNOWN}
                parts = re.split(r"Name\(id='(\w+)'", ast.dump(node))
                for at in range(1, len(parts), 2):
                    parts[at] = names.setdefault(parts[at], f"#{len(names) - len(KNOWN)}")
                yield " ".join(parts)


def _near(one: ast.FunctionDef, right: Sequence[ast.AST]) -> bool:
    """Whether little is left to mend: a single formula, or much of a reference."""
    return len(_body(one)) == 1 or any(_alike(one, other) for other in right)


def _alike(one: ast.FunctionDef, other: ast.AST) -> bool:
    """Whether the greater part of a function's nodes stand, in this order, in another."""
    mine, theirs = (
        [_word(node) for part in _body(tree) for node in ast.walk(part)] for tree in (one, other)
    )
    blocks = SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) > ALIKE * max(len(mine), 1)


def _body(tree: ast.AST) -> list[ast.stmt]:
    """Statements of a definition, without its docstring."""
    body: list[ast.stmt] = getattr(tree, "body", [])
    first = body[0] if body else None
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if told else body


def _word(node: ast.AST) -> str:
    name = getattr(node, "id", getattr(node, "attr", getattr(node, "value", "")))
    return f"{type(node).__name__} {name if isinstance(name, str | int | float) else ''}"


def _unknown(tree: ast.AST) -> set[str]:
    """Names that neither the code itself nor NumPy explains."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    made = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    made |= {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return used - made - KNOWN
