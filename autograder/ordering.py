"""The commands in the order of their use, under headings."""

from __future__ import annotations

from typing import Any

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


class InOrder(TyperGroup):
    """A group of commands that lists them as `ORDER` has them, not as they were defined."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Give the names of the commands, each known to its heading."""
        order = [name for names in ORDER.values() for name in names]
        for heading, names in ORDER.items():
            for name in names:
                if command := self.commands.get(name):
                    command.rich_help_panel = heading  # type: ignore[attr-defined]
        return sorted(self.commands, key=lambda n: order.index(n) if n in order else len(order))
