"""What the code of a cell means: its names, its statements, and whether two cells do the same."""

from __future__ import annotations

import ast
import hashlib
import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

CELL_MAGIC = re.compile(r"\A(?:\s*%%(?:time|timeit|capture|prun)\b[^\n]*\n)+")
LINE_MAGIC = re.compile(r"^([ \t]*)([%!].*)$", re.MULTILINE)
_NOT_RUN = re.compile(
    r"\A\s*%%(?:writefile|file|bash|sh|script|system|sx|!|cmd|perl|ruby|python[23]?|pypy"
    r"|html|HTML|SVG|svg|javascript|js|latex|markdown)(?!\w)"
)  # what stands in such a cell gives no name of the notebook a value
_SETTERS = {"setattr", "setitem", "__setattr__", "__setitem__", "setdefault", "update", "push"}
KEPT = 1024  # cells whose meaning is remembered: ours come with each notebook …
SHORT = 10_000  # … but not those of more characters than this
T = TypeVar("T")


def remembered(function: Callable[[str], T]) -> Callable[[str], T]:
    """Remember what a function gave for short cells; what it gives must be small."""
    known = lru_cache(maxsize=KEPT)(function)
    return lambda source: (known if len(source) <= SHORT else function)(source)


def same(a: str, b: str) -> bool:
    """Tell whether two sources are equal but for space at line ends and around them."""
    return a == b or [line.rstrip() for line in a.strip().split("\n")] == [
        line.rstrip() for line in b.strip().split("\n")
    ]


def alike(a: str, b: str) -> bool:
    """Tell whether two cells do the same: as text, or as code without comments and cell magics."""
    return same(a, b) or meaning(a) == meaning(b)


@remembered
def meaning(source: str) -> bytes:
    """Hash what a cell of code does, without its comments, spacing and cell magics.

    Text that is no Python equals only itself, but for space around it.
    """
    plain = CELL_MAGIC.sub("", source).strip()
    tree = parsed(LINE_MAGIC.sub(_as_call, plain))
    try:
        return _hash(ast.dump(tree) if tree is not None and tree.body else plain)
    except RecursionError:
        return _hash(plain)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _as_call(found: re.Match[str]) -> str:
    """Write a line for IPython as a call that ast can read and no other line equals."""
    return f"{found[1]}__magic__({found[2].strip()!r})"


def parsed(source: str) -> ast.Module | None:
    """Parse a student's code; None if it is no Python, or nested beyond what Python takes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of invalid escapes, meant for the student
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


@remembered
def defined(source: str) -> frozenset[str]:
    """Return the names that a cell gives a value, however it does; works on broken code as well.

    Functions, classes, imports, assignments of every form, also below `if`, `try` and `with`,
    and by texts, as in ``globals()["f"] = g``; nothing that is local to a function.
    """
    if _NOT_RUN.match(source):
        return frozenset()
    tree = parsed(LINE_MAGIC.sub(r"\1pass", CELL_MAGIC.sub("", source)))
    if tree is None:
        found = re.findall(r"^\s*(?:async\s+def|def|class)\s+(\w+)", source, re.MULTILINE)
        return frozenset([*found, *re.findall(r"^(\w+)\s*=[^=]", source, re.MULTILINE)])
    names: set[str] = set()
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            todo += node.decorator_list
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Lambda):
            continue
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        else:
            names |= _named_by_text(node)
            todo += ast.iter_child_nodes(node)
    return frozenset(names)


def _named_by_text(node: ast.AST) -> set[str]:
    """Give the names in ``globals()["f"] = g``, ``update(f=g)`` and ``setattr(module, "f", g)``.

    Of calls those of `_SETTERS` alone: ``check("f")`` gives nothing a value.
    """
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        return _texts([node.slice])
    if not isinstance(node, ast.Call) or _name_of(node.func) not in _SETTERS:
        return set()
    keys = [key for part in node.args if isinstance(part, ast.Dict) for key in part.keys]
    return _texts([*node.args, *keys]) | {k.arg for k in node.keywords if k.arg}


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _texts(nodes: list[ast.expr | None]) -> set[str]:
    constants = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return {value for value in constants if isinstance(value, str)}


@remembered
def statements(source: str) -> tuple[bytes, ...]:
    """Hash the meaning of each statement of a cell; none of code that does not parse."""
    tree = parsed(LINE_MAGIC.sub(_as_call, CELL_MAGIC.sub("", source)))
    try:
        return tuple(_hash(ast.dump(node)) for node in tree.body) if tree else ()
    except RecursionError:
        return ()
