"""What a delivery does not grade, put where a person finds it: the course's ``set-aside``."""

from __future__ import annotations

import shutil
from pathlib import Path

from nbformat.notebooknode import NotebookNode

from autograder.classroom.collecting.collect import ASIDE
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.folder.files import (
    NOTEBOOK_LIMIT,
    OWN_FILES,
    Entry,
    digest,
    entries,
    printable,
    read_regular,
)
from autograder.classroom.submissions.parse import UnreadableError, parse

REPLACED, USELESS = "replaced", "without-notebook"
SHOWN = 3  # files that a sentence names


def set_aside(course: Course, folder: Path, submitted: Path, why: str) -> Path:
    """Move a folder to where what was not graded lies; give where, which may be since before.

    Parameters
    ----------
    course : Course
    folder : Path
        What is moved.
    submitted : Path
        The submission of this student, by which it is named.
    why : str
        `REPLACED` or `USELESS`: the end of its name.
    """
    target = course.root / ASIDE / submitted.parent.name / f"{submitted.name}.{why}"
    while target.exists():
        if why == USELESS and digest(target) == digest(folder):  # delivered once more
            return target
        target = target.with_name(target.name + "~")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(folder, target)
    return target


def keeps_its_notebook(course: Course, submitted: Path, new: Path) -> str:
    """Set a delivery without a notebook aside where one with a notebook is there already.

    A student who packs a second hand-in in a way that nobody can open would lose the points of
    the first: which of them counts is for a person to say.

    Returns
    -------
    str
        What a person is to look at; "" where the new delivery takes the place of what is there.
    """
    if not submitted.is_dir() or not any(map(_is_notebook, entries(submitted))):
        return ""
    came = [entry for entry in entries(new) if entry.name not in OWN_FILES]
    if any(map(_is_notebook, came)):
        return ""
    names = [printable(entry.name) for entry in came if not _is_stand_in(entry)]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    shown = f" ({', '.join(names[:SHOWN])}{more})" if names else ""
    place = set_aside(course, new, submitted, USELESS)
    return (
        f"what came now holds no notebook that can be read{shown}, so what was handed in before "
        f"stays, and is graded. What came lies in {place}: if it holds a notebook that is packed, "
        f"put that into {submitted} instead; else ask for one."
    )


def _is_notebook(entry: Entry) -> bool:
    found = _read(entry)
    return found is not None and not found.metadata["dropout_course"].get("stand_in")


def _is_stand_in(entry: Entry) -> bool:
    found = _read(entry)
    return found is not None and bool(found.metadata["dropout_course"].get("stand_in"))


def _read(entry: Entry) -> NotebookNode | None:
    if ".ipynb" not in entry.name.lower() or entry.trouble:
        return None
    try:
        return parse(read_regular(entry.path, NOTEBOOK_LIMIT))[0]
    except (OSError, UnreadableError):
        return None
