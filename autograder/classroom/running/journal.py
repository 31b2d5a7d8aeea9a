"""What has been done already: a run that was killed goes on, and a second run does nothing."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.classroom.errors import CourseError, writing

REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Row:
    """One submission and what it got; there is one in memory for each, so they are small.

    Attributes
    ----------
    student : str
    score, max_score : float
    status : {"graded", "problem", "failed"}
        "problem": graded, with something for the student to put right; "failed": the autograder
        made an error, the submission waits for another run or for a person.
    reason : str
        Why the score is what it is.
    penalty : float
        What is taken off for being late; the score is without it.
    waiting : sequence of str
        What a person is to grade or to look at.
    parts : sequence of dict
        Points by exercise, with what a person gave and what is still open. Who got the same
        shares them: don't change one.
    unchanged : bool
        Whether it was graded by an earlier run.
    """

    student: str
    score: float
    max_score: float
    status: str
    reason: str
    penalty: float = 0.0
    waiting: Sequence[str] = ()
    parts: Sequence[dict[str, Any]] = ()
    unchanged: bool = field(default=False, compare=False)

    @property
    def open(self) -> bool:
        """Whether the score is not known yet: a person decides on some of its points."""
        return self.status == "failed" or any(part["open"] for part in self.parts)

    def to_json(self) -> dict[str, Any]:
        """Give plain data; a score that is not known yet is none, not zero."""
        return asdict(self) | {"score": None if self.open else self.score}


class Journal:
    """A file to which each graded submission adds a line as soon as its grade is stored.

    In memory are the keys alone, and where in the file the latest line of each student begins.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: dict[str, tuple[str, int]] = {}
        with self._reading():
            for start, line in _lines_of(path):
                if (entry := _entry(line)) is not None:
                    key, row = entry
                    self._lines[row.student] = (key, start)

    def find(self, student: str, key: str) -> Row | None:
        """Return the row of a submission if nothing that decides its grade has changed."""
        row = self.last(student) if self._key(student) == key else None
        return row if row and row.status != "failed" else None

    def last(self, student: str) -> Row | None:
        """Return the latest row of a student, whatever has changed since."""
        if student not in self._lines:
            return None
        with self._reading(), self.path.open("rb") as file:
            file.seek(self._lines[student][1])
            entry = _entry(file.readline())
        return entry[1] if entry else None

    def reopen(self, students: Iterable[str]) -> None:
        """Note that what these got is about to be replaced: done again if we end in the middle."""
        rows = [row for s in students if self._key(s) and (row := self.last(s))]
        if rows:
            self.add([(row, "") for row in rows])

    def add(self, graded: Iterable[tuple[Row, str]]) -> None:
        """Write rows down with their keys; they are on the disk when this returns."""
        with writing(self.path):
            self._append(list(graded))

    def _append(self, graded: list[tuple[Row, str]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            if end := file.seek(0, os.SEEK_END):  # a run that was killed may have left half a line
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    end += file.write(b"\n")
            starts = []
            for row, key in graded:
                starts.append(end)
                line = json.dumps({"key": key, "row": asdict(row)}) + "\n"
                end += file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
        for (row, key), start in zip(graded, starts, strict=True):
            self._lines[row.student] = (key, start)

    def _key(self, student: str) -> str:
        return self._lines[student][0] if student in self._lines else ""

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CourseError(
                f"{self.path} can't be read ({error.strerror or error}): give yourself the right "
                "to, or move it away, and everything is graded again."
            ) from error


def _lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """Give the lines of a file, each with where it begins; none if there is no file."""
    if not path.exists():
        return
    start = 0
    with path.open("rb") as file:
        for line in file:
            yield start, line
            start += len(line)


def _entry(line: bytes) -> tuple[str, Row] | None:
    """Read a line; None for the last one of a run that was killed."""
    try:
        entry = json.loads(line)
        row = Row(**entry["row"])
        row = replace(row, waiting=tuple(row.waiting), parts=tuple(row.parts))
        return str(entry["key"]), row
    except (ValueError, KeyError, TypeError):
        return None


class Stamps:
    """Hashes of what the steps of a course were last done with, by the name of the step."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._known = {}

    def fresh(self, step: str, key: str) -> bool:
        """Tell whether a step was done with exactly this."""
        return self._known.get(step) == key

    def get(self, step: str) -> str:
        """Give what a step was last done with, "" if it was not."""
        return self._known.get(step, "")

    def items(self, prefix: str) -> list[tuple[str, str]]:
        """Give steps that begin so, with what each was last done with."""
        return [pair for pair in self._known.items() if pair[0].startswith(prefix)]

    def set(self, step: str, key: str) -> None:
        """Note that a step is done."""
        self.set_all({step: key})

    def set_all(self, keys: dict[str, str]) -> None:
        """Note that several steps are done."""
        if keys:
            self._known |= keys
            self._write()

    def drop(self, which: Callable[[str], bool]) -> None:
        """Forget steps."""
        self._known = {step: key for step, key in self._known.items() if not which(step)}
        self._write()

    def _write(self) -> None:
        text = json.dumps(self._known, indent=1, sort_keys=True)
        new = self.path.with_name(self.path.name + ".new")
        with writing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(text + "\n", encoding="utf-8")
            new.replace(self.path)  # whole or not at all


def key_of(*parts: str | bytes) -> str:
    """Hash strings and bytes into one key."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "little") + data)
    return total.hexdigest()
