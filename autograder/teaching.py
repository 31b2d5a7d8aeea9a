"""The commands of who teaches, in the order of a term: collect … feedback, export, report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.root import course_root, which

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs, and nothing else.")]
One = Annotated[str, typer.Argument(help="For example 03-dropout-forward, or 03.")]
Several = Annotated[list[str] | None, typer.Argument(help="By default all.", show_default=False)]


def add_to(app: typer.Typer, out: Any, err: Any) -> None:
    """Add the commands to the command line.

    Parameters
    ----------
    app : typer.Typer
    out, err : rich.console.Console
        Where they print.
    """
    commands = _Commands(out, err)
    app.callback()(commands.main)
    app.command()(commands.collect)
    app.command()(commands.feedback)
    app.command()(commands.export)
    app.command()(commands.report)
    app.command()(commands.gradescope)
    app.command()(commands.classroom)
    app.command()(commands.archive)
    app.command()(commands.forget)


def version(asked: bool) -> None:
    """Print the version, if it was asked for, and end."""
    if asked:
        from dropout_course import __version__

        print(f"autograder {__version__}")
        raise typer.Exit


class _Commands:
    """The commands; each says on `out` what it did and on `err` what a person is to look at."""

    def __init__(self, out: Any, err: Any) -> None:
        self.out, self.err = out, err

    def main(
        self,
        version: Annotated[
            bool, typer.Option("--version", is_eager=True, callback=version, help="Print it.")
        ] = False,
    ) -> None:
        """Build the course on dropout, check notebooks, and grade classes."""

    def say(self, text: str) -> None:
        self.out.print(text, markup=False, highlight=False, soft_wrap=True)

    def warn(self, text: str) -> None:
        self.err.print(f"! {text}", style="yellow", markup=False, highlight=False, soft_wrap=True)

    def feedback(
        self,
        assignment: Several = None,
        release: Annotated[bool, typer.Option(help="Put it where students fetch it.")] = False,
        as_zip: Annotated[
            bool, typer.Option("--zip", help="Pack the pages, for a learning platform.")
        ] = False,
        as_json: Json = False,
    ) -> None:
        """Write feedback where it is missing, or older than a grade or a comment.

        Exit code 1 if it is to be released, and somebody can't fetch it from the exchange.
        """
        from autograder.classroom.course import assignments
        from autograder.classroom.offices import not_fetched, pack_feedback, write_feedback

        root = course_root()
        names = [which(root, name) for name in assignment or assignments(root)]
        named = bool(assignment)
        written = write_feedback(
            root, names, release=release, progress=not as_json, all_of_them=named
        )
        packed = pack_feedback(root, names, all_of_them=named) if as_zip else {}
        if as_json:
            _print_json({"written": written, "zip": {n: str(p) for n, p in packed.items()}})
        else:
            for name, count in written.items():
                zipped = f", {packed[name]}" if name in packed else ""
                self.say(f"{name}: {count} written{zipped}")
            if not written:
                self.say("Nobody has handed in anything yet: there is no feedback to write.")
        if left := not_fetched(root, names) if release else []:
            self.warn(
                f"Not released to {', '.join(left)}, who handed in without nbgrader's exchange, so "
                "that it can't bring anything back: pack their pages with --zip."
            )
            raise typer.Exit(1)

    def collect(
        self,
        assignment: One,
        source: Annotated[
            Path | None, typer.Argument(help="A folder or zip; by default nbgrader's exchange.")
        ] = None,
        roster: Annotated[
            Path | None, typer.Option(help="A CSV of ids and names; by default roster.csv.")
        ] = None,
        as_json: Json = False,
    ) -> None:
        """Collect what was handed in: from nbgrader's exchange, or as a platform delivers it.

        Canvas, Moodle and Gradescope are known by the names of their files. Exit code 1 if
        something was not taken; what was, stays.
        """
        from autograder.classroom.offices import collect_assignment

        root = course_root()
        done = collect_assignment(root, which(root, assignment), source, roster)
        if as_json:
            _print_json(done.to_json())
        else:
            for problem in done.problems:
                self.warn(problem)
            self.say(
                f"{len(done.taken)} taken, {len(done.unchanged)} unchanged, "
                f"{len(done.problems)} to look at"
            )
        raise typer.Exit(int(bool(done.problems)))

    def export(
        self,
        assignment: Several = None,
        form: Annotated[
            str, typer.Option("--format", help="canvas, moodle, blackboard, csv or nbgrader.")
        ] = "csv",
        to: Annotated[Path | None, typer.Option(help="Where to write it.")] = None,
        as_json: Json = False,
    ) -> None:
        """Write marks as the file that a learning platform takes.

        Points that a person has still to decide on are left empty, and named; exit code 1 then.
        """
        from autograder.classroom.course import assignments
        from autograder.classroom.offices import export_assignments

        root = course_root()
        names = [which(root, name) for name in assignment or assignments(root)]
        done = export_assignments(root, names, form, to, all_of_them=bool(assignment))
        if as_json:
            _print_json(vars(done) | {"path": str(done.path)})
        else:
            if done.open:
                self.warn(f"Left empty, for a person is to grade them: {', '.join(done.open)}.")
            if done.unnamed:
                self.warn(
                    f"The platform may not find {', '.join(done.unnamed)}: give them a login, "
                    "number or canvas id in roster.csv."
                )
            self.say(f"{done.students} students: {done.path}")
        raise typer.Exit(int(bool(done.open)))

    def report(
        self,
        assignment: One,
        to: Annotated[Path | None, typer.Option(help="Where to write the page.")] = None,
        as_json: Json = False,
    ) -> None:
        """Write a page on what the class has not understood, for you alone."""
        from autograder.classroom.offices import write_report

        root = course_root()
        found, path = write_report(root, which(root, assignment), to)
        if as_json:
            _print_json(found)
            return
        self.say(f"report: {path}")

    def gradescope(
        self,
        assignment: One,
        to: Annotated[Path | None, typer.Option(help="The zip to write.")] = None,
        unsafe: Annotated[
            bool, typer.Option("--unsafe", help="Grade there without a sandbox; it is said.")
        ] = False,
        as_json: Json = False,
    ) -> None:
        """Make the zip that Gradescope takes as the autograder of an assignment.

        It holds hidden laws, references and the key of the course: give it to nobody else.
        """
        from autograder.elsewhere.gradescope import make_zip

        root = course_root()
        name = which(root, assignment)
        path = make_zip(root, name, to or root / "build" / f"gradescope-{name}.zip", unsafe=unsafe)
        if as_json:
            _print_json({"zip": str(path)})
        else:
            self.say(f"upload this as the autograder, and give it to nobody else: {path}")

    def classroom(
        self,
        assignment: One,
        to: Annotated[Path | None, typer.Option(help="Folder of the template repository.")] = None,
        as_json: Json = False,
    ) -> None:
        """Make the template repository of an assignment for GitHub Classroom."""
        from autograder.elsewhere.github import make_repository

        root = course_root()
        name = which(root, assignment)
        written = make_repository(root, name, to or root / "build" / f"classroom-{name}")
        if as_json:
            _print_json({"written": [str(path) for path in written]})
            return
        for path in written:
            self.say(f"wrote {path}")
        self.say("Push this folder, and set the secret AUTOGRADER_KEY for the organisation.")

    def archive(
        self,
        to: Annotated[Path | None, typer.Option(help="The file to write, a .tar.gz.")] = None,
        as_json: Json = False,
    ) -> None:
        """Put the whole course into one file at the end of a term; nothing is removed.

        By default it lies beside the course's folder, or in the checkout if that is in build/.
        """
        from autograder.classroom.folder.archiving import archive
        from autograder.classroom.folder.coursedir import Course

        path = archive(Course(course_root()), to)
        if as_json:
            _print_json({"archive": str(path)})
        else:
            self.say(f"archive: {path}")

    def forget(
        self,
        student: Annotated[str, typer.Argument(help="The id of the student.")],
        yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
        as_json: Json = False,
    ) -> None:
        """Remove all that the course holds of a student, grades included. There is no way back.

        Exports, reports, grades.csv and zips of feedback may name anybody, so that they are
        removed for the whole class; their commands make them anew.
        """
        from autograder.classroom.folder.coursedir import Course
        from autograder.classroom.folder.keeping import forget

        if not yes:
            asked = (
                "The exports, reports and zips of feedback of the whole class are removed as well, "
                "and made anew by their commands.\nRemove submissions, grades and feedback of "
                f"{student}, and the lines of the roster and of extensions, for good?"
            )
            typer.confirm(asked, abort=True, err=True)
        rest = forget(Course(course_root()), student)
        if as_json:
            _print_json({"forgotten": student, "for_you": rest})
            return
        self.say(f"{student} is forgotten.")
        for sentence in rest:
            self.say(sentence)


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))
