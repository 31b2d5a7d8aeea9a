"""The table of grades as a file that a spreadsheet opens without computing anything in it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import CsvExportPlugin

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
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades to `to`, by default to grades.csv."""
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows([harmless(value) for value in row] for row in self._rows(gradebook))

    def _rows(self, gradebook: Gradebook) -> Iterator[tuple[Any, ...]]:
        for assignment in gradebook.assignments:
            if self.assignment and assignment.name not in map(str, self.assignment):
                continue
            for student in gradebook.students:
                if self.student and student.id not in map(str, self.student):
                    continue
                when, raw, penalty = _result(gradebook, assignment.name, student.id)
                yield (
                    assignment.name,
                    assignment.duedate,
                    when,
                    student.id,
                    student.last_name,
                    student.first_name,
                    student.email,
                    raw,
                    penalty,
                    max(0.0, raw - penalty),
                    assignment.max_score,
                )


def _result(gradebook: Gradebook, assignment: str, student: str) -> tuple[Any, float, float]:
    """Give timestamp, score and penalty; zeros where nothing was handed in."""
    try:
        found = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return None, 0.0, 0.0
    return found.timestamp, found.score, found.late_submission_penalty


def harmless(value: object) -> str:
    """Write a value for a cell of a table, with an apostrophe before what would be a formula.

    That is the advice of OWASP ("CSV Injection"): a spreadsheet takes what begins with one of
    ``= + - @`` for a formula, and what begins with an apostrophe for text. Numbers stay.
    """
    text = "" if value is None else str(value)
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub(r"\1'", text)
