"""Which files a notebook's code names, in full or by a pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache

NOTEBOOK = ".ipynb"
DATA = (".csv", ".npy", ".npz", ".json", ".txt")
_LITERAL = re.compile(r"""(['"])((?:(?!\1)[^\n\\])*)\1""")
_FILLED = re.compile(r"\{[^{}]*\}|%[-+ 0-9.]*[sdifgr]")  # as in f"{i}.csv" and "%d.csv" % i
_GLOBS = re.compile(r"\b(?:r?i?glob|fnmatch\w*)\b")
_LISTS = re.compile(r"\b(?:listdir|iterdir|scandir|walk)\b")
_JOINED = re.compile(r"(?:\+|\bwith_suffix\()\s*[rbuRBU]?\Z")


def named_in(code: Iterable[str]) -> Callable[[str], bool]:
    """Give what tells whether a file is named in code, with its ending or without."""

    @cache  # when it is first asked for: most hand in nothing beside their notebook
    def words() -> tuple[set[str], str]:
        text = "\n".join(code)
        found = set(re.findall(r"[\w.-]+", text))
        return found | {word.partition(".")[0] for word in found}, text

    def is_named(name: str) -> bool:
        stem = name.removesuffix(".py").removesuffix(NOTEBOOK)
        found, text = words()
        return name in found or stem in found or (" " in name and name in text)

    return is_named


def matched_in(code: Iterable[str]) -> Callable[[str], bool]:
    """Give what tells whether code may read a data file whose name it lists or puts together.

    So does ``glob("rates_*.csv")``, ``f"rates_{i}.csv"`` and ``name + ".csv"``; where a folder
    is listed, any data file may be meant.
    """
    patterns = set(_patterns("\n".join(code)))

    def is_matched(name: str) -> bool:
        low = name.lower()
        is_data = low.endswith(DATA) and NOTEBOOK not in low
        return is_data and any(fnmatchcase(low, pattern.lower()) for pattern in patterns)

    return is_matched


def _patterns(text: str) -> Iterator[str]:
    globs = bool(_GLOBS.search(text))
    if _LISTS.search(text):
        yield "*"
    for found in _LITERAL.finditer(text):
        last = found[2].rpartition("/")[2]
        pattern = _FILLED.sub("*", _FILLED.sub("*", last))  # {x:{y}} takes two steps
        if globs and ("*" in last or "?" in last):
            yield pattern
        elif pattern.lower().endswith(DATA):
            joined = _JOINED.search(text[max(0, found.start() - 20) : found.start()])
            yield f"*{pattern}" if joined else pattern
