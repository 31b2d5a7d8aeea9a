"""What search knows of a page: its sections, terms, exercises, mistakes, claims and sources.

Text is what a reader sees, once: formulas as `mathtext` reads them, captions without the text for
those who can't see the picture. What is folded away (hints, answers of a quiz, the code of a
figure) is left out, and so is what a cell prints.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from docutils import nodes
from exercise import exercise, fold
from filters import filter_form
from mathtext import readable
from quiz import quiz_option
from sphinx import addnodes

# In this order in `_static/js/search.js`, which names and weighs them.
KINDS = ("page", "section", "term", "exercise", "mistake", "claim", "source")
UNREAD = (
    nodes.raw,
    nodes.image,
    nodes.comment,
    nodes.system_message,
    nodes.label,
    addnodes.index,
    addnodes.toctree,
    fold,
    quiz_option,
    filter_form,
)
UNREAD_CLASSES = {"output", "stub", "known-to", "instance", "treated", "claims-legend"}
UNREAD_CLASSES |= {"cited-in"}
LEAVES = (nodes.paragraph, nodes.title, nodes.caption, nodes.term, nodes.line, nodes.rubric)
LISTINGS = re.compile(r"i?python\d?|py|bash|text|default|none", re.IGNORECASE)
ENDS = re.compile(r"[.!?:;…)”\"]$")


@dataclass
class Entry:
    """A thing that a search may find.

    Attributes
    ----------
    kind
        One of `KINDS`.
    anchor
        Id of the element on the page, "" for the page itself.
    title
        What a result is called.
    under
        Titles of the sections around it, the outermost first, without the page's.
    names
        Terms that it introduces, functions that it asks for, or who wrote it.
    text, code
        What it says and what it lists; a line is a sentence or a line of code.
    """

    kind: str
    anchor: str
    title: str
    under: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    text: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)

    def row(self) -> list[object]:
        """Return the entry as it is written to the index, without empty ends."""
        row: list[object] = [KINDS.index(self.kind), self.anchor, self.title]
        row += [" › ".join(self.under), "; ".join(self.names)]
        row += ["\n".join(self.text), "\n".join(self.code)]
        while not row[-1] and len(row) > 3:
            row.pop()
        return row


def plain(node: nodes.Node) -> str:
    """Return the words of a node as a reader sees them; each formula once."""
    if isinstance(node, nodes.Text):
        return str(node)
    if isinstance(node, (nodes.math, nodes.math_block)):
        return readable(node.astext())
    if isinstance(node, UNREAD) or "assessed" in node.get("classes", ()):
        return ""
    return "".join(plain(child) for child in node.children)


def sentences(text: str) -> list[str]:
    """Return the lines of a paragraph; a line that ends within a sentence goes on."""
    lines: list[str] = []
    for line in (re.sub(r"\s+", " ", one).strip() for one in text.split("\n")):
        if lines and line and not ENDS.search(lines[-1]):
            lines[-1] += f" {line}"
        elif line:
            lines.append(line)
    return lines


def first_id(node: nodes.Element) -> str:
    """Return the id under which the page shows a node."""
    return next(iter(node["ids"]), "")


def title_of(node: nodes.Element) -> str:
    """Return the title of a section, on one line."""
    title = next((child for child in node.children if isinstance(child, nodes.title)), None)
    return " ".join(plain(title).split()) if title is not None else ""


class _Page:
    """Walks through a page and gathers its entries."""

    def __init__(self, terms: frozenset[str]) -> None:
        self.terms = terms
        self.found: list[Entry] = []

    def walk(self, node: nodes.Node, entry: Entry) -> None:
        """Add what a node says to an entry, or to a new one where one begins."""
        if isinstance(node, UNREAD) or not isinstance(node, nodes.Element):
            return
        classes = set(node.get("classes", ()))
        if isinstance(node, nodes.thead) and "all-claims" in node.parent.parent["classes"]:
            return
        if classes & UNREAD_CLASSES or ("claims" in classes and "all-claims" not in classes):
            return
        if "cell_input" in classes and "tag_hide-input" in node.parent["classes"]:
            return
        if new := self.begins(node, classes, entry):
            self.found.append(new)
            self.read(node.children, new)
        elif isinstance(node, nodes.literal_block):
            if LISTINGS.fullmatch(node.get("language", "default")):
                entry.code += [line.strip() for line in node.astext().split("\n") if line.strip()]
        elif isinstance(node, nodes.math_block):
            entry.text.append(plain(node))
        elif isinstance(node, nodes.row):
            self.row(node, entry)
        elif isinstance(node, LEAVES):
            entry.text += sentences(plain(node))
            self.introduce(node, entry)
        else:
            self.read(node.children, entry)

    def read(self, children: Iterable[nodes.Node], entry: Entry) -> None:
        """Walk through what follows the title of an entry."""
        for child in children:
            titled = entry.kind == "mistake" and "mistake-title" in child.get("classes", ())
            own = isinstance(child, nodes.title) and isinstance(child.parent, nodes.section)
            if not (own or titled or isinstance(child, nodes.term)):
                self.walk(child, entry)

    def begins(self, node: nodes.Element, classes: set[str], around: Entry) -> Entry | None:
        """Return the entry that begins with a node, None if none does."""
        under = around.under
        if around.kind in ("section", "exercise"):
            under = (*under, around.title)
        anchor = first_id(node)
        if isinstance(node, nodes.section):
            if isinstance(node.parent, nodes.document):
                return Entry("page", "", title_of(node))
            return Entry("section", anchor, title_of(node), under)
        if isinstance(node, exercise):
            names = tuple(name.removeprefix("ex-") for name in node["names"])
            return Entry("exercise", anchor, node["title"], under, names)
        if isinstance(node, nodes.definition_list_item) and "glossary" in node.parent["classes"]:
            terms = [child for child in node.children if isinstance(child, nodes.term)]
            titles = [" ".join(plain(term).split()) for term in terms]
            return Entry("term", first_id(terms[0]), ", ".join(titles))
        if "mistake" in classes:
            return Entry("mistake", anchor, plain(node.children[0]), under)
        if isinstance(node, nodes.citation):
            return Entry("source", anchor, anchor)  # its title is in the bibliography
        return None

    def row(self, node: nodes.row, entry: Entry) -> None:
        """Read a row: a claim is an entry of its own, another row a line."""
        cells = [[*texts(cell)] for cell in node.children]
        if anchor := first_id(node):
            claim, verdict, evidence = (" ".join(cell) for cell in cells)
            under = (*entry.under, entry.title) if entry.kind == "section" else ()
            new = Entry("claim", anchor, claim, under)
            new.text = [f"Verdict: {verdict}.", *sentences(evidence)]
            self.found.append(new)
        else:
            entry.text.append(" · ".join(filter(None, (" ".join(cell) for cell in cells))))

    def introduce(self, node: nodes.Element, entry: Entry) -> None:
        """Note the terms that a paragraph sets in bold: the book does so where it explains one."""
        for strong in node.findall(nodes.strong):
            words = " ".join(plain(strong).split())
            if words.lower() in self.terms and words not in entry.names:
                entry.names = (*entry.names, words)


def texts(cell: nodes.Node) -> Iterator[str]:
    """Yield the paragraphs of a cell, each on one line."""
    for leaf in cell.findall(nodes.paragraph):
        if not UNREAD_CLASSES & set(leaf["classes"]) and (words := " ".join(plain(leaf).split())):
            yield words


def entries(doctree: nodes.document, terms: Iterable[str] = ()) -> list[Entry]:
    """Return what a search may find on a page.

    Parameters
    ----------
    doctree : nodes.document
        A page whose references are resolved.
    terms : iterable of str
        The terms of the glossary, in small letters.

    Returns
    -------
    list of Entry
        In the order of the page. A heading above nothing but entries of another kind is left out.
    """
    page = _Page(frozenset(terms))
    for child in doctree.children:
        page.walk(child, Entry("page", "", ""))
    return [one for one in page.found if one.text or one.code or one.kind not in ("section",)]
