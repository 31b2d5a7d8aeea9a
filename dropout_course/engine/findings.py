"""Why a law does not hold: what broke it, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dropout_course.engine.comparing import Broken, numbers_in
from dropout_course.engine.pictures import Picture, zeros
from dropout_course.engine.student import Student
from dropout_course.engine.unanswered import (
    Lost,
    Missing,
    Raised,
    Unanswered,
    Uncallable,
    Unsendable,
)
from dropout_course.engine.words import one_line, show, show_call

ALIKE = 1e-4  # of the largest number wanted: results that differ by less are written alike


@dataclass(frozen=True)
class Finding:
    """Why a law does not hold, in words.

    Attributes
    ----------
    kind : str
        ``todo``, ``missing``, ``raised``, ``timeout``, ``died``, ``broken``, ``type``, ``shape``,
        ``dtype``, ``nonfinite``, ``accepted`` or ``value``.
    reason : str
        One sentence.
    call, expected, received : str
        The smallest example that shows it; empty where there is none.
    trace : tuple of str
        The student's own lines, where the answer raised.
    picture : Picture or None
        Masks, zeros or counts, where looking beats reading.
    relation : str
        How the wrong result is related to the right one; empty where nothing can be said.
    """

    kind: str
    reason: str
    call: str = ""
    expected: str = ""
    received: str = ""
    trace: tuple[str, ...] = ()
    picture: Picture | None = None
    relation: str = ""


def example_of(student: Student) -> str:
    """Write the call whose value was asked for latest, "" for a scene."""
    call = student.last
    return show_call(call) if call and not call.scene else ""


def of_broken(broken: Broken, student: Student) -> Finding:
    """Tell of a judgement that did not hold."""
    expected = "" if broken.expected is None else show(broken.expected)
    received = "" if broken.received is None and not expected else show(broken.received)
    picture = broken.picture or zeros(broken.expected, broken.received)
    return Finding(
        broken.kind,
        one_line(broken.reason) + _by_a_little(broken),
        example_of(student),
        expected,
        received,
        picture=picture,
    )


def _by_a_little(broken: Broken) -> str:
    """Say by how much two results differ that look alike where they are written with few digits."""
    if broken.kind != "value" or broken.expected is None:
        return ""
    try:
        want, got = (numbers_in(one).astype(float) for one in (broken.expected, broken.received))
        apart = float(np.abs(got - want).max())
    except (Broken, ValueError):
        return ""
    little = 0 < apart < ALIKE * max(1e-300, float(np.abs(want).max()))
    return f" (off by up to {apart:.1g}: little, but more than rounding)" if little else ""


def of_unanswered(error: Unanswered, student: Student) -> Finding:
    """Tell of a call that gave no value."""
    text = one_line(str(error))
    # a scene is ours: its name says nothing to who wrote what it plays on
    name = student.last.name if student.last and not student.last.scene else "your code"
    if isinstance(error, Missing):
        return Finding("missing", f"there is no {text}: run the cell that defines it")
    if isinstance(error, Raised):
        if error.is_a("NotImplementedError"):
            return Finding("todo", "this is still to be written")
        trace = tuple(map(one_line, error.trace))
        if error.is_a("ValueError") and "read-only" in error.message:
            reason = "it writes to its input; make a new array instead"
            return Finding("raised", reason, example_of(student), "", text, trace)
        reason = f"it raised {one_line(error.kinds[0])}"
        return Finding("raised", reason, example_of(student), "", text, trace)
    if isinstance(error, Uncallable):
        reason = f"{name} is a value of type {text}, not a function: run the cell that defines it "
        return Finding("type", reason + "again, and give what it returns another name")
    if isinstance(error, Unsendable):
        return Finding("type", f"{name} returned {text}", example_of(student))
    assert isinstance(error, Lost)
    return Finding(error.kind, text, example_of(student))
