"""The released notebook with a student's answers in it: nothing else of theirs can matter."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.classroom.attachments import give_attachments
from autograder.classroom.match import Match, Slot, changed_copies, match, parsed, same

EXTRA = "extra"  # tag of the cells that the student added
MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)  # a line for IPython, not for ast


@dataclass(frozen=True)
class Rebuilt:
    """A notebook to grade, and what was put right in it, one sentence each."""

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)


def rebuild(release: NotebookNode, submitted: NotebookNode | None) -> Rebuilt:
    """Put a student's cells into the released notebook.

    Answers are found by grade id, else by cell id, else by the names that they define; of several
    copies the last one that was filled in wins. Cells that the student added stay at their
    place. Whatever else was changed, copied, moved or deleted is as released again and costs
    nothing; code that was added to a locked cell is kept in a cell of its own after it.

    Parameters
    ----------
    release : NotebookNode
        The released notebook.
    submitted : NotebookNode or None
        The student's notebook from `intake`; None gives the untouched release.

    Returns
    -------
    Rebuilt
        A new notebook; neither argument is changed.
    """
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    if submitted is None:
        return Rebuilt(notebook)
    found = match(release, submitted)
    if not any(slot.copies for slot in found.slots if slot.kind in ("answer", "written")):
        return Rebuilt(notebook)  # another notebook, as intake has said: there is nothing to run
    notes = [note for slot in found.slots for note in _notes(slot, found, submitted)]
    notes += _summary(found, submitted)
    used = {slot.index: _answer(slot, found, submitted) for slot in found.slots}
    cells = []
    extras = _extras(found, submitted, used)
    for index in range(-1, len(notebook.cells)):
        if index >= 0:
            cell = notebook.cells[index]
            if used[index]:
                cell.source = "\n\n\n".join(submitted.cells[i].source for i in used[index])
                give_attachments(cell, (submitted.cells[i] for i in used[index]))
            cells.append(cell)
        for kind, source in extras.get(index, []):
            cells.append(_extra_cell(kind, source, len(cells)))
    notebook.cells = cells
    return Rebuilt(notebook, notes)


def _answer(slot: Slot, found: Match, submitted: NotebookNode) -> list[int]:
    """Return the submitted cells whose source goes into a cell; none keeps it as released."""
    if slot.kind not in ("answer", "written"):
        return []
    changed = changed_copies(slot, submitted)
    if slot.index in found.by_name:
        return changed  # an answer of several functions may be spread over several cells
    return changed[-1:]


def _extras(
    found: Match, submitted: NotebookNode, used: dict[int, list[int]]
) -> dict[int, list[tuple[str, str]]]:
    """Return (type, source) of the cells to add, by the released cell that they follow."""
    table: dict[int, list[tuple[str, str]]] = {}
    last = -1
    for position, cell in enumerate(submitted.cells):
        owner = found.owner[position]
        kept = None
        if owner is None:
            kept = (cell.cell_type, cell.source)
        else:
            last, slot = owner, found.slots[owner]
            if slot.kind in ("answer", "written"):
                spare = position not in used[owner] and position in changed_copies(slot, submitted)
                kept = (cell.cell_type, cell.source) if spare else None
            elif slot.cell.cell_type == "code":
                setup = "setup" in slot.cell.metadata.get("tags", [])
                kept = ("code", additions(slot.cell.source, cell.source, calls=setup))
        if kept and kept[1].strip():
            # a spare copy comes before the cell that wins, or it would define the name again
            before = owner is not None and found.slots[owner].kind == "answer"
            table.setdefault(last - 1 if before else last, []).append(kept)
    return table


def additions(original: str, changed: str, calls: bool = False) -> str:
    """Return the definitions that a student added to a locked cell.

    Imports, functions, classes and assignments. With `calls` False nothing that calls a function
    while the cell runs: demonstration cells train networks, and they are not run at grading.
    """
    if same(original, changed):
        return ""
    before, after = (parsed(MAGIC.sub(r"\1pass", text)) for text in (original, changed))
    if before is None or after is None:
        return ""
    try:
        known = {ast.dump(node) for node in before.body}
        new = [node for node in after.body if ast.dump(node) not in known]
    except RecursionError:
        return ""
    lines = changed.split("\n")
    return "\n".join(
        "\n".join(lines[_first_line(node) - 1 : node.end_lineno])
        for node in new
        if _defines(node, calls)
    )


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])


def _defines(node: ast.stmt, calls: bool) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return calls or not any(isinstance(part, ast.Call) for part in ast.walk(node))
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return isinstance(node, kinds)


def _extra_cell(kind: str, source: str, number: int) -> NotebookNode:
    make = new_code_cell if kind == "code" else new_markdown_cell
    cell = make(source)
    cell.id = f"extra-{number}"
    cell.metadata["tags"] = [EXTRA]
    return cell


def _notes(slot: Slot, found: Match, submitted: NotebookNode) -> Iterator[str]:
    """Say what was put right in one answer or check cell."""
    changed = changed_copies(slot, submitted)
    if slot.kind == "answer":
        if not slot.copies:
            yield f"The answer cell of {slot.label} is missing; it counts as not answered."
        elif len(changed) > 1 and slot.index not in found.by_name:
            yield f"{slot.label} has {len(changed)} answer cells; the last one counts."
        if changed and submitted.cells[changed[-1]].cell_type != "code":
            yield f"The answer cell of {slot.label} is no code cell; its text is graded as code."
    elif slot.kind == "check":
        if not slot.copies:
            yield f"The check cell of {slot.label} was deleted; the original is used."
        elif changed:
            yield f"The check cell of {slot.label} was changed; the original is used."


def _summary(found: Match, submitted: NotebookNode) -> Iterator[str]:
    """Say what was put right elsewhere."""
    names = [slot.label for slot in found.slots if slot.index in found.by_name]
    if names:
        yield (
            f"The answers to {', '.join(names)} stand in cells of your own; they are graded. "
            "Write into the cells that are there for them."
        )
    code = [s for s in found.slots if s.kind == "locked" and s.cell.cell_type == "code"]
    changed = sum(bool(changed_copies(slot, submitted)) for slot in code)
    missing = sum(not slot.copies for slot in code)
    for count, what in ((changed, "changed"), (missing, "deleted")):
        if count:
            were = "cell was" if count == 1 else "cells were"
            yield f"{count} set-up or demonstration {were} {what}; the original is used."
