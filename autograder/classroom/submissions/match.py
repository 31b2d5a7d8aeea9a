"""Which cell of a submitted notebook is which cell of the released one."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from nbformat.notebooknode import NotebookNode

from autograder.classroom.submissions.cell_code import (
    alike,
    defined,
    meaning,
    parsed,
    remembered,
    same,
    statements,
)

NUMBER = re.compile(r"Exercise\s+(\d+\.\d+)")


@dataclass
class Slot:
    """A cell of the released notebook and what was found for it.

    Attributes
    ----------
    index : int
        Position in the released notebook.
    kind : {"answer", "written", "check", "locked"}
        An answer in code, one in words, a check cell, or any other cell.
    label : str
        Number of its exercise where the notebook tells it ("3.3"), else its id.
    copies, changed : list of int
        Positions in the submitted notebook, in order: of all copies, and of those that the
        student made another cell of.
    """

    index: int
    cell: NotebookNode
    kind: str
    label: str
    copies: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The grade id, else the cell id."""
        return grade_id(self.cell) or self.cell.get("id", "")

    @property
    def asked(self) -> frozenset[str]:
        """The functions and classes that a stub asks for, which its imports are not."""
        return _asked(self.cell.source) if self.kind == "answer" else frozenset()


@dataclass
class Match:
    """Slots of the release, and for each submitted cell the released cell that it is, or None."""

    slots: list[Slot]
    owner: list[int | None]
    by_name: set[int] = field(default_factory=set)  # slots found by what their cells define


def grade_id(cell: NotebookNode) -> str:
    """Return nbgrader's id of a cell, "" if it has none."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


@remembered
def _asked(source: str) -> frozenset[str]:
    tree = parsed(source)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(n.name for n in tree.body if isinstance(n, kinds)) if tree else frozenset()


def slots(release: NotebookNode) -> list[Slot]:
    """Describe every cell of the released notebook."""
    labels = {}
    for cell in release.cells:
        ours = cell.cell_type == "markdown" and cell.get("id", "").endswith("-text")
        if ours and (found := NUMBER.search(cell.source)):
            labels[cell["id"].removesuffix("-text")] = found[1]
    made = []
    for index, cell in enumerate(release.cells):
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("solution"):
            kind = "written" if cell.cell_type == "markdown" else "answer"
        else:
            kind = "check" if nbgrader.get("grade") else "locked"
        name = (grade_id(cell) or cell.get("id", "")).removesuffix("-check")
        made.append(Slot(index, cell, kind, labels.get(name, name)))
    return made


def match(release: NotebookNode, submitted: NotebookNode) -> Match:
    """Match submitted cells by what is in them, else by grade id, else by cell id.

    A copy carries its ids along, so they count last; an answer belongs to the exercise whose
    names it defines, also in another exercise's cell.
    """
    table = slots(release)
    by_grade = {grade_id(s.cell): s.index for s in table if grade_id(s.cell)}
    by_id = {s.cell["id"]: s.index for s in table if s.cell.get("id")}
    # not the empty place of a written answer, which is the same in every chapter
    known = {_key(s.cell): s.index for s in reversed(table) if s.kind != "written"}
    exercises = {s.index: s.asked for s in table if s.kind == "answer"}
    result = Match(table, [])
    for position, cell in enumerate(submitted.cells):
        own = known.get(_key(cell)) if cell.source.strip() else None
        if own is None:
            own = by_grade.get(grade_id(cell)) if grade_id(cell) else None
            own = by_id.get(cell.get("id", "")) if own is None else own
            if own in exercises and cell.cell_type == "code":
                own = _exercise_of(cell, own, exercises)
        result.owner.append(own)
        if own is not None:
            table[own].copies.append(position)
    _set_aside(result, submitted)
    _match_by_name(result, submitted)
    _match_by_place(result, submitted)
    for slot in result.slots:
        slot.changed = _changed(slot, submitted)
    return result


def _key(cell: NotebookNode) -> tuple[bool, str | bytes]:
    code = cell.cell_type == "code"
    return code, meaning(cell.source) if code else cell.source.strip()


def _exercise_of(cell: NotebookNode, own: int, exercises: dict[int, frozenset[str]]) -> int:
    """Give the exercise that a cell answers: its own, unless it defines another one's names."""
    names = defined(cell.source)
    if names & exercises[own]:
        return own
    return next((index for index, wanted in exercises.items() if names & wanted), own)


def _set_aside(result: Match, submitted: NotebookNode) -> None:
    """Leave out answer cells that were made texts, where cells of code define all that is asked.

    They were switched off: they ran nowhere, and their code would hide what did.
    """
    off = {
        position: slot
        for slot in result.slots
        for position in (slot.copies if slot.kind == "answer" else ())
        if submitted.cells[position].cell_type != "code"
    }
    if not off:
        return
    names = frozenset().union(
        *(
            defined(cell.source)
            for cell, own in zip(submitted.cells, result.owner, strict=True)
            if cell.cell_type == "code"
            and (own is None or not alike(cell.source, result.slots[own].cell.source))
        )
    )
    for position, slot in off.items():
        if slot.asked and slot.asked <= names:
            slot.copies.remove(position)
            result.owner[position] = None


def _match_by_name(result: Match, submitted: NotebookNode) -> None:
    """Find answers whose cell is gone or untouched by the names that cells define."""
    for slot in result.slots:
        if slot.kind != "answer" or _changed(slot, submitted):
            continue
        names = slot.asked
        for position, cell in enumerate(submitted.cells):
            free = cell.cell_type == "code" and _is_free(result, position, submitted)
            if free and names & defined(cell.source):
                if (before := result.owner[position]) is not None:
                    result.slots[before].copies.remove(position)
                result.owner[position] = slot.index
                slot.copies.append(position)
                result.by_name.add(slot.index)


def _is_free(result: Match, position: int, submitted: NotebookNode) -> bool:
    """Tell whether a cell is nobody's, or has the id of a cell of ours and none of its code."""
    owner = result.owner[position]
    if owner is None:
        return True
    ours = result.slots[owner]
    if ours.kind in ("answer", "written") or ours.cell.cell_type != "code":
        return False
    known = set(statements(ours.cell.source))
    return not known & set(statements(submitted.cells[position].source))


def _match_by_place(result: Match, submitted: NotebookNode) -> None:
    """Find a written answer without any id: the text below its question."""
    for slot in result.slots:
        before = result.slots[slot.index - 1].copies if slot.index else []
        position = before[-1] + 1 if before else len(submitted.cells)
        if slot.kind != "written" or slot.copies or position >= len(submitted.cells):
            continue
        if result.owner[position] is None and submitted.cells[position].cell_type == "markdown":
            result.owner[position] = slot.index
            slot.copies.append(position)


def _changed(slot: Slot, submitted: NotebookNode) -> list[int]:
    code = slot.cell.cell_type == "code"
    alike_or_same = alike if code else same
    return [
        i for i in slot.copies if not alike_or_same(submitted.cells[i].source, slot.cell.source)
    ]


def answered(found: Match) -> tuple[int, int]:
    """Count the answer cells that are there, and those among them that were filled in."""
    table = [slot for slot in found.slots if slot.kind in ("answer", "written")]
    return sum(bool(slot.copies) for slot in table), sum(bool(slot.changed) for slot in table)
