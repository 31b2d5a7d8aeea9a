"""What a person gave stays: a regrade reopens it only if there is something new to look at.

Something new is another answer to that question, or another automatic score for it. Beside each
grade the gradebook keeps a hash of the answer that it is for, in a table of its own, written in
the same transaction: whatever ends a run, the two never part.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Grade, Gradebook, SubmittedAssignment
from nbgrader.utils import is_grade, is_solution
from sqlalchemy import Column, MetaData, String, Table, delete, insert, inspect, select
from sqlalchemy.exc import OperationalError, ProgrammingError

ANSWERS = Table(
    "dropout_answer",
    MetaData(),
    Column("grade_id", String(32), primary_key=True),
    Column("sha256", String(64), nullable=False),
)
MANY = 500  # ids in one statement


def answers_of(notebook: NotebookNode) -> dict[str, str]:
    """Hash the answer for each cell that has points, by grade id.

    It is the cell itself where the answer is written into it, else the cells to fill in since the
    last one with points.
    """
    found: dict[str, str] = {}
    cells: list[NotebookNode] = []
    for cell in notebook.cells:
        if is_solution(cell):
            cells.append(cell)
        if is_grade(cell):
            own = [cell] if is_solution(cell) else cells
            found[cell.metadata.nbgrader["grade_id"]] = _hash(own)
            cells = []
    return found


def _hash(cells: Iterable[NotebookNode]) -> str:
    contents = [[c.source.strip(), c.get("attachments", {})] for c in cells]
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()


class Kept:
    """The answers that the grades of a gradebook are for.

    Parameters
    ----------
    gradebook : Gradebook
        What is written is committed, or not, with what else its session holds.
    """

    def __init__(self, gradebook: Gradebook) -> None:
        self._db: Any = gradebook.db
        self._known: dict[str, str] = {}
        self._new: dict[str, str] = {}
        _make(gradebook)

    def read(self, submissions: Iterable[SubmittedAssignment]) -> None:
        """Read what is known of the grades of some submissions."""
        notebooks = [part for submission in submissions for part in submission.notebooks]
        self.read_grades(grade for part in notebooks for grade in part.grades)

    def read_grades(self, grades: Iterable[Grade]) -> None:
        """Read what is known of some grades."""
        for ids in _portions([grade.id for grade in grades]):
            rows = self._db.execute(select(ANSWERS).where(ANSWERS.c.grade_id.in_(ids)))
            self._known |= dict(rows.all())

    def enter(self, grade: Grade, auto: float | None, answer: str | None) -> None:
        """Enter an automatic score; reopen what a person gave if there is something new.

        Parameters
        ----------
        grade : Grade
        auto : float or None
            None where a person decides.
        answer : str or None
            The hash of the answer; None if the autograder failed, which is nothing new.
        """
        if grade.manual_score is None:
            grade.auto_score = auto
            grade.needs_manual_grade = auto is None
        elif answer is not None:
            new = answer != self._known.get(grade.id) or auto != grade.auto_score
            grade.auto_score = auto
            grade.needs_manual_grade = bool(grade.needs_manual_grade) or new
        if answer is not None and answer != self._known.get(grade.id):
            self._new[grade.id] = answer

    def write(self) -> None:
        """Write what is new, into the session's transaction."""
        for ids in _portions([name for name in self._new if name in self._known]):
            self._db.execute(delete(ANSWERS).where(ANSWERS.c.grade_id.in_(ids)))
        if self._new:
            rows = [{"grade_id": name, "sha256": sha} for name, sha in self._new.items()]
            self._db.execute(insert(ANSWERS), rows)
        self._known |= self._new
        self._new = {}


def drop_strays(gradebook: Gradebook) -> None:
    """Remove what is kept of grades that are no more, as after a student was removed."""
    _make(gradebook)
    gradebook.db.execute(delete(ANSWERS).where(ANSWERS.c.grade_id.not_in(select(Grade.id))))
    gradebook.db.commit()


def _make(gradebook: Gradebook) -> None:
    if not inspect(gradebook.engine).has_table(ANSWERS.name):
        try:
            ANSWERS.create(gradebook.engine)
        except (OperationalError, ProgrammingError):
            if not inspect(gradebook.engine).has_table(ANSWERS.name):  # not made by another
                raise


def _portions(ids: list[str]) -> Iterable[list[str]]:
    return (ids[at : at + MANY] for at in range(0, len(ids), MANY))
