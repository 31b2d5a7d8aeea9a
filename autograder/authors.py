"""The commands of who writes the course: build it, begin an exercise, check the rules for one."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from autograder.root import course_root

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs, and nothing else.")]


def add_to(app: typer.Typer, out: Any) -> None:
    """Add the commands to the command line.

    Parameters
    ----------
    app : typer.Typer
    out : rich.console.Console
        Where they print.
    """

    def build(
        solutions: Annotated[
            bool, typer.Option(help="Show the reference answers; into a folder of its own.")
        ] = False,
        notebooks_only: Annotated[bool, typer.Option("--notebooks", help="No book.")] = False,
        as_json: Json = False,
    ) -> None:
        """Derive the notebooks from their sources and build the book (for authors)."""
        from autograder.authoring.book import build_book
        from autograder.authoring.build import build_notebooks

        root = course_root()
        written = build_notebooks(root)
        page = None if notebooks_only else build_book(root, solutions=solutions, quiet=as_json)
        if as_json:
            print(
                json.dumps(
                    {"written": [str(p) for p in written], "book": page and str(page)},
                    indent=2,
                    ensure_ascii=False,
                )
            )
            return
        names = ", ".join(path.name for path in written)
        out.print(f"notebooks: {names or 'nothing changed'}")
        if page:
            out.print(f"book: {page}", soft_wrap=True)

    def new(
        exercise: Annotated[str, typer.Argument(help="The id of an exercise, in snake_case.")],
        chapter: Annotated[str, typer.Option(help="Two digits: begin the exercise there.")] = "",
        check: Annotated[
            bool, typer.Option("--check", help="Write nothing; run the rules for this exercise.")
        ] = False,
        as_json: Json = False,
    ) -> None:
        """Begin an exercise, or check all rules for one (for authors).

        Exit code 1 if a rule is broken.
        """
        from autograder.authoring.scaffold import ScaffoldError, begin

        root = course_root()
        if check:
            _check_rules(exercise, out, as_json)
            return
        try:
            written, rest = begin(exercise, chapter, root)
        except ScaffoldError as error:
            raise typer.BadParameter(str(error)) from None
        if as_json:
            names = [str(path.relative_to(root)) for path in written]
            print(json.dumps({"written": names, "rest": rest}, indent=2, ensure_ascii=False))
            return
        for path in written:
            out.print(f"wrote {path.relative_to(root)}", highlight=False)
        out.print(rest, markup=False, highlight=False)

    app.command()(build)
    app.command()(new)


def _check_rules(name: str, out: Any, as_json: bool) -> None:
    from autograder.authoring.rules import violations
    from dropout_course import course

    try:
        found = course.find(name)
    except LookupError as error:
        raise typer.BadParameter(f"{error}; after `make notebooks` a new one is known") from None
    broken = violations(found)
    if as_json:
        entry = {"exercise": found.id, "broken": [str(one) for one in broken]}
        print(json.dumps(entry, indent=2, ensure_ascii=False))
    else:
        for violation in broken:
            out.print(violation, markup=False, highlight=False, soft_wrap=True)
        if not broken:
            out.print(f"{found.id}: all rules hold")
    if broken:
        raise typer.Exit(1)
