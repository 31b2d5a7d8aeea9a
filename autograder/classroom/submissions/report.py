"""What happened to one submission, in a form that a notebook's metadata can hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from rich.console import Group
from rich.table import Column, Table
from rich.text import Text

from autograder.classroom.running.journal import Row
from autograder.classroom.submissions.outputs import clip
from autograder.classroom.submissions.words import fails_first

NAMED = 10  # students who are named in a sentence
KEPT = ("id", "score", "max_score", "seconds", "message", "cause")


@dataclass
class Record:
    """How a submission came in and what it got.

    Attributes
    ----------
    handed_in : bool
        Whether there was a notebook to grade.
    problems, notes : list of str
        From intake and referee what the student must know; from rebuild what was put right, and
        from the referee what a person will want to look at.
    exercises : dict
        What the referee found, by exercise id.
    failure : str
        What the autograder itself failed with, "" if it did not.
    """

    handed_in: bool
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sha256: str = ""
    exercises: dict[str, dict[str, Any]] = field(default_factory=dict)
    score: float = 0.0
    max_score: float = 0.0
    failure: str = ""

    def take(self, result: Any, labels: Mapping[str, str]) -> None:
        """Take over what the referee found (a `NotebookResult`), with the exercises' numbers."""
        self.problems = [*self.problems, *map(str, result.problems)]
        self.notes = [*self.notes, *map(str, result.notes)]
        for exercise in result.exercises:
            kept = {key: getattr(exercise, key) for key in KEPT}
            kept["label"] = labels.get(exercise.id, exercise.id)
            named = exercise.mistake
            kept["mistake"] = f"{named.id} {named.title}" if named else ""
            self.exercises[exercise.id] = kept

    def fail(self, error: BaseException) -> None:
        """Note that the autograder, not the student, made an error."""
        self.failure = f"{type(error).__name__}: {clip(str(error), 500)}"

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Record:
        """Read what `to_json` wrote, in another version too: what that knew more of is left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})

    @property
    def status(self) -> str:
        """Return "graded", "problem" (something for the student to put right) or "failed"."""
        if self.failure:
            return "failed"
        return "problem" if self.problems or not self.handed_in else "graded"

    @property
    def reason(self) -> str:
        """Say in a line why the score is what it is."""
        if self.failure:
            return f"The autograder failed ({self.failure}). Run it again, or grade by hand."
        return " ".join([*self.problems, _exercises(self.exercises.values(), self.handed_in)])


def _exercises(exercises: Iterable[dict[str, Any]], handed_in: bool) -> str:
    exercises = sorted(exercises, key=lambda e: e["label"])
    lost = [e for e in exercises if e["score"] < e["max_score"]]
    if not handed_in or not exercises:
        return "No answer was graded."
    if not lost:
        return "Every check passes."
    if len(lost) == len(exercises) and not any(e["score"] for e in lost):
        return "No exercise earns points."
    parts = [f"{e['label']} {e['score']:g}/{e['max_score']:g}{_mistake(e)}" for e in lost]
    return f"Points are missing in {', '.join(parts)}."


def _mistake(exercise: dict[str, Any]) -> str:
    why = exercise["mistake"] or clip(exercise["cause"], 120) or fails_first(exercise["message"])
    return f" ({why})" if why else ""


def exercise_words(record: Record, exercise: dict[str, Any] | None, points: float) -> str:
    """Return what the output of a check cell says."""
    if record.failure:
        return (
            "The autograder failed on this notebook; that is not your mistake. "
            "A person will grade it."
        )
    if not record.handed_in:
        return "\n".join([*record.problems, f"0 of {points:g} points."])
    if exercise is None:
        return f"This exercise was not judged.\n0 of {points:g} points."
    return str(exercise["message"])


def report(record: Record) -> str:
    """Return the Markdown at the top of a graded notebook."""
    lines = [f"**Autograder: {record.score:g} of {record.max_score:g} points**", ""]
    if record.failure:
        lines.append("- The autograder failed on this notebook. A person will grade it.")
    lines += [f"- {_escape(sentence)}" for sentence in [*record.problems, *record.notes]]
    return "\n".join(lines).rstrip() + "\n"


def _escape(sentence: str) -> str:
    """Make a sentence plain text in Markdown."""
    for mark in "\\`*_[]<>$":
        sentence = sentence.replace(mark, f"\\{mark}" if mark not in "<>" else "")
    return " ".join(sentence.split())


def rows_table(rows: Iterable[Row], verbose: bool = False) -> Group:
    """Return graded submissions as a table for a terminal.

    If verbose, with points by exercise; these leave no room for reasons, which follow below.
    """
    rows = list(rows)
    names = list(dict.fromkeys(part["label"] for row in rows for part in row.parts))
    shown = [Column(name, justify="right", no_wrap=True) for name in names] if verbose else []
    points = Column("points", justify="right", no_wrap=True)
    why = [] if verbose else [Column("why", ratio=1)]
    table = Table(Column("student", overflow="fold"), points, *shown, "status", *why, box=None)
    reasons = Table(Column("student", overflow="fold"), Column("why", ratio=1), box=None)
    for row in rows:
        got = {part["label"]: _points(part) for part in row.parts}
        total = f"{'–' if row.open else format(row.score, 'g')} of {row.max_score:g}"
        cells = [got.get(name, "") for name in names] if verbose else []
        reason = [] if verbose else [row.reason]
        table.add_row(*map(Text, (row.student, total, *cells, row.status, *reason)))
        if verbose and row.reason:
            reasons.add_row(Text(row.student), Text(row.reason))
    return Group(table, "", reasons) if reasons.row_count else Group(table)


def _points(part: dict[str, Any]) -> str:
    """Write the points of a part: "5*" from a person, "5?" if a person is to look, "–" if open."""
    if part["open"]:
        return "–"
    mark = "?" if part["waiting"] else "*" if part["manual"] is not None else ""
    return f"{part['score']:g}{mark}"


def summary(rows: Iterable[Row]) -> str:
    """Say in a line what a run did: how many were graded, failed, wait, and were left as is."""
    rows = list(rows)
    failed = sum(row.status == "failed" for row in rows)
    unchanged = sum(row.unchanged for row in rows)
    waiting = sum(bool(row.waiting) for row in rows)
    graded = len(rows) - failed - unchanged
    return (
        f"{graded} graded, {failed} failed, {waiting} waiting for a person, {unchanged} unchanged"
    )


def to_look_at(rows: Iterable[Row]) -> str:
    """Say whose submission a person is to look at, and why that ends a run with exit code 1."""
    found = [row.student for row in rows if row.status != "graded"]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return f"Look at {', '.join(found[:NAMED])}{more}: the table says why." if found else ""
