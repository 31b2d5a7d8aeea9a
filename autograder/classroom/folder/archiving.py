"""The end of a term: a course put away whole."""

from __future__ import annotations

import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.lock import LOCK, holding

SIDE = ("-wal", "-shm", "-journal")


def archive(course: Course, to: Path | None = None) -> Path:
    """Put a course into one file: submissions, graded notebooks, feedback, gradebook, marks.

    Nothing is removed. By default the file lies beside the course's folder; where that is in
    ``build``, which `make clean` removes, in the checkout. The key of the course is not in it: keep
    ``.autograder/key`` yourself, if the same inputs are to be drawn again.

    Raises
    ------
    CourseError
        The file is there already, or can't be written.
    """
    target = to or _beside(course) / f"{course.root.name}-{date.today()}.tar.gz"
    if target.exists():
        raise CourseError(f"{target} is there already: name another file with --to.")
    new = target.with_name(target.name + ".new")
    with holding(course, "archive"):
        marks = course.export()
        database = database_file(course)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as tar:
                for path in _all_but(course.root, database, new):
                    tar.add(path, _inside(course, path), recursive=False)
                if database and database.is_file():
                    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
                        copy = Path(folder) / database.name
                        _copy_database(database, copy)
                        tar.add(copy, _inside(course, database))
            new.replace(target)
        except (OSError, sqlite3.Error) as error:
            raise CourseError(
                f"{target} could not be written ({getattr(error, 'strerror', None) or error}). "
                f"Make room or name another place with --to. The marks are in {marks}."
            ) from error
        finally:
            new.unlink(missing_ok=True)
    return target


def _beside(course: Course) -> Path:
    place, build = course.root.resolve().parent, (course.home / "build").resolve()
    return course.home if place.is_relative_to(build) else place


def _inside(course: Course, path: Path) -> str:
    return f"{course.root.name}/{path.relative_to(course.root)}"


def database_file(course: Course) -> Path | None:
    """Give the file of the gradebook, None where it is in a database server."""
    url = course.directory.db_url.partition("?")[0]
    name = url.removeprefix("sqlite:///")
    return Path(name).resolve() if name != url else None


def _all_but(root: Path, database: Path | None, new: Path) -> Iterator[Path]:
    left = {new.resolve(), root / ".autograder" / LOCK}
    if database:
        left |= {database, *(database.with_name(database.name + end) for end in SIDE)}
    for path in sorted(root.rglob("*")):
        if path not in left and (path.is_file() or path.is_dir() or path.is_symlink()):
            yield path


def _copy_database(database: Path, copy: Path) -> None:
    """Copy a gradebook while others may write to it."""
    source, target = sqlite3.connect(database), sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
