"""What an attack is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BACK, LAYER, MLP = "dropout_backward", "dropout_layer", "mlp_loss_grads"
CONVERT, MODES = "inverted_from_standard", "evaluate_modes"

FAMILIES = (
    "forging",
    "reading",
    "writing",
    "escaping",
    "exhausting",
    "poisoning",
    "intake",
    "searching",
    "wire",
)
NEEDS_A_JAIL = ("searching", "reading", "writing", "escaping", "exhausting")


@dataclass(frozen=True)
class Attack:
    """One attempt.

    Attributes
    ----------
    family, name : str
    tries : str
        What it attempts, in a sentence.
    early, late : str or tuple of str
        Code cells after the set-up, and at the end of the notebook.
    value : str
        The expression in `x`, its first argument, that every answer returns.
    answers : dict
        Sources of answer cells that are something else, by exercise.
    text : str
        A Markdown cell at the end.
    change : callable or None
        Changes the hostile notebook (plain JSON) in place; or gives bytes to be handed in instead.
    hand_in : callable or None
        Fills the submitted folder; it is given the folder, the bytes of the hostile notebook and
        the bait.
    start : callable or None
        Makes the hostile process, in place of a jail.
    check : callable or None
        A law of this attack's own: takes the outcome, gives what was broken.
    waits : bool
        It sleeps, so the grader's patience by the wall is cut short.
    seconds : float
        Time limit of one cell, and of one exercise.
    at_most : float
        Seconds that grading it may take in all.
    solves : tuple of str
        Exercises that it answers honestly.
    concedes : dict
        Points by exercise that the design lets an attack gain, so many and no more: those of an
        observed law (`dropout_course.engine.laws.Law`), whose observations are made in the
        student's own process. The reason stands beside it.
    broken : str
        A known hole, in words: the test is expected to fail.
    """

    family: str
    name: str
    tries: str
    early: str | tuple[str, ...] = ()
    late: str | tuple[str, ...] = ()
    value: str = "x"
    answers: dict[str, str] = field(default_factory=dict)
    text: str = ""
    change: Callable[[dict[str, Any]], bytes | None] | None = None
    hand_in: Callable[[Path, bytes, dict[str, Any]], None] | None = None
    start: Callable[[], Any] | None = None
    check: Callable[[Any], list[str]] | None = None
    waits: bool = False
    seconds: float = 2.0
    at_most: float = 60.0
    solves: tuple[str, ...] = ()
    concedes: dict[str, float] = field(default_factory=dict)
    broken: str = ""

    @property
    def id(self) -> str:
        """Name it in the output of pytest."""
        return f"{self.family}/{self.name}"

    @property
    def needs_a_jail(self) -> bool:
        """Whether it must never meet a process without walls."""
        return self.family in NEEDS_A_JAIL and self.start is None


def in_family(family: str) -> Callable[..., Attack]:
    """Give the constructor of a family's attacks."""

    def make(name: str, tries: str, **rest: Any) -> Attack:
        return Attack(family, name, tries, **rest)

    return make
