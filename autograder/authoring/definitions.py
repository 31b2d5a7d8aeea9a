"""The parts of a module: what importing it executes, and the body of each function.

A page that has never called a function comes out the same after that function's body has changed.
So a kernel that executes a page marks the functions of the repository's modules: the first thing
that each does is to say that it ran. Comments and the look of code are part of nothing.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

Function = ast.FunctionDef | ast.AsyncFunctionDef
IMPORTING = "<import>"  # the name of the part that importing executes: no function can have it
MARK = "__ran__"  # what a marked module calls


def parts(source: str | bytes) -> dict[str, str]:
    """Hash each part of a module.

    Parameters
    ----------
    source : str or bytes
        The module's text.

    Returns
    -------
    dict
        Hashes by qualified name (``"Digits.split"``), and what importing executes by `IMPORTING`:
        everything but the bodies of functions, with the names, parameters, defaults and decorators
        of all. A function inside another is part of that one.

    Raises
    ------
    SyntaxError
        The text is no module.
    """
    tree = ast.parse(source)
    found = {}
    for name, function in functions(tree):
        found[name] = _hash(function.body)
        function.body = []
    return {IMPORTING: _hash(tree.body), **found}


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Go through the functions and methods of a module, but not into them.

    One that has the name of an earlier one (under `if` and `else`, say) gets a number.
    """
    times: dict[str, int] = {}

    def below(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                name = prefix + child.name
                times[name] = times.get(name, 0) + 1
                yield (name if times[name] == 1 else f"{name} {times[name]}"), child
            else:
                inner = f"{prefix}{child.name}." if isinstance(child, ast.ClassDef) else prefix
                yield from below(child, inner)

    return below(tree, "")


def _hash(nodes: Sequence[ast.stmt]) -> str:
    text = "\n".join(map(ast.dump, nodes))
    return hashlib.sha256(text.encode()).hexdigest()


# in a kernel ------------------------------------------------------------------------------------


def marked(source: bytes, path: str) -> CodeType:
    """Compile a module whose functions say their names when they run; lines stay where they are."""
    tree = ast.parse(source)
    for name, function in list(functions(tree)):
        mark = ast.Expr(ast.Call(ast.Name(MARK, ast.Load()), [ast.Constant(name)], []))
        body, place = function.body, int(ast.get_docstring(function, clean=False) is not None)
        ast.copy_location(mark, body[min(place, len(body) - 1)])
        body.insert(place, mark)
    return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


class Marking(SourceFileLoader):
    """Loads a module with its functions marked.

    Parameters
    ----------
    fullname, path : str
        As of `SourceFileLoader`.
    ran : set of str
        Is given the names of functions that run.
    """

    def __init__(self, fullname: str, path: str, ran: set[str]) -> None:
        super().__init__(fullname, path)
        self.ran = ran

    def get_code(self, fullname: str) -> CodeType:
        """Compile from the source: what Python has kept of it has no marks."""
        return marked(self.get_data(self.path), self.path)

    def exec_module(self, module: ModuleType) -> None:
        """Execute a module that knows whom to tell."""
        module.__dict__[MARK] = self.ran.add
        super().exec_module(module)


class Finder:
    """Finds modules as the others of `sys.meta_path` do, and has those of some files marked.

    Parameters
    ----------
    ran : callable
        Is given the path of a module; gives the set for the names of its functions that run, or
        None if it is to be left as it is.
    """

    def __init__(self, ran: Callable[[str], set[str] | None]) -> None:
        self.ran = ran

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """As `importlib.abc.MetaPathFinder` has it."""
        others = [finder for finder in sys.meta_path if finder is not self]
        for finder in others:
            spec = getattr(finder, "find_spec", lambda *names: None)(fullname, path, target)
            if spec is not None:
                break
        else:
            return None
        if type(spec.loader) is SourceFileLoader:
            ran = self.ran(spec.loader.path)
            if ran is not None:
                spec.loader = Marking(fullname, spec.loader.path, ran)
        return spec
