"""The end of a term: a course put away whole, and a student forgotten."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.utils import notebook_hash

from autograder.classroom.collecting.collect import ASIDE
from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.csv_files import read_text
from autograder.classroom.folder.extensions import forget_extensions
from autograder.classroom.folder.files import printable, read_regular
from autograder.classroom.folder.lock import LOCK, holding
from autograder.classroom.folder.logs import log_to
from autograder.classroom.folder.roster import EXTENSIONS, ROSTER
from autograder.classroom.gradebook.kept import drop_strays
from autograder.classroom.returns.feedback import SECRET, handed_in_names

# feedback first: what was released is found by what was submitted
STEPS = ("feedback", "submitted", "autograded", ASIDE)
# what is made anew by a command, and may name anybody
RENEWED = ("reports", "exports", "grades.csv")
SIDE = ("-wal", "-shm", "-journal")


def archive(course: Course, to: Path | None = None) -> Path:
    """Put a course into one file: submissions, graded notebooks, feedback, gradebook, marks.

    Nothing is removed. The key of the course is not in it: keep ``.autograder/key`` yourself, if
    the same inputs are to be drawn again.

    Raises
    ------
    CourseError
        The file is there already, or can't be written.
    """
    target = to or course.home / "build" / f"{course.root.name}-{date.today()}.tar.gz"
    if target.exists():
        raise CourseError(f"{target} is there already: name another file with --to.")
    new = target.with_name(target.name + ".new")
    with holding(course, "archive"):
        marks = course.export()
        database = _database(course)
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
            new.unlink(missing_ok=True)
            raise CourseError(
                f"{target} could not be written ({getattr(error, 'strerror', None) or error}). "
                f"Make room or name another place with --to. The marks are in {marks}."
            ) from error
    return target


def _inside(course: Course, path: Path) -> str:
    return f"{course.root.name}/{path.relative_to(course.root)}"


def _database(course: Course) -> Path | None:
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


def forget(course: Course, student: str) -> list[str]:
    """Remove all that the course holds of a student, and give what remains for you to do.

    Raises
    ------
    CourseError
        The course holds nothing of them, or something can't be removed; run it again then.
    """
    with holding(course, "forget"):
        try:
            found = _forget_files(course, student)
            found = _forget_exchange(course, student) or found
            found = _forget_lines(course, student) or found
            with course.gradebook() as gradebook:
                try:
                    gradebook.remove_student(student)
                except MissingEntry:
                    if not found:
                        raise CourseError(
                            f"The course holds nothing of {printable(student)}: names are written "
                            "as in `autograder autograde`."
                        ) from None
                drop_strays(gradebook)
            _vacuum(course)
        except OSError as error:
            raise CourseError(
                f"{error.filename or course.root} could not be removed "
                f"({error.strerror or error}). Give yourself the right to, then run the same "
                "command again."
            ) from error
    rest = []
    for name in (ROSTER, EXTENSIONS):
        path = course.root / name
        if path.is_file() and _may_name(path, student):
            rest.append(f"Remove {student} from {path}.")
    rest.append("Archives, back-ups and what you sent to a learning platform are not touched.")
    return rest


def _forget_files(course: Course, student: str) -> bool:
    found = False
    for step in STEPS:
        folder = course.root / step / student
        if folder.parent != course.root / step or student in ("", ".", ".."):
            raise CourseError(f"{printable(student)} is no student.")
        if folder.is_dir() and not folder.is_symlink():
            if step == "feedback":
                _forget_released(course, student)
            shutil.rmtree(folder)
            found = True
    if found:
        for path in (course.root / "feedback").glob("*.zip"):
            path.unlink()
        for name in RENEWED:
            path = course.root / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    return found


def _forget_released(course: Course, student: str) -> None:
    """Remove released pages: their names are made of the secret of a submission."""
    released = course.exchange / course.course_id / "feedback"
    for folder in (course.root / "feedback" / student).glob("*"):
        try:
            secret = read_regular(folder / SECRET, 10_000).decode()
        except (OSError, UnicodeDecodeError):  # it came another way, and was not released
            continue
        for name in handed_in_names(course.folder("submitted", student, folder.name)):
            page = released / f"{notebook_hash(secret=secret, notebook_id=name)}.html"
            page.unlink(missing_ok=True)


def _forget_exchange(course: Course, student: str) -> bool:
    inbound = course.exchange / course.course_id / "inbound"
    found = False
    for path in inbound.iterdir() if inbound.is_dir() else ():
        if path.name.rsplit("+", 3)[0] == student:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
            found = True
    return found


def _forget_lines(course: Course, student: str) -> bool:
    """Remove a student from journals, stamps and logs."""
    found = False
    for path in course.state.glob("*.jsonl"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not _is_of(line, student)]
        if len(kept) < len(lines):
            _rewrite(path, "".join(kept))
            found = True
    course.stamps.drop(lambda step: step.startswith("feedback ") and step.endswith(f" {student}"))
    forget_extensions(course, student)
    if course.log.is_file():
        lines = course.log.read_text("utf-8", "replace").splitlines(keepends=True)
        _rewrite(course.log, "".join(line for line in lines if not _names(line, student)))
        log_to(course.log)  # the file is another one now
    return found


def _may_name(path: Path, student: str) -> bool:
    """Tell whether a person is to look for a student in a file: also where it can't be read."""
    try:
        return _names(read_text(path), student)
    except CourseError:
        return True


def _names(text: str, student: str) -> bool:
    """Tell whether a text has the id of a student in it, and not only as a part of a word."""
    return bool(re.search(rf"(?<!\w){re.escape(student)}(?!\w)", text))


def _is_of(line: str, student: str) -> bool:
    try:
        return bool(json.loads(line)["row"]["student"] == student)
    except (ValueError, KeyError, TypeError):
        return _names(line, student)


def _rewrite(path: Path, text: str) -> None:
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def _vacuum(course: Course) -> None:
    """Let SQLite write its file anew: what is deleted stays in it until then."""
    database = _database(course)
    if database and database.is_file():
        connection = sqlite3.connect(database)
        try:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise CourseError(
                f"{database} is in use ({error}): close Formgrader, then run this again."
            ) from error
        finally:
            connection.close()
