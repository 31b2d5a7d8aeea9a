"""nbgrader's own commands and Formgrader's buttons hold the course's lock too.

nbgrader has no setting for it: it passes over what a hook raises, and its commands name their
classes. So the configuration of a course has the `start` of those classes wrapped, in the process
that reads it; nothing of nbgrader's is changed on the disk.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import (
    Exchange,
    ExchangeCollect,
    ExchangeReleaseAssignment,
    ExchangeReleaseFeedback,
)

from autograder.classroom.folder.coursedir import CourseError
from autograder.classroom.folder.lock import holding_at

COMMANDS: dict[type[Any], str] = {
    Autograde: "autograde",
    GenerateAssignment: "generate_assignment",
    GenerateFeedback: "generate_feedback",
    ExchangeCollect: "collect",
    ExchangeReleaseAssignment: "release_assignment",
    ExchangeReleaseFeedback: "release_feedback",
}


def guard_nbgrader() -> None:
    """Let nbgrader's commands hold the lock of the course that they change."""
    for owner, error in ((BaseConverter, NbGraderException), (Exchange, ExchangeError)):
        if not hasattr(owner.start, "guarded"):
            owner.start = _guarded(owner.start, error)


def _guarded(start: Callable[[Any], Any], failure: type[Exception]) -> Callable[[Any], Any]:
    @wraps(start)
    def guarded(self: Any) -> Any:
        name = next((name for kind, name in COMMANDS.items() if isinstance(self, kind)), "")
        state = Path(self.coursedir.root) / ".autograder"
        with ExitStack() as held:
            if name and state.is_dir():  # a course of ours
                doing = f"nbgrader {name} {self.coursedir.assignment_id}".rstrip()
                try:
                    held.enter_context(holding_at(state, doing))
                except CourseError as error:
                    self.log.error("%s", error)
                    raise failure(str(error)) from None
            return start(self)

    guarded.guarded = True  # type: ignore[attr-defined]
    return guarded
