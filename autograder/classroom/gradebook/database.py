"""Open nbgrader's gradebook, in a file or on a server; say what is wrong with it, and no password.

Whatever the database refuses ends as a `GradebookError`. What one submission is to blame for (a
name that it does not take, a row that is there already) is left to who records submissions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from nbgrader.api import Gradebook, InvalidEntry
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    PendingRollbackError,
)

from autograder.classroom.errors import AGAIN, CourseError

SECRETS = {"password", "sslpassword"}  # in the query of an address
BUSY = re.compile(r"(?i)locked|deadlock|could not serialize")
# what the database says, and what to do
ADVICE = (
    (BUSY, f"Close what else uses it, {AGAIN}"),
    (r"disk is full|No space|disk full|disk I/O error", f"Make room on its disk, {AGAIN}"),
    (
        r"not a database|malformed",
        "It is no gradebook, or a damaged one: put back your last copy of it, or move it away and "
        "run `autograder release` and `autograder autograde`; what a person gave is only in it.",
    ),
    (
        r"readonly|read-only|permission denied|unable to open|insufficient privilege",
        f"Give yourself the right to write there, {AGAIN}",
    ),
    (
        r"no such (table|column)|does not exist.*LINE|column .* does not exist"
        r"|relation .* does not exist",
        "It was made by another version of nbgrader: make a copy of it, then run `nbgrader db "
        "upgrade` in the course folder.",
    ),
    (
        r"authentication failed|no password supplied|role .* does not exist",
        "Look at the name in db_url of nbgrader_config.py, and at the password there or in "
        "~/.pgpass.",
    ),
    (r"database .* does not exist", "Make it on the server with `createdb`, or mend db_url."),
    (
        r"could not translate|name resolution|Name or service|nodename",
        "Look at the server's name in db_url of nbgrader_config.py.",
    ),
)
SERVER = f"Look whether the server runs and can be reached, {AGAIN}"
FILE = f"Close what else uses it, look whether the disk is full, {AGAIN}"


class GradebookError(CourseError):
    """The gradebook can't be opened, read or written; the message says what to do."""

    busy = False  # somebody else writes: another try may do


def shown(url: str) -> str:
    """Give the address of a gradebook as it may be printed: without a password.

    Parameters
    ----------
    url : str
        nbgrader's `CourseDirectory.db_url`.
    """
    try:
        made = make_url(url)
    except (ArgumentError, ValueError):
        return "of db_url"  # it can't be told which part of it is a password
    return made.difference_update_query(SECRETS).render_as_string(hide_password=True)


@contextmanager
def gradebook(url: str, course_id: str) -> Iterator[Gradebook]:
    """Open a gradebook; what goes wrong with it while it is open is a `GradebookError` too."""
    with speaking(url):
        opened = _open(url, course_id)
        try:
            yield opened
        finally:
            opened.close()


def _open(url: str, course_id: str) -> Gradebook:
    try:
        return Gradebook(url, course_id)
    except ImportError as error:
        raise GradebookError(
            f"The gradebook {shown(url)} needs a driver that is not installed ({error.name}). For "
            "PostgreSQL: pip install 'dropout-autograder[postgresql]'."
        ) from None
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        if isinstance(error, NoSuchModuleError) or not _is_url(url):
            raise GradebookError(
                f"The address {shown(url)} is none that is known here: mend db_url in "
                "nbgrader_config.py, for example postgresql+psycopg://grader@localhost/dropout."
            ) from None
        raise
    except InvalidEntry as error:  # nbgrader could not enter the course
        cause = error.__context__
        if isinstance(cause, DBAPIError):
            raise as_gradebook_error(cause, url) from error
        raise


def _is_url(url: str) -> bool:
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        return False
    return True


@contextmanager
def speaking(url: str) -> Iterator[None]:
    """Make sentences of the errors of a database.

    Raises
    ------
    GradebookError
        Whatever is wrong with the database itself.
    """
    try:
        yield
    except (IntegrityError, DataError):
        raise
    except (DBAPIError, PendingRollbackError) as error:
        raise as_gradebook_error(error, url) from error


def as_gradebook_error(error: Exception, url: str) -> GradebookError:
    """Say what is wrong with a gradebook, and what to do.

    Parameters
    ----------
    error : Exception
        SQLAlchemy's.
    url : str
        See `shown`.
    """
    cause = getattr(error, "orig", None) or error
    why = " ".join(_without_password(str(cause), url).split())
    local = url.startswith("sqlite")
    advice = next((to_do for pattern, to_do in ADVICE if re.search(pattern, why)), None)
    advice = advice or (FILE if local else SERVER)
    made = GradebookError(f"The gradebook {shown(url)} can't be used ({why}). {advice}")
    made.busy = bool(BUSY.search(why))
    return made


def _without_password(text: str, url: str) -> str:
    try:
        made: URL = make_url(url)
    except (ArgumentError, ValueError):
        return text
    secrets = [made.password, *(made.query.get(name) for name in SECRETS)]
    for secret in filter(None, secrets):
        text = text.replace(str(secret), "***")
    return text
