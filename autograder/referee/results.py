"""What grading one notebook gives, as dataclasses and as plain JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dropout_course.engine.judging import Outcome, Verdict
from dropout_course.engine.mistakes import Mistake


@dataclass(frozen=True)
class LawResult:
    """One law's outcome."""

    name: str
    visible: bool
    passed: bool
    message: str


@dataclass(frozen=True)
class ExerciseResult:
    """The verdict on one exercise.

    Attributes
    ----------
    id : str
    score, max_score : float
    passed : bool
    laws : tuple of LawResult
    mistake : Mistake or None
    seconds : float
    message : str
        The words for the student; nothing in them gives a hidden law away.
    cause : str
        Why nothing could be judged, in a sentence: not written, raised, no end. Else empty.
    """

    id: str
    score: float
    max_score: float
    passed: bool
    laws: tuple[LawResult, ...]
    mistake: Mistake | None
    seconds: float
    message: str
    cause: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give plain data for `autograder grade --json`."""
        named = self.mistake
        return {
            "id": self.id,
            "score": self.score,
            "max_score": self.max_score,
            "passed": self.passed,
            "laws": [vars(law) for law in self.laws],
            "mistake": named and {"id": named.id, "title": named.title, "message": named.says},
            "seconds": round(self.seconds, 4),
        }


@dataclass
class NotebookResult:
    """The result of one notebook.

    Attributes
    ----------
    chapter : str
        Two digits.
    exercises : list of ExerciseResult
    problems : list of str
        What was wrong with the notebook as a whole, in sentences.
    notes : list of str
        What whoever grades will want to look at, likewise.
    cell_outputs : dict
        Outputs (as nbformat has them) of the cells that were run, by cell id.
    """

    chapter: str
    exercises: list[ExerciseResult] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    cell_outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Points earned."""
        return sum(exercise.score for exercise in self.exercises)

    @property
    def max_score(self) -> float:
        """Points within reach; written questions are outside."""
        return sum(exercise.max_score for exercise in self.exercises)

    def to_json(self) -> dict[str, Any]:
        """Give plain data for `autograder grade --json`."""
        return {
            "chapter": self.chapter,
            "score": self.score,
            "max_score": self.max_score,
            "problems": list(self.problems),
            "exercises": [exercise.to_json() for exercise in self.exercises],
        }


def law_result(outcome: Outcome) -> LawResult:
    """Give one law's outcome with its message for the instructor."""
    found = outcome.finding
    message = ""
    if found:
        shown = [found.call, found.expected and f"expected {found.expected}"]
        shown += [found.received and f"received {found.received}", *found.trace]
        message = "\n".join([found.reason, *filter(None, shown)])
    return LawResult(outcome.law.name, not outcome.law.hidden, outcome.passed, message)


def exercise_result(verdict: Verdict, message: str) -> ExerciseResult:
    """Give the result of a verdict and the words that go with it."""
    return ExerciseResult(
        id=verdict.exercise,
        score=verdict.score,
        max_score=verdict.points,
        passed=verdict.passed,
        laws=tuple(map(law_result, verdict.outcomes)),
        mistake=verdict.mistake,
        seconds=verdict.seconds,
        message=message,
        cause=_cause(verdict),
    )


def _cause(verdict: Verdict) -> str:
    """Say why an answer could not be judged; nothing for one that was, and was wrong."""
    first = verdict.first_failure
    found = first.finding if first and not first.law.hidden else None
    kinds = ("todo", "missing", "cell", "raised", "timeout", "died", "broken")
    return found.reason if found and found.kind in kinds else ""
