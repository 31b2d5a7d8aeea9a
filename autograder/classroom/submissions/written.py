"""Written answers that stand beside their place: in cells of their own, or in the question's.

Who reads the answer is a person, and what is left untouched earns nothing without one. So where a
place is untouched, whatever the student wrote in words near it is put there, to be read.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache

from nbformat.notebooknode import NotebookNode

from autograder.classroom.submissions.cell_code import parsed, same
from autograder.classroom.submissions.match import Match, Slot

MARKS = re.compile(r"[\s*_`#>~-]+")  # what editors and formatters write in more than one way
FEW = 5  # words: of less it can't be told whose they are, or whether they answer anything
ROOM = 20_000  # characters of what is put into a place


@dataclass(frozen=True)
class Words:
    """What stands beside the place of a written answer, and the positions of its cells."""

    text: str
    positions: tuple[int, ...]


def beside(found: Match, submitted: NotebookNode) -> dict[int, Words]:
    """Give, for each written answer whose place is untouched, what was written elsewhere.

    Parameters
    ----------
    found
        What the cells of the notebook are.
    submitted
        The student's notebook.

    Returns
    -------
    dict
        By the index of the slot; nothing where the student wrote nothing in words.
    """
    open_slots = [s for s in found.slots if s.kind == "written" and not _filled(s, submitted)]
    if not open_slots:
        return {}
    released = (slot.cell for slot in found.slots)
    ours = _ours(tuple(cell.source for cell in released if cell.cell_type != "code"))
    own = {
        position: words
        for position, cell in enumerate(submitted.cells)
        if _may_hold_words(found, position, cell) and (words := ours.without(_words_in(cell)))
    }
    taken = {}
    for slot in open_slots:
        question = found.slots[slot.index - 1].copies if slot.index else []
        marks = [*question, *slot.copies]
        where = _near(marks, found, own) or _after(marks, own)
        if where:
            text = "\n\n".join(own.pop(position) for position in where)
            taken[slot.index] = Words(text[:ROOM], tuple(where))
    return taken


def note(slot: Slot) -> str:
    """Say what was done."""
    return (
        f"The written answer {slot.label} does not stand in its cell: what you wrote in words "
        "elsewhere was put there, for a person to read. Write into the cell that is there for it."
    )


def _filled(slot: Slot, submitted: NotebookNode) -> bool:
    return any(submitted.cells[i].source.strip() for i in slot.changed)


def _may_hold_words(found: Match, position: int, cell: NotebookNode) -> bool:
    """Whether a cell is the student's own, or a copy of a text of ours that holds other words."""
    owner = found.owner[position]
    if owner is None:
        return True
    slot = found.slots[owner]
    text = slot.kind == "locked" and slot.cell.cell_type != "code"
    return text and not same(cell.source, slot.cell.source)


def _near(marks: list[int], found: Match, own: dict[int, str]) -> list[int]:
    """Give the cells from the question up to the next one that is ours."""
    if not marks:
        return []
    end = max(marks) + 1
    while end < len(found.owner) and found.owner[end] is None:
        end += 1
    return [position for position in range(min(marks), end) if position in own]


def _after(marks: list[int], own: dict[int, str]) -> list[int]:
    """Give the texts below the question, or all where it is gone, if they are more than a word."""
    start = max(marks, default=-1)
    return [p for p, words in own.items() if p > start and len(words.split()) >= FEW]


class _Ours:
    """Knows the words of the released texts, however they are set."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self._lines = {_plain(line) for text in texts for line in text.splitlines()}
        self._whole = _plain(" ".join(texts))

    def without(self, text: str) -> str:
        """Give a text without the lines that are ours."""
        kept = [line for line in text.splitlines() if not self._has(line)]
        return "\n".join(kept).strip() if any(map(_plain, kept)) else ""

    def _has(self, line: str) -> bool:
        words = _plain(line)
        if not words:
            return False
        return words in self._lines or (len(words.split()) >= FEW and words in self._whole)


@lru_cache(maxsize=16)
def _ours(texts: tuple[str, ...]) -> _Ours:
    """Read the texts of a released notebook, once for a class."""
    return _Ours(texts)


def _plain(text: str) -> str:
    return MARKS.sub(" ", text).strip().lower()


def _words_in(cell: NotebookNode) -> str:
    """Give a text, or what a cell of code says in comments and strings if it does nothing else."""
    if cell.cell_type != "code":
        return str(cell.source)
    tree = parsed(cell.source)
    said = [_said(node) for node in tree.body] if tree else [None]
    if None in said:
        return ""
    lines = [line.strip() for line in cell.source.splitlines()]
    comments = [line.lstrip("# ") for line in lines if line.startswith("#")]
    text = "\n".join([*comments, *filter(None, said)])
    return text if len(text.split()) >= FEW else ""


def _said(node: ast.stmt) -> str | None:
    """Give the text that a statement holds, "" where it shows one; None if it does more."""
    if not isinstance(node, ast.Assign | ast.Expr):
        return None
    value = node.value
    if (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == "print"
    ):
        plain = all(isinstance(arg, ast.Name | ast.Constant) for arg in value.args)
        texts = [arg.value for arg in value.args if isinstance(arg, ast.Constant)]
        return " ".join(map(str, texts)) if plain and not value.keywords else None
    if isinstance(value, ast.Name):
        return ""
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
