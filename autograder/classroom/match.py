"""Which cell of a submitted notebook is which cell of the released one."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field

from nbformat.notebooknode import NotebookNode

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
    copies : list of int
        Positions in the submitted notebook, in order.
    """

    index: int
    cell: NotebookNode
    kind: str
    label: str
    copies: list[int] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The grade id, else the cell id."""
        return grade_id(self.cell) or self.cell.get("id", "")


@dataclass
class Match:
    """Slots of the release, and for each submitted cell the released cell that it is, or None."""

    slots: list[Slot]
    owner: list[int | None]
    by_name: set[int] = field(default_factory=set)  # slots found by what their cells define


def grade_id(cell: NotebookNode) -> str:
    """Return nbgrader's id of a cell, "" if it has none."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def same(a: str, b: str) -> bool:
    """Tell whether two sources are equal but for space at line ends and around them."""
    return [line.rstrip() for line in a.strip().split("\n")] == [
        line.rstrip() for line in b.strip().split("\n")
    ]


def parsed(source: str) -> ast.Module | None:
    """Parse a student's code; None if it is no Python, or nested beyond what Python takes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of invalid escapes, meant for the student
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def defined(source: str) -> set[str]:
    """Return the functions and classes that a cell defines; works on code that doesn't parse."""
    tree = parsed(source)
    if tree is None:
        return set(re.findall(r"^(?:async\s+def|def|class)\s+(\w+)", source, re.MULTILINE))
    nodes = tree.body
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    names = {node.name for node in nodes if isinstance(node, kinds)}
    for node in nodes:  # survivor_pmf = lambda n, p: …
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def slots(release: NotebookNode) -> list[Slot]:
    """Describe every cell of the released notebook."""
    labels = {}
    for cell in release.cells:
        found = NUMBER.search(cell.source) if cell.cell_type == "markdown" else None
        if found and cell.get("id", "").endswith("-text"):
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
    """Match submitted cells by grade id, else by cell id, else by what is in them."""
    table = slots(release)
    by_grade = {grade_id(s.cell): s.index for s in table if grade_id(s.cell)}
    by_id = {s.cell["id"]: s.index for s in table if s.cell.get("id")}
    # not the empty place of a written answer, which is the same in every chapter
    by_source = {s.cell.source.strip(): s.index for s in reversed(table) if s.kind != "written"}
    result = Match(table, [])
    for position, cell in enumerate(submitted.cells):
        own = by_grade.get(grade_id(cell)) if grade_id(cell) else None
        if own is None:
            own = by_id.get(cell.get("id", ""))
        if own is None and cell.source.strip():
            own = by_source.get(cell.source.strip())
        result.owner.append(own)
        if own is not None:
            table[own].copies.append(position)
    _match_by_name(result, submitted)
    _match_by_place(result, submitted)
    return result


def _match_by_name(result: Match, submitted: NotebookNode) -> None:
    """Find answers whose cell is gone or untouched by the names that they define."""
    for slot in result.slots:
        if slot.kind != "answer" or changed_copies(slot, submitted):
            continue
        names = defined(slot.cell.source)
        for position, cell in enumerate(submitted.cells):
            free = result.owner[position] is None and cell.cell_type == "code"
            if free and names & defined(cell.source):
                result.owner[position] = slot.index
                slot.copies.append(position)
                result.by_name.add(slot.index)


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


def changed_copies(slot: Slot, submitted: NotebookNode) -> list[int]:
    """Return where the student's own versions of a cell stand."""
    return [i for i in slot.copies if not same(submitted.cells[i].source, slot.cell.source)]


def answered(release: NotebookNode, submitted: NotebookNode) -> tuple[int, int]:
    """Count the answer cells that are there, and those among them that were filled in."""
    table = [s for s in match(release, submitted).slots if s.kind in ("answer", "written")]
    return (
        sum(bool(slot.copies) for slot in table),
        sum(bool(changed_copies(slot, submitted)) for slot in table),
    )
