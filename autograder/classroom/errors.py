"""What a course can't do, in a sentence that says what to do about it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.root import NoCourseError, SetUpError

AGAIN = "then run the same command again: it goes on where it was."
ADVICE = {
    errno.ENOSPC: "Make room",
    errno.EDQUOT: "Make room, or have your quota raised",
    errno.EROFS: "Make that disk writable, or put the course on another",
    errno.EACCES: "Give yourself the right to write there",
    errno.EPERM: "Give yourself the right to write there",
    errno.EIO: "The disk may be failing: copy the course to another",
    errno.EISDIR: "Move the folder away that has the name of a file",
    errno.ENOTDIR: "Move the file away that has the name of a folder",
}


class CourseError(NoCourseError):
    """A step of the course can't be done; the message says what to do."""


def not_written(place: Path, error: OSError) -> CourseError:
    """Say why something could not be written, and what to do."""
    why = error.strerror or error
    advice = ADVICE.get(error.errno or 0, "Make room, or give yourself the right to write there")
    return CourseError(f"{error.filename or place} could not be written ({why}). {advice}, {AGAIN}")


def as_sentence(error: SetUpError | OSError) -> str:
    """Say what a person can mend; an error of the system that no disk is to blame for is raised."""
    if isinstance(error, SetUpError):
        return str(error)
    if error.errno not in ADVICE:
        raise error
    return str(not_written(Path("The course"), error))


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Make a sentence of whatever goes wrong on a disk.

    Raises
    ------
    CourseError
        Instead of any `OSError`.
    """
    try:
        yield
    except OSError as error:
        raise not_written(place, error) from error
