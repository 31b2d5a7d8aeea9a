"""What a chapter must have beyond its form: references, laws, hints, alt text."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from .errors import SourceError
from .model import Cell, Chapter, Exercise
from .stub import DEFINITION, StubError, stub

HINTS = 3
# What an exercise consists of besides its statement and its reference: a file in each trust.
SLICES = {
    "dropout_course/exercises": "laws",
    "autograder/hidden": "hidden laws",
    "tests/idioms": "right answers in other styles",
}
DRAWING = frozenset({"plt", "plots"})


def validate(chapters: Sequence[Chapter], root: Path) -> list[SourceError]:
    """Check chapters against `solutions/` and the laws under `root`.

    Returns
    -------
    list of SourceError
        Everything that is wrong; empty when all is well.
    """
    problems: list[SourceError] = []
    owner: dict[str, str] = {}
    for chapter in chapters:
        problems += _references(chapter, root)
        for exercise in chapter.exercises:
            problems += _exercise(exercise, chapter, root)
            if exercise.id in owner:
                problems.append(
                    exercise.place.error(
                        f"the id {exercise.id} is taken (in {owner[exercise.id]}): choose another"
                    )
                )
            owner.setdefault(exercise.id, exercise.place.path)
        for cell in chapter.cells:
            problems += _cell(cell, chapter)
    return problems


def reference_path(chapter: Chapter, root: Path) -> Path:
    """The module with the references of a chapter."""
    return root / "solutions" / f"{chapter.module}.py"


def _references(chapter: Chapter, root: Path) -> Iterator[SourceError]:
    path = reference_path(chapter, root)
    if not chapter.exercises:
        return
    if not path.exists():
        yield SourceError(f"book/{chapter.path.name}", 1, f"no solutions/{path.name}: write it")
        return
    source = path.read_text("utf-8")
    home = {node.name: node for node in ast.parse(source).body if isinstance(node, DEFINITION)}
    for exercise in chapter.exercises:
        missing = [name for name in exercise.names if name not in home]
        if missing:
            yield exercise.place.error(
                f"unknown exercise {exercise.id}: solutions/{path.name} has no "
                f"{', '.join(missing)}; correct the id, or list the names under `:names:`"
            )
            continue
        for name in exercise.names:
            if not ast.get_docstring(home[name]):
                yield SourceError(
                    f"solutions/{path.name}",
                    home[name].lineno,
                    f"`{name}` has no docstring, and the stub shows it: write one",
                )
        try:
            stub(source, exercise.names, exercise.given)
        except StubError as problem:
            yield SourceError(f"solutions/{path.name}", problem.line, problem.message)


def _exercise(exercise: Exercise, chapter: Chapter, root: Path) -> Iterator[SourceError]:
    for folder, holds in SLICES.items():
        path = f"{folder}/{chapter.module}/{exercise.id}.py"
        if not (root / path).exists():
            yield exercise.place.error(
                f"the exercise {exercise.id} has no {holds}: write {path} "
                f"(`autograder new {exercise.id} --chapter {chapter.number}` begins it)"
            )
    if len(exercise.hints) < HINTS:
        yield exercise.place.error(
            f"the exercise {exercise.id} has {len(exercise.hints)} hints: write {HINTS}, "
            "a nudge, an idea, nearly the code"
        )
    if not exercise.statement.source:
        yield exercise.place.error(f"the exercise {exercise.id} has no statement: write it")


def _cell(cell: Cell, chapter: Chapter) -> Iterator[SourceError]:
    place = cell.text.place
    if cell.written and not cell.written.id.startswith(f"ch{chapter.number}-"):
        yield place.error(f"the id of a written question is ch{chapter.number}-…: rename it")
    if cell.kind not in ("setup", "demo"):
        return
    if (cell.figure or cell.caption or draws(cell.text.source)) and not cell.alt.strip():
        yield place.error(
            "this cell draws a figure without alt text: add "
            '`:mystnb: {image: {alt: "…the message…", classes: "dark-light"}}`'
        )
    if cell.figure and not cell.caption:
        yield place.error("a named figure has no number without a caption: add `caption: …`")


def draws(source: str) -> bool:
    """Whether a cell uses a plotting module outside of function definitions."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
    todo: list[ast.AST] = list(ast.parse("\n".join(lines)).body)
    while todo:
        node = todo.pop()
        if isinstance(node, (*DEFINITION, ast.Import, ast.ImportFrom)):
            continue
        if isinstance(node, ast.Call):
            *owner, name = _dotted(node.func) or [""]
            if DRAWING & set(owner) or (owner == ["lab"] and name == "axes"):
                return True
        todo += ast.iter_child_nodes(node)
    return False


def _dotted(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Attribute):
        return [*_dotted(node.value), node.attr]
    return [node.id] if isinstance(node, ast.Name) else []
