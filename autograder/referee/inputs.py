"""Seeds of random inputs: fresh for each hand-in, the same again for a regrade."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.root import SetUpError

KEY_FILE = Path(".autograder") / "key"


class CourseKeyError(SetUpError):
    """The course's key can't be used; the message says why and what to do."""


def course_key(root: Path) -> bytes:
    """Give the course's key; make one, readable by its owner alone, where there is none.

    Parameters
    ----------
    root
        The folder of the course. ``AUTOGRADER_KEY`` in the environment comes first.

    Raises
    ------
    CourseKeyError
        The key is empty, or can't be read or written.
    """
    if (given := os.environ.get("AUTOGRADER_KEY")) is not None:
        return _filled(given.encode(errors="surrogateescape"), "AUTOGRADER_KEY in the environment")
    path = root / KEY_FILE
    try:
        return _filled(_read_or_make(path), str(path))
    except OSError as error:
        raise CourseKeyError(
            f"the course's key {path} can't be read ({error.strerror or error}): give yourself "
            "the right to read it, or put back the file that the course was graded with"
        ) from error


def _read_or_make(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode() + b"\n")
        try:
            os.link(new, path)  # whole, or another worker's that was first
        except FileExistsError:
            pass
        except OSError:  # a disk without links
            new.replace(path)
        new.unlink(missing_ok=True)
    return path.read_bytes()


def _filled(key: bytes, where: str) -> bytes:
    """Refuse an empty key: with it everybody could work out the inputs of the hidden laws."""
    if not key.strip():
        raise CourseKeyError(
            f"the course's key is empty ({where}): put back the one that the course was graded "
            "with, or remove it, and a new one is made; then no grade is lost, and inputs differ"
        )
    return key.strip()


def attempt_hash(sources: Iterable[str], files: Mapping[str, bytes] | None = None) -> bytes:
    """Identify what a student handed in, by the sources of cells and the files beside them."""
    digest = hashlib.sha256()
    parts = [source.encode("utf-8", "surrogatepass") for source in sources]
    for name, content in sorted((files or {}).items()):
        parts += [name.encode("utf-8", "surrogatepass"), content]
    for data in parts:
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.digest()


def exercise_seed(key: bytes, student: str, exercise: str, attempt: bytes) -> int:
    """Give the seed of an exercise's inputs for one hand-in of one student."""
    data = b"\0".join([student.encode("utf-8", "replace"), exercise.encode(), attempt])
    return int.from_bytes(hmac.new(key, data, hashlib.sha256).digest()[:8], "little")
