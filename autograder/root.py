"""Where the course is on this machine, and what is said when something is not set up."""

from __future__ import annotations

import os
from pathlib import Path


class SetUpError(Exception):
    """Something that a person can mend; the message says what to do."""


class NoCourseError(SetUpError):
    """There is no course here."""


def course_root() -> Path:
    """Find the folder that holds `_config.yml` and `notebooks/`.

    ``DROPOUT_COURSE_ROOT``, else the working directory or one above it, else the checkout that
    this package stands in.

    Raises
    ------
    NoCourseError
        None of them is a course.
    """
    if given := os.environ.get("DROPOUT_COURSE_ROOT"):
        places = [Path(given)]
    else:
        here = Path.cwd()
        places = [here, *here.parents, Path(__file__).resolve().parents[1]]
    for place in places:
        if (place / "_config.yml").is_file() and (place / "notebooks").is_dir():
            return place
    raise NoCourseError(
        f"{places[0]} is no checkout of the course (it has no _config.yml and notebooks/): "
        "go to the checkout, or set DROPOUT_COURSE_ROOT to it"
    )


def which(root: Path, assignment: str) -> str:
    """Give the id of an assignment that is named in full, or by its chapter: "03", or "3".

    Raises
    ------
    SetUpError
        There is none, or more than one.
    """
    known = sorted(path.stem for path in (root / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    named = assignment.removesuffix(".ipynb")
    found = [name for name in known if is_named(name, named)]
    if len(found) != 1:
        raise SetUpError(f"there is no {assignment}; there is {', '.join(known)}")
    return found[0]


def is_named(assignment: str, named: str) -> bool:
    """Tell whether an assignment is meant by its id, or by the number of its chapter."""
    return named == assignment or named.zfill(2) == assignment.partition("-")[0]
