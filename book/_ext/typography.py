"""Lines that break where a reader expects it, and signs that are those of print.

No line begins with the comma after a formula, ends with the bracket before one, or parts a number
from its unit, "Figure" from 3.1, "et" from "al.", and long names in code break at their joints.
What programs print gets true minus signs, apostrophes and powers of ten. Written pages are changed,
not their sources, so that search, notebooks and quotations keep what a keyboard has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

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
    rf"|(?<=[±≈≤≥=×]){SPACE}(?=[−-]?[\d½])"
    rf"|(?<=\d){SPACE}(?=[±×=])"
    rf"|(?<=\b[A-Za-z\d]){SPACE}(?=[=≈≤≥]{SPACE}[−-]?[\d½]|−{SPACE}[A-Za-z\d]\b)"
    rf"|(?<=−){SPACE}(?=[A-Za-z\d]\b)"
    rf"|{SPACE}(?=/ (?:{UNITS})(?![\w-]))"
    rf"|(?<=/){SPACE}(?=(?:{UNITS})(?![\w-]))"
    rf"|\b(?P<word>{NUMBERED}){SPACE}(?=\d)"
    rf"|\b(?P<et>et){SPACE}(?=al\.)"
)
# A minus sign between two things, or before one; "1-p" is the course's own.
MINUS = re.compile(r"(?<=[\w)²½]) - (?=[\w(½])|(?<![\w)/.-])-(?=[\dλα]|[A-Z]\b)|(?<=\b1)-(?=p\b)")
APOSTROPHE = re.compile(r"(?<=\w)(?:'|&#x27;)(?=\w)")
POWER = re.compile(r"(?<![\w.])(\d(?:\.\d+)?)e([+−-])0*(\d+)\b")
SHORT = 8  # signs of a formula up to which it never breaks at its =
WIDE = 26  # signs of a formula from which on a phone's line may be too short for it
PLAIN = 3  # powers of ten up to which a number is written out
NAME = re.compile(r'(?<=<span class="pre">)[^<&]{12,}(?=</span>)')
JOINT = re.compile(r"(?<=[\w)])([._/=(]+)(?=\w)|(?<=[a-z])(?=[A-Z][a-z])")
ROW = re.compile(r'(?<=<th scope="row">)[^<]+(?=</th>)')
LONG = re.compile(r"\S{18,}")
BARE = re.compile(r'<a class="([^"]*)" href="([^"]+)">\2</a>')
FORMULA, RELATION = '<span class="math">', 'class="mrel"'
SPAN = re.compile(r"<(/?)span\b[^>]*>")
BEFORE = re.compile(r"[(\[“‘\"'±−≈]+$")
AFTER = re.compile(rf"(?:[,.;:!?)\]”’%…\"'-]|(?:th|nd|rd|s)\b|{SPACE}(?:{UNITS})(?![\w-]))+")


def printed(text: str) -> str:
    """Give words and numbers as a program writes them the minus and the apostrophe of print."""
    text = MINUS.sub(lambda found: found[0].replace("-", "−"), text)
    return APOSTROPHE.sub("’", text)


def power(found: re.Match[str]) -> str:
    """Write 7e-12 as a product with a power of ten, and 7e-02, which is as short so, as 0.07."""
    digits, sign, exponent = found[1], "" if found[2] == "+" else "−", found[3]
    if not float(digits):
        return digits
    if int(exponent) <= PLAIN:
        return format(Decimal(digits).scaleb(int(sign.replace("−", "-") + exponent)), "f")
    return f"{digits}·10<sup>{sign}{exponent}</sup>"


def jointed(code: str) -> str:
    """Let a long name in code break behind its joints, where a line is too short for it."""
    return NAME.sub(lambda name: JOINT.sub(r"\1<wbr>", name[0]), code)


def rows(html: str) -> str:
    """Let a long name that heads the row of a table break behind its joints, too."""
    return ROW.sub(
        lambda head: LONG.sub(lambda name: JOINT.sub(r"\1<wbr>", name[0]), head[0]), html
    )


def joined(html: str) -> str:
    """Put no-break spaces and the signs of print into the text of a page."""

    def keep(found: re.Match[str]) -> str:
        return (found["word"] or found["et"] or "") + NO_BREAK

    pieces = PIECES.split(html)
    # text, piece, its name, text, piece, …
    for place in range(0, len(pieces), 3):
        if pieces[place]:
            pieces[place] = JOINED.sub(keep, POWER.sub(power, printed(pieces[place])))
    for place in range(1, len(pieces), 3):
        if pieces[place].startswith("<code"):
            pieces[place] = jointed(pieces[place])
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


def shown(formula: str) -> int:
    """Count the signs that a formula shows, without its source and its MathML."""
    return len(
        re.sub(r"<[^>]*>|[\s\u200b]", "", formula.rpartition("katex-html")[2].partition(">")[2])
    )


def kept_together(html: str) -> str:
    """Wrap each formula with the signs that touch it, so that no line breaks between them.

    A short one with a sign such as = is wrapped in any case.
    """
    out, done = [], 0
    for start, end in formulas(html):
        before = BEFORE.search(html, max(done, start - 4), start)
        after = AFTER.match(html, end)
        count = shown(html[start:end])
        short = count <= SHORT and RELATION in html[start:end]
        if not before and not after and not short:
            continue
        begin, stop = before.start() if before else start, after.end() if after else end
        tail = re.sub(SPACE, NO_BREAK, html[end:stop])
        kind = " short" if short else " wide" if count > WIDE else ""
        out += [html[done:begin], f'<span class="nobr{kind}">{html[begin:end]}{tail}</span>']
        done = stop
    return "".join([*out, html[done:]])


def bare(html: str) -> str:
    """Mark links whose words are their address, which need not be printed twice."""
    return BARE.sub(r'<a class="\1 bare" href="\2">\2</a>', html)


def set_page(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Set the text of a page, after search has read it."""
    if body := context.get("body"):
        context["body"] = kept_together(rows(joined(bare(body))))


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.connect("html-page-context", set_page, priority=850)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
