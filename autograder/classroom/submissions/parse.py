"""Bytes of a notebook file to a small, clean notebook, whatever wrote the file.

Only what can matter survives: type, source, cell id and nbgrader's grade id of each cell, the
pictures in a text, and the course's own metadata. Outputs and all other metadata are dropped, so
that what comes out is valid by construction. nbformat 2 to 4 are read; a newer one is tried.

As Python objects, JSON may take 24 times the room of its bytes, and one emoji makes each of its
characters take four. So a large file loses its outputs as bytes, and only the rest is parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from nbformat.notebooknode import NotebookNode

from autograder.classroom.submissions.attachments import safe_attachments

MAX_CELLS = 2000
CELL_LIMIT = 500_000  # characters of one cell
SOURCE_LIMIT = 5_000_000  # characters of all cells
LARGE = 2_000_000  # bytes of a file that is parsed as it is
REST_LIMIT = 10_000_000  # bytes of a larger file without its outputs
MAX_PARTS = 500_000  # texts, lists and objects in that rest; each takes up to 100 bytes
MAX_TOKENS = 5_000_000  # texts and brackets of a whole file: ten bytes for each, if it is full
KINDS = ("code", "markdown", "raw")
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_TOO_MUCH = "holds far too much beside its outputs; delete cells that hold data"
_TOKEN = re.compile(rb'"(?:outputs|attachments|widgets)"\s*:\s*[\[{]|"[^"]*"?|[\[\]{}]')
_WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--|<!doctype|<html|<head|<body)", re.I
)


ITSELF = "Take the notebook itself, the file whose name ends in .ipynb."
ANEW = "Take another copy, or save it anew where it was written: this one is damaged or cut off."
_BEGINNING = re.compile(rb"\A(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*[{\[]")


class UnreadableError(ValueError):
    """The bytes hold no notebook.

    Attributes
    ----------
    what : str
        What they hold, to follow the name of the file.
    todo : str
        What to do, a sentence.
    """

    def __init__(self, what: str, todo: str = "Open it in JupyterLab and save it.") -> None:
        super().__init__(what)
        self.what, self.todo = what, todo


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
        raise UnreadableError("is empty", ANEW)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise UnreadableError(
            "is a zip, not a notebook",
            "Unpack it; what a learning platform packed for a class goes to `autograder "
            "collect`, a capstone to `autograder capstone grade`.",
        )
    large = len(data) > LARGE
    rest = _without_outputs(data) if large else data
    try:
        raw = json.loads(rest.removeprefix(b"\xef\xbb\xbf"))
    except json.JSONDecodeError as error:
        if _WEB_PAGE.match(data):
            raise UnreadableError(
                "is a web page, not a notebook: the browser saved what it showed",
                "Take the notebook itself: in Jupyter File > Download, on GitHub the button "
                "'Download raw file'.",
            ) from None
        where = "" if large else f", line {error.lineno}, column {error.colno}"
        if b"<<<<<<<" in data and b">>>>>>>" in data:
            raise UnreadableError("holds the conflict markers of an unfinished merge") from None
        if not _BEGINNING.match(rest):
            raise UnreadableError("is no notebook, but another kind of file", ITSELF) from None
        raise UnreadableError(f"is not valid JSON ({error.msg.lower()}{where})", ANEW) from None
    except UnicodeDecodeError:
        if not _BEGINNING.match(data):
            raise UnreadableError("is no notebook, but another kind of file", ITSELF) from None
        raise UnreadableError("is not text in UTF-8", ANEW) from None
    except (RecursionError, MemoryError, ValueError):
        raise UnreadableError("is not valid JSON (nested too deeply)", ANEW) from None
    if not isinstance(raw, dict) or not isinstance(raw.get("cells", raw.get("worksheets")), list):
        raise UnreadableError("is JSON, but not a notebook", ITSELF)
    return raw


def _without_outputs(data: bytes) -> bytes:
    """Empty the outputs, attachments and widgets of a large file.

    Raises
    ------
    UnreadableError
        If what is left could still take much memory.
    """
    if json.detect_encoding(data) not in ("utf-8", "utf-8-sig"):
        raise UnreadableError("is large and not in UTF-8")
    # of the same length, and every quote in it begins or ends a text
    plain = data.replace(rb"\\", b"  ").replace(rb"\"", b"  ")
    if plain.count(b'"') // 2 + sum(map(plain.count, (b"[", b"]", b"{", b"}"))) > MAX_TOKENS:
        raise UnreadableError("holds millions of values; clear its outputs")
    pieces, size = [], 0
    for piece in _pieces(data, plain):
        pieces.append(piece)
        size += len(piece)
        if size > REST_LIMIT:
            raise UnreadableError(_TOO_MUCH)
    return b"".join(pieces)


def _pieces(data: bytes, plain: bytes) -> Iterator[bytes]:
    """Yield what stands before, between and after the outputs; `plain` tells where texts end."""
    start = depth = parts = 0
    for token in _TOKEN.finditer(plain):
        last = plain[token.end() - 1]
        if depth:
            depth += (last in b"[{") - (last in b"]}")
            start = token.end() - 1  # of the bracket that closes them, once all are passed
        elif last in b"[{" and len(token[0]) > 1:
            yield data[start : token.end()]
            depth = 1
        elif last not in b"]}":
            parts += 1
            if parts > MAX_PARTS:
                raise UnreadableError(_TOO_MUCH)
    if not depth:
        yield data[start:]


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
    elif kind == "markdown" and (pictures := safe_attachments(cell.get("attachments"))):
        made.attachments = pictures
    grade_id = _dict(metadata.get("nbgrader")).get("grade_id")
    if isinstance(grade_id, str) and grade_id:
        made.metadata["nbgrader"] = NotebookNode(grade_id=grade_id)
    return made


def _text(source: object) -> str | None:
    if isinstance(source, list):
        try:
            source = "".join(source)
        except TypeError:  # not all of it is text
            return None
    if not isinstance(source, str):
        return None
    # a lone surrogate is legal JSON, but can't be written to a file again
    return source.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\0", "\ufffd")


def _is_id(value: object) -> bool:
    return isinstance(value, str) and CELL_ID.fullmatch(value) is not None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
