"""The times that a ``timestamp.txt`` may hold: only those that nobody can misread."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

from dateutil.tz import gettz
from nbgrader.utils import parse_utc

from autograder.classroom.folder.files import read_regular

_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_ZONE = re.compile(r"[A-Za-z]+(?:[_/-][A-Za-z]+)*")  # nothing that could be the path of a file


def read_time(text: str) -> datetime | None:
    """Read a time as ISO 8601 or nbgrader writes it, in UTC; None for anything else.

    The year comes first, as in ``2026-03-02 09:00:00 UTC``, ``2026-03-02T10:00+01:00`` or
    ``2026-03-02 09:00:00.25 America/Los_Angeles``; without a zone it is UTC. In other orders, as in
    ``01.12.2026``, days and months are mixed up without a word.
    """
    parts = text.strip().split(" ")
    moment, zone = " ".join(parts[:2]), parts[2:]
    matched = _TIME.fullmatch(moment)
    if not matched or len(zone) > 1 or (zone and moment[-1] == "Z"):
        return None
    if zone and not (_ZONE.fullmatch(zone[0]) and gettz(zone[0])):
        return None  # nbgrader would take a zone that it doesn't know for UTC
    try:
        date.fromisoformat(matched[1])  # month and day too are where they belong
        found = parse_utc(text.strip())
    except (ValueError, OverflowError):
        return None
    return found if isinstance(found, datetime) else None


def time_in(stamp: Path) -> datetime | None:
    """Read the time in a file; None where there is none that counts as known."""
    try:
        return read_time(read_regular(stamp, 1000).decode())
    except (OSError, UnicodeError):
        return None
