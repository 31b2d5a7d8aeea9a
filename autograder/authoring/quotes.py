"""Sentences that a condition quotes, found again on their page."""

from __future__ import annotations

import re

QUOTING = re.compile(r"lab\.claim\(\s*[rfu]?[\"']{1,3}\Z")


def squeezed(text: str) -> str:
    """Words alone: without line breaks and emphasis."""
    return " ".join(text.replace("*", "").split())


def line_of(sentence: str, text: str) -> int:
    """Line (from 1) of a sentence in the source of a page; where it is quoted, if nowhere else."""
    words = [re.escape(word) for word in squeezed(sentence).split()]
    quoted = 1
    for found in re.finditer(r"[\s*]+".join(words), text):
        line = text.count("\n", 0, found.start()) + 1
        if not QUOTING.search(text[: found.start()]):
            return line
        quoted = line
    return quoted
