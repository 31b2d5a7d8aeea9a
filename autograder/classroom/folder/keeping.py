"""The end of a term: a student forgotten."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.utils import notebook_hash

from autograder.classroom.collecting.collect import ASIDE
from autograder.classroom.folder.archiving import database_file
from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.csv_files import drop_rows, read_rows, read_text
from autograder.classroom.folder.extensions import HEADINGS, forget_extensions
from autograder.classroom.folder.files import printable, read_regular
from autograder.classroom.folder.lock import holding
from autograder.classroom.folder.logs import log_to
from autograder.classroom.folder.roster import EXTENSIONS, ROSTER, roster_rows
from autograder.classroom.gradebook.kept import drop_strays
from autograder.classroom.returns.feedback import SECRET, handed_in_names

# feedback first: what was released is found by what was submitted
STEPS = ("feedback", "submitted", "autograded", ASIDE)
# what is made anew by a command, and may name anybody
RENEWED = ("reports", "exports", "grades.csv")


def forget(course: Course, student: str) -> list[str]:
    """Remove all that the course holds of a student, and give what remains for you to do.

    What is made of the whole class, and may name anybody, is removed as well: exports, reports,
    ``grades.csv``, the zips of feedback. The gradebook comes first: if it can't be used, nothing
    is removed.

    Raises
    ------
    CourseError
        The course holds nothing of them, or something can't be removed; run it again then.
    """
    if student in ("", ".", "..") or "/" in student:
        raise CourseError(f"{printable(student)} is no student.")
    with holding(course, "forget"):
        try:
            found = _forget_grades(course, student)
            found = _forget_files(course, student) or found
            found = _forget_exchange(course, student) or found
            found = _forget_lines(course, student) or found
            removed, rest = _forget_rows(course, student)
            renewed = _remove_renewed(course) if found else []
            _vacuum(course)
        except OSError as error:
            raise CourseError(
                f"{error.filename or course.root} could not be removed "
                f"({error.strerror or error}). Give yourself the right to, then run the same "
                "command again."
            ) from error
    if not found and not removed:
        raise CourseError(
            f"The course holds nothing of {printable(student)}: names are written as in "
            "`autograder autograde`."
        )
    if renewed:
        rest.append(
            f"Removed as well, for they are of the whole class: {', '.join(renewed)}. Run "
            "`autograder export`, `autograder report` or `autograder feedback --zip` where you "
            "need them again."
        )
    rest.append("Archives, back-ups and what you sent to a learning platform are not touched.")
    return rest


def _forget_grades(course: Course, student: str) -> bool:
    with course.gradebook() as gradebook:
        found = True
        try:
            gradebook.remove_student(student)
        except MissingEntry:
            found = False
        drop_strays(gradebook)  # also those of a run that was ended here
    return found


def _forget_files(course: Course, student: str) -> bool:
    found = False
    for step in STEPS:
        folder = course.root / step / student
        if folder.is_dir() and not folder.is_symlink():
            if step == "feedback":
                _forget_released(course, student)
            shutil.rmtree(folder)
            found = True
    return found


def _remove_renewed(course: Course) -> list[str]:
    """Remove what is made anew by a command; give its names."""
    found = [*(course.root / "feedback").glob("*.zip"), *(course.root / name for name in RENEWED)]
    found = [path for path in found if path.exists()]
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return [path.relative_to(course.root).as_posix() for path in found]


def _forget_rows(course: Course, student: str) -> tuple[bool, list[str]]:
    """Remove a student from the tables that you wrote; say in which you are to look yourself."""
    removed, rest = False, []
    for name in (ROSTER, EXTENSIONS):
        path = course.root / name
        if not path.is_file():
            continue
        with suppress(CourseError):  # it can't be read: a person is to look
            if name == ROSTER:
                lines = [line for line, person in roster_rows(path) if person.id == student]
            else:
                rows = read_rows(path, HEADINGS, ["id"])
                lines = [line for line, row in rows if row["id"] == student]
            if lines:
                drop_rows(path, lines)
                removed = True
        if _may_name(path, student):
            rest.append(f"Remove {student} from {path}.")
    return removed, rest


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
    database = database_file(course)
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
