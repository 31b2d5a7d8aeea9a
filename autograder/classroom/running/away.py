"""One submission graded on another machine: packed here, unpacked and graded there."""

from __future__ import annotations

import atexit
import hashlib
import importlib.util
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from autograder.classroom.folder.files import NOTEBOOK_LIMIT, entries, read_regular
from autograder.classroom.running.journal import key_of
from autograder.classroom.submissions.submission import Graded, Job, grade_submission
from autograder.referee.inputs import course_key
from autograder.referee.limits import FILE as LIMITS
from autograder.referee.sandboxes import library_of, sandbox

# what decides a grade, by package
CODE = {
    "autograder": ("classroom", "hidden", "referee", "sandbox"),
    "dropout_course": (".",),
    "solutions": (".",),
}
_turn = threading.Lock()  # a sandbox serves one notebook at a time, and a worker may have threads


class OtherVersionError(Exception):
    """A worker would grade in another way than who asks it to."""


@dataclass(frozen=True)
class Parcel:
    """All that a worker needs to grade a submission.

    Attributes
    ----------
    assignment, level : str
        See `Job`.
    release, limits, key : bytes
        The released notebook, ``limits.toml`` and the course's key.
    versions : tuple of (str, str)
        What the worker must have, see `versions`.
    student : str
    files : tuple of (str, bytes)
        What was handed in, by name.
    """

    assignment: str
    level: str
    release: bytes
    limits: bytes
    key: bytes
    versions: tuple[tuple[str, str], ...]
    student: str = ""
    files: tuple[tuple[str, bytes], ...] = ()

    @classmethod
    def of(cls, job: Job) -> Parcel:
        """Pack what the submissions of an assignment have in common."""
        limits = job.key_folder / LIMITS
        return cls(
            job.assignment,
            job.level,
            job.release.read_bytes(),
            limits.read_bytes() if limits.is_file() else b"",
            course_key(job.key_folder),
            tuple(sorted(versions(job.assignment).items())),
        )

    def to(self, student: str, files: dict[str, bytes]) -> Parcel:
        """Put in what one student handed in."""
        return replace(self, student=student, files=tuple(files.items()))


def packed(folder: Path) -> dict[str, bytes] | None:
    """Read a submitted folder; None if there is something in it that can't be sent."""
    files = {}
    for entry in entries(folder):
        try:
            if entry.trouble:
                return None
            files[entry.name] = read_regular(entry.path, NOTEBOOK_LIMIT)
        except OSError:
            return None
    return files


def versions(assignment: str) -> dict[str, str]:
    """Say what grades an assignment on this machine: a hash of the code, and libraries."""
    libraries = {"numpy", library_of(assignment)}
    found = {name: _version(name) for name in libraries}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return found | {"code": _code(), "Python": python}


@lru_cache(maxsize=32)  # it is looked for on the disk, and what is loaded stays what it is
def _version(name: str) -> str:
    try:
        return metadata.version(name).partition("+")[0]  # which build of it does not matter
    except metadata.PackageNotFoundError:
        return "none"


@lru_cache(maxsize=1)
def _code() -> str:
    """Hash the code that decides a grade, wherever it is installed."""
    parts: list[str | bytes] = []
    for package, folders in CODE.items():
        spec = importlib.util.find_spec(package)
        top = Path(spec.submodule_search_locations[0]) if spec else Path()  # type: ignore[index]
        for folder in folders:
            for path in sorted((top / folder).rglob("*")):
                if path.suffix in (".py", ".json"):
                    parts += [path.relative_to(top).as_posix(), path.read_bytes()]
    return key_of(*parts)


def grade_parcels(parcels: Sequence[Parcel]) -> list[Graded]:
    """Grade some submissions, one after the other; this runs on a worker.

    Raises
    ------
    OtherVersionError
        This worker came later, and has another version.
    JailError
        There is no safe sandbox here.
    """
    return [_grade(parcel) for parcel in parcels]


def _grade(parcel: Parcel) -> Graded:
    from autograder.classroom.running.cluster import differences

    here, wanted = versions(parcel.assignment), dict(parcel.versions)
    if here != wanted:
        raise OtherVersionError(f"A worker joined that has {differences(here, wanted)}.")
    with _turn, tempfile.TemporaryDirectory(prefix="grading-") as place:
        job = _job(parcel)
        os.environ["AUTOGRADER_KEY"] = parcel.key.decode()
        sandbox(job.level, job.assignment, job.key_folder / ".autograder").keep_ahead()
        folder = Path(place) / "submitted" / parcel.assignment
        folder.mkdir(parents=True)
        for name, data in parcel.files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return grade_submission(job, parcel.student, folder)


def _job(parcel: Parcel) -> Job:
    """Lay out what the submissions of an assignment have in common, once for each content."""
    home = _home()
    limits = home / LIMITS
    if not limits.exists() or limits.read_bytes() != parcel.limits:
        limits.write_bytes(parcel.limits)
    release = home / hashlib.sha256(parcel.release).hexdigest() / f"{parcel.assignment}.ipynb"
    if not release.exists():
        release.parent.mkdir(exist_ok=True)
        release.write_bytes(parcel.release)
    return Job(parcel.assignment, release, home, parcel.level)


@lru_cache(maxsize=1)
def _home() -> Path:
    """Give a folder for as long as this worker lives; the doctor's verdict is kept in it."""
    home = Path(tempfile.mkdtemp(prefix="grading-worker-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home
