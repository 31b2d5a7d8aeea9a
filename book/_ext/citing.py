"""Citations as the text says them: "Gal (2016)", "(Gal, 2016)", and the same words in the list.

Authors, years and their letters come from `autograder.authoring.citations`, which notebooks use, so
a source has one label everywhere. Each entry of the list says which pages cite it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from docutils import nodes
from pybtex import plugin as pybtex_plugin
from pybtex.database import Entry
from pybtex.richtext import Text
from pybtex.style.formatting.alpha import Style as AlphaStyle
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.template import node
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinxcontrib.bibtex import plugin as bibtex_plugin
from sphinxcontrib.bibtex.domain import get_docnames
from sphinxcontrib.bibtex.style.referencing import BaseReferenceStyle, BracketStyle
from sphinxcontrib.bibtex.style.template import join2, post_text, pre_text, reference

from autograder.authoring.citations import Citation, read_citations
from autograder.authoring.scan import CHAPTER

STYLE = "author-year"
CITED: dict[str, Citation] = {}  # of the book that is built, by key


@node
def label(children: list, data: dict, textual: bool) -> Text:
    """Who and when, in the form of the role."""
    citation = CITED[data["entry"].key]
    return Text(citation.in_sentence if textual else citation.in_brackets)


@dataclass
class AuthorYear(BaseReferenceStyle):
    """`cite:t` and `cite:p`: the whole of "Gal (2016)" is the link, not the year alone."""

    brackets: BracketStyle = field(default_factory=lambda: BracketStyle("(", ")", "; "))

    def role_names(self) -> Iterable[str]:
        """Return the roles that the book uses; notebooks know the same two."""
        return ["t", "p"]

    def inner(self, role_name: str) -> object:
        """Return the template of one source."""
        cited = reference[label(textual=role_name == "t")]
        return join2(sep1=" ", sep2=", ")[pre_text, cited, post_text]

    def outer(self, role_name: str, children: list) -> object:
        """Return the template of all sources of a role."""
        style = BracketStyle(sep=", ", sep2=" and ", last_sep=" and ")
        if role_name == "p":
            style = self.brackets
        return style.outer(children, brackets=role_name == "p")


class AuthorYearLabels(BaseLabelStyle):
    """Labels in the list of references."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> list[str]:
        """Return what sentences call each source."""
        return [CITED[entry.key].in_sentence for entry in sorted_entries]


class ListStyle(AlphaStyle):
    """The list: sorted by author, year and title."""

    default_label_style = STYLE


def read(app: Sphinx, config: Config) -> None:
    """Read the sources of this book."""
    CITED.clear()
    for name in config.bibtex_bibfiles:
        CITED.update(read_citations(Path(app.srcdir) / name))


def places(app: Sphinx) -> dict[str, dict[str, str]]:
    """Return the first place that cites a source, by key and page, in the order of the book."""
    refs = app.env.get_domain("cite").citation_refs
    found: dict[str, dict[str, str]] = {}
    for doc in get_docnames(app.env):
        for ref in refs:
            if ref.docname == doc:
                for target in ref.targets:
                    found.setdefault(target.key, {}).setdefault(doc, ref.citation_ref_id)
    return found


def lead_back(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say below each entry of the list which pages cite it."""
    entries = list(doctree.findall(nodes.citation))
    if not entries:
        return
    keys = {one.citation_id: one.key for one in app.env.get_domain("cite").citations}
    cited = places(app)
    for entry in entries:
        key = next((keys[one] for one in entry["ids"] if one in keys), "")
        if found := cited.get(key):
            entry += back(app, docname, found)


def back(app: Sphinx, docname: str, found: dict[str, str]) -> nodes.paragraph:
    """Return the line of links to the pages that cite a source."""
    line = nodes.paragraph("", "Cited in ", classes=["cited-in"])
    for place, (doc, anchor) in enumerate(found.items()):
        chapter = CHAPTER.match(doc)
        name = f"chapter {int(chapter[1])}" if chapter else app.env.titles[doc].astext()
        address = f"{app.builder.get_relative_uri(docname, doc)}#{anchor}"
        if place:
            line += nodes.Text(", ")
        line += nodes.reference("", name, internal=True, refuri=address)
    line += nodes.Text(".")
    return line


def setup(app: Sphinx) -> dict[str, object]:
    """Register the styles under the names that ``_config.yml`` gives."""
    bibtex_plugin.register_plugin("sphinxcontrib.bibtex.style.referencing", STYLE, AuthorYear)
    pybtex_plugin.register_plugin("pybtex.style.formatting", STYLE, ListStyle)
    pybtex_plugin.register_plugin("pybtex.style.labels", STYLE, AuthorYearLabels)
    app.connect("config-inited", read)
    app.connect("doctree-resolved", lead_back)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
