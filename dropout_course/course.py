"""What `exercises.json` says: chapters, exercises, hints, and where to read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Exercise:
    """One exercise, as the notebook and the grader know it."""

    id: str
    chapter: str
    stem: str
    number: str
    title: str
    points: float
    names: tuple[str, ...]
    hints: tuple[str, ...]
    section: str
    parameters: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def package(self) -> str:
        """The name that its chapter has in every package: ``ch04_backprop``."""
        return module_name(self.stem)


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    text = resources.files("dropout_course").joinpath("exercises.json").read_text("utf-8")
    return json.loads(text)


@lru_cache(maxsize=1)
def exercises() -> dict[str, Exercise]:
    """All exercises by id, in the order of the course."""
    made = [
        Exercise(
            id=key,
            chapter=e["chapter"],
            stem=e["stem"],
            number=e["number"],
            title=e["title"],
            points=e["points"],
            names=tuple(e["names"]),
            hints=tuple(e["hints"]),
            section=e["section"],
            parameters=tuple((name, tuple(of)) for name, of in e["parameters"].items()),
        )
        for key, e in _data()["exercises"].items()
    ]
    made.sort(key=lambda e: [int(part) for part in e.number.split(".")])
    return {e.id: e for e in made}


def chapters() -> dict[str, dict[str, Any]]:
    """Chapters by number: stem, title, notebook, release, points."""
    return _data()["chapters"]


def of_chapter(stem: str) -> list[Exercise]:
    """Give the exercises of a chapter in order."""
    return [exercise for exercise in exercises().values() if exercise.stem == stem]


def book_url() -> str:
    """Give the address of the online book, ending in a slash."""
    return _data()["book_url"].rstrip("/") + "/"


def module_name(stem: str) -> str:
    """Give the module of a chapter: ``04-backprop`` -> ``ch04_backprop``."""
    return "ch" + stem.replace("-", "_")


def find(name: str) -> Exercise:
    """Give the exercise with this id, or the one in which this name is to be written.

    Raises
    ------
    LookupError
        There is none; the message lists what comes near.
    """
    known = exercises()
    if name in known:
        return known[name]
    for exercise in known.values():
        if name in exercise.names:
            return exercise
    words = [*known, *(n for e in known.values() for n in e.names)]
    near = get_close_matches(name, words, 3) or list(known)
    raise LookupError(f"there is no exercise {name!r}; did you mean {', '.join(near)}?")
