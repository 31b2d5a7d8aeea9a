"""Our steps in nbgrader's autograde, plugged in by nbgrader's own traits.

`SubmissionExporter` opens a submission whatever is in the file, `Rebuild` (sanitising) puts the
answers into the released notebook, `Referee` (in place of Execute) has them judged and writes
the outputs of the check cells, and `SaveGrades` reads them as nbgrader's SaveAutoGrades does.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import determine_grade
from traitlets import Unicode

from autograder.classroom.gradebook.kept import Kept, answers_of
from autograder.classroom.submissions.attachments import shows_only
from autograder.classroom.submissions.match import grade_id
from autograder.classroom.submissions.others import FOREIGN, is_foreign
from autograder.classroom.submissions.outputs import clip
from autograder.classroom.submissions.rebuild import EXTRA
from autograder.classroom.submissions.submission import OURS, have_judged, released, take_in

MARKDOWN_LIMIT = 100_000  # characters of a student's Markdown in a notebook, as it is shown
# TeX commands that make links, attributes, styles or pictures, or build the name of another
TEX_ACTS = (
    "href|class|cssId|style|require|unicode|bbox|mmlToken|includegraphics|csname|data|special"
)


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
        if is_foreign_assignment(course, assignment):
            resources[FOREIGN] = True
            return super().from_filename(filename, resources, **kw)
        submitted = course.format_path(course.submitted_directory, student, assignment)
        if Path(filename).parent != Path(submitted):
            return super().from_filename(filename, resources, **kw)
        folder = course.format_path(course.release_directory, ".", assignment)
        resources[OURS] = {"folder": submitted, "release": f"{folder}/{names['notebook']}.ipynb"}
        resources["metadata"] = {"name": names["notebook"], "path": submitted}
        return super().from_notebook_node(new_notebook(), resources, **kw)


def is_foreign_assignment(course: Any, assignment: str) -> bool:
    """Tell by what was released, or by its source, whether an assignment is not ours."""
    steps = course.release_directory, course.source_directory
    release, source = (Path(course.format_path(step, ".", assignment)) for step in steps)
    return is_foreign(release, source)


class Rebuild(NbGraderPreprocessor):
    """Sanitise a submission: the released notebook with the student's answers in it."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the rebuilt notebook; what was wrong stands in its metadata."""
        if resources.get(FOREIGN):
            return nb, resources
        ours, names = resources[OURS], resources["nbgrader"]
        release = released(Path(ours["release"]))
        folder, student = Path(ours["folder"]), names["student"]
        return take_in(folder, names["assignment"], release, student), resources


class Referee(NbGraderPreprocessor):
    """Judge a rebuilt notebook and write the outputs of all its code cells; see `have_judged`."""

    key_folder = Unicode(".", help="Folder of the course's key, .autograder/key").tag(config=True)
    level = Unicode("auto", help="Sandbox: auto, namespaces, landlock or unsafe").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook with outputs and with a report at its top."""
        if resources.get(FOREIGN):
            return nb, resources
        folder = self._submitted(resources["nbgrader"])
        student = resources["nbgrader"]["student"]
        record = have_judged(nb, student, Path(self.key_folder), self.level, folder)
        resources[OURS] = {"failed": bool(record.failure)}
        return nb, resources

    def _submitted(self, names: dict[str, str]) -> Path | None:
        """Give the folder that was handed in; None outside of a course of nbgrader."""
        course = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        if course is None:
            return None
        place = course.submitted_directory
        return Path(course.format_path(place, names["student"], names["assignment"]))


class SaveGrades(SaveAutoGrades):
    """nbgrader's SaveAutoGrades, but what a person gave stays (see `kept`).

    What the autograder could not judge is left to a person: that is nobody's zero.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Enter scores and comments of a notebook into the gradebook."""
        self._scores: dict[str, float | None] | None = None
        if resources.get(FOREIGN):
            return super().preprocess(nb, resources)
        names = resources["nbgrader"]
        failed = bool(resources.get(OURS, {}).get("failed"))
        answers = {} if failed else answers_of(nb)
        scores: dict[str, float | None] = {}
        self._scores = scores
        nb, resources = super().preprocess(nb, resources)
        with Gradebook(names["db_url"]) as gradebook:  # as SaveAutoGrades opens it
            submission = gradebook.find_submission_notebook(
                names["notebook"], names["assignment"], names["student"]
            )
            kept = Kept(gradebook)
            kept.read_grades(submission.grades)
            for grade in submission.grades:
                if grade.cell.name in scores:
                    auto = None if failed else scores[grade.cell.name]
                    kept.enter(grade, auto, answers.get(grade.cell.name))
            kept.write()
            gradebook.db.commit()
        return nb, resources

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        """Note the score; it is entered when all are known. Others' goes nbgrader's way."""
        if self._scores is None:
            super()._add_score(cell, resources)
            return
        self._scores[grade_id(cell)] = determine_grade(cell, self.log)[0]


class SafeMarkdown(NbGraderPreprocessor):
    """Show what students write in Markdown without letting it act, in Formgrader and feedback.

    nbgrader's templates render raw HTML, scripts included. A character of no width stops what
    opens a tag, fetches a picture, draws a diagram, or makes links and attributes in TeX; a
    picture becomes a link, for fetching it would tell who reads the page, unless the cell itself
    holds it (`attachments`). The notebook keeps the
    student's text as it is.
    """

    room = MARKDOWN_LIMIT

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Disarm a notebook; Markdown takes time by the square of its length, so it is cut."""
        self.room = MARKDOWN_LIMIT
        return super().preprocess(nb, resources)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Disarm the Markdown cells that a student wrote."""
        student = cell.metadata.get("nbgrader", {}).get("solution")
        student = student or EXTRA in cell.metadata.get("tags", [])
        if cell.cell_type == "raw":
            cell.source = ""
        elif cell.cell_type == "markdown" and student:
            text = clip(cell.source)
            self.room -= len(text)
            cell.source = (
                disarmed(text, shows_only(cell)) if self.room >= 0 else "… more text was left out …"
            )
        return cell, resources


def disarmed(text: str, picture: re.Pattern[str] = re.compile(r"!(?=\[)")) -> str:
    """Break up what acts in Markdown by characters of no width; `picture` begins one that does."""
    text = re.sub(r"<(?=[A-Za-z/!?])", "<\u200b", text)
    text = re.sub(r"&(?=[A-Za-z#])", "&\u200b", text)  # a scheme spelled with entities
    text = picture.sub("!\u200b", text)
    text = re.sub(rf"\\(?=(?:{TEX_ACTS})(?![A-Za-z]))", "\\\\\u200b", text)
    text = re.sub(r"(?i)mermaid", lambda found: found[0][0] + "\u200b" + found[0][1:], text)
    return re.sub(r"(?i)(script|data)([\s\\]*:)", "\\1\u200b\\2", text)
