"""What `check` is where a notebook is graded: no law is there, so nothing is checked."""

from __future__ import annotations

from typing import Any

NOTICE = "(checks are not run at grading: your answers are judged when the notebook has ended)"


class Unchecked:
    """Takes the place of a report, so that a cell that reads one goes on.

    Attributes
    ----------
    passed : bool
    score : float
        0: the points are given elsewhere.
    """

    passed = True
    score = 0.0

    def __str__(self) -> str:
        return NOTICE

    __repr__ = __str__

    def __float__(self) -> float:
        return self.score


def check(target: Any = None, *args: Any, **kwargs: Any) -> Unchecked:
    """Say that nothing is checked here, whatever is asked for."""
    print(NOTICE)
    return Unchecked()
