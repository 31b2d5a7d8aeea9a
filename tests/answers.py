"""Answers of every kind as hand-ins: the idioms, the known mistakes, and what they need beside."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from subjects import SUBJECTS

from autograder.authoring.rules import Subject
from autograder.classroom.submissions.match import grade_id
from dropout_course import course

ROOT = Path(__file__).resolve().parents[1]
BANK = "bank"  # the course's package under another name: its own can't be imported at grading


def chapters() -> dict[str, str]:
    """Give the stems of the chapters by their numbers."""
    return {number: chapter["stem"] for number, chapter in course.chapters().items()}


@cache
def subjects(chapter: str) -> tuple[Subject, ...]:
    return tuple(s for s in SUBJECTS if s.exercise.chapter == chapter)


def count(kind: str, chapter: str) -> int:
    """Say how many notebooks hold all idioms, or all mistakes, of a chapter."""
    return max((len(_all(kind, subject)) for subject in subjects(chapter)), default=0)


def notebook(
    kind: str, chapter: str, number: int, without: Collection[str] = ()
) -> tuple[NotebookNode, dict[str, bytes]]:
    """Answer each exercise of a chapter by its idiom, or its mistake, of that number.

    Parameters
    ----------
    kind
        ``idioms`` or ``mistakes``.
    number
        Counted from 0; an exercise that has fewer begins again.
    without
        Exercises that are left as they were released.
    """
    made = nbformat.read(ROOT / "notebooks" / f"{chapters()[chapter]}.ipynb", 4)
    sources = {s.exercise.id: _source(kind, s, number) for s in subjects(chapter)}
    sources = {name: source for name, source in sources.items() if name not in without}
    for cell in made.cells:
        cell.source = sources.get(grade_id(cell), cell.source)
    return made, _files(kind, subjects(chapter)[0].exercise.package)


def _all(kind: str, subject: Subject) -> list[object]:
    return list(subject.idioms if kind == "idioms" else subject.mistakes)


def _source(kind: str, subject: Subject, number: int) -> str:
    exercise = subject.exercise
    number %= len(_all(kind, subject))
    if kind == "idioms":
        module, given = f"idioms.{exercise.package}.{exercise.id}", f"IDIOMS[{number}]"
        return f"from {module} import IDIOMS\nglobals().update({given})"
    mistake = subject.mistakes[number]
    others = [name for name in exercise.names if name != mistake.replaces]
    module = f"{BANK}.exercises.{exercise.package}.{exercise.id}"
    lines = [f"from {module} import mistakes", f"chosen = mistakes.entries[{number}]"]
    lines += [f"{mistake.replaces} = chosen.answer"]
    lines += [f"from solutions_of_it import {', '.join(others)}"] if others else []
    return "\n".join(lines)


@cache
def _files(kind: str, package: str) -> dict[str, bytes]:
    if kind == "idioms":
        return dict(_read(ROOT / "tests" / "idioms" / package, f"idioms/{package}"))
    files = dict(_read(ROOT / "dropout_course" / "engine", f"{BANK}/engine"))
    files |= dict(_read(ROOT / "dropout_course" / "exercises" / package, _place(package)))
    for name in ("lab", "scenes"):
        files |= dict(_read(ROOT / "dropout_course" / name, f"{BANK}/{name}"))
    files[f"{BANK}/course.py"] = (ROOT / "dropout_course" / "course.py").read_bytes()
    files["solutions_of_it.py"] = (ROOT / "solutions" / f"{package}.py").read_bytes()
    renamed = {
        n: data.replace(b"dropout_course.", BANK.encode() + b".") for n, data in files.items()
    }
    empty = {f"{BANK}/__init__.py": b"", f"{BANK}/exercises/__init__.py": b""}
    return {**renamed, **empty}


def _place(package: str) -> str:
    return f"{BANK}/exercises/{package}"


def _read(folder: Path, name: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*.py")):
        yield f"{name}/{path.relative_to(folder)}", path.read_bytes()
