"""The log of a course: what nbgrader and we write down."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from autograder.classroom.errors import CourseError, writing


class _Log(logging.FileHandler):
    """A log that remembers why it could not be written, in place of a traceback."""

    trouble: OSError | None = None

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            self.trouble = error
        else:
            super().handleError(record)


def log_to(path: Path) -> None:
    """Write nbgrader's log, and ours, to a file.

    Raises
    ------
    CourseError
        It can't be written.
    """
    log = logging.getLogger("traitlets")
    for handler in list(log.handlers):
        if isinstance(handler, logging.FileHandler):
            log.removeHandler(handler)
            handler.close()
    with writing(path):
        handler = _Log(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)


def check_log(path: Path) -> None:
    """Say at the end of a step whether everything could be written to the log.

    Raises
    ------
    CourseError
        It could not.
    """
    for handler in logging.getLogger("traitlets").handlers:
        if isinstance(handler, _Log) and (error := handler.trouble) is not None:
            handler.trouble = None
            raise CourseError(
                f"The work is done and recorded, but what there was to say of it is not in {path} "
                f"({error.strerror or error}). Make room there; --force does the work again."
            ) from error
