"""Why a call gave no value: exceptions that a law need not catch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dropout_course.engine.inside import answering


class EngineError(Exception):
    """Our own machinery failed between the law and the answer: nobody's answer is to blame."""


class Unanswered(Exception):
    """A call that gave no value. `kind` says why."""

    kind = "unanswered"


class Missing(Unanswered):
    """The student's code has no such name."""

    kind = "missing"


class Uncallable(Unanswered):
    """The name is that of a value that can't be called; the message is its type."""

    kind = "type"


class Unsendable(Unanswered):
    """The function returned something that is no plain data."""

    kind = "type"


class Lost(Unanswered):
    """The process that held the answer ended; `kind` is ``timeout``, ``died`` or ``broken``."""

    def __init__(self, message: str, kind: str = "died") -> None:
        super().__init__(message)
        self.kind = kind


class Raised(Unanswered):
    """The function raised.

    Attributes
    ----------
    kinds : list of str
        The names of the exception's classes, the most specific first.
    message : str
    line : int or None
        The line of the student's cell.
    trace : list of str
        The student's own lines, outermost first.
    """

    kind = "raised"

    def __init__(self, described: Mapping[str, Any]) -> None:
        line = described.get("line")
        self.kinds = _texts(described.get("kinds"), 10, 80) or ["Exception"]
        self.message = text_of(described.get("message"), answering.MESSAGE)
        self.trace = _texts(described.get("trace"), answering.FRAMES, 200)
        self.line = line if type(line) is int else None
        super().__init__(f"{self.kinds[0]}: {self.message}" if self.message else self.kinds[0])

    def is_a(self, name: str) -> bool:
        """Whether the exception is of the class of this name or derives from it."""
        return name in self.kinds


def text_of(value: Any, limit: int) -> str:
    """Cut a text; anything else that a hostile process sends in its place is not put into words."""
    return value[:limit] if isinstance(value, str) else ""


def _texts(values: Any, count: int, limit: int) -> list[str]:
    texts = values[:count] if isinstance(values, list) else []
    return [text[:limit] for text in texts if isinstance(text, str)]
