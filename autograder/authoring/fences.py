"""Fences that swallow what follows them: the mistake that neither reader reports.

An unclosed `:::`, or one closed by the fence of an inner directive, takes the rest of the page
into a directive, code cells included. Two independent looks find it: every fence must be closed,
and the code cells that myst-nb finds must be those that stand at the left margin.
"""

from __future__ import annotations

import re

from .degrade import closed
from .errors import Place, SourceError
from .myst import FENCES, directive, tokens

CELL = re.compile(r"(`{3,})\{code-cell\}")
LITERAL = ("code-block", "code", "code-cell", "math")


def check_fences(text: str, place: Place) -> list[SourceError]:
    """Fences of a text, nested ones included, that are never closed."""
    problems = []
    lines = text.splitlines()
    for token in tokens(text):
        if token.type not in FENCES or token.map is None:
            continue
        try:
            closed(token, lines, place.below(token.map[0]))
            one = directive(token, place)
        except SourceError as problem:
            problems.append(problem)
            continue
        if one is not None and one.name not in LITERAL:
            problems += check_fences(one.body, one.inside)
    return problems


def top_level_cells(text: str, found: list[str], place: Place) -> list[SourceError]:
    """Compare the code cells of a reader with those at the left margin of the text.

    Parameters
    ----------
    text : str
        A whole source.
    found : list of str
        Sources of the code cells that the page's reader found, in order.
    place : Place
        Where the text begins.
    """
    problems = []
    rest = [_squeezed(source) for source in found]
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not (opened := CELL.match(line.lstrip())):
            continue
        end = next(
            (i for i in range(number + 1, len(lines)) if lines[i].strip() == opened[1]), len(lines)
        )
        body = _squeezed("\n".join(lines[number + 1 : end]))
        if rest and body.endswith(rest[0]):
            rest.pop(0)
        else:
            problems.append(
                place.below(number).error(
                    "this code cell is not executed, because it stands inside a directive or list: "
                    "close the fence above it, or move the cell to the left margin"
                )
            )
    return problems


def _squeezed(source: str) -> str:
    return "\n".join(line.strip() for line in source.splitlines() if line.strip())
