"""The table of grades as a file that a spreadsheet opens without computing anything in it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

from nbgrader.api import Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy import func

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)
# Full-width signs too, and after what separates cells where a comma is the decimal mark.
_FORMULA = re.compile(r"((?:^|[,;|\t\r\n])\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


class CsvExport(CsvExportPlugin):
    """nbgrader's exporter and its columns, but no name in the file is a formula.

    Stock nbgrader writes names as they are, without quotes: a student who is called ``=1+1``, in
    the drop box or at the sign-up, has the instructor's spreadsheet compute it, and one with a
    comma in the name moves the scores into other columns.

    Attributes
    ----------
    undecided : set of (str, str)
        Assignment and student of the scores that are left empty: a person has still to decide on
        them. None by default, as nbgrader has it.
    """

    undecided: Set[tuple[str, str]] = frozenset()

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades to `to`, by default to grades.csv."""
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows([harmless(value) for value in row] for row in self._rows(gradebook))

    def _rows(self, gradebook: Gradebook) -> Iterator[tuple[Any, ...]]:
        wanted, whom = set(map(str, self.assignment)), set(map(str, self.student))
        students = [s for s in gradebook.students if not whom or s.id in whom]
        for assignment in gradebook.assignments:
            if wanted and assignment.name not in wanted:
                continue
            results = _results(gradebook, assignment.id)
            for student in students:
                when, raw, penalty = results.get(student.id, (None, 0.0, 0.0))
                known = raw, penalty, max(0.0, raw - penalty)
                score = (None,) * 3 if (assignment.name, student.id) in self.undecided else known
                yield (
                    assignment.name,
                    assignment.duedate,
                    when,
                    student.id,
                    student.last_name,
                    student.first_name,
                    student.email,
                    *score,
                    assignment.max_score,
                )


def _results(gradebook: Gradebook, assignment: str) -> dict[str, tuple[Any, float, float]]:
    """Give timestamp, score and penalty of who handed in, by student: two queries for a class."""
    db, handed = gradebook.db, SubmittedAssignment
    parts = db.query(handed.student_id, func.sum(SubmittedNotebook.late_submission_penalty))
    parts = parts.join(SubmittedNotebook, SubmittedNotebook.assignment_id == handed.id)
    scores = db.query(handed.student_id, func.sum(Grade.score))
    scores = scores.join(SubmittedNotebook, SubmittedNotebook.assignment_id == handed.id)
    scores = scores.join(Grade, Grade.notebook_id == SubmittedNotebook.id)
    penalty, score = (
        dict(query.filter(handed.assignment_id == assignment).group_by(handed.student_id).all())
        for query in (parts, scores)
    )
    times = db.query(handed.student_id, handed.timestamp).filter_by(assignment_id=assignment)
    return {s: (when, score.get(s) or 0.0, penalty.get(s) or 0.0) for s, when in times}


def harmless(value: object) -> str:
    """Write a value for a cell of a table, with an apostrophe before what would be a formula.

    That is the advice of OWASP ("CSV Injection"): a spreadsheet takes what begins with one of
    ``= + - @`` for a formula, and what begins with an apostrophe for text. Numbers stay.
    """
    text = "" if value is None else str(value)
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub(r"\1'", text)
