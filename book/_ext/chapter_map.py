"""``{chapter-map}``: the chapters of the table of contents, with what each finds out.

Titles are those of the pages, points those of `exercises.json`; prerequisites, time and objectives
are those of the chapter's own box; the body gives a line for each, ``03: masks, two ways to
scale``. A chapter that is not there yet is not shown. `_static/js/progress.js` adds how far the
reader is, from what it keeps in the browser on the chapters' pages.
"""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from search_entries import plain
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from autograder.authoring.boxes import ASSESSED, objectives, time_needed
from autograder.authoring.build import REGISTRY
from autograder.authoring.scan import CHAPTER

LINE = re.compile(r"(?P<number>\d\d): (?P<finds>.+?)(?: \((?P<points>\d+) points\))?\Z")
BOX = re.compile(
    r"^:::+\{objectives\}\n(?P<options>(?::\w+:[^\n]*\n)*)(?P<body>.*?)^:::+$", re.M | re.S
)
OPTION = re.compile(r"^:(\w+): *(.*)$", re.MULTILINE)
QUIZ = re.compile(r"^:::+\{quiz\} *(\S+)", re.MULTILINE)


class map_parts(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes so
    """The sections of a chapter, known when all pages are read; `doc` is its page."""


class map_data(nodes.General, nodes.Element):  # noqa: N801
    """What the script needs to know of all chapters (`docs`)."""


class ChapterMapDirective(SphinxDirective):
    """A sentence with the totals, and the chapters."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Build both."""
        root = Path(self.env.srcdir).parent
        self.env.note_dependency(str(root / REGISTRY))
        known = json.loads((root / REGISTRY).read_text("utf-8"))
        lines = self.lines()
        total = sum(one["points"] for one in known["exercises"].values())
        more = sum(float(line["points"] or 0) for line in lines.values())
        capstone = f" The capstone has another {more:g}." if more else ""
        out = self.parsed(
            f"Exercises are graded automatically, {len(known['exercises'])} of them for "
            f"{total:g} points.{capstone}"
        )
        docs = [doc for doc in sorted(self.env.found_docs) if CHAPTER.match(doc)]
        out.append(html('<ol class="chapter-map">'))
        for doc in docs:
            number = doc[:2]
            if number not in lines:
                raise self.error(f"{doc}: what does it find out? Add a line `{number}: …`")
            points = known["chapters"].get(number, {}).get("points") or lines[number]["points"]
            out += self.chapter(doc, lines[number]["finds"], float(points or 0))
        data = map_data()
        data["docs"] = docs
        return [*out, html("</ol>"), data]

    def lines(self) -> dict[str, re.Match[str]]:
        """Return the lines of the body by the number of their chapter."""
        found = {}
        for text in filter(None, map(str.strip, self.content)):
            if not (line := LINE.match(text)):
                raise self.error(f"`{text}` is no line of the map: write `03: what it finds out`")
            found[line["number"]] = line
        return found

    def chapter(self, doc: str, finds: str, points: float) -> list[nodes.Node]:
        """Return an item: title, what it finds out, what it asks for, and more, folded."""
        path = Path(self.env.doc2path(doc))
        self.env.note_dependency(str(path))
        box = BOX.search(path.read_text("utf-8"))
        options = dict(OPTION.findall(box["options"])) if box else {}
        facts = []
        if options.get("minutes"):
            time = time_needed(options["minutes"])
            facts.append(time[0].upper() + time[1:])
        facts += [f"{points:g} points"] if points else []
        facts += [f"you need {options['needs']}"] if options.get("needs") else []
        aims = [
            ASSESSED.sub("", item).strip() for item, _ in objectives(box["body"] if box else "")
        ]
        parts = map_parts()
        parts["doc"] = doc
        return [
            html(f'<li class="map-chapter" data-page="{doc}">'),
            *self.parsed(rf"{int(doc[:2])}\. {{doc}}`{doc}`", "map-title"),
            *self.parsed(f"{finds[0].upper()}{finds[1:]}.", "map-finds"),
            *self.parsed(" · ".join(facts), "map-facts"),
            html('<details class="map-more"><summary>Objectives and sections</summary>'),
            *self.parsed("\n".join(f"- {aim}" for aim in aims), "map-aims"),
            parts,
            html("</details></li>"),
        ]

    def parsed(self, text: str, kind: str = "") -> list[nodes.Node]:
        """Return the nodes of some MyST, with a class."""
        holder = nodes.Element()
        source = StringList(text.splitlines(), source=self.get_source_info()[0])
        self.state.nested_parse(source, self.content_offset, holder)
        for node in holder.children:
            if kind and isinstance(node, nodes.Element):
                node["classes"].append(kind)
        return holder.children


def html(text: str) -> nodes.raw:
    """Return HTML as a node."""
    return nodes.raw("", text, format="html")


def sections(env: BuildEnvironment, doc: str) -> list[tuple[str, str]]:
    """Return anchor and title of a page's sections, without those within them."""
    tops = [one for one in env.tocs[doc].children if isinstance(one, nodes.list_item)]
    inner = [part for top in tops for part in top.children if isinstance(part, nodes.bullet_list)]
    found = []
    for item in (item for part in inner for item in part.children):
        link = next(iter(item.findall(nodes.reference)), None)
        if link is not None and link.get("anchorname"):
            found.append((link["anchorname"].lstrip("#"), plain(link)))
    return found


def quizzes(env: BuildEnvironment, doc: str) -> list[str]:
    """Return the ids of a page's questions."""
    text = Path(env.doc2path(doc)).read_text("utf-8")
    return [nodes.make_id(name) for name in QUIZ.findall(text)]


def complete(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put in what is known when all pages are read."""
    env = app.env
    for node in list(doctree.findall(map_parts)):
        target = app.builder.get_target_uri(node["doc"])
        items = [
            f'<li data-section="{escape(anchor)}"><a href="{target}#{escape(anchor)}">'
            f"{escape(title)}</a></li>"
            for anchor, title in sections(env, node["doc"])
        ]
        node.replace_self(html(f'<ol class="map-sections">{"".join(items)}</ol>'))
    for node in list(doctree.findall(map_data)):
        known: dict[str, Any] = {
            doc: {
                "title": f"{int(doc[:2])}. {plain(env.titles[doc])}",
                "sections": [anchor for anchor, _ in sections(env, doc)],
                "questions": quizzes(env, doc),
            }
            for doc in node["docs"]
        }
        text = json.dumps(known, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        node.replace_self(html(f'<script type="application/json" class="map-data">{text}</script>'))


def load(app: Sphinx, page: str, template: str, context: dict, doctree: Any) -> None:
    """Load the script where progress is made or shown."""
    shown = "map-data" in context.get("body", "")
    if shown:
        app.add_css_file("css/chapter-map.css")
    if shown or (doctree is not None and CHAPTER.match(page)):
        app.add_js_file("js/progress.js", defer="defer")


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.add_directive("chapter-map", ChapterMapDirective)
    app.add_node(map_parts)
    app.add_node(map_data)
    app.connect("doctree-resolved", complete)
    app.connect("html-page-context", load)
    return {
        "version": "1",
        "env_version": 2,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
