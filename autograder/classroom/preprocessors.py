"""Our steps in nbgrader's autograde, plugged in by nbgrader's own traits.

`SubmissionExporter` opens a submission whatever is in the file, `Rebuild` (sanitising) puts the
answers into the released notebook, `Referee` (in place of Execute) has them judged and writes
the outputs of the check cells, and nbgrader's SaveAutoGrades reads them.
"""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade
from traitlets import Unicode

from autograder.classroom.intake import intake
from autograder.classroom.match import grade_id, slots
from autograder.classroom.outputs import TOTAL_LIMIT, safe_outputs, verdict, weight
from autograder.classroom.rebuild import EXTRA, rebuild
from autograder.classroom.report import Record, exercise_words, report

OURS = "dropout_course"
REPORT_ID = "autograder-report"


class SubmissionExporter(NotebookExporter):
    """Hand over a submission unread, so that no file can stop nbgrader; `Rebuild` reads it.

    nbgrader converts twice: from `submitted` to `autograded`, then within `autograded`. The
    second time the notebook is ours, and is read as usual.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Convert a notebook, or an empty one in place of a submission."""
        names = (resources or {}).get("nbgrader", {})
        course = getattr(self.parent, "coursedir", None)
        if resources is None or course is None or not names:
            return super().from_filename(filename, resources, **kw)
        student, assignment = names["student"], names["assignment"]
        submitted = course.format_path(course.submitted_directory, student, assignment)
        if Path(filename).parent != Path(submitted):
            return super().from_filename(filename, resources, **kw)
        released = course.format_path(course.release_directory, ".", assignment)
        resources[OURS] = {"folder": submitted, "release": f"{released}/{names['notebook']}.ipynb"}
        resources["metadata"] = {"name": names["notebook"], "path": submitted}
        return super().from_notebook_node(new_notebook(), resources, **kw)


class Rebuild(NbGraderPreprocessor):
    """Sanitise a submission: the released notebook with the student's answers in it."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the rebuilt notebook; what was wrong stands in its metadata."""
        ours, assignment = resources[OURS], resources["nbgrader"]["assignment"]
        path = Path(ours["release"])
        if not path.is_file():
            raise FileNotFoundError(
                f"{path} is missing; run `nbgrader generate_assignment {assignment}` first"
            )
        release = nbformat.read(path, as_version=4)
        taken = intake(Path(ours["folder"]), assignment, release)
        rebuilt = rebuild(release, taken.notebook)
        for sentence in [*taken.problems, *rebuilt.notes]:
            self.log.warning("%s: %s", resources["nbgrader"]["student"], sentence)
        record = Record(
            handed_in=taken.notebook is not None,
            problems=taken.problems,
            notes=rebuilt.notes,
            sha256=taken.sha256,
        )
        rebuilt.notebook.metadata.setdefault(OURS, {})["record"] = record.to_json()
        return rebuilt.notebook, resources


def judge(notebook: NotebookNode, student: str, key_folder: Path, level: str = "auto") -> Any:
    """Have the referee grade a rebuilt notebook, with the key of the course in `key_folder`."""
    from autograder.referee import Config, grade_notebook
    from autograder.referee.inputs import course_key

    state = key_folder / ".autograder"
    config = Config(key=course_key(key_folder), level=level, state=state)
    return grade_notebook(notebook, student=student, config=config)


class Referee(NbGraderPreprocessor):
    """Judge a rebuilt notebook and write the outputs of all its code cells.

    Every check cell gets its words on stdout and its score as a plain number. If the autograder
    itself fails, the score is 0, the reason says so, and the cells ask for manual grading.
    """

    key_folder = Unicode(".", help="Folder of the course's key, .autograder/key").tag(config=True)
    level = Unicode("auto", help="Sandbox: auto, namespaces, landlock or unsafe").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook with outputs and with a report at its top."""
        record = Record.from_json(nb.metadata[OURS]["record"])
        shown: dict[str, Any] = {}
        if record.handed_in:
            try:
                student = resources["nbgrader"]["student"]
                result = judge(nb, student, Path(self.key_folder), self.level)
                record.take(result, {slot.id: slot.label for slot in slots(nb)})
                shown = result.cell_outputs
            except Exception as error:
                self.log.error(traceback.format_exc())
                record.fail(error)
        _write_outputs(nb, record, shown)
        nb.metadata[OURS]["record"] = record.to_json()
        nb.cells.insert(0, new_markdown_cell(report(record), id=REPORT_ID))
        resources[OURS] = {"failed": bool(record.failure)}
        return nb, resources


def _write_outputs(nb: NotebookNode, record: Record, shown: dict[str, Any]) -> None:
    """Fill in check cells from the record and all other code cells from what they printed."""
    budget = TOTAL_LIMIT
    record.score, record.max_score = 0.0, 0.0
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        cell.execution_count = None
        if not is_grade(cell):
            cell.outputs = safe_outputs(shown.get(grade_id(cell) or cell.id, []), budget)
            budget -= weight(cell.outputs)
            continue
        points = float(cell.metadata.nbgrader["points"])
        exercise = record.exercises.get(grade_id(cell).removesuffix("-check"))
        score = float(exercise["score"]) if exercise else 0.0
        cell.outputs = verdict(exercise_words(record, exercise, points), score, points)
        record.score += float(cell.outputs[-1].data["text/plain"])
        record.max_score += points


class AskForHelp(NbGraderPreprocessor):
    """After SaveAutoGrades: what the autograder could not judge is for a person to grade."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Mark all check cells as needing a manual grade if the autograder failed."""
        if resources.get(OURS, {}).get("failed"):
            names = resources["nbgrader"]
            with Gradebook(names["db_url"]) as gradebook:
                submission = gradebook.find_submission_notebook(
                    names["notebook"], names["assignment"], names["student"]
                )
                for grade in submission.grades:
                    grade.needs_manual_grade = True
                gradebook.db.commit()
        return nb, resources


class SafeMarkdown(NbGraderPreprocessor):
    """Show what students write in Markdown without letting it act, in Formgrader and feedback.

    nbgrader's templates render raw HTML, scripts included. A character of no width after each
    "<" that could open a tag, and in each TeX command that makes links or attributes, stops it;
    the notebook keeps the student's text as it is.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Disarm the Markdown cells that a student wrote."""
        student = cell.metadata.get("nbgrader", {}).get("solution")
        student = student or EXTRA in cell.metadata.get("tags", [])
        if cell.cell_type == "raw":
            cell.source = ""
        elif cell.cell_type == "markdown" and student:
            text = re.sub(r"<(?=[A-Za-z/!?])", "<\u200b", cell.source)
            text = re.sub(r"&(?=[A-Za-z#])", "&\u200b", text)  # a scheme spelled with entities
            text = re.sub(r"\\(?=(?:href|class|cssId|style|require|unicode)\b)", "\\\\\u200b", text)
            cell.source = re.sub(r"(?i)(script|data)(\s*:)", "\\1\u200b\\2", text)
        return cell, resources
