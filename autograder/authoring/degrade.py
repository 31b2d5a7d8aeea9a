"""MyST as the Markdown that Jupyter, VS Code and Colab show.

Only blocks that need it are replaced; the author's text between them stays byte for byte, but for
its roles. Anything without plain Markdown stops the build: raw MyST never reaches a notebook.
"""

from __future__ import annotations

import re

from markdown_it.token import Token

from .blocks import block, table_row, tagged
from .errors import Place
from .inline import Context, inline
from .myst import FENCES, directive, tokens

SILENT = ("myst_target", "myst_line_comment", "myst_block_break", "front_matter")
VERBATIM = ("fence", "colon_fence", "code_block", "html_block")
PREFIX = re.compile(r"[\s>]*(?:[-*+] +|\d+[.)] +)?")
LEFTOVER = re.compile(r"^[\s>]*(?::{3,}|\([\w:.-]+\)=\s*$|\[[^\]^]+\]:\s).*|\]\(#[^)]*\)", re.M)


def degrade(context: Context, text: str, place: Place) -> str:
    """Degrade a whole cell, its footnotes included.

    Parameters
    ----------
    context : Context
        Of this cell alone: it collects footnotes and images.
    text : str
        MyST.
    place : Place
        Where the text begins.

    Raises
    ------
    SourceError
        For whatever has no plain Markdown, with its line and what to do.
    """
    index = len(context.notes)
    out = render(context, text, place)
    notes = []
    while index < len(context.notes):  # a footnote may use another
        note, where = context.book.footnotes[context.doc, context.notes[index]]
        index += 1
        notes.append(f"<sup>{index}</sup> {inline(context, note, where)}")
    out = "\n\n".join([out, *notes]).strip()
    _nothing_left(out, place)
    return out


def render(context: Context, text: str, place: Place) -> str:
    """Degrade a text that is part of a cell."""
    lines = text.splitlines()
    out: list[str] = []
    at = 0
    for token in tokens(text):
        if token.map is None or token.map[0] < at or token.type not in _REPLACED:
            continue
        first, last = token.map
        out += _plain(context, lines[at:first], place.below(at))
        out += _replaced(context, token, lines, place)
        at = last
    out += _plain(context, lines[at:], place.below(at))
    # hard line breaks are two spaces; everything else at the end of a line goes
    joined = "\n".join(line if line.endswith("  ") else line.rstrip() for line in out)
    return re.sub(r"\n{3,}", "\n\n", joined).strip("\n")


_REPLACED = (
    *SILENT,
    *VERBATIM,
    "math_block",
    "math_block_label",
    "amsmath",
    "table_open",
    "dl_open",
    "footnote_reference_open",
)


def _plain(context: Context, lines: list[str], place: Place) -> list[str]:
    return inline(context, "\n".join(lines), place).split("\n") if lines else []


def _replaced(context: Context, token: Token, lines: list[str], place: Place) -> list[str]:
    """The lines that stand for a block."""
    assert token.map is not None
    first, last = token.map
    here = place.below(first)
    if token.type in SILENT or token.type == "footnote_reference_open":
        return []
    if token.type == "table_open":
        return [table_row(row) for row in _plain(context, lines[first:last], here)]
    if token.type == "dl_open":
        raise here.error("a definition list has no plain Markdown: use a list or a table")
    if token.type == "amsmath":
        raise here.error("write $$ \\begin{aligned} … \\end{aligned} $$ (eq:label) instead")
    if token.type in ("math_block", "math_block_label"):
        known = context.book.equations
        number = known[token.info].number if token.type == "math_block_label" else ""
        return _prefixed(tagged(token.content, number), lines[first])
    closed(token, lines, here)
    one = directive(token, place)
    if one is None:
        return lines[first:last]
    return _prefixed(block(context, one, render), lines[first])


def _prefixed(text: str, line: str) -> list[str]:
    """Keep a block inside the list or quote in which it stands."""
    found = PREFIX.match(line)
    pad = found[0] if found else ""
    below = re.sub(r"[^\s>]", " ", pad)
    first, *rest = text.split("\n")
    return [pad + first, *((below + row) if row else below.rstrip() for row in rest)]


def closed(token: Token, lines: list[str], here: Place) -> None:
    """An unclosed fence swallows what follows, without a word from the page's build."""
    if token.type not in FENCES or token.map is None:
        return
    first, last = token.map
    mark = token.markup
    end = re.sub(r"\A[\s>]*", "", lines[last - 1]).rstrip() if last <= len(lines) else ""
    if last - first < 2 or set(end) != set(mark) or len(end) < len(mark):
        raise here.error(
            f"the fence {mark} that opens here is never closed: close it, and nest `:::` outside, "
            "``` inside, ~~~ for code in a hint"
        )
    if token.type == "colon_fence" and not token.info.strip():
        raise here.error("a fence ::: without a name: one of the fences above is closed too early")


def _nothing_left(text: str, place: Place) -> None:
    """Nothing of MyST may be left outside code and formulas."""
    rest = text.splitlines()
    for token in tokens(text):
        if token.type in ("fence", "code_block", "math_block") and token.map:
            rest[slice(*token.map)] = [""] * (token.map[1] - token.map[0])
    joined = re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", "\n".join(rest))
    if left := LEFTOVER.search(joined):
        raise place.error(
            f"below this line, {left[0].strip()!r} would be left in the notebook: check the fences "
            "around it, and write links and labels in the forms that the book uses"
        )
