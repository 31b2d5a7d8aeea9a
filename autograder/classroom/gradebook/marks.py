"""The points that count: those of the gradebook, with what a person changed and what still waits.

Everything that shows points (the table, JSON, CSV, feedback, the report) reads them here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)

from autograder.classroom.submissions.words import fails_first, span


@dataclass(frozen=True)
class Part:
    """What one cell with points got.

    Attributes
    ----------
    name : str
        The grade id without "-check": the exercise's id, or that of a written question.
    auto, manual : float or None
        The score of the autograder, and that of a person, which counts instead.
    extra : float
        Extra credit.
    waiting : bool
        Whether a person is to look at it.
    """

    name: str
    max_score: float
    auto: float | None = None
    manual: float | None = None
    extra: float = 0.0
    waiting: bool = False

    @property
    def score(self) -> float:
        """Points as nbgrader counts them."""
        given = self.manual if self.manual is not None else self.auto
        return 0.0 if given is None else given + self.extra

    @property
    def by_hand(self) -> bool:
        """Whether a person gave other points than the autograder."""
        return self.manual is not None and self.manual != self.auto

    @property
    def untouched(self) -> bool:
        """Whether it has points, and neither an answer nor a person's decision."""
        nothing = not self.auto and self.manual is None and not self.extra
        return nothing and self.max_score > 0 and not self.open

    @property
    def open(self) -> bool:
        """Whether nobody has decided on its points yet, neither autograder nor person."""
        return self.waiting and self.manual is None and self.auto is None and self.max_score > 0

    @property
    def undecided(self) -> bool:
        """Whether a person has still to decide on its points, also on some given before."""
        return self.waiting and (self.max_score > 0 or bool(self.extra))

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return vars(self) | {"score": self.score, "open": self.open}


@dataclass(frozen=True)
class Mark:
    """What the gradebook holds of one submission.

    Attributes
    ----------
    parts : tuple of Part
        In the order of the notebook.
    penalty : float
        Points taken off for being late.
    late : timedelta
        After the due date of this student, extension included; zero if in time.
    due, handed_in : datetime or None
        In UTC.
    comments : dict
        Comments of a person, by the name of the part.
    """

    student: str
    parts: tuple[Part, ...] = ()
    penalty: float = 0.0
    late: timedelta = timedelta()
    due: datetime | None = None
    extension: timedelta | None = None
    handed_in: datetime | None = None
    comments: tuple[tuple[str, str], ...] = ()

    @property
    def earned(self) -> float:
        """Points before the penalty."""
        return sum(part.score for part in self.parts)

    @property
    def score(self) -> float:
        """Points, penalty taken off."""
        return max(self.earned - self.penalty, 0.0)

    @property
    def max_score(self) -> float:
        """Points within reach."""
        return sum(part.max_score for part in self.parts)

    @property
    def waiting(self) -> list[str]:
        """The parts that a person is to look at."""
        return [part.name for part in self.parts if part.waiting]

    @property
    def open(self) -> bool:
        """Whether the score is not known yet, because points of a part are not decided."""
        return any(part.open for part in self.parts)

    @property
    def undecided(self) -> bool:
        """Whether the score may change, because a person has still to decide on a part."""
        return any(part.undecided for part in self.parts)

    @property
    def why_late(self) -> str:
        """Say what was taken off for being late, and why; nothing where nothing was."""
        if not self.late or self.due is None:
            return ""
        if self.extension:
            due = f"{self.due:%Y-%m-%d %H:%M} UTC, {span(self.extension)} extension included"
        else:
            due = f"{self.due:%Y-%m-%d %H:%M} UTC"
        what = f"{span(self.late)} late (due {due})"
        return f"{what}: {self.penalty:g} points off." if self.penalty else f"{what}: nothing off."

    @property
    def shown(self) -> tuple[Any, ...]:
        """All that a student sees of it: when this changes, the feedback is no longer true."""
        return self.parts, self.penalty, self.why_late, self.comments


def read_marks(
    gradebook: Gradebook, assignment: str, students: Collection[str] | None = None
) -> dict[str, Mark]:
    """Read the marks of an assignment, by student; none where it is not in the gradebook.

    Parameters
    ----------
    gradebook : Gradebook
    assignment : str
    students : collection of str, optional
        Only theirs: those of thousands at once take much memory.
    """
    try:
        found = gradebook.find_assignment(assignment)
    except MissingEntry:
        return {}
    db = gradebook.db
    cells: dict[str, tuple[int, str, float]] = {}
    for notebook in found.notebooks:
        for cell in [*notebook.grade_cells, *notebook.task_cells]:
            name = cell.name.removesuffix("-check")
            cells[cell.id] = (len(cells), name, float(cell.max_score or 0))
    order = _order(found)
    wanted = [SubmittedAssignment.assignment_id == found.id]
    if students is not None:
        wanted.append(SubmittedAssignment.student_id.in_(students))
    marks: dict[str, Mark] = {}
    parts: dict[str, list[tuple[int, Part]]] = {}
    for submission in db.query(SubmittedAssignment).filter(*wanted):
        late = timedelta(seconds=submission.total_seconds_late or 0)
        marks[submission.student_id] = Mark(
            submission.student_id,
            late=late,
            due=submission.duedate,
            extension=submission.extension,
            handed_in=submission.timestamp,
        )
        parts[submission.student_id] = []
    joined = (SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
    penalties = db.query(SubmittedAssignment.student_id, SubmittedNotebook.late_submission_penalty)
    for student, penalty in penalties.join(*joined).filter(*wanted):
        if student not in marks:  # recorded by another process since we began to read
            continue
        marks[student] = replace(marks[student], penalty=marks[student].penalty + (penalty or 0.0))
    for student, cell_id, auto, manual, extra, waiting in _grades(db, joined, wanted):
        if cell_id in cells and student in parts:
            at, name, points = cells[cell_id]
            part = Part(name, points, auto, manual, extra or 0.0, bool(waiting))
            parts[student].append((order.get(name, at), part))
    comments: dict[str, list[tuple[str, str]]] = {}
    for student, cell, words in _comments(db, joined, wanted):
        if words and words.strip():
            comments.setdefault(student, []).append((cell.removesuffix("-check"), words.strip()))
    return {
        student: replace(
            mark,
            parts=tuple(part for _, part in sorted(parts[student], key=lambda pair: pair[0])),
            comments=tuple(comments.get(student, ())),
        )
        for student, mark in marks.items()
    }


def _order(assignment: Any) -> dict[str, int]:
    """Give the place of each graded cell: in the gradebook they have none, in source cells too."""
    from dropout_course import course

    names = [e.id for e in course.exercises().values() if e.stem == assignment.name]
    return {name: at - len(names) for at, name in enumerate(names)}


def _grades(db: Any, joined: Any, wanted: Any) -> Any:
    columns = (Grade.cell_id, Grade.auto_score, Grade.manual_score, Grade.extra_credit)
    query = db.query(SubmittedAssignment.student_id, *columns, Grade.needs_manual_grade)
    query = query.join(*joined).join(Grade, Grade.notebook_id == SubmittedNotebook.id)
    return query.filter(*wanted)


def _comments(db: Any, joined: Any, wanted: Any) -> Any:
    query = db.query(SubmittedAssignment.student_id, BaseCell.name, Comment.manual_comment)
    query = query.join(*joined).join(Comment, Comment.notebook_id == SubmittedNotebook.id)
    query = query.join(BaseCell, BaseCell.id == Comment.cell_id)
    return query.filter(*wanted, Comment.manual_comment.isnot(None))


def reason(record: Any, mark: Mark) -> str:
    """Say in a line why the score is what it is, with the gradebook's points.

    Parameters
    ----------
    record : Record
        What the autograder found.
    mark : Mark
    """
    if record.failure:
        return str(record.reason)
    sentences = list(record.problems)
    labels = {e["id"]: e["label"] for e in record.exercises.values()}
    lost, waiting, raised, unanswered = [], [], [], []
    for part in mark.parts:
        label = labels.get(part.name, part.name)
        if part.waiting:
            waiting.append(label)
        if part.name not in record.exercises and part.untouched:
            unanswered.append(f"{label}, of {part.max_score:g} points")
        elif part.score < part.max_score and not part.open:
            why = _why(record.exercises.get(part.name), part)
            lost.append(f"{label} {part.score:g}/{part.max_score:g}{why}")
        elif part.by_hand:
            raised.append(f"{label} {part.score:g}/{part.max_score:g}")
    extra = sum(part.extra for part in mark.parts)
    if not record.handed_in or not (record.exercises or raised or waiting):
        sentences.append("No answer was graded.")
    elif lost:
        sentences.append(f"Points are missing in {', '.join(lost)}.")
    elif not mark.open:
        sentences.append("Every check passes.")
    if unanswered and record.exercises:
        sentences.append(f"Not answered: {'; '.join(unanswered)}.")
    if raised:
        sentences.append(f"By hand: {', '.join(raised)}.")
    if extra:
        sentences.append(f"{extra:g} points of extra credit.")
    if mark.why_late:
        sentences.append(mark.why_late)
    if waiting:
        sentences.append(f"A person is to grade {', '.join(waiting)}.")
    return " ".join(sentences)


def _why(exercise: dict[str, Any] | None, part: Part) -> str:
    if part.by_hand:
        return " (by hand)"
    if exercise is None:
        return ""
    why = exercise["mistake"] or exercise["cause"] or fails_first(exercise["message"])
    return f" ({why})" if why else ""
