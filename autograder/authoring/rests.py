"""What an executed page rests on: hashes of what its kernel read, packages, the arithmetic."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Any

from .arithmetic import arithmetic
from .definitions import parts

CHANGED = "changed while the page was executed"


def rests_on(root: Path, reads: dict[str, Any], begin: datetime) -> dict[str, Any]:
    """Describe what a kernel read, as it is now, so that `unchanged` can tell whether it was kept.

    Parameters
    ----------
    root : Path
        The repository.
    reads : dict
        What the kernel told (`autograder.authoring.reads.tell`).
    begin : datetime
        When it was started.
    """
    return {
        "files": {name: settled(root / name, file_hash, begin) for name in reads["files"]},
        "modules": {
            name: [settled(root / name, file_hash, begin), parts_of(root / name, ran)]
            for name, ran in reads["modules"].items()
        },
        "folders": {name: settled(root / name, folder_hash, begin) for name in reads["folders"]},
        "packages": versions(reads["packages"]),
        "arithmetic": arithmetic(),
    }


def settled(path: Path, hashed: Callable[[Path], str | None], begin: datetime) -> str | None:
    """A hash, unless the path has changed since the run began, which may have read it before."""
    with suppress(OSError):
        if path.stat().st_mtime > begin.timestamp():
            return CHANGED
    return hashed(path)


def unchanged(root: Path, known: dict[str, Any]) -> bool:
    """Whether everything that a record rests on is as it was."""
    return (
        all(file_hash(root / name) == kept for name, kept in known["files"].items())
        and all(as_executed(root / name, *kept) for name, kept in known["modules"].items())
        and all(folder_hash(root / name) == kept for name, kept in known["folders"].items())
        and all(installed(name) == kept for name, kept in known["packages"].items())
        and known.get("arithmetic") == arithmetic()
    )


def as_executed(path: Path, whole: str, ran: dict[str, str]) -> bool:
    """Whether a module is as it was, or at least the parts of it that were executed."""
    now = file_hash(path)
    return now == whole or (whole != CHANGED and now is not None and parts_of(path, ran) == ran)


def parts_of(path: Path, names: Iterable[str]) -> dict[str, str | None]:
    """Hash parts of a module; None for all if it is none."""
    try:
        found = parts(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        found = {}
    return {name: found.get(name) for name in names}


def file_hash(path: Path) -> str | None:
    """Hash the bytes of a file; None if there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def folder_hash(path: Path) -> str | None:
    """Hash the names in a folder; None if there is none."""
    try:
        names = sorted(set(os.listdir(path)) - {"__pycache__"})
    except OSError:
        return None
    return hashlib.sha256("\0".join(names).encode()).hexdigest()


def versions(modules: Iterable[str]) -> dict[str, str | None]:
    """Versions of the distributions that modules came from."""
    known = distributions()
    names = {name for module in modules for name in known.get(module, ())}
    return {name: installed(name) for name in ["python", *sorted(names)]}


@cache
def installed(name: str) -> str | None:
    """The version of a distribution, or of Python itself; None if it is not there."""
    if name == "python":
        return platform.python_version()
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@cache
def distributions() -> dict[str, list[str]]:
    """Distributions by the module that is imported."""
    return dict(packages_distributions())
