"""Take submissions in: what nbgrader's collect does, with folders that strangers filled."""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import parse_utc

from autograder.classroom.collecting.notebooks import would_lose_a_notebook
from autograder.classroom.collecting.times import read_time, time_in
from autograder.classroom.folder.files import NOTEBOOK_LIMIT, entries, printable, read_regular
from autograder.classroom.returns.export import harmless
from autograder.classroom.submissions.intake import RECORD, left_out
from autograder.classroom.submissions.others import is_foreign

ASIDE = "set-aside"
FOLDER_LIMIT = 200_000_000


class Collect(ExchangeCollect):
    """nbgrader's collect, but links are not followed and one bad submission stops none.

    Stock nbgrader copies what a link points to (the instructor's solutions, say) into the
    submission, and gives up on the whole class at a file that it can't read, a folder that is
    too large, or a name in the drop box that it can't parse; everyone can write there.

    Attributes
    ----------
    useless : list of dict
        The submissions that hold no notebook, where there is one already: they stay in the
        exchange.
    """

    src_records: list[dict[str, Any]]
    useless: list[dict[str, Any]]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        parts = Path(path).name.rsplit("+", 3)
        try:
            when = parse_utc(parts[2])
        except (IndexError, ValueError, OverflowError):
            when = None
        name = parts[0] if when and is_name(parts[0]) else ""
        if not name:
            self.log.warning("%s is no submission; it stays where it is", printable(path, 200))
        when = when or datetime.datetime.min
        return {"username": name, "filename": Path(path).name, "timestamp": when}

    def init_src(self) -> None:
        """List the submissions, without what no submission can be called, or would lose one."""
        super().init_src()
        records = [record for record in self.src_records if record["username"]]
        self.useless = [] if self._is_foreign() else list(filter(self._loses_a_notebook, records))
        self.src_records = [record for record in records if record not in self.useless]

    def _loses_a_notebook(self, record: dict[str, Any]) -> bool:
        step, name = self.coursedir.submitted_directory, self.coursedir.assignment_id
        submitted = self.coursedir.format_path(step, record["username"], name)
        known = time_in(Path(submitted) / "timestamp.txt")
        newer = known is None or record["timestamp"] > known
        return newer and would_lose_a_notebook(Path(submitted), self.place_of(record))

    def place_of(self, record: dict[str, Any]) -> Path:
        """Give where in the exchange a submission lies."""
        return Path(self.inbound_path) / record["filename"]

    def _is_foreign(self) -> bool:
        steps = self.coursedir.release_directory, self.coursedir.source_directory
        name = self.coursedir.assignment_id
        return is_foreign(*(Path(self.coursedir.format_path(step, ".", name)) for step in steps))

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy one submission; of an assignment that is not ours, as nbgrader does."""
        if self._is_foreign():
            super().do_copy(src, dest, log)
            return
        receive(Path(src), Path(dest))
        prepare(Path(dest), self.coursedir.assignment_id)


def is_name(name: str) -> bool:
    """Refuse what is a path, a pattern, an option, or a formula in a table."""
    fine = name.isprintable() and not set(name) & set("/\\*?[]")
    return fine and not name.startswith((".", "+", "-")) and harmless(name) == name


def receive(source: Path, destination: Path) -> None:
    """Copy the regular files of a submission, and write down what was left out."""
    refused, total = [], 0
    destination.mkdir(parents=True, exist_ok=True)
    # the time last: what has none, because we were stopped here, is collected anew
    for entry in sorted(entries(source), key=lambda entry: entry.name == "timestamp.txt"):
        trouble = entry.trouble
        if entry.name == RECORD and not trouble:
            continue  # only we write it
        if entry.name.startswith(RECORD + "/"):
            trouble = trouble or "a name that is ours"
        if not trouble and total + entry.size > FOLDER_LIMIT:
            trouble = f"beyond {FOLDER_LIMIT // 1_000_000} MB in all"
        if not trouble:
            try:
                data = read_regular(entry.path, NOTEBOOK_LIMIT)
                target = destination / entry.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                total += len(data)
            except OSError as error:
                trouble = f"unreadable ({error.strerror or error})"
        if trouble:
            refused.append((entry.name, trouble))
    (destination / RECORD).unlink(missing_ok=True)
    _write_record(destination, refused)


def prepare(folder: Path, assignment: str) -> Path:
    """Make a submitted folder one that nbgrader can convert, and return the notebook's path.

    nbgrader skips a folder without a notebook of the right name, copies what links point to,
    stops at a broken timestamp, and takes 01.12. for the 12th of January. Links and the like, and
    a time that can be misread, are moved to the course's `set-aside` folder; where the notebook is
    missing or misnamed, a stand-in takes its place, which `intake` ignores. Files that the student
    wrote stay as they are.
    """
    aside = folder.parents[2] / ASIDE / folder.parent.name / folder.name
    refused = []
    for entry in list(entries(folder)):
        real_folder = entry.path.is_dir() and not entry.path.is_symlink()
        movable = entry.path != folder and not real_folder
        if movable and entry.trouble and not entry.trouble.startswith("too large"):
            _move(entry.path, aside / entry.name)
            refused.append((entry.name, entry.trouble))
    stamp = folder / "timestamp.txt"
    if stamp.is_file() and not _is_timestamp(stamp):
        _move(stamp, aside / stamp.name)
    notebook = folder / f"{assignment}.ipynb"
    if notebook.is_dir():
        _move(notebook, aside / notebook.name)
        refused.append((notebook.name, "a folder"))
    if (folder / RECORD).is_dir():
        _move(folder / RECORD, aside / RECORD)
        refused.append((RECORD, "a folder"))
    if refused:
        _write_record(folder, refused)
    if not notebook.exists():
        notebook.write_text(stand_in(), encoding="utf-8")
    return notebook


def stand_in() -> str:
    """Return a notebook that says what it is there for."""
    text = "*Put here by the autograder: no notebook of this name was handed in.*"
    notebook = new_notebook(cells=[new_markdown_cell(text, id="stand-in")])
    notebook.metadata["dropout_course"] = {"stand_in": True}
    return nbformat.writes(notebook) + "\n"


def before_autograde(assignment: str, student: str, notebooks: list[str]) -> None:
    """Prepare a folder when nbgrader is about to autograde it (`Autograde.pre_convert_hook`).

    For folders that reached `submitted` by another way than `Collect`. The list is the
    converter's own: it names the notebooks that are converted next, so it is changed in place.
    """
    folders = {Path(name).parent for name in notebooks}
    if all(_is_foreign(folder, assignment) for folder in folders):
        return
    notebooks[:] = [str(prepare(folder, assignment)) for folder in sorted(folders)]


def _is_foreign(submitted: Path, assignment: str) -> bool:
    root = submitted.parents[2] if len(submitted.parents) > 2 else Path()
    return is_foreign(root / "release" / assignment, root / "source" / assignment)


def _is_timestamp(path: Path) -> bool:
    try:
        text = read_regular(path, 1000).decode().strip()
        return not text or read_time(text) is not None
    except (OSError, UnicodeError):
        return False


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    while target.exists() or target.is_symlink():
        target = target.with_name(target.name + "~")
    shutil.move(path, target)  # a link is moved as a link


def _write_record(folder: Path, refused: Iterable[tuple[str, str]]) -> None:
    refused = list(refused)
    if not refused:
        return
    path = folder / RECORD
    known = _known(path)
    path.write_text(json.dumps({"left_out": known + refused}, indent=1) + "\n", encoding="utf-8")


def _known(path: Path) -> list[tuple[str, str]]:
    if not left_out(path.parent):
        return []
    return list(json.loads(path.read_bytes())["left_out"])
