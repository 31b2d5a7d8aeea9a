"""What a verdict says, taken apart again, and spans of time in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

PASS, FAIL = "\N{CHECK MARK}", "\N{BALLOT X}"
KNOWN = "This behaves like a known mistake: "
READ = "Read: "
_WORTH = re.compile(r" \([\d.]+ of [\d.]+ points\)$")


@dataclass(frozen=True)
class VerdictText:
    """The words of one exercise's verdict.

    Attributes
    ----------
    title, headline : str
        "Exercise 3.3, Inverted dropout", "10 of 14 laws hold".
    laws : tuple of (bool, str)
        Each law that may be shown, and whether it holds.
    example : str
        The smallest counterexample, in lines of its own.
    mistakes : tuple of (str, str)
        Title and explanation of the misconceptions that were recognised.
    link : str
        Where to read again.
    """

    title: str
    headline: str = ""
    laws: tuple[tuple[bool, str], ...] = ()
    example: str = ""
    mistakes: tuple[tuple[str, str], ...] = ()
    link: str = ""


def take_apart(message: str) -> VerdictText:
    """Take the words of a verdict apart (`dropout_course.engine.report.as_text` wrote them).

    What a student's code says in them is indented there, so it is never taken for a part.
    """
    first, _, rest = message.rstrip().partition("\n")
    title, _, headline = _WORTH.sub("", first).rpartition(": ")
    laws, example, mistakes, link = [], [], [], ""
    lines = rest.split("\n")
    while lines and lines[0][:4] in (f"  {PASS} ", f"  {FAIL} "):
        line = lines.pop(0)
        laws.append((line[2] == PASS, line[4:]))
    for block in re.split(r"\n\n(?=\S)", "\n".join(lines).strip("\n")):
        if block.startswith(KNOWN):
            head, _, says = block.partition("\n")
            mistakes.append((head.removeprefix(KNOWN).rstrip("."), " ".join(says.split())))
        elif block.startswith(READ):
            link = block.split("\n")[0].removeprefix(READ).strip()
        elif block.strip():
            example.append(block)
    return VerdictText(title, headline, tuple(laws), "\n\n".join(example), tuple(mistakes), link)


def fails_first(message: str) -> str:
    """Name the first law that fails, "" where none does."""
    for holds, law in take_apart(message).laws:
        if not holds:
            return f"fails: {law}"
    return ""


def span(time: timedelta) -> str:
    """Say how long it is, in the two largest units: "2 days, 3 hours"."""
    return span_of(abs(time.total_seconds()))


def span_of(seconds: float) -> str:
    """Say how long so many seconds are, in the two largest units."""
    seconds, parts = int(seconds), []
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}{'s' if count > 1 else ''}")
    return ", ".join(parts[:2]) or "0 seconds"
