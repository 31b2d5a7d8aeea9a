"""What a run tells of each submission: with the points of the gradebook, and why they are those."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from autograder.classroom.folder.coursedir import Course
from autograder.classroom.gradebook.marks import Mark, Part, read_marks
from autograder.classroom.gradebook.marks import reason as reason_of
from autograder.classroom.running.journal import Row
from autograder.classroom.submissions.report import Record
from autograder.classroom.submissions.submission import OURS
from dropout_course.course import exercises

PORTION = 50  # submissions whose marks are in memory at once
METADATA = b'\n "metadata": {'  # as `written` writes it, after all cells
T = TypeVar("T")


def as_row(student: str, record: Record) -> Row:
    """Give the row of what the autograder found."""
    return Row(student, record.score, record.max_score, record.status, record.reason)


def read_row(course: Course, assignment: str, student: str) -> Row | None:
    """Read the row from a graded notebook, None if there is none."""
    record = read_record(course, assignment, student)
    return as_row(student, record) if record else None


def read_record(course: Course, assignment: str, student: str) -> Record | None:
    """Return what is noted in a graded notebook, None if there is none, or if it is damaged."""
    notebook = graded_in(data) if (data := _graded(course, assignment, student)) else None
    return record_in(notebook) if notebook else None


def _noted(course: Course, assignment: str, student: str) -> Record | None:
    """Return what `read_record` does, without a look at the cells if our steps wrote the file."""
    data = _graded(course, assignment, student)
    # of its own level, for no text in JSON has a line end; the keys that follow are few and short
    _, found, rest = data.rpartition(METADATA)
    notebook = graded_in(b'{"cells": [], "metadata": {' + rest) if found else None
    return record_in(notebook) if notebook else read_record(course, assignment, student)


def _graded(course: Course, assignment: str, student: str) -> bytes:
    path = course.folder("autograded", student, assignment) / f"{assignment}.ipynb"
    return path.read_bytes() if path.is_file() else b""


def graded_in(data: bytes) -> dict[str, Any] | None:
    """Read a graded notebook; None if it is damaged, so that it is to be graded again."""
    # not nbformat.read: it takes most of its time to validate what was just written
    try:
        found = json.loads(data)
    except ValueError:
        return None
    fits = isinstance(found, dict) and isinstance(found.get("metadata"), dict)
    return found if fits and isinstance(found.get("cells"), list) else None


def record_in(notebook: dict[str, Any]) -> Record | None:
    """Return what is noted in a graded notebook, None if our steps did not grade it."""
    found = notebook["metadata"].get(OURS, {}).get("record")
    return Record.from_json(found) if found else None


def with_marks(course: Course, assignment: str, rows: Iterable[Row]) -> list[Row]:
    """Give rows the points of the gradebook, and the reasons that go with them."""
    made = list(rows)
    shared = _Shared()
    with course.gradebook() as gradebook:
        for at in range(0, len(made), PORTION):
            some = made[at : at + PORTION]
            marks = read_marks(gradebook, assignment, [row.student for row in some])
            made[at : at + PORTION] = [
                _marked(course, assignment, row, marks.get(row.student), shared) for row in some
            ]
    return made


class _Shared:
    """Keeps once what many rows have alike: a class of thousands has few different points."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def once(self, value: T) -> T:
        known: T = self._known.setdefault(value, value)
        return known

    def part(self, part: Part, label: str) -> dict[str, Any]:
        known: dict[str, Any] | None = self._known.get((part, label))
        if known is None:
            known = self._known[part, label] = part.to_json() | {"label": label}
        return known


def _marked(course: Course, assignment: str, row: Row, mark: Mark | None, shared: _Shared) -> Row:
    if mark is None:
        return row
    # An exercise that was not judged, for want of a notebook, has its number all the same.
    labels, reason = {e.id: e.number for e in exercises().values()}, row.reason
    if row.status != "failed":
        record = _noted(course, assignment, row.student)
        if record is not None:
            labels |= {e["id"]: e["label"] for e in record.exercises.values()}
            reason = reason_of(record, mark)
    return replace(
        row,
        score=shared.once(mark.score),
        max_score=shared.once(mark.max_score or row.max_score),
        reason=shared.once(reason),
        penalty=shared.once(mark.penalty),
        waiting=shared.once(tuple(mark.waiting)),
        parts=tuple(shared.part(part, labels.get(part.name, part.name)) for part in mark.parts),
    )
