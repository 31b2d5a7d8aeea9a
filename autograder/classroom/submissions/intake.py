"""Read what a student handed in. Whatever is wrong becomes a sentence, never an exception."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from nbformat.notebooknode import NotebookNode

from autograder.classroom.folder.files import (
    NOTEBOOK_LIMIT,
    OWN_FILES,
    Entry,
    entries,
    printable,
    read_regular,
)
from autograder.classroom.submissions.beside import beside
from autograder.classroom.submissions.match import Match, answered, match
from autograder.classroom.submissions.parse import UnreadableError, parse

RECORD = "intake.json"


@dataclass(frozen=True)
class Intake:
    """What came out of a submitted folder.

    Attributes
    ----------
    notebook : NotebookNode or None
        The student's notebook, clean (see `parse`); None if there is none to grade.
    problems : list of str
        What happened and what to do, one or two sentences each, fit to be shown to the student.
    sha256 : str
        Of the notebook file as it was handed in, "" if there is none.
    match : Match or None
        Which of its cells is which of the released notebook.
    """

    notebook: NotebookNode | None
    problems: list[str] = field(default_factory=list)
    sha256: str = ""
    match: Match | None = None


@dataclass(frozen=True)
class Candidate:
    """A notebook of the folder and how well it fits the assignment."""

    entry: Entry
    notebook: NotebookNode
    problems: list[str]
    sha256: str
    match: Match

    @property
    def found(self) -> int:
        """How many cells for answers are in it."""
        return answered(self.match)[0]


def intake(folder: Path, assignment: str, release: NotebookNode) -> Intake:
    """Find, read and clean the one notebook of a submitted folder.

    Parameters
    ----------
    folder : Path
        The submitted folder; nothing in it is followed, executed or changed.
    assignment : str
        Assignment id, the file stem of the chapter.
    release : NotebookNode
        The released notebook, by whose cells a renamed notebook is recognised.

    Returns
    -------
    Intake
        Never raises for what a student can do.
    """
    wanted = f"{assignment}.ipynb"
    files, problems = [], left_out(folder)
    for entry in entries(folder):
        if entry.trouble:
            problems.append(_refused(entry.name, entry.trouble))
        elif entry.name not in OWN_FILES:
            files.append(entry)
    best: Candidate | None = None
    names: list[str] = []  # of all notebooks; but only the best one is kept in memory
    unreadable: list[tuple[str, str]] = []
    for entry in files:
        if ".ipynb" not in entry.name.lower():
            continue
        try:
            candidate = _read(entry, release)
        except UnreadableError as error:
            unreadable.append((f"{printable(entry.name)} {error.what}.", error.todo))
        except OSError as error:
            problems.append(_refused(entry.name, f"unreadable ({error.strerror or error})"))
        else:
            if not candidate.notebook.metadata["dropout_course"].get("stand_in"):
                names.append(entry.name)
                if best is None or _fit(candidate, wanted) > _fit(best, wanted):
                    best = candidate
    if best is None:
        others = [printable(e.name) for e in files if ".ipynb" not in e.name.lower()]
        return Intake(None, problems + _nothing(unreadable, others, wanted))
    problems += [f"{sentence} It is not graded." for sentence, _ in unreadable]
    problems += _choice(best, _rivals(best, names), wanted) + best.problems
    more = beside(folder, notebook=best.notebook, sha256=best.sha256).problems
    problems += [*_provenance(best, assignment, release), *more]
    return Intake(best.notebook, problems, best.sha256, best.match)


def left_out(folder: Path) -> list[str]:
    """Say what was left out when the submission was collected."""
    try:
        record = json.loads(read_regular(folder / RECORD, 1_000_000))
        pairs = [(str(name), str(why)) for name, why in record["left_out"]]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return []
    return [_refused(name, why) for name, why in pairs[:20]]


def _refused(name: str, why: str) -> str:
    return (
        f"{printable(name)} was not taken: {printable(why)}. Hand in the notebook itself, as a "
        "regular file."
    )


def _read(entry: Entry, release: NotebookNode) -> Candidate:
    data = read_regular(entry.path, NOTEBOOK_LIMIT)
    notebook, problems = parse(data)
    sha256 = hashlib.sha256(data).hexdigest()
    return Candidate(entry, notebook, problems, sha256, match(release, notebook))


def _fit(candidate: Candidate, wanted: str) -> tuple[bool, bool, bool, int, int]:
    """Order candidates: one of ours, with answers, rightly named, most answers, most cells."""
    exact = candidate.entry.name == wanted
    found, filled = answered(candidate.match)
    return (found > 0, filled > 0, exact, filled, found)


def _nothing(unreadable: list[tuple[str, str]], names: list[str], wanted: str) -> list[str]:
    """Say why there is no notebook to grade."""
    if unreadable:
        last = "Then hand it in again; nothing could be graded."
        return [f"{sentence} {todo} {last}" for sentence, todo in unreadable]
    if names:
        listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        return [f"No notebook was handed in, only {listed}. Hand in {wanted}."]
    return [f"No notebook was handed in. Hand in {wanted}."]


def _rivals(best: Candidate, names: list[str]) -> list[str]:
    """Leave out notebooks that the best one runs (``%run helpers.ipynb``)."""
    if len(names) == 1:  # as a rule; then nothing is to be looked for
        return names
    lines = (line for cell in best.notebook.cells for line in cell.source.splitlines())
    run = "\n".join(line for line in lines if "%run" in line or "run_line_magic" in line)
    return [name for name in names if Path(name).name not in run or name == best.entry.name]


def _choice(best: Candidate, names: list[str], wanted: str) -> list[str]:
    """Say which of the notebooks is graded if that isn't plain."""
    name = printable(best.entry.name)
    if len(names) > 1:
        why = "it fits best" if best.found else "none of them belongs to this chapter"
        listed = ", ".join(map(printable, names[:4]))
        return [
            f"{len(names)} notebooks were handed in ({listed}); {name} is graded, "
            f"{why}. Hand in {wanted} alone."
        ]
    if not _is_named(best.entry.name, wanted) and best.found:
        return [f"{name} was recognised by its cells and graded. Name it {wanted} next time."]
    return []


def _is_named(name: str, wanted: str) -> bool:
    """Tell whether a name is the wanted one, but for the number of a second copy.

    Platforms and browsers add it (``03-dropout-forward-2.ipynb``, ``… (1).ipynb``), not students.
    """
    stem, _, ending = wanted.rpartition(".")
    return bool(re.fullmatch(rf"{re.escape(stem)}(?:[-_ ]?\(?\d+\)?)?\.{ending}", name))


def _provenance(best: Candidate, assignment: str, release: NotebookNode) -> list[str]:
    """Say if the notebook comes from another chapter or from another release of this one."""
    metadata = best.notebook.metadata["dropout_course"]
    ours = release.metadata.get("dropout_course", {})
    chapter, version = metadata.get("chapter"), metadata.get("release")
    name = printable(best.entry.name)
    if best.found == 0:
        what = f"the notebook of {printable(str(chapter))}" if chapter else "another notebook"
        if chapter == assignment:
            what = "without any answer cell"
        return [
            f"{name} is {what}; no answer to {assignment} was found in it. "
            f"Hand in your {assignment}.ipynb."
        ]
    if chapter and chapter != assignment:
        return [
            f"{name} says that it belongs to {printable(str(chapter))}; its "
            f"{best.found} cells that answer {assignment} are graded all the same."
        ]
    if version and ours.get("release") and version != ours["release"]:
        return [
            f"{name} was made from another version of the chapter; its answers are graded "
            "by the current one. Fetch the assignment again before you hand in next time."
        ]
    return []
