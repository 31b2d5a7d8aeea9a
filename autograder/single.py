"""Grade single notebook files, outside any gradebook."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat

from autograder.classroom.folder.files import NOTEBOOK_LIMIT, read_regular
from autograder.classroom.submissions.beside import mentioned
from autograder.classroom.submissions.match import answered, match
from autograder.classroom.submissions.parse import UnreadableError, parse
from autograder.classroom.submissions.rebuild import rebuild
from autograder.handing_in import reminders
from autograder.referee import Config, NotebookResult, grade_notebook
from autograder.referee.limits import limits_of
from autograder.referee.results import ExerciseResult
from autograder.sandbox import JailError


@dataclass
class FileResult:
    """What became of one file.

    Attributes
    ----------
    file : str
    problems : list of str
        What was wrong with it and what was done about it, in sentences.
    result : NotebookResult or None
        None if nothing in it could be graded.
    reminders : list of str
        What a student may have overlooked; nothing that costs points.
    """

    file: str
    problems: list[str] = field(default_factory=list)
    result: NotebookResult | None = None
    reminders: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Give the entry of ``autograder grade --json``."""
        graded = self.result or NotebookResult(chapter="")
        notes = {"problems": self.all_problems, "reminders": self.reminders}
        return {"file": self.file, **graded.to_json(), **notes}

    @property
    def all_problems(self) -> list[str]:
        """What was wrong with the file, and with how it was graded."""
        return self.problems + (self.result.problems + self.result.notes if self.result else [])

    @property
    def exercises(self) -> list[ExerciseResult]:
        """The verdicts, none for a file that could not be graded."""
        return self.result.exercises if self.result else []


@lru_cache(maxsize=4)
def releases(root: Path) -> dict[str, Any]:
    """Read the released notebooks of a course by file stem."""
    paths = sorted((root / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    return {path.stem: nbformat.read(path, 4) for path in paths}


def grade_file(path: Path, root: Path, config: Config, *, hidden: bool = True) -> FileResult:
    """Grade one file; never raises for what is in it.

    Parameters
    ----------
    path
        The notebook file.
    root
        The course.
    config
        How to grade.
    hidden
        Whether hidden laws are run as well as visible ones.

    Raises
    ------
    LimitsError
        The limits of the course can't be used.
    """
    report = FileResult(str(path))
    try:
        data = read_regular(path, NOTEBOOK_LIMIT)
        notebook, report.problems = parse(data)
    except UnreadableError as error:
        report.problems = [f"The file {error.what}. {error.todo} Then try again."]
        return report
    except FileNotFoundError:
        report.problems = ["There is no such file. Look at its name and its folder."]
        return report
    except OSError as error:
        folder = isinstance(error, IsADirectoryError)  # a look at the path may fail as well
        todo = "Name notebooks, as in `FOLDER/*.ipynb`." if folder else "Take another copy."
        report.problems = [f"The file can't be read: {error.strerror or error}. {todo}"]
        return report
    stem = _chapter(notebook, root)
    if stem is None:
        report.problems.append(
            "It is no notebook of this course: none of its cells belongs to a chapter. "
            "Start from the chapter's file in notebooks/."
        )
        return report
    release = releases(root)[stem]
    report.problems += _provenance(notebook, release, stem)
    rebuilt = rebuild(release, notebook)
    report.problems += rebuilt.notes
    if not hidden:
        report.reminders = reminders(data, rebuilt.notebook, release)
    limits = config.limits or limits_of(root, stem)
    config = replace(config, limits=limits)
    found = mentioned(path, notebook, limits.files_bytes)
    report.problems += found.problems
    report.result = grade_notebook(
        rebuilt.notebook, student=path.stem, config=config, hidden=hidden, files=found.files
    )
    return report


def check_file(path: Path, root: Path) -> FileResult:
    """Check one's own file with the visible laws, as it will be graded.

    In the sandbox of grading, or, where there is none (on another system than Linux, say), in the
    same process without one: the code is that of the person who checks it.
    """
    config = Config(state=root / ".autograder")
    try:
        return grade_file(path, root, config, hidden=False)
    except JailError:
        return grade_file(path, root, replace(config, level="unsafe"), hidden=False)


def _chapter(notebook: Any, root: Path) -> str | None:
    """Find the chapter by the cells, and, where they don't decide, by what the file says."""
    known = releases(root)
    found = {stem: answered(match(release, notebook))[0] for stem, release in known.items()}
    best = max(found, key=lambda stem: found[stem], default=None)
    if best is not None and found[best]:
        return best
    chapter = notebook.metadata["dropout_course"].get("chapter")
    return chapter if chapter in known else None


def _provenance(notebook: Any, release: Any, stem: str) -> list[str]:
    metadata = notebook.metadata["dropout_course"]
    ours = release.metadata["dropout_course"]
    if metadata.get("chapter") not in (None, stem):
        return [
            f"The file says that it belongs to another chapter; its answers to {stem} are graded."
        ]
    if metadata.get("release") not in (None, ours["release"]):
        return [
            "The file was made from another version of the chapter; its answers are graded by "
            f"this one. Compare it with notebooks/{stem}.ipynb."
        ]
    return []
