"""``autograder capstone new`` and ``autograder capstone grade``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from autograder.root import SetUpError, course_root

if TYPE_CHECKING:
    from autograder.capstone.grading import CapstoneResult

app = typer.Typer(no_args_is_help=True, help="Write and grade capstones.")
out, err = Console(), Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs, and nothing else.")]
BY_HAND = 15  # points of the audit


@app.command()
def new(
    student: Annotated[str, typer.Argument(help="The student's id.", show_default=False)],
    to: Annotated[Path | None, typer.Option(help="By default a folder of that name.")] = None,
    as_json: Json = False,
) -> None:
    """Write a student's repository, with twelve bugs drawn by the id."""
    from autograder.capstone.drawing import BESIDE, CLEAN, drawn, planted

    if student in ("", ".", "..") or Path(student).name != student:
        raise SetUpError(f"{student!r} is no id of a student: take one without slashes.")
    folder = to or Path(student)
    if folder.exists():
        raise SetUpError(f"{folder} is there already: name another with --to, or remove it.")
    try:
        (folder / "dropnet").mkdir(parents=True)
        for name in BESIDE:
            (folder / name).write_text((CLEAN / name).read_text("utf-8"), "utf-8")
        for name, text in planted(drawn(student)).items():
            (folder / "dropnet" / name).write_text(text, "utf-8")
    except (OSError, KeyboardInterrupt) as error:
        shutil.rmtree(folder, ignore_errors=True)  # half a repository would stand in the way
        if isinstance(error, KeyboardInterrupt):
            raise
        raise SetUpError(
            f"{folder} could not be written ({error.strerror or error}). Make room or name another "
            "with --to, then run this again."
        ) from error
    if as_json:
        print(json.dumps({"written": str(folder)}, indent=2, ensure_ascii=False))
    else:
        out.print(f"wrote {folder}", highlight=False)


@app.command()
def grade(
    files: Annotated[list[Path], typer.Argument(help="Folders or zips, named by student id.")],
    to_gradebook: Annotated[
        bool, typer.Option("--record", help="Enter the points into the gradebook.")
    ] = False,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Without a sandbox; never for a class.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Grade the bugs, the error and the service: 85 of the 100 points.

    The other 15 are those of the audit, which a person grades. With --record, notebooks of chapter
    13 must have been autograded before. Exit code 0 if all were graded, 1 if something is to be
    looked at, 2 if our machinery failed: that is nobody's zero, and what it failed for has no
    points. Nor has a hand-in that can't be read.
    """
    from autograder.capstone.grading import Grader, grading_limits
    from autograder.capstone.handed import student_of
    from autograder.capstone.recording import ASSIGNMENT, record
    from autograder.referee.inputs import course_key
    from autograder.referee.sandboxes import UNSAFE, starter

    for path in files:
        if not path.exists():  # else a slip of the pen would be somebody's zero
            raise SetUpError(f"There is no {path}: name the folders and zips that were handed in.")
    root = course_root()
    limits = grading_limits(root)
    start = starter("unsafe" if unsafe else "auto", ASSIGNMENT, root / ".autograder")
    grader = Grader(start, course_key(root), *limits)
    results: list[CapstoneResult] = []
    failed: dict[str, str] = {}
    for path in files:
        try:
            result = grader.grade(path, student_of(path))
            result.problems += [UNSAFE] if unsafe else []
            results.append(result)
        except Exception as error:
            failed[str(path)] = f"{type(error).__name__}: {error}"
    judged = [one for one in results if not one.unreadable]
    aside = record(root, judged) if to_gradebook and judged else []
    if as_json:
        print(json.dumps([*(one.to_json() for one in results), *_failures(failed)], indent=2))
    else:
        _show(results, failed)
    for sentence in aside:
        err.print(f"! {sentence}", markup=False, highlight=False, soft_wrap=True)
    problems = bool(aside) or any(one.problems for one in results)
    raise typer.Exit(2 if failed else int(problems))


def _failures(failed: dict[str, str]) -> list[dict[str, str]]:
    return [{"file": file, "failure": failure} for file, failure in failed.items()]


def _show(results: list[CapstoneResult], failed: dict[str, str]) -> None:
    for one in results:
        if one.unreadable:
            _say(f"! {one.student}: {' '.join(one.problems)} It has no points.")
    results = [one for one in results if not one.unreadable]
    table = Table("student", "mended", "bugs", "error", "service", "points", box=None)
    for one in results:
        parts = [f"{points:.1f} of {of:g}" for points, of in one.by_part.values()]
        table.add_row(
            one.student,
            f"{one.mended} of {len(one.bugs)}",
            *parts,
            f"{one.points:.1f} of {one.of:g}",
        )
    if results:
        out.print(table)
    for one in results:
        for problem in one.problems:  # first: what can't be read explains what follows
            _say(f"! {one.student}: {problem}")
        for name, reason in one.bugs.items():
            if reason:
                _say(f"{one.student} {name}: {reason}")
        for part in one.parts:
            if part.says:
                _say(f"{one.student} {part.name} {part.points:g} of {part.of:g}: {part.says}")
    if results:
        _say(f"The audit's {BY_HAND} points are given by hand, in Formgrader.")
    for file, failure in failed.items():
        _say(
            f"! {file} is not graded, and that is not its fault ({failure}). Grade it again; "
            "`autograder doctor` says whether the sandbox works here."
        )


def _say(words: str) -> None:
    out.print(words, markup=False, highlight=False, soft_wrap=True)
