"""``autograder capstone new`` and ``autograder capstone grade``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from autograder.root import SetUpError, course_root

if TYPE_CHECKING:
    from autograder.capstone.grading import CapstoneResult

app = typer.Typer(no_args_is_help=True, help="Write and grade capstones.")
out = Console()


@app.command()
def new(
    student: Annotated[str, typer.Argument(help="The student's id.", show_default=False)],
    to: Annotated[Path | None, typer.Option(help="By default a folder of that name.")] = None,
) -> None:
    """Write a student's repository, with twelve bugs drawn by the id."""
    from autograder.capstone.drawing import CLEAN, drawn, planted

    folder = to or Path(student)
    if folder.exists():
        raise SetUpError(f"{folder} is there already: name another with --to, or remove it.")
    (folder / "dropnet").mkdir(parents=True)
    for name in ("README.md", "check.py"):
        (folder / name).write_text((CLEAN / name).read_text("utf-8"), "utf-8")
    for name, text in planted(drawn(student)).items():
        (folder / "dropnet" / name).write_text(text, "utf-8")
    out.print(f"wrote {folder}", highlight=False)


@app.command()
def grade(
    files: Annotated[list[Path], typer.Argument(help="Folders or zips, named by student id.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """Grade the mended bugs.

    Exit code 0 if all were graded, 1 if a hand-in had a problem, 2 if our machinery failed: that
    is nobody's zero, and what it failed for has no points.
    """
    from autograder.capstone.grading import grade_hand_in
    from autograder.capstone.handed import student_of
    from autograder.referee.inputs import course_key
    from autograder.referee.sandboxes import starter

    root = course_root()
    key, start = course_key(root), starter("auto", "13-capstone", root / ".autograder")
    told: list[CapstoneResult] = []
    failed: dict[str, str] = {}
    for path in files:
        try:
            told.append(grade_hand_in(path, student_of(path), start, key))
        except Exception as error:
            failed[str(path)] = f"{type(error).__name__}: {error}"
    if as_json:
        print(json.dumps([*(one.to_json() for one in told), *_failures(failed)], indent=2))
    else:
        _show(told, failed)
    problems = any(one.problems for one in told)
    raise typer.Exit(2 if failed else int(problems))


def _failures(failed: dict[str, str]) -> list[dict[str, str]]:
    return [{"file": file, "failure": said} for file, said in failed.items()]


def _show(told: list[CapstoneResult], failed: dict[str, str]) -> None:
    table = Table("student", "mended", "points", "not mended", box=None)
    for one in told:
        left = ", ".join(name for name, said in one.bugs.items() if said)
        table.add_row(one.student, str(one.mended), f"{one.points:.1f} of {one.of}", left)
    out.print(table)
    for one in told:
        for said in one.problems:
            out.print(f"! {one.student}: {said}", markup=False, highlight=False)
    for file, said in failed.items():
        line = f"! {file} is not graded, and that is not its fault ({said}). Grade it again; "
        line += "`autograder doctor` says whether the sandbox works here."
        out.print(line, markup=False, highlight=False)
