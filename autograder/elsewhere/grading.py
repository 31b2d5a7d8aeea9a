"""Grade one submitted folder on a machine that has no course folder and no gradebook."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classroom.submissions.beside import beside
from autograder.classroom.submissions.intake import intake
from autograder.classroom.submissions.match import slots
from autograder.classroom.submissions.rebuild import rebuild
from autograder.classroom.submissions.submission import released
from autograder.referee import Config, NotebookResult, grade_notebook
from autograder.referee.inputs import course_key
from autograder.referee.limits import limits_of
from autograder.sandbox import JailError


@dataclass
class Outcome:
    """What came of a folder.

    Attributes
    ----------
    result : NotebookResult or None
        None where there was no notebook to grade, or the autograder failed.
    problems : list of str
        What the student must know.
    notes : list of str
        What was put right, and what a person will want to look at.
    failure : str
        Why the autograder could not grade; "" if it could. It is nobody's zero.
    max_score : float
    labels : dict
        Numbers of exercises, by id.
    """

    assignment: str
    result: NotebookResult | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failure: str = ""
    max_score: float = 0.0
    labels: dict[str, str] = field(default_factory=dict)


def grade_folder(
    root: Path, assignment: str, folder: Path, student: str, level: str = "auto"
) -> Outcome:
    """Grade a folder; never raises for what is in it, nor for what is wrong with this machine.

    Parameters
    ----------
    root : Path
        The course: notebooks/, and the key in .autograder/key.
    assignment : str
        Assignment id.
    folder : Path
        What was handed in.
    student : str
        Who; with the key it decides the random inputs.
    level : str
        The sandbox; see `autograder.sandbox.open_sandbox`.
    """
    outcome = Outcome(assignment)
    try:
        release = released(root / "notebooks" / f"{assignment}.ipynb")
        outcome.labels = {slot.id: slot.label for slot in slots(release)}
        outcome.labels |= {slot.id.removesuffix("-check"): slot.label for slot in slots(release)}
        outcome.max_score = sum(
            float(cell.metadata.nbgrader.get("points") or 0)
            for cell in release.cells
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
        )
        taken = intake(folder, assignment, release)
        outcome.problems = list(taken.problems)
        if taken.notebook is None:
            return outcome
        rebuilt = rebuild(release, taken.notebook, taken.match)
        outcome.notes = rebuilt.notes
        limits = limits_of(root, assignment)
        config = Config(course_key(root), level, root / ".autograder", limits)
        files = beside(folder, limits.files_bytes, taken.notebook, taken.sha256).files
        outcome.result = grade_notebook(
            rebuilt.notebook, student=student, config=config, files=files
        )
        outcome.problems += outcome.result.problems
        outcome.notes = [*outcome.notes, *outcome.result.notes]
    except JailError as error:
        outcome.failure = f"There is no safe sandbox on this machine: {error}"
    except Exception as error:
        traceback.print_exc()  # into the service's log, which the instructor alone reads
        outcome.failure = f"{type(error).__name__}: {error}"
    return outcome
