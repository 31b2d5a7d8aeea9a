"""The form above a page of many entries, which `_static/js/filter.js` brings to life.

Entries stand in sections whose ids end in the value of an option. Without the script the form stays
hidden, and every entry is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx

from autograder.authoring.scan import CHAPTER, Book


class Option(NamedTuple):
    """A section to choose: the end of its id, and what a reader sees."""

    value: str
    words: str


class filter_form(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes so
    """The form. `entries` is the selector of what it hides, `what` their name."""

    def __init__(
        self, entries: str, what: str, options: Sequence[Option], verdicts: Iterable[str] = ()
    ) -> None:
        super().__init__(entries=entries, what=what, options=options, verdicts=list(verdicts))


def option(doc: str, book: Book) -> Option | None:
    """The option of a chapter; None for another page."""
    if not (chapter := CHAPTER.match(doc)):
        return None
    title = book.pages[doc].title.replace("`", "").replace("*", "")
    return Option(chapter[1], f"{int(chapter[1])} · {title}")


def visit_form(self, node: filter_form) -> None:
    """Write the form, hidden."""
    options = "".join(
        f'<option value="{value}">{escape(words)}</option>'
        for value, words in [Option("", "all"), *node["options"]]
    )
    boxes = "".join(
        f'<label><input type="checkbox" name="verdict" value="{name}"> {name}</label>'
        for name in node["verdicts"]
    )
    verdicts = f"<fieldset><legend>Verdict</legend>{boxes}</fieldset>" if boxes else ""
    self.body.append(
        f'<form class="filter" role="search" aria-label="Filter the {node["what"]}"'
        f' data-entries="{escape(node["entries"], quote=True)}" hidden>'
        '<label>Words <input type="search" name="words" autocomplete="off"></label>'
        f'<label>Chapter <select name="chapter">{options}</select></label>{verdicts}'
        '<p><output role="status"></output> <button type="reset">Show all</button></p></form>\n'
    )
    raise nodes.SkipNode


def load_files(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Load script and style on the pages that have a filter."""
    if doctree is not None and next(iter(doctree.findall(filter_form)), None) is not None:
        app.add_css_file("css/pages.css")
        app.add_js_file("js/filter.js", defer="defer")


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.add_node(filter_form, html=(visit_form, None))
    app.connect("html-page-context", load_files)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
