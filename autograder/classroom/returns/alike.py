"""Nearly identical code among submissions, for a person to judge: never an accusation.

Short functions with the same docstring look alike by nature. What counts is what few have: runs
of tokens that occur in few submissions, names, comments and odd turns included. It is
the idea of winnowing (Schleimer, Wilkerson and Aiken, 2003), with rarity beside the base file.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

RUN = 8  # tokens
RARE = 3  # submissions in which a run may occur to tell anything, or 2 % of a large class
SHARE = 0.5  # of the rarer submission's own runs …
LEAST = 25  # … and so many of them
SHOWN = 50
_TOKEN = re.compile(r"[^\W\d]\w*|\d+(?:\.\d+)?|[^\s\w]")


@dataclass(frozen=True)
class Alike:
    """Two submissions that share what few have.

    Attributes
    ----------
    share : float
        Of the rare runs of tokens of the smaller one.
    runs : int
        How many they share.
    exercises : tuple of str
        Where.
    """

    first: str
    second: str
    share: float
    runs: int
    exercises: tuple[str, ...]


def nearly_identical(
    answers: Mapping[str, Mapping[str, str]], given: Iterable[str] = ()
) -> list[Alike]:
    """Find pairs of submissions that share what few have.

    Parameters
    ----------
    answers : mapping
        Source by exercise, by student.
    given : iterable of str
        Sources that everybody got, the stubs: they tell nothing.
    """
    known = {run for source in given for run in runs(source)}
    where: dict[int, dict[str, str]] = defaultdict(dict)
    for student, sources in answers.items():
        for name, source in sources.items():
            for run in runs(source) - known:
                where[run][student] = name
    rare = max(RARE, len(answers) // 50)
    own: Counter[str] = Counter()
    shared: Counter[tuple[str, str]] = Counter()
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for holders in where.values():
        if len(holders) > rare:
            continue
        own.update(holders.keys())
        for pair in combinations(sorted(holders), 2):
            shared[pair] += 1
            places[pair].update(holders[student] for student in pair)
    found = []
    for (first, second), count in shared.items():
        share = count / min(own[first], own[second])
        if count >= LEAST and share >= SHARE:
            at = tuple(sorted(filter(None, places[first, second])))
            found.append(Alike(first, second, share, count, at))
    return sorted(found, key=lambda pair: (-pair.share, -pair.runs, pair.first, pair.second))[
        :SHOWN
    ]


def runs(source: str) -> set[int]:
    """Hash every run of tokens of a source, white space left aside."""
    tokens = _TOKEN.findall(source)
    return {
        zlib.crc32("\0".join(tokens[at : at + RUN]).encode(errors="replace"))
        for at in range(max(len(tokens) - RUN + 1, 0))
    }
