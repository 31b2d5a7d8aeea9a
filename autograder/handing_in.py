"""What is worth a look before a notebook is handed in: what is missing, and what was not run.

Grading runs a notebook itself, so none of this costs points. It tells a student who overlooked an
exercise, or who saved a notebook that works only in the order in which its cells happened to run.
"""

from __future__ import annotations

import json
from typing import Any

from nbformat.notebooknode import NotebookNode

from autograder.classroom.submissions.cell_code import same
from autograder.classroom.submissions.match import grade_id, slots

RERUN = "Restart the kernel, run all cells, look at the checks, and save."


def reminders(data: bytes, rebuilt: NotebookNode, release: NotebookNode) -> list[str]:
    """Say what a student may have overlooked, a sentence each.

    Parameters
    ----------
    data : bytes
        The notebook's file as it is.
    rebuilt : NotebookNode
        The released notebook with the answers in it.
    release : NotebookNode
        The released notebook.
    """
    open_ = unanswered(rebuilt, release)
    sentences = [f"Not answered yet: {', '.join(open_)}."] if open_ else []
    cells = _code_cells(data)
    labels = {slot.id: _name(slot) for slot in slots(release) if slot.kind in ("answer", "check")}
    never = [labels[_id(c)] for c in cells if _id(c) in labels and _count(c) is None]
    if never:
        sentences.append(
            f"Not run since the notebook was opened: {', '.join(_once(never))}. {RERUN}"
        )
    counts = [count for cell in cells if (count := _count(cell)) is not None]
    if counts != sorted(counts):
        sentences.append(
            "Cells were run in another order than they stand in; grading runs them from top to "
            f"bottom. {RERUN}"
        )
    return sentences


def unanswered(rebuilt: NotebookNode, release: NotebookNode) -> list[str]:
    """Name the questions whose cells are as they were released."""
    given = {grade_id(cell): cell.source for cell in rebuilt.cells}
    return _once(
        _name(slot)
        for slot in slots(release)
        if slot.kind in ("answer", "written") and same(given.get(slot.id, ""), slot.cell.source)
    )


def _name(slot: Any) -> str:
    if slot.kind == "written":
        return f"the written question {slot.id}"
    name = slot.id.removesuffix("-check")
    return name if slot.label in (slot.id, name) else f"{slot.label} ({name})"


def _once(names: Any) -> list[str]:
    return list(dict.fromkeys(names))


def _code_cells(data: bytes) -> list[dict[str, Any]]:
    """Give the cells of code with something in them, whatever the file holds beside them."""
    try:
        cells = json.loads(data)["cells"]
        found = [c for c in cells if isinstance(c, dict) and c.get("cell_type") == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):  # an older format, say
        return []
    return [cell for cell in found if "".join(map(str, cell.get("source") or ())).strip()]


def _id(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return str(name or cell.get("id") or "")


def _count(cell: dict[str, Any]) -> int | None:
    count = cell.get("execution_count")
    return count if isinstance(count, int) and not isinstance(count, bool) else None
