"""A student's package: twelve bugs drawn by the student's id, planted in the clean one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from autograder.capstone.bug import Bug
from autograder.capstone.bugs import BUGS

# What a student's copy holds beside the package.
BESIDE = ("README.md", "check.py", "clouds.py", "rehearse.py")
CLEAN = Path(__file__).with_name("package")
DRAWN = 12
OF_ONE_FILE = 3


def seed_of(student: str, purpose: str) -> int:
    """Give a number that depends on a student's id and what it is for, on every machine alike."""
    digest = hashlib.sha256(f"{purpose}\0{student}".encode()).digest()
    return int.from_bytes(digest[:8], "little")


def drawn(student: str) -> tuple[Bug, ...]:
    """Give the bugs of a student: `DRAWN` of them, at most `OF_ONE_FILE` of any module."""
    rng = np.random.default_rng(seed_of(student, "capstone bugs"))
    chosen: list[Bug] = []
    count: Counter[str] = Counter()
    for index in rng.permutation(len(BUGS)):
        bug = BUGS[index]
        if len(chosen) < DRAWN and count[bug.file] < OF_ONE_FILE:
            chosen.append(bug)
            count[bug.file] += 1
    return tuple(sorted(chosen, key=lambda bug: bug.id))


def clean_files() -> dict[str, str]:
    """Read the clean package: module name to text."""
    paths = sorted((CLEAN / "dropnet").glob("*.py"))
    return {path.name: path.read_text("utf-8") for path in paths}


def planted(bugs: Iterable[Bug]) -> dict[str, str]:
    """Give the package with these bugs in it.

    Raises
    ------
    ValueError
        The text that a bug replaces does not occur once: change the bug with the package.
    """
    files = clean_files()
    for bug in bugs:
        if files[bug.file].count(bug.right) != 1:
            raise ValueError(f"{bug.id}: {bug.right!r} must stand once in {bug.file}")
        files[bug.file] = files[bug.file].replace(bug.right, bug.wrong)
    return files
