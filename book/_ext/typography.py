"""Lines that break where a reader expects it.

No line begins with the comma after a formula, ends with the bracket before one, or parts a number
from its unit, "Figure" from 3.1, "et" from "al.". Written pages are changed, not their sources, so
that search, notebooks and quotations keep plain spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sphinx.application import Sphinx

NO_BREAK = "\u00a0"
# What stays as it is: code, scripts, drawings, and every tag.
VERBATIM = "pre|code|script|style|svg|annotation|textarea|option"
PIECES = re.compile(rf"(<(?P<name>{VERBATIM})\b.*?</(?P=name)>|<[^>]*>)", re.S)
SPACE = r"[ \n]"
UNITS = (
    "%|‰|°|ms|µs|ns|s|min|h|px|pt|mm|cm|kB|KB|MB|GB|TB|KiB|MiB|GiB|Hz|kHz|MHz|GHz|ppm"
    "|bits?|bytes?|nats?|degrees?|seconds?|minutes?|hours?|thousand|million|billion"
)
NUMBERED = (
    "Figures?|Tables?|Exercises?|[Cc]hapters?|[Ss]ections?|[Ee]quations?|Theorem|Algorithm|Question"
    "|Python"
)
JOINED = re.compile(
    rf"(?<=\d){SPACE}(?=(?:{UNITS})(?![\w-]))"
    rf"|(?<=[±≈≤≥=×]){SPACE}(?=[−-]?\d)"
    rf"|(?<=\d){SPACE}(?=[±×=])"
    rf"|\b(?P<word>{NUMBERED}){SPACE}(?=\d)"
    rf"|\b(?P<et>et){SPACE}(?=al\.)"
)
FORMULA = '<span class="math">'
SPAN = re.compile(r"<(/?)span\b[^>]*>")
BEFORE = re.compile(r"[(\[“‘\"'±−≈]+$")
AFTER = re.compile(rf"(?:[,.;:!?)\]”’%…\"'-]|(?:th|nd|rd|s)\b|{SPACE}(?:{UNITS})(?![\w-]))+")


def joined(html: str) -> str:
    """Put no-break spaces into the text of a page."""

    def keep(found: re.Match[str]) -> str:
        return (found["word"] or found["et"] or "") + NO_BREAK

    pieces = PIECES.split(html)
    # text, piece, its name, text, piece, …
    for place in range(0, len(pieces), 3):
        if pieces[place]:
            pieces[place] = JOINED.sub(keep, pieces[place])
    return "".join(piece for place, piece in enumerate(pieces) if place % 3 != 2)


def formulas(html: str) -> Iterator[tuple[int, int]]:
    """Yield where each formula within a line begins and ends."""
    start = html.find(FORMULA)
    while start >= 0:
        depth, end = 0, start
        for tag in SPAN.finditer(html, start):
            depth += -1 if tag[1] else 1
            if depth == 0:
                end = tag.end()
                break
        yield start, end
        start = html.find(FORMULA, max(end, start + 1))


def kept_together(html: str) -> str:
    """Wrap each formula with the signs that touch it, so that no line breaks between them."""
    out, done = [], 0
    for start, end in formulas(html):
        before = BEFORE.search(html, max(done, start - 4), start)
        after = AFTER.match(html, end)
        if not before and not after:
            continue
        begin, stop = before.start() if before else start, after.end() if after else end
        tail = re.sub(SPACE, NO_BREAK, html[end:stop])
        out += [html[done:begin], f'<span class="nobr">{html[begin:end]}{tail}</span>']
        done = stop
    return "".join([*out, html[done:]])


def set_page(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Set the text of a page, after search has read it."""
    if body := context.get("body"):
        context["body"] = kept_together(joined(body))


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.connect("html-page-context", set_page, priority=850)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
