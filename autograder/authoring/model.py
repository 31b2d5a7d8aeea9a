"""A chapter as its author wrote it: exercises, questions, cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from .errors import Place

WRITTEN_POINTS = 5  # of a written question that names no others
Kind = Literal["text", "exercise", "written", "setup", "reference", "demo", "evidence"]
FOLD = "hide-input"  # the tag of a cell whose code is folded, on the page and in the notebook


@dataclass(frozen=True)
class Text:
    """Some MyST and where it begins."""

    source: str
    place: Place


@dataclass(frozen=True)
class Exercise:
    """An exercise as its author wrote it. `number` is "3.4"."""

    id: str
    title: str
    number: str
    points: int
    names: tuple[str, ...]
    given: tuple[str, ...]
    statement: Text
    hints: tuple[Text, ...]
    place: Place


@dataclass(frozen=True)
class Written:
    """A question that is answered in words and graded by hand, with its grader's rubric.

    `title` is "" where it has none of its own.
    """

    id: str
    statement: Text
    place: Place
    rubric: Text | None = None
    points: int = WRITTEN_POINTS
    title: str = ""


@dataclass(frozen=True)
class Cell:
    """A piece of the chapter, in its order. `options` are those of a code cell."""

    kind: Kind
    text: Text
    options: dict[str, Any] = field(default_factory=dict)
    exercise: Exercise | None = None
    written: Written | None = None

    @property
    def caption(self) -> str:
        """Caption of the figure that a code cell draws, or ""."""
        return str(self._figure.get("caption") or "")

    @property
    def figure(self) -> str:
        """Name of the figure that a code cell draws, or ""."""
        return str(self._figure.get("name") or "").lower()

    @property
    def folded(self) -> bool:
        """Whether its code is folded."""
        return FOLD in (self.options.get("tags") or ())

    @property
    def alt(self) -> str:
        """Alt text of what a code cell draws, or ""."""
        return str(((self.options.get("mystnb") or {}).get("image") or {}).get("alt") or "")

    @property
    def _figure(self) -> dict[str, Any]:
        return (self.options.get("mystnb") or {}).get("figure") or {}


@dataclass(frozen=True)
class Chapter:
    """A chapter: `stem` "03-dropout-forward", `module` "ch03_dropout_forward".

    `form` 2 has the rules of `form.py`; `library` is what its exercises need, numpy or torch.
    """

    path: Path
    stem: str
    title: str
    cells: tuple[Cell, ...]
    form: int = 1
    library: str = "numpy"

    @property
    def number(self) -> str:
        """Two digits, as in the file name."""
        return self.stem[:2]

    @property
    def module(self) -> str:
        """Name of the modules that belong to the chapter."""
        return module_name(self.stem)

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """Its exercises in order."""
        return tuple(cell.exercise for cell in self.cells if cell.exercise)

    @property
    def written(self) -> tuple[Written, ...]:
        """Its questions to be answered in words."""
        return tuple(cell.written for cell in self.cells if cell.written)

    @property
    def points(self) -> int:
        """Points of its exercises together."""
        return sum(exercise.points for exercise in self.exercises)


def module_name(stem: str) -> str:
    """Name of the modules of a chapter: "03-dropout-forward" -> "ch03_dropout_forward"."""
    return "ch" + stem.replace("-", "_")


def worth(points: int, title: str) -> str:
    """Say what a written answer is worth; where it has a title, its text says who grades it."""
    return f"{points} points." if title else f"Graded by hand: {points} points."
