"""The part of the course that grading needs, and the packages that it needs beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dropout_course import course as material

PACKAGES = ("dropout_course", "solutions", "autograder")
LEFT_OUT = ("authoring", "rubrics", "__pycache__")
FILES = ("_config.yml", "nbgrader_config.py", "limits.toml", "requirements.lock", "LICENSE")
NEEDED = (
    *("numpy", "scipy", "matplotlib", "scikit-learn"),
    *("nbgrader", "ipython", "greenlet", "typer", "rich"),
)


def source_files(root: Path, assignment: str, code: Path) -> Iterator[tuple[str, bytes]]:
    """Give name and bytes of every file that grading an assignment needs, in order.

    Parameters
    ----------
    root : Path
        The course.
    assignment : str
    code : Path
        The checkout that holds the packages.
    """
    for package in PACKAGES:
        for path in sorted((code / package).rglob("*")):
            name = path.relative_to(code)
            if path.is_file() and path.suffix != ".pyc" and not set(name.parts) & set(LEFT_OUT):
                yield name.as_posix(), path.read_bytes()
    for single in FILES:
        found = next((p / single for p in (root, code) if (p / single).is_file()), None)
        if found:
            yield single, found.read_bytes()
    path = root / "notebooks" / f"{assignment}.ipynb"
    yield f"notebooks/{path.name}", path.read_bytes()


def requirements(assignment: str, lock: str) -> list[str]:
    """Give the packages that grading needs, in the versions of the lock."""
    chapter = material.chapters().get(assignment.partition("-")[0], {})
    wanted = {*NEEDED, *({"torch"} if chapter.get("library") == "torch" else set())}
    pins = dict(re.findall(r"(?m)^([\w.-]+)(==[\w.!]+)", lock))
    known = {name.lower(): f"{name}{pin}" for name, pin in pins.items()}
    return [known.get(name, name) for name in sorted(wanted)]
