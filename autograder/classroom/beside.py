"""What was handed in beside a notebook, for the notebook to import and read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nbformat.notebooknode import NotebookNode

from autograder.classroom.files import OWN_FILES, Entry, entries, printable, read_regular
from autograder.referee.limits import Limits


@dataclass(frozen=True)
class Beside:
    """Files by name, and what was left out, one sentence each."""

    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def beside(folder: Path, room: int = Limits.files_bytes) -> Beside:
    """Read what is in a submitted folder beside its notebooks; nothing is followed.

    Parameters
    ----------
    folder : Path
        It belongs to one student. Links and the like are named by `intake`, not here.
    room : int
        So many bytes are read in all.
    """
    return _read((entry for entry in entries(folder) if not entry.trouble), room)


def mentioned(path: Path, notebook: NotebookNode, room: int = Limits.files_bytes) -> Beside:
    """Read what stands beside a notebook file and is named in its code.

    Other students' files may stand there as well, so that nothing else is looked at.
    """
    words = set(re.findall(r"[\w.-]+", "\n".join(c.source for c in notebook.cells)))
    words |= {word.partition(".")[0] for word in words}
    try:
        names = {p.name for p in path.parent.iterdir()}
    except OSError:
        return Beside()
    wanted = {n for n in names if n in words or n.removesuffix(".py") in words}
    if not wanted:
        return Beside()
    tops = (e for e in entries(path.parent) if e.name.partition("/")[0] in wanted)
    return _read(tops, room)


def _read(found: Iterable[Entry], most: int) -> Beside:
    files: dict[str, bytes] = {}
    problems = []
    room = most
    for entry in found:
        if entry.name in OWN_FILES or ".ipynb" in entry.name.lower():
            continue
        if entry.trouble:
            problems.append(_left_out(entry.name, entry.trouble))
            continue
        try:
            data = read_regular(entry.path, most) if entry.size <= room else None
        except OSError as error:
            problems.append(_left_out(entry.name, f"unreadable ({error.strerror or error})"))
            continue
        if data is None:
            limit = f"too large ({most / 1e6:g} MB in all are read beside a notebook)"
            problems.append(_left_out(entry.name, limit))
            continue
        room -= len(data)
        files[entry.name] = data
    return Beside(files, problems)


def _left_out(name: str, why: str) -> str:
    return (
        f"{printable(name)} is left out: {printable(why, 80)}. What the notebook needs of it must "
        "stand in the notebook, or in a smaller regular file beside it."
    )
