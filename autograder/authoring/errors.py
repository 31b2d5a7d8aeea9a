"""What is wrong in a source, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.root import SetUpError


class SourceError(SetUpError, ValueError):
    """One problem: ``book/04-backprop.md:123: …``."""

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = path
        self.line = line
        self.message = message


class SourceErrors(SetUpError, ValueError):
    """All problems of one run, in the order of the sources."""

    def __init__(self, problems: Sequence[SourceError]) -> None:
        known = {(problem.path, problem.line, problem.message): problem for problem in problems}
        self.problems = [known[key] for key in sorted(known)]
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Place:
    """A line of a source. `path` is relative to the repository, `line` counts from 1."""

    path: str
    line: int

    def below(self, lines: int) -> Place:
        """The place that many lines further down."""
        return Place(self.path, self.line + lines)

    def error(self, message: str) -> SourceError:
        """A problem at this place."""
        return SourceError(self.path, self.line, message)
