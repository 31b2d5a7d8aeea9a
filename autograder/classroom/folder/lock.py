"""One at a time: who works on a course holds its lock, and a second one is told who and since when.

The kernel lets go of the lock when its holder ends, however it ends, so none is ever left behind.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.files import printable

PATIENCE = 2.0  # seconds: who was killed a moment ago may hold it still
LOCK = "lock"


_ours: set[Path] = set()  # locks that this process holds: a step of a step needs none


@contextmanager
def holding(course: Course, doing: str) -> Iterator[None]:
    """Hold the lock of a course while it is changed.

    Parameters
    ----------
    course : Course
    doing : str
        What is done, as others are told: "autograde 03-dropout-forward".

    Raises
    ------
    CourseError
        Somebody else holds it, or it can't be written.
    """
    with holding_at(course.state, f"autograder {doing}"):
        yield


@contextmanager
def holding_at(state: Path, doing: str) -> Iterator[None]:
    """Hold the lock of the course whose state lies in a folder; see `holding`.

    Parameters
    ----------
    state : Path
        ``.autograder`` in nbgrader's course folder.
    doing : str
        The whole command: "nbgrader autograde 03-dropout-forward".
    """
    path = state.resolve() / LOCK
    if path in _ours:
        yield
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise CourseError(
            f"{path} can't be written ({error.strerror or error}): give yourself the right to "
            "write in the course folder, or make room."
        ) from error
    try:
        _take(handle, path)
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(_self(doing)).encode(), 0)
        _ours.add(path)
        try:
            yield
        finally:
            _ours.discard(path)
            os.ftruncate(handle, 0)
            fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)


def _take(handle: int, path: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise CourseError(_holder(path)) from None
            time.sleep(0.1)
        except OSError as error:
            raise CourseError(
                f"{path} can't be locked ({error.strerror}): put the course on a disk of this "
                "machine."
            ) from error
        else:
            return


def _self(doing: str) -> dict[str, Any]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user without a name, in a container
        user = f"user {os.getuid()}"
    now = datetime.now().astimezone()
    return {
        "user": user,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "doing": doing,
        "since": f"{now:%Y-%m-%d %H:%M:%S %Z}",
    }


def _holder(path: Path) -> str:
    """Say who holds the lock."""
    try:
        found = json.loads(path.read_bytes())
        who = (
            f"{printable(str(found['user']))} on {printable(str(found['host']))} (process "
            f"{int(found['pid'])}) runs `{printable(str(found['doing']))}` on this "
            f"course since {printable(str(found['since']))}"
        )
    except (OSError, ValueError, KeyError, TypeError):
        who = "Somebody works on this course"
    return f"{who}. Wait until that ends, then run the same command again."
