"""What was handed in beside a notebook, for the notebook to import, to run and to read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nbformat.notebooknode import NotebookNode

from autograder.classroom.folder.files import (
    NOTEBOOK_LIMIT,
    OWN_FILES,
    Entry,
    entries,
    printable,
    read_regular,
)
from autograder.classroom.submissions.match import grade_id
from autograder.classroom.submissions.named import NOTEBOOK, matched_in, named_in
from autograder.classroom.submissions.parse import UnreadableError, parse
from autograder.referee.limits import Limits

OURS = "it is a notebook of the course, and may be somebody else's"
Refuse = Callable[[str, NotebookNode], str | None]


class _LeftOutError(Exception):
    """A notebook that is not taken; the message says why, or is empty if nobody need know."""


@dataclass(frozen=True)
class Beside:
    """Files by name, and what was left out, one sentence each."""

    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def beside(
    folder: Path,
    room: int = Limits.files_bytes,
    notebook: NotebookNode | None = None,
    sha256: str = "",
) -> Beside:
    """Read what is in a submitted folder beside its notebook; nothing is followed.

    Parameters
    ----------
    folder : Path
        It belongs to one student. Links and the like are named by `intake`, not here.
    room : int
        So many bytes are read in all.
    notebook : NotebookNode, optional
        The one that is graded: other notebooks that its code names are read too, their code alone.
    sha256 : str
        Of its file, which is left out.
    """
    is_named = names_of(notebook) if notebook else _nothing
    return _read((e for e in entries(folder) if not e.trouble), room, is_named, graded=sha256)


def mentioned(path: Path, notebook: NotebookNode, room: int = Limits.files_bytes) -> Beside:
    """Read what stands beside a notebook file and is named in its code.

    What its helpers name counts as well, and data files whose names the code lists or puts
    together. Other students' files may stand there too, so that nothing else is looked at, and
    no notebook of the course is taken.
    """

    def refuse(name: str, found: NotebookNode) -> str | None:
        if not _is_ours(found):
            return None
        return OURS if any(name in cell.source for cell in notebook.cells) else ""

    code = [cell.source for cell in notebook.cells]
    try:
        there = {p.name for p in path.parent.iterdir()} - {path.name}
    except OSError:
        return Beside()
    if not any(map(named_in(code), there)) and not any(map(matched_in(code), there)):
        return Beside()
    found = [entry for entry in entries(path.parent) if _top(entry) in there]
    code += _code_beside(found, code, room)
    is_named, is_matched = named_in(code), matched_in(code)
    named = [entry for entry in found if is_named(_top(entry))]
    listed = [e for e in found if "/" not in e.name and is_matched(e.name)]  # no folder unnamed
    data = [e for e in listed if not is_named(e.name) and _is_plain(e, room)]
    return _read([*named, *data], room, is_named, refuse)


def _top(entry: Entry) -> str:
    return entry.name.partition("/")[0]


def _code_beside(found: list[Entry], code: list[str], room: int) -> list[str]:
    """Read the helpers that code names, those that they name in turn, and so on."""
    read: dict[str, str] = {}
    while True:
        is_named = named_in([*code, *read.values()])
        more = [e for e in found if e.name not in read and is_named(_top(e)) and not e.trouble]
        texts = {e.name: text for e in more if (text := _code_of(e, room)) is not None}
        if not texts:
            return list(read.values())
        read |= texts


def _code_of(entry: Entry, room: int) -> str | None:
    """Give the code of a module or of a notebook that is none of the course; else None."""
    try:
        if entry.name.endswith(".py") and entry.size <= room:
            return read_regular(entry.path, room).decode(errors="replace")
        if entry.name.endswith(NOTEBOOK):
            notebook, _ = parse(read_regular(entry.path, NOTEBOOK_LIMIT))
            sources = [cell.source for cell in notebook.cells if _is_code(cell)]
            return None if _is_ours(notebook) else "\n".join(sources)
    except (OSError, UnreadableError):  # as `_read` says
        pass
    return None


def _is_plain(entry: Entry, room: int) -> bool:
    """Tell whether a data file is no notebook under another ending."""
    if entry.trouble or entry.size > room:
        return True  # it is not taken, as `_read` says
    try:
        return b'"nbformat"' not in read_regular(entry.path, room)
    except OSError:
        return True


def names_of(notebook: NotebookNode) -> Callable[[str], bool]:
    """Give what tells whether a file is named in a notebook, with its ending or without."""
    return named_in(cell.source for cell in notebook.cells)


def _nothing(name: str) -> bool:
    return False


def _anyone(name: str, found: NotebookNode) -> str | None:
    return None


def _is_ours(notebook: NotebookNode) -> bool:
    marks = notebook.metadata.get("dropout_course", {})
    return bool(marks.get("chapter")) or any(map(grade_id, notebook.cells))


def _read(
    found: Iterable[Entry],
    most: int,
    is_named: Callable[[str], bool],
    refuse: Refuse = _anyone,
    graded: str = "",
) -> Beside:
    files: dict[str, bytes] = {}
    problems = []
    room = most
    for entry in found:
        is_notebook = NOTEBOOK in entry.name.lower()
        if entry.name in OWN_FILES or (is_notebook and _is_it(entry, graded)):
            continue
        if is_notebook and not is_named(Path(entry.name).name):
            continue
        if entry.trouble:
            problems.append(_left_out(entry.name, entry.trouble))
            continue
        try:
            data = _data(entry, most, room, refuse)
        except OSError as error:
            problems.append(_left_out(entry.name, f"unreadable ({error.strerror or error})"))
            continue
        except UnreadableError as error:
            problems.append(_left_out(entry.name, error.what))
            continue
        except _LeftOutError as error:
            problems += [_left_out(entry.name, str(error))] if str(error) else []
            continue
        if data is None:
            limit = f"too large ({most / 1e6:g} MB in all are read beside a notebook)"
            problems.append(_left_out(entry.name, limit))
            continue
        room -= len(data)
        files[entry.name] = data
    return Beside(files, problems)


def _is_it(entry: Entry, sha256: str) -> bool:
    """Whether a file is the notebook that is graded, by its hash."""
    if not sha256 or entry.trouble:
        return False
    try:
        return hashlib.sha256(read_regular(entry.path, NOTEBOOK_LIMIT)).hexdigest() == sha256
    except (OSError, UnreadableError):
        return False


def _data(entry: Entry, most: int, room: int, refuse: Refuse) -> bytes | None:
    """Read a file, of a notebook the code alone; None if there is no room for it."""
    if NOTEBOOK not in entry.name.lower():
        return read_regular(entry.path, most) if entry.size <= room else None
    data = read_regular(entry.path, NOTEBOOK_LIMIT)
    notebook, _ = parse(data)
    if (why := refuse(entry.path.name, notebook)) is not None:
        raise _LeftOutError(why)
    cells = [{"cell_type": "code", "source": c.source} for c in notebook.cells if _is_code(c)]
    code = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()
    return code if len(code) <= room else None


def _is_code(cell: NotebookNode) -> bool:
    return bool(cell.cell_type == "code")


def _left_out(name: str, why: str) -> str:
    return (
        f"{printable(name)} is left out: {printable(why, 80)}. What the notebook needs of it must "
        "stand in the notebook, or in a smaller regular file beside it."
    )
