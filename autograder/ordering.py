"""The commands in the order of their use, under headings; and how one ends that is stopped."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

ORDER = {
    "Complete": ("list", "check"),
    "Teach, in the order of a term": (
        "release",
        "collect",
        "autograde",
        "feedback",
        "export",
        "report",
        "archive",
        "forget",
    ),
    "Grade without a gradebook, or elsewhere": ("grade", "capstone", "gradescope", "classroom"),
    "This machine, and authors": ("doctor", "course", "new", "build"),
}


# What they write is there whole or not at all, and the same command goes on where it was.
WHOLE = {"list", "check", "grade", "doctor", "autograde", "feedback", "export"}
WHOLE |= {"archive"}


class InOrder(TyperGroup):
    """A group of commands that lists them as `ORDER` has them, not as they were defined.

    Ctrl-C ends one with a line and exit code 130.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            whole = "nothing is half done; " if ctx.invoked_subcommand in WHOLE else ""
            typer.secho(f"Stopped: {whole}run the same command again.", err=True, fg="yellow")
            raise typer.Exit(130) from None

    def list_commands(self, ctx: Any) -> list[str]:
        """Give the names of the commands, each known to its heading."""
        order = [name for names in ORDER.values() for name in names]
        for heading, names in ORDER.items():
            for name in names:
                if command := self.commands.get(name):
                    command.rich_help_panel = heading  # type: ignore[attr-defined]
        return sorted(self.commands, key=lambda n: order.index(n) if n in order else len(order))
