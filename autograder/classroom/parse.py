"""Bytes of a notebook file to a small, clean notebook, whatever wrote the file.

Only what can matter survives: type, source, cell id and nbgrader's grade id of each cell, and
the course's own metadata. Outputs, attachments and all other metadata are dropped, so that what
comes out is valid by construction. nbformat 2 to 4 are read; a newer one is tried.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from nbformat.notebooknode import NotebookNode

MAX_CELLS = 2000
CELL_LIMIT = 500_000  # characters of one cell
SOURCE_LIMIT = 5_000_000  # characters of all cells
KINDS = ("code", "markdown", "raw")
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class UnreadableError(ValueError):
    """The bytes hold no notebook; the message is a sentence for the student."""


def parse(data: bytes) -> tuple[NotebookNode, list[str]]:
    """Read a notebook file.

    Parameters
    ----------
    data : bytes
        The file, in any encoding that JSON allows.

    Returns
    -------
    notebook : NotebookNode
        Clean cells, without outputs; a cell whose id is missing or unfit has the id "".
    problems : list of str
        What was repaired or left out, one sentence each.

    Raises
    ------
    UnreadableError
        If it is no JSON or no notebook.
    """
    raw = _load(data)
    cells: list[NotebookNode] = []
    problems = []
    dropped, total = 0, 0
    for item in _raw_cells(raw):
        cell = _clean(item)
        total += len(cell.source) if cell else 0
        if cell is None or len(cell.source) > CELL_LIMIT or total > SOURCE_LIMIT:
            dropped += 1
        elif len(cells) < MAX_CELLS:
            cells.append(cell)
        else:
            dropped += 1
    if dropped:
        few = "1 cell is" if dropped == 1 else f"{dropped} cells are"
        problems.append(
            f"{few} damaged or far too long and left out. Run the notebook from top to bottom, "
            "save it in Jupyter and hand it in again."
        )
    major = raw.get("nbformat")
    if major in (2, 3):
        problems.append(f"The file has the old notebook format {major}; it was upgraded.")
    elif major != 4:
        problems.append("The file doesn't have notebook format 4; what can be read is graded.")
    ours = _dict(_dict(raw.get("metadata")).get("dropout_course"))
    known = {
        key: ours[key]
        for key in ("chapter", "release", "stand_in")
        if isinstance(ours.get(key), str | bool)
    }
    # not new_notebook: it refuses ids that are missing or used twice, which we match by
    metadata = NotebookNode(dropout_course=NotebookNode(known))
    made = NotebookNode(nbformat=4, nbformat_minor=5, metadata=metadata, cells=cells)
    return made, problems


def _load(data: bytes) -> dict[str, Any]:
    if not data.strip():
        raise UnreadableError("is empty")
    try:
        raw = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        if b"<<<<<<<" in data and b">>>>>>>" in data:
            raise UnreadableError("holds the conflict markers of an unfinished merge") from None
        raise UnreadableError(f"is not valid JSON ({error.msg.lower()}, {where})") from None
    except UnicodeDecodeError:
        raise UnreadableError("is not text in UTF-8") from None
    except (RecursionError, MemoryError, ValueError):
        raise UnreadableError("is not valid JSON (nested too deeply)") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("cells", raw.get("worksheets")), list):
        raise UnreadableError("is JSON, but not a notebook")
    return raw


def _raw_cells(raw: dict[str, Any]) -> Iterator[object]:
    if isinstance(raw.get("cells"), list):
        yield from raw["cells"]
        return
    for sheet in raw["worksheets"]:  # nbformat 2 and 3
        cells = _dict(sheet).get("cells")
        yield from cells if isinstance(cells, list) else []


def _clean(raw: object) -> NotebookNode | None:
    """Return a cell with nothing in it but what is read later, None if it has no source."""
    cell = _dict(raw)
    source = _text(cell.get("source", cell.get("input")))
    if source is None:
        return None
    kind = cell.get("cell_type")
    kind = "markdown" if kind in ("heading", "html") else kind
    if kind not in KINDS:
        return None
    metadata = _dict(cell.get("metadata"))
    cell_id = next((i for i in (cell.get("id"), metadata.get("id")) if _is_id(i)), "")
    made = NotebookNode(cell_type=kind, id=cell_id, source=source, metadata=NotebookNode())
    if kind == "code":
        made.update(outputs=[], execution_count=None)
    grade_id = _dict(metadata.get("nbgrader")).get("grade_id")
    if isinstance(grade_id, str) and grade_id:
        made.metadata["nbgrader"] = NotebookNode(grade_id=grade_id)
    return made


def _text(source: object) -> str | None:
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    # a lone surrogate is legal JSON, but can't be written to a file again
    return source.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\0", "\ufffd")


def _is_id(value: object) -> bool:
    return isinstance(value, str) and CELL_ID.fullmatch(value) is not None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
