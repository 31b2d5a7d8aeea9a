"""``{chapter-map}``: the chapters of the table of contents, with what each finds out.

Titles are those of the pages, points those of `exercises.json`; the body gives a line for each
chapter, ``03: masks, two ways to scale``. A chapter that is not there yet is not shown.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.authoring.build import REGISTRY
from autograder.authoring.scan import CHAPTER

LINE = re.compile(r"(?P<number>\d\d): (?P<finds>.+?)(?: \((?P<points>\d+) points\))?\Z")


class ChapterMapDirective(SphinxDirective):
    """A sentence with the totals, and the table."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Build both."""
        root = Path(self.env.srcdir).parent
        self.env.note_dependency(str(root / REGISTRY))
        known = json.loads((root / REGISTRY).read_text("utf-8"))
        lines = {}
        for text in filter(None, map(str.strip, self.content)):
            if not (found := LINE.match(text)):
                raise self.error(f"`{text}` is no line of the map: write `03: what it finds out`")
            lines[found["number"]] = found
        rows = []
        for doc in sorted(self.env.found_docs):
            if not (chapter := CHAPTER.match(doc)):
                continue
            number = chapter[1]
            if number not in lines:
                raise self.error(f"{doc}: what does it find out? Add a line `{number}: …`")
            points = known["chapters"].get(number, {}).get("points") or lines[number]["points"]
            points = f"{float(points):g}" if points else ""
            rows.append(f"| {int(number)} | {{doc}}`{doc}` | {lines[number]['finds']} | {points} |")
        graded = known["exercises"].values()
        total = sum(one["points"] for one in graded)
        text = [
            f"Exercises are graded automatically, {len(graded)} of them for {total:g} points.",
            "",
            "| No. | Chapter | What you find out | Points |",
            "|--:|:--|:--|--:|",
            *rows,
        ]
        holder = nodes.Element()
        source = StringList(text, source=self.get_source_info()[0])
        self.state.nested_parse(source, self.content_offset, holder)
        return holder.children


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.add_directive("chapter-map", ChapterMapDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
