"""The notebook to grade: the student's cells in the student's order, and ours as released.

A cell of ours is known by what it contains, not by an id, which a copy carries along. What a
student wrote is run as it stands, where it stands. nbgrader needs each released cell once, so the
last cell that answers an exercise bears that exercise's id, and what is missing is put back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.classroom.submissions.added import Added, additions_of, is_demonstration
from autograder.classroom.submissions.attachments import give_attachments
from autograder.classroom.submissions.cell_code import alike, defined, same
from autograder.classroom.submissions.match import Match, Slot, match
from autograder.classroom.submissions.notebook_text import copied
from autograder.classroom.submissions.written import Words, beside, note

SHOWN = 4  # names that a sentence lists
EXTRA = "extra"  # tag of the cells that the student added
REACHING = re.compile(  # a reader's hint, and no wall: names can be hidden
    r"\bdropout_course(?:\.|[ \t]+import[ \t(]+)(scenes|engine)\b"
)

CLIMBING = re.compile(  # likewise: what leads from an answer to who has called it
    r"\b(_getframe|currentframe|f_back|f_globals|f_locals|get_referrers|get_objects|__globals__"
    r"|cell_contents|__closure__|__code__|co_names|settrace|setprofile|DisableTorchFunction)\b"
)


@dataclass(frozen=True)
class Rebuilt:
    """A notebook to grade, and what was put right in it, one sentence each."""

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)


def rebuild(
    release: NotebookNode, submitted: NotebookNode | None, found: Match | None = None
) -> Rebuilt:
    """Put our own cells of a student's notebook as they were released, and keep the rest.

    Parameters
    ----------
    release : NotebookNode
        The released notebook.
    submitted : NotebookNode or None
        The student's notebook from `intake`; None gives the untouched release.
    found : Match, optional
        Which cell of it is which of the released one, if that has been looked for.

    Returns
    -------
    Rebuilt
        A new notebook; neither argument is changed. Its metadata lists the answer cells that
        nobody filled in (``untouched``): they run first, for a stub must not hide an answer.
    """
    notebook = copied(release)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    if submitted is None:
        return Rebuilt(notebook)
    found = found or match(release, submitted)
    if not any(slot.copies for slot in found.slots if slot.kind in ("answer", "written")):
        return Rebuilt(notebook)  # another notebook, as intake has said: there is nothing to run
    mine = _defined_by_hand(found, submitted)
    for slot in found.slots:  # one cell may answer several, and is the copy of one alone
        if slot.asked & set().union(*mine) and not slot.changed:
            found.by_name.add(slot.index)
    notes = [note for slot in found.slots for note in _notes(slot, found, submitted)]
    added = additions_of(found, submitted)
    notes += [*_twice(found, mine), *_summary(found, added)]
    answers = {slot.index: _answer(slot, submitted) for slot in found.slots}
    words = beside(found, submitted)
    notes += [note(found.slots[index]) for index in words]
    untouched = [s.id for s in found.slots if s.kind == "answer" and answers[s.index] is None]
    ours = notebook.metadata.setdefault("dropout_course", NotebookNode())
    ours["untouched"] = untouched
    if not_run := {n: need for a in added.values() for n, need in (a.altered | a.left).items()}:
        ours["not_run"] = not_run  # for what an answer that needs it is told
    for index, written in words.items():
        answers[index] = None
        _put_in(notebook.cells[index], written, submitted)
    notebook.cells = _in_order(notebook, found, submitted, answers, added)
    return Rebuilt(notebook, [*notes, *_reaching(notebook)])


def _reaching(notebook: NotebookNode) -> Iterator[str]:
    """Name what reaches for the course's own modules that run an answer: nothing honest does."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    reached = {word for source in code for word in REACHING.findall(source)}
    if reached:
        yield (
            f"A cell reaches for what asks it (dropout_course.{', '.join(sorted(reached))}): no "
            "exercise needs that, and whoever grades will want to read it."
        )
    climbed = {word for source in code for word in CLIMBING.findall(source)}
    if climbed:
        yield (
            f"A cell looks into the interpreter that runs it ({', '.join(sorted(climbed))}): no "
            "exercise needs that, and whoever grades will want to read it."
        )


def _answer(slot: Slot, submitted: NotebookNode) -> int | None:
    """Return the submitted cell that bears an exercise's id; None keeps the cell as released."""
    if slot.kind not in ("answer", "written"):
        return None
    changed = slot.changed
    if slot.kind == "written":
        return changed[-1] if changed else None
    code = [i for i in changed if submitted.cells[i].cell_type == "code"] or changed
    naming = [i for i in code if slot.asked & defined(submitted.cells[i].source)]
    best = naming or code
    return best[-1] if best else None


def _put_in(place: NotebookNode, written: Words, submitted: NotebookNode) -> None:
    """Put into the place of a written answer what stands beside it; there it stays as well."""
    place.source = written.text
    give_attachments(place, (submitted.cells[position] for position in written.positions))


def _in_order(
    notebook: NotebookNode,
    found: Match,
    submitted: NotebookNode,
    answers: dict[int, int | None],
    added: dict[int, Added],
) -> list[NotebookNode]:
    """Lay out the student's cells in their order, each of ours once among them."""
    owners = {}
    for slot in found.slots:
        answer = answers[slot.index]
        if slot.copies:
            changed = slot.changed
            released = [i for i in slot.copies if i not in changed] or slot.copies
            owners[released[0] if answer is None else answer] = slot.index
    cells: list[NotebookNode] = []
    where: dict[int, int] = {}
    for position, cell in enumerate(submitted.cells):
        index = owners.get(position)
        if index is not None:
            ours = notebook.cells[index]
            if answers[index] is not None:
                ours.source = cell.source
                give_attachments(ours, [cell])
            cells.append(ours)
            where[index] = id(ours)
        for kind, source in _kept(position, found, submitted, answers, added):
            cells.append(_extra_cell(kind, source, len(cells)))
    _put_back(cells, notebook, where)
    return cells


def _put_back(cells: list[NotebookNode], notebook: NotebookNode, where: dict[int, int]) -> None:
    """Insert released cells that are missing, each after the one that it was released after."""
    for index, ours in enumerate(notebook.cells):
        if index in where:
            continue
        before = where.get(index - 1)
        at = next((i + 1 for i, cell in enumerate(cells) if id(cell) == before), 0)
        cells.insert(at, ours)
        where[index] = id(ours)


def _kept(
    position: int,
    found: Match,
    submitted: NotebookNode,
    answers: dict[int, int | None],
    added: dict[int, Added],
) -> Iterator[tuple[str, str]]:
    """Yield type and source of what the student wrote in a cell, but for an answer that counts."""
    cell, owner = submitted.cells[position], found.owner[position]
    if not cell.source.strip():
        return
    if owner is None:
        yield cell.cell_type, cell.source
        return
    slot = found.slots[owner]
    if slot.kind in ("answer", "written"):
        if position != answers[owner] and position in slot.changed:
            yield cell.cell_type, cell.source
    elif slot.cell.cell_type != "code" or cell.cell_type != "code":
        if cell.cell_type == "code" and not same(cell.source, slot.cell.source):
            yield "code", cell.source  # code in a copy of a text of ours
    elif not alike(cell.source, slot.cell.source):
        if is_demonstration(slot.cell):  # they train networks, and are not run at grading
            yield from (("code", source) for source in added[position].kept)
        else:
            yield "code", cell.source


def _extra_cell(kind: str, source: str, number: int) -> NotebookNode:
    make = new_code_cell if kind == "code" else new_markdown_cell
    cell = make(source)
    cell.id = f"extra-{number}"
    cell.metadata["tags"] = [EXTRA]
    return cell


def _notes(slot: Slot, found: Match, submitted: NotebookNode) -> Iterator[str]:
    """Say what was put right in one answer or check cell."""
    changed = slot.changed
    if slot.kind == "answer":
        if not slot.copies and slot.index not in found.by_name:
            yield (
                f"The answer cell of {slot.label} is missing; what your other cells define is "
                "graded."
            )
        elif _rival(slot, changed, submitted) and slot.index not in found.by_name:
            yield f"{slot.label} has {len(changed)} answer cells; the last one counts."
        if changed and all(submitted.cells[i].cell_type != "code" for i in changed):
            yield f"The answer cell of {slot.label} is no code cell; its text is graded as code."
    elif slot.kind == "check":
        if not slot.copies:
            yield f"The check cell of {slot.label} was deleted; the original is used."
        elif changed:
            yield f"The check cell of {slot.label} was changed; the original is used."


def _rival(slot: Slot, changed: list[int], submitted: NotebookNode) -> bool:
    """Tell whether one of several answer cells takes the place of another, not of a part of it."""
    parts = [slot.asked & defined(submitted.cells[i].source) for i in changed]
    return sum(map(len, parts)) > len(set().union(*parts))


def _defined_by_hand(found: Match, submitted: NotebookNode) -> list[frozenset[str]]:
    """Give the names that each cell defines that isn't as it was released."""
    ours = [set(s.copies) - set(s.changed) for s in found.slots]
    released = set().union(*ours)
    return [
        defined(cell.source)
        for position, cell in enumerate(submitted.cells)
        if cell.cell_type == "code" and position not in released
    ]


def _twice(found: Match, mine: list[frozenset[str]]) -> Iterator[str]:
    """Say which definition of a name counts, if there are several cells with one."""
    for slot in found.slots:
        for name in sorted(slot.asked):
            times = sum(name in names for names in mine)
            if times > 1:
                yield f"{name} is defined in {times} cells; the last one that runs counts."


def _summary(found: Match, added: dict[int, Added]) -> Iterator[str]:
    """Say what was put right elsewhere."""
    names = [slot.label for slot in found.slots if slot.index in found.by_name]
    if names:
        yield (
            f"The answers to {', '.join(names)} stand in cells of your own; they are graded. "
            "Write into the cells that are there for them."
        )
    code = [s for s in found.slots if s.kind == "locked" and s.cell.cell_type == "code"]
    changed = sum(bool(slot.changed) for slot in code)
    missing = sum(not slot.copies for slot in code)
    if changed:
        were = "cell was" if changed == 1 else "cells were"
        yield f"{changed} set-up or demonstration {were} changed; {_kept_of(added)}."
    if missing:
        were = "cell was" if missing == 1 else "cells were"
        yield f"{missing} set-up or demonstration {were} deleted; the original is used."


def _kept_of(added: dict[int, Added]) -> str:
    """Say what is kept of changed cells of ours, and name what is not."""
    left = {name: need for more in added.values() for name, need in more.left.items()}
    if left:
        told = [f"{name}, which needs {need}" for name, need in list(left.items())[:SHOWN]]
        told += [f"and {len(left) - SHOWN} more"] if len(left) > SHOWN else []
        return (
            f"what you defined there is kept, but for {'; '.join(told)}: experiments are not run "
            "at grading"
        )
    if any(more.altered for more in added.values()):
        return "what you added there is kept, and experiments are not run at grading"
    return "what you defined there is kept"
