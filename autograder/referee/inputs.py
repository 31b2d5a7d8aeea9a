"""Seeds of random inputs: fresh for each hand-in, the same again for a regrade."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

KEY_FILE = Path(".autograder") / "key"


def course_key(root: Path) -> bytes:
    """Give the course's key; make one, readable by its owner alone, where there is none.

    Parameters
    ----------
    root
        The folder of the course. ``AUTOGRADER_KEY`` in the environment comes first.
    """
    if given := os.environ.get("AUTOGRADER_KEY"):
        return given.encode()
    path = root / KEY_FILE
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another worker was first
            return path.read_bytes().strip()
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode() + b"\n")
    return path.read_bytes().strip()


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
