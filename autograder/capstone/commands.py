"""``autograder capstone new`` and ``autograder capstone grade``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from autograder.root import SetUpError, course_root

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
    """Grade the mended bugs. Exit code 0 if all were graded, 1 if a hand-in had a problem."""
    from autograder.capstone.grading import POINTS, grade_hand_in
    from autograder.capstone.handed import student_of
    from autograder.referee.sandboxes import starter

    start = starter("auto", "13-capstone", course_root() / ".autograder")
    told = [grade_hand_in(path, student_of(path), start) for path in files]
    if as_json:
        print(json.dumps([one.to_json() for one in told], indent=2))
    else:
        table = Table("student", "mended", "points", "not mended", box=None)
        for one in told:
            left = ", ".join(name for name, said in one.bugs.items() if said)
            table.add_row(one.student, str(one.mended), f"{one.points:.1f} of {POINTS}", left)
        out.print(table)
        for one in told:
            for said in one.problems:
                out.print(f"! {one.student}: {said}", markup=False, highlight=False)
    raise typer.Exit(int(any(one.problems for one in told)))
