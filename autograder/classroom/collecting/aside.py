"""What a delivery does not grade, put where a person finds it: the course's ``set-aside``."""

from __future__ import annotations

import shutil
from pathlib import Path

from autograder.classroom.collecting.collect import ASIDE
from autograder.classroom.collecting.notebooks import what_came, would_lose_a_notebook
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.folder.files import digest

REPLACED, USELESS = "replaced", "without-notebook"
KEPT = (
    "{came} holds no notebook that can be read{shown}, so what was handed in before stays, and is "
    "graded. What came lies in {place}: if it holds a notebook that is packed, put that into "
    "{submitted} instead; else ask for one."
)


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
    if not would_lose_a_notebook(submitted, new):
        return ""
    shown = what_came(new)
    place = set_aside(course, new, submitted, USELESS)
    return KEPT.format(came="what came now", shown=shown, place=place, submitted=submitted)
