"""The command line: ``autograder`` or ``python -m autograder``."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from autograder.capstone.commands import app as capstone
from autograder.ordering import InOrder
from autograder.root import SetUpError, course_root, which
from autograder.terminal import speak_plainly

app = typer.Typer(
    cls=InOrder,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Build the course on dropout, check notebooks, and grade classes.",
)
app.add_typer(capstone, name="capstone")
out = Console()
err = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs, and nothing else.")]
Unsafe = Annotated[
    bool,
    typer.Option("--unsafe", help="Run notebooks without a sandbox; every grade then says so."),
]
Files = Annotated[list[Path], typer.Argument(help="Notebook files.", show_default=False)]


def main() -> None:
    """Run the command line; what a person can mend ends as one line and exit code 2."""
    speak_plainly()
    try:
        app()
    except (SetUpError, OSError) as error:
        from autograder.classroom.errors import as_sentence

        message = f"autograder: {as_sentence(error)}"
        err.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(2) from None


@app.command("list")
def list_(
    assignment: Annotated[
        str | None, typer.Argument(help="Only this one; by default all.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """List assignments and their exercises: points, names, laws and known mistakes."""
    from autograder.listing import listing

    only = which(course_root(), assignment) if assignment else None
    entries = [entry for entry in listing() if only in (None, entry["assignment"])]
    if as_json:
        _print_json(entries)
        return
    exercise = Column("exercise", no_wrap=True)
    table = Table("number", exercise, "points", "to write", "laws", "mistakes", box=None)
    current = ""
    for entry in entries:
        if entry["assignment"] != current:
            current = entry["assignment"]
            table.add_row("", f"[bold]{current}[/bold]")
        laws = f"{entry['laws']['visible']} + {entry['laws']['hidden']} hidden"
        names, points = ", ".join(entry["names"]), f"{entry['points']:g}"
        row = [entry["number"], entry["id"], points, names, laws, str(len(entry["mistakes"]))]
        table.add_row(*row)
    out.print(table)


@app.command()
def check(files: Files, as_json: Json = False) -> None:
    """Check your own notebooks before you hand them in (visible laws only).

    Your notebook runs as it will at grading: in the same sandbox, or, where there is none, in a
    process of its own. At the end it says what you may have overlooked: questions without an
    answer, cells that you never ran. Exit code 0 if all were checked, 1 if a file had a problem.
    """
    from autograder.single import check_file

    _grade_files(files, as_json, check_file)


@app.command()
def grade(files: Files, unsafe: Unsafe = False, as_json: Json = False) -> None:
    """Grade notebook files by visible and hidden laws, without a gradebook.

    Exit code 0 if all were graded, 1 if a file had a problem.
    """
    from autograder.referee import Config
    from autograder.referee.inputs import course_key
    from autograder.single import grade_file

    root = course_root()
    config = Config(course_key(root), _level(unsafe), root / ".autograder")
    _grade_files(files, as_json, partial(grade_file, config=config))


def _level(unsafe: bool) -> str:
    return "unsafe" if unsafe else "auto"


def _grade_files(files: list[Path], as_json: bool, grade_one: Callable[..., Any]) -> None:
    from autograder.classroom.running.progress import track

    root = course_root()
    several = not as_json and len(files) > 1
    results = [grade_one(path, root) for path in track(files, "grading", several)]
    if as_json:
        _print_json([one.to_json() for one in results])
    else:
        for one in results:
            _print_file(one)
    raise typer.Exit(int(any(one.all_problems for one in results)))


def _print_file(report: Any) -> None:
    out.rule(Path(report.file).name, align="left")
    for problem in report.all_problems:
        out.print(f"! {problem}", style="yellow", markup=False, highlight=False)
    for exercise in report.exercises:
        style = "green" if exercise.passed else None
        out.print(exercise.message, style=style, markup=False, highlight=False, soft_wrap=True)
    if report.result:
        score = f"{report.result.score:g} of {report.result.max_score:g} points"
        out.print(f"{score}\n", style="bold", highlight=False)
    if report.reminders:
        out.print("Before you hand in:", style="bold", highlight=False)
        for sentence in report.reminders:
            out.print(f"- {sentence}", markup=False, highlight=False, soft_wrap=True)


@app.command()
def autograde(
    assignment: Annotated[str, typer.Argument(help="For example 03-dropout-forward, or 03.")],
    student: Annotated[list[str] | None, typer.Option(help="Only this student.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Grade all of it again.")] = False,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes that grade at once; 0 for one a core.")
    ] = 0,
    scheduler: Annotated[
        str, typer.Option(help="A Dask scheduler whose workers grade, as tcp://host:8786.")
    ] = "",
    unsafe: Unsafe = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Points by exercise.")] = False,
    as_json: Json = False,
) -> None:
    """Grade what a class handed in for an assignment, into the gradebook.

    It can be stopped at any time (Ctrl-C) and started again: what is graded stays graded. Exit
    code 1 if there is something to look at: a submission on which the autograder failed, which a
    person, or another run, is to grade; one with a problem; one from the future; or none at all.
    130 if it was stopped.
    """
    from autograder.classroom.collecting.clock import ahead_of_time, unreadable_times
    from autograder.classroom.course import autograde_assignment
    from autograder.classroom.folder.extensions import unknown_so_far
    from autograder.classroom.offices import nothing_to_grade, stale_feedback
    from autograder.classroom.running.grading import Stopped
    from autograder.classroom.submissions.report import rows_table, summary, to_look_at

    root = course_root()
    assignment = which(root, assignment)
    try:
        rows = autograde_assignment(
            root,
            assignment,
            students=student,
            force=force,
            progress=not as_json,
            level=_level(unsafe),
            workers=workers,
            scheduler=scheduler,
        )
    except Stopped as stopped:
        _tell_stopped(stopped, as_json, force)
        raise typer.Exit(130) from None
    failed = not rows or any(row.status != "graded" for row in rows)
    for warning in filter(
        None, [ahead_of_time(root, assignment), unreadable_times(root, assignment)]
    ):
        failed = True
        _warn(warning)
    if as_json:
        _print_json([row.to_json() for row in rows])
    elif rows:
        out.print(rows_table(rows, verbose))
        out.print(f"\n{summary(rows)}", style="bold", highlight=False)
    if warning := to_look_at(rows) if rows else nothing_to_grade(root, assignment):
        _warn(warning)
    if warning := unknown_so_far(root):
        _warn(warning)
    if not as_json and (stale := stale_feedback(root, assignment)):
        _warn(
            f"The feedback of {', '.join(stale)} is older than their grades. Renew it: "
            f"autograder feedback {assignment}"
        )
    raise typer.Exit(int(failed))


def _tell_stopped(stopped: Any, as_json: bool, force: bool) -> None:
    from autograder.classroom.submissions.report import summary

    if as_json:
        _print_json([row.to_json() for row in stopped.rows])
    err.print(
        f"Stopped: {summary(stopped.rows)}, {stopped.left} left. What is graded is recorded; run "
        f"the same command again, and it {'begins anew' if force else 'goes on there'}.",
        style="yellow",
        markup=False,
        highlight=False,
    )


@app.command()
def release(
    assignment: Annotated[list[str] | None, typer.Argument(help="By default all.")] = None,
    as_json: Json = False,
) -> None:
    """Release assignments to students through nbgrader's exchange."""
    from autograder.classroom.course import assignments, release_assignments

    root = course_root()
    names = [which(root, name) for name in assignment or assignments(root)]
    released = release_assignments(root, names, progress=not as_json)
    if as_json:
        _print_json(released)
    else:
        out.print("released: " + ", ".join(released))


@app.command()
def doctor(
    library: Annotated[str, typer.Option(help="numpy or torch.")] = "numpy", as_json: Json = False
) -> None:
    """Try every forbidden thing inside the sandboxes of this machine, and say what to do.

    Exit code 0 if at least one level holds, 1 if none does.
    """
    from dataclasses import asdict

    from autograder.sandbox import diagnose

    if library not in ("numpy", "torch"):
        raise typer.BadParameter("the library is numpy or torch")
    console = err if as_json else out
    reports = diagnose(library, state=course_root() / ".autograder", console=console)
    if as_json:
        _print_json([{**asdict(report), "accepted": report.accepted} for report in reports])
    raise typer.Exit(int(not any(report.accepted for report in reports)))


@app.command()
def course(unsafe: Unsafe = False, as_json: Json = False) -> None:
    """Build everything and grade the sample class: what `make course` runs."""
    from autograder.classroom.course import run_course

    summary = run_course(course_root(), progress=not as_json, level=_level(unsafe))
    if as_json:
        _print_json(summary)


def _warn(message: str) -> None:
    err.print(f"! {message}", style="yellow", markup=False, highlight=False, soft_wrap=True)


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


from autograder import authors, teaching  # noqa: E402

teaching.add_to(app, out, err)
authors.add_to(app, out)
