"""Whose file is it? The naming schemes of Canvas, Moodle and Gradescope, and plain folders."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import PurePosixPath
from typing import Any

from autograder.classroom.collecting.delivery import File

# doejane_LATE_4711_815_03-dropout-forward-1.ipynb
_CANVAS = re.compile(r"(?P<who>[^_/]+)_(?P<late>LATE_)?(?P<id>\d+)_(?P<file>\d+)_(?P<name>[^/]+)")
# Jane Doe_4711_assignsubmission_file_/homework.ipynb, or with the file's name behind it
_MOODLE = re.compile(
    r"(?P<who>[^/]+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?/?(?P<name>.+)"
)
_GRADESCOPE = re.compile(r"(?:[^/]*/)?(?P<who>submission_\d+)/(?P<name>.+)")
METADATA = "submission_metadata.yml"


@dataclass(frozen=True)
class Belongs:
    """A file and whose it is.

    Attributes
    ----------
    who : tuple of str
        By what the student may be known, the best first.
    shown : str
        What to call the student in a sentence.
    name : str
        The file's own name.
    late : bool or None
        What the platform says; None where it says nothing.
    when : datetime or None
        When it was handed in, UTC, where the platform says so.
    """

    who: tuple[str, ...]
    shown: str
    name: str
    file: File
    late: bool | None = None
    when: datetime | None = None


def sort_out(files: Sequence[File], known: Callable[[str], bool] = bool) -> list[Belongs]:
    """Say whose each file is, by the scheme that the names of a delivery follow.

    Parameters
    ----------
    files : sequence of File
    known : callable
        Whether a name is one by which a student is known: a folder around all that is nobody's,
        as an unpacked zip often adds, is left out.
    """
    metadata = next((f for f in files if PurePosixPath(f.name).name == METADATA), None)
    if metadata is not None:
        return _gradescope(files, metadata)
    names = plain = [file.name for file in files]
    while names:
        if found := _by_scheme(files, names):
            return found
        top = _around(names)
        if not top or known(top):
            break
        names = [name.removeprefix(f"{top}/") for name in names]
        if any(known(_first(name)) for name in names):
            plain = names
    return [_plain(name, file) for name, file in zip(plain, files, strict=True)]


def _by_scheme(files: Sequence[File], names: Sequence[str]) -> list[Belongs]:
    """Read names by the scheme that half of them follow; give nothing if there is none."""
    for scheme, make in ((_MOODLE, _moodle), (_CANVAS, _canvas)):
        found = [scheme.fullmatch(name) for name in names]
        if 2 * sum(map(bool, found)) >= len(files):
            return [
                make(match, file) if match else _plain(name, file)
                for match, name, file in zip(found, names, files, strict=True)
            ]
    return []


def _around(names: Sequence[str]) -> str:
    """Give the folder in which all of a delivery lies, "" if there is none."""
    tops = {name.partition("/")[0] if "/" in name else "" for name in names}
    return tops.pop() if len(tops) == 1 else ""


def _first(name: str) -> str:
    """Give the first folder of a name, or the name of a file without its ending."""
    first, _, rest = name.partition("/")
    return first if rest else first.rpartition(".")[0] or first


def _canvas(found: re.Match[str], file: File) -> Belongs:
    shown = f"{found['who']} (Canvas id {found['id']})"
    return Belongs((found["id"], found["who"]), shown, found["name"], file, bool(found["late"]))


def _moodle(found: re.Match[str], file: File) -> Belongs:
    return Belongs((found["who"],), found["who"], found["name"], file)


def _plain(name: str, file: File) -> Belongs:
    """Take the first folder, or the file's own name, for the student."""
    who, (first, _, rest) = _first(name), name.partition("/")
    return Belongs((who,), who, rest or first, file)


def _gradescope(files: Sequence[File], metadata: File) -> list[Belongs]:
    """Read who submitted what from the export's own list; a group shares its files."""
    known = _read_metadata(metadata)
    made = []
    for file in files:
        found = _GRADESCOPE.fullmatch(file.name)
        if file is metadata or not found:
            continue
        entry = known.get(found["who"], {})
        when = entry.get(":created_at")
        when = when if isinstance(when, datetime) else None
        if when is not None and when.tzinfo is not None:
            when = when.astimezone(timezone.utc).replace(tzinfo=None)
        people = entry.get(":submitters")
        people = [p for p in people if isinstance(p, dict)] if isinstance(people, list) else []
        for person in people or [{}]:  # nobody: then it is told of
            names = [str(person.get(f":{key}") or "") for key in ("sid", "email", "name")]
            shown = names[2] or names[1] or found["who"]
            who = tuple(filter(None, names))
            made.append(Belongs(who, shown, found["name"], file, None, when))
    return made


def _read_metadata(file: File) -> Mapping[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(file.read())
    except (OSError, yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError):
        return {}
    entries = found if isinstance(found, dict) else {}
    return {str(k).lstrip(":"): value for k, value in entries.items() if isinstance(value, dict)}
