"""Look at a folder that a stranger filled: regular files only, nothing followed, sizes capped."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILE_LIMIT = 20_000_000
NOTEBOOK_LIMIT = 50_000_000
MAX_FILES = 500
MAX_DEPTH = 6
# nbgrader's and ours, and what Jupyter leaves behind
OWN_FILES = {"timestamp.txt", "submission_secret.txt", "intake.json"}
IGNORED = {".ipynb_checkpoints", "__pycache__", ".git", ".DS_Store", "__MACOSX", "Thumbs.db"}


@dataclass(frozen=True)
class Entry:
    """One thing in a submitted folder.

    Attributes
    ----------
    path : Path
        Where it is.
    name : str
        Its path relative to the folder, with slashes.
    size : int
        Bytes.
    trouble : str
        Why it can't be taken ("a link", "too large", …), empty for a file that can be read.
    """

    path: Path
    name: str
    size: int = 0
    trouble: str = ""


def printable(text: str, limit: int = 60) -> str:
    """Make a stranger's text fit for a sentence: no control or markup characters, not too long."""
    clean = "".join(c if c.isprintable() and c not in "<>`$&*[]\\" else "?" for c in text)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def limit_for(name: str) -> int:
    """Return the largest size in bytes at which a file of this name is taken."""
    return NOTEBOOK_LIMIT if ".ipynb" in name.lower() else FILE_LIMIT


def entries(folder: Path) -> Iterator[Entry]:
    """Yield everything below `folder` in a fixed order, without following a link.

    A folder that can't be listed, a link, a device, a pipe and a file over its limit come with
    their trouble; after `MAX_FILES` entries the walk ends with one entry that says so.
    """
    for count, entry in enumerate(_walk(folder, "", 0)):
        if count == MAX_FILES:
            yield Entry(folder, f"more than {MAX_FILES} files", 0, "too many files")
            return
        yield entry


def _walk(folder: Path, prefix: str, depth: int) -> Iterator[Entry]:
    try:
        if stat.S_ISLNK(os.lstat(folder).st_mode):
            yield Entry(folder, prefix.rstrip("/") or folder.name, 0, "a link")
            return
        with os.scandir(folder) as listing:
            found = sorted(listing, key=lambda e: e.name)
    except OSError as error:
        yield Entry(folder, prefix.rstrip("/") or folder.name, 0, f"unreadable ({error.strerror})")
        return
    for item in found:
        if item.name in IGNORED:
            continue
        path, name = folder / item.name, prefix + item.name
        try:
            info = item.stat(follow_symlinks=False)
        except OSError as error:
            yield Entry(path, name, 0, f"unreadable ({error.strerror})")
            continue
        if stat.S_ISDIR(info.st_mode):
            if depth >= MAX_DEPTH:
                yield Entry(path, name, 0, "nested too deeply")
            else:
                yield from _walk(path, name + "/", depth + 1)
        elif stat.S_ISLNK(info.st_mode):
            yield Entry(path, name, 0, "a link")
        elif not stat.S_ISREG(info.st_mode):
            yield Entry(path, name, 0, "not a regular file")
        elif info.st_size > limit_for(name):
            limit = limit_for(name) // 1_000_000
            size = info.st_size / 1e6
            yield Entry(path, name, info.st_size, f"too large ({size:.0f} MB, limit {limit} MB)")
        else:
            yield Entry(path, name, info.st_size)


def read_regular(path: Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes.

    Raises
    ------
    OSError
        If it is a link, no regular file, or larger: the check is made on the open file, so that
        a file exchanged after the folder was listed is refused too.
    """
    # O_NONBLOCK: opening a pipe must not wait for somebody to write to it
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        info = os.fstat(file.fileno())
        if not stat.S_ISREG(info.st_mode):
            raise OSError(f"{path.name} is not a regular file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(f"{path.name} is larger than {limit // 1_000_000} MB")
    return data


def digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of all that was handed in, links by their name alone."""
    total = hashlib.sha256()
    for entry in entries(folder):
        total.update(f"{entry.name}\0{entry.size}\0{entry.trouble}\0".encode(errors="replace"))
        if not entry.trouble:
            try:
                total.update(hashlib.sha256(read_regular(entry.path, NOTEBOOK_LIMIT)).digest())
            except OSError as error:
                total.update(str(error.strerror).encode())
    return total.hexdigest()
