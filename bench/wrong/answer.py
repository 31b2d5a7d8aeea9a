"""The form of an answer: a function whose body is the student's cell."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

ANSWERS: list[Answer] = []


@dataclass(frozen=True)
class Answer:
    """One student's cell: for which exercise, what is wrong with it, and its text."""

    exercise: str
    says: str
    right: bool
    name: str  # of its chapter in `bench.wrong`, a module or a folder of them, and its own
    module: str
    round: int  # 1 before the bank was read, 2 after it had been mended by what round 1 showed
    source: str


def _body(function: Callable[[], object]) -> str:
    """Text of a function without its head: nested definitions become a cell's own."""
    lines = inspect.getsource(function).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("def ")) + 1
    return textwrap.dedent("\n".join(lines[start:])) + "\n"


def _keeper(exercise: str, says: str, right: bool, round: int) -> Callable:
    def keep(function: Callable[[], object]) -> Callable[[], object]:
        module = function.__module__
        chapter = module.removeprefix(f"{__package__}.").partition(".")[0]
        name = f"{chapter}.{function.__name__}"
        ANSWERS.append(Answer(exercise, says, right, name, module, round, _body(function)))
        return function

    return keep


def wrong(exercise: str, says: str, round: int = 1) -> Callable:
    """Keep a wrong answer; `says` names its one misconception."""
    return _keeper(exercise, says, False, round)


def right(exercise: str, says: str, round: int = 1) -> Callable:
    """Keep a right answer of an unusual form, which must be accepted and named nothing."""
    return _keeper(exercise, says, True, round)
