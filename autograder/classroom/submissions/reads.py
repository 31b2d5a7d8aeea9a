"""Which names a piece of code reads from outside itself, and which it gives a value or changes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOOPS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_FUNCTIONS, ast.Lambda, ast.ClassDef)
_PARTS = (ast.stmt, ast.ExceptHandler, ast.match_case)


def reads(node: ast.AST) -> set[str]:
    """Return the names that must have a value before a statement can run.

    What the body of a function reads is not among them, but for a lambda's: see `deferred`.
    """
    return _reads(node, set())


def deferred(node: ast.AST) -> set[str]:
    """Return the names that the functions defined in a statement read once they are called."""
    found: set[str] = set()
    todo = [node]
    while todo:
        part = todo.pop()
        if isinstance(part, _FUNCTIONS):
            found |= _inside(part)
        else:
            todo += ast.iter_child_nodes(part)
    return found


def stores(node: ast.AST) -> set[str]:
    """Return the names that a statement gives a value, nothing that is local to a part of it."""
    found: set[str] = set()
    for part in _own(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            found.add(part.id)
        elif isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(part.name)
        elif isinstance(part, ast.alias):
            found.add((part.asname or part.name).partition(".")[0])
        elif isinstance(part, ast.MatchAs | ast.MatchStar | ast.ExceptHandler) and part.name:
            found.add(part.name)
    return found


def changes(node: ast.AST) -> set[str]:
    """Return the names whose values a statement may change in place, as ``a[0] = 1`` does.

    Method calls whose results nobody takes, stores into parts, and ``setattr``.
    """
    found: set[str] = set()
    for part in _own(node):
        if isinstance(part, ast.Subscript | ast.Attribute):
            found |= _root(part) if isinstance(part.ctx, ast.Store | ast.Del) else set()
        elif isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
            call = part.value
            if isinstance(call.func, ast.Attribute):
                found |= _root(call.func)
            elif isinstance(call.func, ast.Name) and call.func.id == "setattr" and call.args:
                found |= _root(call.args[0])
    return found


def _root(node: ast.AST) -> set[str]:
    """Give the ``a`` of ``a.b[0].c``."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Walk what runs in the scope that a statement stands in."""
    todo = [node]
    while todo:
        part = todo.pop()
        yield part
        if isinstance(part, ast.comprehension):  # its target is its own; what `:=` stores is not
            todo += [part.iter, *part.ifs]
        else:
            todo += _at_once(part) if isinstance(part, _SCOPES) else ast.iter_child_nodes(part)


def _at_once(node: Any) -> list[ast.AST]:
    """Give what is evaluated where a function or a class is defined, its body left out."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *node.keywords]
    return [node.args, *getattr(node, "decorator_list", [])]


def _reads(node: ast.AST, given: set[str]) -> set[str]:
    """Give what a statement reads; what it gives a value is added to `given` on the way."""
    inner = [] if isinstance(node, _SCOPES) else list(ast.iter_child_nodes(node))
    body = [part for part in inner if isinstance(part, _PARTS)]
    heads = [part for part in inner if not isinstance(part, _PARTS)] if body else [node]
    found = _of(heads) - given
    given |= set().union(*map(stores, heads))
    if isinstance(node, ast.ExceptHandler) and node.name:
        given.add(node.name)
    for part in body:
        found |= _reads(part, given)
    return found


def _loads(node: Any) -> set[str]:
    """Give the names that an expression or a simple statement reads."""
    if isinstance(node, ast.Name):
        return set() if isinstance(node.ctx, ast.Store) else {node.id}
    if isinstance(node, _LOOPS):
        own = set().union(*(stores(loop.target) for loop in node.generators))
        return _of(ast.iter_child_nodes(node)) - own
    if isinstance(node, ast.Lambda):
        return _of([node.args]) | (_loads(node.body) - _arguments(node))
    if isinstance(node, ast.ClassDef):
        given: set[str] = set()
        return _of(_at_once(node)).union(*(_reads(part, given) for part in node.body))
    if isinstance(node, _FUNCTIONS):
        return _of(_at_once(node))
    found = _of(ast.iter_child_nodes(node))
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        found.add(node.target.id)
    return found


def _of(nodes: Iterable[ast.AST]) -> set[str]:
    return set().union(*map(_loads, nodes))


def _arguments(node: Any) -> set[str]:
    return {part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg)}


def _inside(node: Any) -> set[str]:
    """Give what a function reads, once it is called, that isn't its own."""
    own = _arguments(node).union(*map(stores, node.body))
    shared = {n for p in ast.walk(node) if isinstance(p, ast.Global) for n in p.names}
    found = set().union(*(_reads(part, set()) | deferred(part) for part in node.body))
    return found - (own - shared)
