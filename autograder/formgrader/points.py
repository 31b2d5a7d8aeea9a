"""Which points a person may give, and what is said about others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


class PointsError(ValueError):
    """Points that can't be; the message says why and what to do."""


@dataclass(frozen=True)
class Given:
    """What a person gives for a cell, as nbgrader keeps it; None for nothing."""

    score: float | None
    extra: float | None


def given(cell: str, most: float, beyond: float | None, score: Any, extra: Any) -> Given:
    """Check what a person wrote.

    Parameters
    ----------
    cell : str
        Name of the cell, for the sentence.
    most : float
        Its points in the notebook; 0 for a question whose points come on top of the others.
    beyond : float or None
        What such a question is worth, by its rubric; None where extra credit has no limit.
    score, extra : anything
        What came from the page: numbers, texts, or None for nothing.

    Raises
    ------
    PointsError
        Something is no number, less than 0, or more than there is to give.
    """
    points, more = _number(cell, score), _number(cell, extra)
    name = cell.removesuffix("-check")
    if most == 0 and points:
        worth = f", at most {beyond:g}" if beyond is not None else ""
        raise PointsError(
            f"{name} has no points of its own: what you give comes on top of the others. Write "
            f"{points:g} into the field for extra credit{worth}."
        )
    if points is not None and points > most:
        raise PointsError(
            f"{points:g} is more than the {most:g} points of {name}. Give at most {most:g}; what "
            "you give beyond is extra credit, in the field beside it."
        )
    if beyond is not None and most == 0 and more is not None and more > beyond:
        raise PointsError(
            f"{more:g} is more than {name} is worth. Give at most {beyond:g}, as its rubric says."
        )
    if most == 0 and more is not None:
        points = 0.0  # decided: it waits for nobody any more
    return Given(points, more)


def _number(cell: str, value: Any) -> float | None:
    if value is None or value == "":
        return None
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    name = cell.removesuffix("-check")
    if not math.isfinite(number):
        shown = str(value)[:40]
        raise PointsError(f"“{shown}” is no number. Write points for {name} like 4.5.")
    if number < 0:
        raise PointsError(f"{number:g} is less than 0. Write what {name} earns, 0 or more.")
    return number
