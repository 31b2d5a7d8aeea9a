"""What `check` is where a notebook is graded: no law is there, so nothing is checked."""

from __future__ import annotations

from typing import Any

NOTICE = "(checks are not run at grading: your answers are judged when the notebook has ended)"


class _Words:
    """Says of a name that it lacks why it is not there."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(f"what check gives has no {name} at grading, where no law is checked")


class Undecided(_Words):
    """Takes the place of a verdict: nothing was looked at, so nothing failed.

    Attributes
    ----------
    passed : bool
    score, points, seconds : float
    exercise : str
    outcomes, mistakes : tuple
    mistake, first_failure, left : None
    """

    passed = True
    score = points = seconds = 0.0
    outcomes = mistakes = ()
    mistake = first_failure = left = None

    def __init__(self, exercise: str) -> None:
        self.exercise = exercise

    def __repr__(self) -> str:
        return NOTICE


class Unchecked(_Words):
    """Takes the place of a report, so that a cell that reads one goes on.

    Parameters
    ----------
    target
        What was to be checked.

    Attributes
    ----------
    passed : bool
    score : float
        0: the points are given elsewhere.
    verdict : Undecided
    title : str
        The name of what was to be checked.
    hint, link, footnote : str
        Empty.
    """

    passed = True
    score = 0.0
    hint = link = footnote = ""

    def __init__(self, target: Any = None) -> None:
        name = target if isinstance(target, str) else getattr(target, "__name__", "")
        self.title = str(name)
        self.verdict = Undecided(self.title)

    def __str__(self) -> str:
        return NOTICE

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<div>{NOTICE}</div>"

    def __float__(self) -> float:
        return self.score


def check(target: Any = None, *args: Any, **kwargs: Any) -> Unchecked:
    """Say that nothing is checked here, whatever is asked for."""
    print(NOTICE)
    return Unchecked(target)
