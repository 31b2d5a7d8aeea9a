"""What a grade depends on beside the submission: the code and data that judge one assignment.

A grade is worked out anew when they change, and only then: the checks of another chapter, the
commands or the page of feedback are no part of them. Nor are due dates and extensions, which
every run takes into the penalty without judging anybody again.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.classroom.running.journal import key_of
from dropout_course.course import module_name

REPOSITORY = Path(__file__).resolve().parents[3]
# whole packages: processes of theirs are started by name, which no import shows
ENGINE = ("autograder/referee", "autograder/sandbox", "dropout_course/engine")
# takes in, rebuilds, has judged, writes the outputs
START = "autograder.classroom.submissions.submission"
OURS = ("autograder", "dropout_course", "solutions")
CHAPTER = (
    "autograder/hidden/{0}",
    "dropout_course/exercises/{0}",
    "dropout_course/scenes/{0}",
    "solutions/{0}",
)


@lru_cache(maxsize=64)
def judges_key(assignment: str, imports: tuple[str, ...] = (), root: Path = REPOSITORY) -> str:
    """Hash what judges an assignment.

    Parameters
    ----------
    assignment : str
        Assignment id, the file stem of a chapter.
    imports : tuple of str
        Modules that the released notebook imports (see `imported`).
    root : Path
        The checkout that holds the packages.
    """
    parts: list[str | bytes] = []
    for path in judging_files(assignment, imports, root):
        parts += [path.relative_to(root).as_posix(), path.read_bytes()]
    return key_of(*parts, _exercises(assignment, root))


def judging_files(assignment: str, imports: Iterable[str], root: Path = REPOSITORY) -> list[Path]:
    """Give the files of code that judge an assignment: engine, chapter, and what they import."""
    chapter = [pattern.format(module_name(assignment)) for pattern in CHAPTER]
    todo = [path for name in (*ENGINE, *chapter) for path in _files(root, name)]
    todo += [path for name in (START, *imports) for path in _modules(root, name)]
    found: set[Path] = set()
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            if path.suffix == ".py":
                names = imported(path.read_text(encoding="utf-8"), _package(root, path))
                todo += [more for name in names for more in _modules(root, name)]
    return sorted(found)


@lru_cache(maxsize=1024)  # the engine's files are the same for every chapter
def imported(source: str, package: str = "") -> tuple[str, ...]:
    """Give the modules of ours that code imports anywhere, in order; none if it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    names: set[str] = set()
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            of = ".".join([*above, node.module or ""] if node.level else [node.module or ""])
            names |= {of.rstrip("."), *(f"{of.rstrip('.')}.{alias.name}" for alias in node.names)}
    return tuple(sorted(name for name in names if name.partition(".")[0] in OURS))


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Give all statements of a module, and what holds statements; no expression."""
    todo: list[ast.AST] = [tree]
    while todo:
        yield (node := todo.pop())
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            todo += getattr(node, block, ())


def release_imports(release: bytes) -> tuple[str, ...]:
    """Give the modules of ours that a released notebook imports, cell by cell."""
    cells: list[dict[str, Any]] = json.loads(release)["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return tuple(sorted({name for source in sources for name in imported(source)}))


def _modules(root: Path, name: str) -> Iterator[Path]:
    """Give the file of a module and those of the packages that it lies in, as far as they are."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:end])
        for path in (place / "__init__.py", place.with_name(place.name + ".py")):
            if path.is_file():
                yield path


def _files(root: Path, name: str) -> Iterator[Path]:
    """Give the files of a package, or of a module without its ending."""
    place = root / name
    yield from (p for p in sorted(place.rglob("*")) if p.suffix in (".py", ".json"))
    if (module := place.with_name(place.name + ".py")).is_file():
        yield module


def _package(root: Path, path: Path) -> str:
    return ".".join(path.relative_to(root).parent.parts)


def _exercises(assignment: str, root: Path) -> str:
    """Give what the tables of the course say about the exercises of an assignment."""
    exercises = json.loads((root / "dropout_course/exercises.json").read_bytes())["exercises"]
    symptoms = json.loads((root / "dropout_course/exercises/symptoms.json").read_bytes())
    mine = {name: entry for name, entry in exercises.items() if entry["stem"] == assignment}
    both = [mine, {name: symptoms[name] for name in sorted(mine) if name in symptoms}]
    return json.dumps(both, sort_keys=True)
