"""Whether a cell below an exercise's check changes what its answer is made of.

An answer is what its names stand for at the end, so that the last version counts. But a notebook
whose checks passed from top to bottom is right, even if it uses a name for something else later.
"""

from __future__ import annotations

import re
import symtable
import warnings
from collections.abc import Iterator
from typing import Any

from autograder.referee.cells import Role, exercise_of, grade_id, role_of
from dropout_course.course import Exercise

_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
_RESET = re.compile(r"^[ \t]*%reset\b|\breset\(", re.MULTILINE)
_GIVEN = re.compile(r"^(?:async\s+def|def|class|del)?\s*(\w+)", re.MULTILINE)


def changed_below(nb: Any, exercise: Exercise) -> bool:
    """Whether a cell of the student's below the check gives a name that the answer uses a value.

    Parameters
    ----------
    nb
        The rebuilt notebook.
    exercise
        One of its exercises.
    """
    untouched = set(nb.metadata["dropout_course"].get("untouched", []))
    used, given, reset, below = set(exercise.names), set[str](), False, False
    for cell in nb.cells:
        role = role_of(cell)
        if role is Role.CHECK and exercise_of(cell) == exercise.id:
            below = True
        if role not in (Role.SOLUTION, Role.EXTRA) or grade_id(cell) in untouched:
            continue
        if below:
            given |= _given(cell.source)
            reset = reset or bool(_RESET.search(cell.source))
        else:
            used |= _used(cell.source)
    return reset or not used.isdisjoint(given)


def _given(source: str) -> set[str]:
    """Give the names that a cell binds or deletes, but for what it imports."""
    table = _table(source)
    if table is None:
        return set(_GIVEN.findall(source))
    symbols = table.get_symbols()
    return {one.get_name() for one in symbols if one.is_assigned() and not one.is_imported()}


def _used(source: str) -> set[str]:
    """Give the names that the functions and classes of a cell take from the notebook."""
    table = _table(source)
    if table is None:
        return set(re.findall(r"\w+", source))
    return {
        symbol.get_name()
        for inner in _inside(table)
        for symbol in inner.get_symbols()
        if symbol.is_global() and symbol.is_referenced()
    }


def _inside(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for inner in table.get_children():
        yield inner
        yield from _inside(inner)


def _table(source: str) -> symtable.SymbolTable | None:
    """Read a student's code, which is not run; None if it is no Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return symtable.symtable(_MAGIC.sub("pass", source), "cell", "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
