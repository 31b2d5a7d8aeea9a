"""Whether a hand-in holds a notebook that can be read, before it replaces one that does."""

from __future__ import annotations

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
from autograder.classroom.submissions.parse import UnreadableError, parse

SHOWN = 3  # files that a sentence names


def would_lose_a_notebook(submitted: Path, new: Path) -> bool:
    """Tell whether a submission holds a notebook, and what is to take its place holds none."""
    return submitted.is_dir() and not has_notebook(new) and has_notebook(submitted)


def has_notebook(folder: Path) -> bool:
    """Tell whether a folder holds a student's notebook that can be read."""
    found = filter(None, map(_read, entries(folder)))
    return any(not _is_stand_in(notebook) for notebook in found)


def what_came(folder: Path) -> str:
    """Name a student's files, as in " (a.7z, b.pdf)"; "" if there are none."""
    names = [
        printable(entry.name)
        for entry in entries(folder)
        if entry.name not in OWN_FILES and not _is_stand_in(_read(entry))
    ]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f" ({', '.join(names[:SHOWN])}{more})" if names else ""


def _is_stand_in(notebook: NotebookNode | None) -> bool:
    return notebook is not None and bool(notebook.metadata["dropout_course"].get("stand_in"))


def _read(entry: Entry) -> NotebookNode | None:
    if ".ipynb" not in entry.name.lower() or entry.trouble:
        return None
    try:
        return parse(read_regular(entry.path, NOTEBOOK_LIMIT))[0]
    except (OSError, UnreadableError):
        return None
