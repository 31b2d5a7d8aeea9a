"""One submission on its way: taken in, rebuilt, judged, and ready to be recorded.

nbgrader's own autograde takes these steps as preprocessors (`preprocessors`); `autograder
autograde` takes them here, without converting the notebook twice.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task

from autograder.classroom.gradebook.kept import answers_of
from autograder.classroom.submissions.beside import beside
from autograder.classroom.submissions.intake import intake
from autograder.classroom.submissions.match import grade_id, slots
from autograder.classroom.submissions.notebook_text import written
from autograder.classroom.submissions.outputs import TOTAL_LIMIT, safe_outputs, verdict, weight
from autograder.classroom.submissions.rebuild import rebuild
from autograder.classroom.submissions.report import Record, exercise_words, report
from autograder.referee.limits import Limits, limits_of
from autograder.sandbox import JailError

OURS = "dropout_course"
REPORT_ID = "autograder-report"
JAIL_TRIES = 2  # a warm process that was killed is started again
log = logging.getLogger("traitlets")  # nbgrader's


@dataclass(frozen=True)
class Job:
    """What the submissions of one assignment have in common.

    Attributes
    ----------
    assignment : str
    release : Path
        The released notebook.
    key_folder : Path
        The folder of the course's key, ``.autograder/key``.
    level : str
        The sandbox; see `autograder.sandbox.open_sandbox`.
    """

    assignment: str
    release: Path
    key_folder: Path
    level: str


@dataclass(frozen=True)
class Graded:
    """A graded submission.

    Attributes
    ----------
    student : str
    text : str
        The graded notebook as a file.
    record : Record
    scores : dict
        The automatic score of each cell that has points, by grade id; None where a person decides.
    comments : dict
        The automatic comment, or None, of each cell that a student fills in, by grade id.
    answers : dict
        What the student answered for each cell that has points, as a hash (see `kept`); none if
        the autograder failed.
    """

    student: str
    text: str
    record: Record
    scores: dict[str, float | None]
    comments: dict[str, str | None]
    answers: dict[str, str]


def grade_submission(job: Job, student: str, folder: Path) -> Graded:
    """Grade what one student handed in: everything but the record in the gradebook.

    An error of our own in it becomes a record that says so; a person grades it then.

    Raises
    ------
    JailError
        There is no safe sandbox any more; nobody's notebook is to blame.
    """
    for attempt in range(JAIL_TRIES):
        try:
            notebook = take_in(folder, job.assignment, released(job.release), student)
            record = have_judged(notebook, student, job.key_folder, job.level, folder)
        except JailError as error:
            log.error("%s, %s: %s", job.assignment, student, error)
            if attempt == JAIL_TRIES - 1:
                raise
        except Exception as error:
            log.error("%s, %s: %s", job.assignment, student, traceback.format_exc())
            return not_graded(job, student, error)
        else:
            break
    return _graded(student, notebook, record)


def not_graded(job: Job, student: str, error: BaseException) -> Graded:
    """Give the released notebook with the word that the autograder failed: a person is to grade."""
    notebook, record = rebuild(released(job.release), None).notebook, Record(handed_in=True)
    record.fail(error)
    _finish(notebook, record, {})
    return _graded(student, notebook, record)


def _graded(student: str, notebook: NotebookNode, record: Record) -> Graded:
    scores, comments = _marks(notebook)
    if record.failure:  # our failure is nobody's zero: a person decides
        scores = dict.fromkeys(scores)
    answers = {} if record.failure else answers_of(notebook)
    # not nbformat.writes: it takes most of its time to validate what was made to be valid
    text = written(notebook) + "\n"
    return Graded(student, text, record, scores, comments, answers)


def released(path: Path) -> NotebookNode:
    """Read a released notebook; it is read again when the file has changed.

    Raises
    ------
    FileNotFoundError
        The message says how to make it.
    """
    try:
        state = path.stat()
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{path} is missing; run `nbgrader generate_assignment {path.stem}` first"
        ) from None
    return _released(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=32)
def _released(path: Path, *state: int) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def take_in(
    folder: Path, assignment: str, release: NotebookNode, student: str = ""
) -> NotebookNode:
    """Read a submitted folder, and put the answers into the released notebook.

    Returns
    -------
    NotebookNode
        What was wrong and what was put right stands in its metadata.
    """
    taken = intake(folder, assignment, release)
    rebuilt = rebuild(release, taken.notebook, taken.match)
    for sentence in [*taken.problems, *rebuilt.notes]:
        log.warning("%s: %s", student, sentence)
    record = Record(
        handed_in=taken.notebook is not None,
        problems=taken.problems,
        notes=rebuilt.notes,
        sha256=taken.sha256,
    )
    if taken.notebook is None and any("unreadable (" in problem for problem in taken.problems):
        record.failure = f"a file can't be read here: {' '.join(taken.problems)}"
    rebuilt.notebook.metadata.setdefault(OURS, {})["record"] = record.to_json()
    return rebuilt.notebook


def judge(
    notebook: NotebookNode,
    student: str,
    key_folder: Path,
    level: str = "auto",
    files: Mapping[str, bytes] | None = None,
    limits: Limits | None = None,
) -> Any:
    """Have the referee grade a rebuilt notebook, with the key of the course in `key_folder`."""
    from autograder.referee import Config, grade_notebook
    from autograder.referee.inputs import course_key

    state = key_folder / ".autograder"
    config = Config(course_key(key_folder), level, state, limits)
    return grade_notebook(notebook, student=student, config=config, files=files)


def have_judged(
    nb: NotebookNode, student: str, key_folder: Path, level: str, folder: Path | None
) -> Record:
    """Have a notebook rebuilt from a folder judged; write the outputs of its cells, and a report.

    Every check cell gets its words on stdout and its score as a plain number. If the autograder
    itself fails, the score is 0, the reason says so, and the record is marked as failed.
    """
    record = Record.from_json(nb.metadata[OURS]["record"])
    shown: dict[str, Any] = {}
    if record.handed_in:
        try:
            limits = limits_of(key_folder, nb.metadata[OURS]["chapter"])
            room = limits.files_bytes
            files = beside(folder, room, nb, record.sha256).files if folder else {}
            result = judge(nb, student, key_folder, level, files, limits)
            record.take(result, {slot.id: slot.label for slot in slots(nb)})
            shown = result.cell_outputs
        except JailError:
            raise
        except Exception as error:
            log.error(traceback.format_exc())
            record.fail(error)
    _finish(nb, record, shown)
    return record


def _finish(nb: NotebookNode, record: Record, shown: dict[str, Any]) -> None:
    _write_outputs(nb, record, shown)
    nb.metadata.setdefault(OURS, {})["record"] = record.to_json()
    nb.cells.insert(0, new_markdown_cell(report(record), id=REPORT_ID))


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


def _marks(nb: NotebookNode) -> tuple[dict[str, float | None], dict[str, str | None]]:
    """Give scores and comments as nbgrader's SaveAutoGrades finds them, by its own functions."""
    scores: dict[str, float | None] = {}
    comments: dict[str, str | None] = {}
    for cell in nb.cells:
        if is_grade(cell):
            scores[grade_id(cell)] = determine_grade(cell, log)[0]
        if is_solution(cell) or is_task(cell):
            same = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            untouched = same and not is_task(cell)
            comments[grade_id(cell)] = "No response." if untouched else None
    return scores, comments
