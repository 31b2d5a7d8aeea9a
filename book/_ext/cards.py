"""What a link leads to, for a card beside the link: terms, sources, equations, figures, tables.

A file for each page, ``cards/PAGE.js``, holds those of its targets that a link of the book leads
to. `_static/js/cards.js` loads it when a reader first points at such a link: a script, since a page
that is opened from a folder can load nothing else. Mathematics is rendered already.
"""

from __future__ import annotations

import json
import posixpath
import re
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx

from autograder.authoring.scan import CHAPTER

FOLDER = "cards"
BEFORE = "((window.dropoutCourse ??= {}).cards ??= {})"
# As in `_static/js/cards.js`.
KINDS = "term|ref|equation|fig|tab"
TARGET = re.compile(rf'<(?P<tag>\w+)\b[^>]*? id="(?P<id>(?:{KINDS})-[^"]+)"[^>]*>')
LINK = re.compile(rf'<a class="[^"]*\binternal\b[^"]*" href="([^"#]*)#((?:{KINDS})-[^"]+)"')
HREF = re.compile(r'(?<=\bhref=")([^":#]*)(?=#)')
# What is no part of a card: links to themselves, names that there may be but once, the source of a
# formula, and what a browser says of a link.
LEFT_OUT = re.compile(
    r'<a class="headerlink".*?</a>|<annotation\b.*?</annotation>'
    r'|\s(?:id|title|tabindex)="[^"]*"',
    re.S,
)
CHARACTERS = 350  # characters of a table's rows, and at most
ROWS = 4  # of them; the others are counted


class Card(NamedTuple):
    """A card: what the thing is called, and its contents, both HTML."""

    title: str
    body: str


def element(html: str, start: int) -> str:
    """Return the element whose tag begins at `start`, "" if it does not end."""
    name = re.compile(r"<([\w-]+)").match(html, start)
    if not name:
        return ""
    depth = 0
    for tag in re.compile(rf"<(/?){name[1]}(?=[\s>])[^>]*>").finditer(html, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return html[start : tag.end()]
    return ""


def first(html: str, tag: str, after: int = 0) -> str:
    """Return the first element of a kind, whole, or ""."""
    found = re.compile(rf"<(?:{tag})(?=[\s>])").search(html, after)
    return element(html, found.start()) if found else ""


def inside(html: str) -> str:
    """Return what stands between the tags of an element."""
    return html[html.find(">") + 1 : html.rfind("</")].strip()


def marked(html: str, name: str) -> str:
    """Return the contents of the first span of a class, or ""."""
    start = html.find(f'<span class="{name}">')
    return inside(element(html, start)).strip() if start >= 0 else ""


def words_of(html: str) -> str:
    """Return the text of an element, without its formulas."""
    return re.sub(r"<math\b.*?</math>|<[^>]*>", "", html, flags=re.S)


def of_term(html: str, start: int, whole: str) -> Card:
    """A term of the glossary and its explanation."""
    return Card(inside(whole), inside(first(html, "dd", start + len(whole))))


def of_source(whole: str) -> Card:
    """A source as the list of references gives it."""
    label = re.sub(r'<span class="fn-bracket">.</span>', "", marked(whole, "label"))
    return Card(label, first(whole, "p"))


def of_equation(whole: str) -> Card:
    """An equation; its number is the title."""
    start = whole.find('<span class="eqno">')
    number = element(whole, start)
    return Card(f"Equation {inside(number)}", whole.replace(number, "", 1))


def of_figure(whole: str) -> Card:
    """A figure with its caption; of one to play with, the caption."""
    live = re.search(r"<[a-z]+-[a-z-]+[\s>]", whole.partition("<figcaption")[0])
    image = re.search(r"<img\b[^>]*>", whole)
    drawing = "" if live else first(whole, "picture") or (image[0] if image else "")
    hint = "<p>A figure to play with.</p>" if live else ""
    caption = marked(whole, "caption-text")
    return Card(marked(whole, "caption-number"), f"{drawing}<p>{caption}</p>{hint}")


def of_table(whole: str) -> Card:
    """The head and the first rows of a table."""
    caption = first(whole, "caption")
    body = inside(first(whole, "tbody"))
    rows = re.findall(r"<tr\b.*?</tr>", body, re.S)
    shown: list[str] = []
    for row in rows[:ROWS]:
        if shown and sum(len(words_of(one)) for one in (*shown, row)) > CHARACTERS:
            break
        shown.append(row)
    short = whole.replace(caption, "", 1).replace(body, "\n".join(shown), 1)
    more = len(rows) - len(shown)
    rest = f"<p>… and {more} more {'row' if more == 1 else 'rows'}.</p>" if more else ""
    text = marked(caption, "caption-text")
    return Card(marked(caption, "caption-number"), f"<p>{text}</p>{short}{rest}")


def card(html: str, found: re.Match[str]) -> Card | None:
    """Return the card of a target, None if it is not of the kind that its name says."""
    whole = element(html, found.start())
    if not whole:
        return None
    match found["id"].partition("-")[0], found["tag"]:
        case "term", "dt":
            return of_term(html, found.start(), whole)
        case "ref", "div":
            return of_source(whole)
        case "equation", "div":
            return of_equation(whole)
        case "fig", "figure":
            return of_figure(whole)
        case "tab", "table":
            return of_table(whole)
    return None


def cards_of(html: str, address: str) -> dict[str, Card]:
    """Return the cards of a page by the ids of their targets.

    Parameters
    ----------
    html : str
        The page's text, as it is written.
    address : str
        The page's address within the book, for links within the page.
    """
    made = {found["id"]: card(html, found) for found in TARGET.finditer(html)}

    def clean(part: str) -> str:
        part = HREF.sub(lambda link: link[1] or address, LEFT_OUT.sub("", part))
        return re.sub(r"\s*\n\s*", " ", part).strip()

    return {name: Card(*map(clean, one)) for name, one in made.items() if one}


def links_of(html: str, page: str) -> set[tuple[str, str]]:
    """Return page and id of each target that a page links to."""

    def page_of(path: str) -> str:
        beside = posixpath.join(posixpath.dirname(page), path.removesuffix(".html"))
        return posixpath.normpath(beside) if path else page

    return {(page_of(path), anchor) for path, anchor in LINK.findall(html)}


def gather(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Note the targets and the links of a page that is complete."""
    body = context.get("body", "")
    if doctree is not None and body:
        app.course_cards[page] = cards_of(body, app.builder.get_target_uri(page))  # type: ignore[attr-defined]
        app.course_links |= links_of(body, page)  # type: ignore[attr-defined]


def prepare(app: Sphinx) -> None:
    """Begin with nothing."""
    app.course_cards, app.course_links = {}, set()  # type: ignore[attr-defined]


def place(app: Sphinx, page: str) -> str:
    """Return what a page is called, as HTML."""
    title = escape(app.env.titles[page].astext())
    chapter = CHAPTER.match(page)
    return f"Chapter {int(chapter[1])} · {title}" if chapter else title


def earlier(path: Path) -> dict[str, list[str]]:
    """Return the cards of an earlier build: not every build writes all pages."""
    try:
        text = path.read_text("utf-8")
        return json.loads(text.partition("] = ")[2].rstrip(";\n"))["cards"]
    except (OSError, ValueError, KeyError):
        return {}


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the cards that something links to."""
    if exception is not None or app.builder.name != "html":
        return
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(exist_ok=True)
    for page, made in sorted(app.course_cards.items()):  # type: ignore[attr-defined]
        path = folder / f"{page.replace('/', '-')}.js"
        kept = set(earlier(path)) | {name for doc, name in app.course_links if doc == page}  # type: ignore[attr-defined]
        cards = {name: list(made[name]) for name in sorted(kept & made.keys())}
        if not cards:
            path.unlink(missing_ok=True)
            continue
        data = json.dumps(
            {"place": place(app, page), "cards": cards}, ensure_ascii=False, separators=(",", ":")
        )
        path.write_text(f"{BEFORE}[{json.dumps(page)}] = {data};\n", "utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.connect("builder-inited", prepare)
    app.connect("html-page-context", gather, priority=950)  # the text is complete by then
    app.connect("build-finished", write)
    app.add_js_file("js/cards.js", defer="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
