"""Labels of the whole book, with the numbers that its pages show.

A notebook is derived without building the book, so numbers are counted here by Sphinx's rules:
figures, tables and equations carry the number of their chapter, and on pages without a number
they count through the book. A test compares them with Sphinx's own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from docutils.nodes import make_id
from markdown_it.token import Token
from sphinx.util.nodes import _make_id
from sphinx_external_toc.parsing import FileItem, parse_toc_yaml

from .boxes import INTERACTIVE
from .citations import Citation, read_citations
from .claims import ALL_CLAIMS, GENERAL, Claim, read_claims
from .config import Site
from .errors import Place, SourceError
from .measured import read_store
from .myst import Directive, cell_options, directive, tokens

CHAPTER = re.compile(r"(\d\d)-[a-z0-9-]+\Z")


@dataclass(frozen=True)
class Target:
    """What a label leads to. `number` is "" where the page shows none; `title` is MyST."""

    kind: str  # page, section, exercise, figure, table, equation, text
    number: str
    title: str
    doc: str
    anchor: str


@dataclass
class Book:
    """What references in a chapter resolve to."""

    site: Site
    pages: dict[str, Target] = field(default_factory=dict)
    labels: dict[str, Target] = field(default_factory=dict)  # lower case, as Sphinx keeps them
    equations: dict[str, Target] = field(default_factory=dict)
    numbers: dict[Place, str] = field(default_factory=dict)  # of captions, by their directive
    terms: dict[str, Target] = field(default_factory=dict)  # lower case
    citations: dict[str, Citation] = field(default_factory=dict)
    footnotes: dict[tuple[str, str], tuple[str, Place]] = field(default_factory=dict)
    quizzes: dict[str, list[str]] = field(default_factory=dict)  # ids by page, in order
    claims: dict[str, list[Claim]] = field(default_factory=dict)  # by page
    measured: dict[str, str] = field(default_factory=dict)  # what a role shows, by its content
    problems: list[SourceError] = field(default_factory=list)


def scan(root: Path, site: Site) -> Book:
    """Read every page of `book/` under `root`."""
    source = root / "book"
    citations = read_citations(source / "references.bib")
    book = Book(site, citations=citations, measured=read_store(root))
    counters: dict[str, Counter[str]] = {}
    for doc in _pages(source):
        path = source / f"{doc}.md"
        _Scanner(book, doc, counters).read(path.read_text("utf-8"), Place(f"book/{doc}.md", 1))
        if (found := CHAPTER.match(doc)) or doc == ALL_CLAIMS:
            book.claims[doc], problems = read_claims(root, found[1] if found else GENERAL)
            book.problems += problems
    return book


def _pages(source: Path) -> list[str]:
    """Pages in the order of the table of contents, then chapters that it does not list."""
    found: list[str] = []
    toc = source / "_toc.yml"
    if toc.exists():
        site_map = parse_toc_yaml(toc)

        def walk(doc: str) -> None:
            found.append(doc.removesuffix(".md"))
            for subtree in site_map[doc].subtrees if doc in site_map else ():
                for item in subtree.items:
                    if isinstance(item, FileItem):
                        walk(item)

        walk(site_map.root.docname)
    chapters = sorted(path.stem for path in source.glob("*.md") if CHAPTER.match(path.stem))
    return [doc for doc in dict.fromkeys([*found, *chapters]) if (source / f"{doc}.md").exists()]


class _Scanner:
    """Walks one page and enters what it finds into the book."""

    def __init__(self, book: Book, doc: str, counters: dict[str, Counter[str]]) -> None:
        self.book = book
        self.doc = doc
        self.counters = counters
        self.pending: list[tuple[str, Place]] = []
        chapter = CHAPTER.match(doc)
        self.chapter = str(int(chapter[1])) if chapter else ""

    def read(self, text: str, place: Place) -> None:
        lines = text.splitlines()
        found = tokens(text)
        for index, token in enumerate(found):
            here = place.below(token.map[0]) if token.map else place
            if token.type == "myst_target":
                self.pending.append((token.content.strip().lower(), here))
            elif token.type == "heading_open":
                self.heading(int(token.tag[1]), found[index + 1].content)
            elif token.type == "math_block_label":
                self.equation(token.info, here)
            elif token.type == "footnote_reference_open":
                self.footnote(token, lines, here)
            else:
                try:
                    if (one := directive(token, place)) is not None:
                        self.directive(one, token)
                except SourceError as problem:
                    self.book.problems.append(problem)
            if self.pending and token.type not in ("myst_target", "myst_line_comment"):
                self.flush(Target("text", "", "", self.doc, ""))

    def number(self, kind: str) -> str:
        """The next number of a kind: counted by chapter, or through all unnumbered pages."""
        counter = self.counters.setdefault(kind, Counter())
        counter[self.chapter] += 1
        return f"{self.chapter}.{counter[self.chapter]}".lstrip(".")

    def enter(self, label: str, target: Target, place: Place) -> None:
        if label in self.book.labels:
            other = self.book.labels[label].doc
            problem = f"the label `{label}` is used twice (also in {other}): choose another"
            self.book.problems.append(place.error(problem))
        self.book.labels[label] = target

    def flush(self, target: Target) -> None:
        """Give the labels written above a block to that block."""
        for label, place in self.pending:
            anchor = make_id(label)
            here = Target(target.kind, target.number, target.title, self.doc, anchor)
            self.enter(label, here, place)
        self.pending = []

    def heading(self, level: int, title: str) -> None:
        number = ""  # the table of contents numbers chapters, not their sections
        if level == 1:
            number = self.chapter
            self.book.pages.setdefault(self.doc, Target("page", number, title, self.doc, ""))
        self.flush(Target("section", number, title, self.doc, ""))

    def equation(self, label: str, place: Place) -> None:
        anchor = make_id(f"equation-{label}")
        if label in self.book.equations:
            problem = f"the equation label `{label}` is used twice: choose another"
            self.book.problems.append(place.error(problem))
        target = Target("equation", self.number("equation"), "", self.doc, anchor)
        self.book.equations[label] = target

    def footnote(self, token: Token, lines: list[str], place: Place) -> None:
        assert token.map is not None
        text = "\n".join(lines[slice(*token.map)])
        body = re.sub(r"\A[\s>]*\[\^[^\]]+\]:[ \t]*", "", text)
        body = re.sub(r"\n[ \t]+", "\n", body).strip()
        self.book.footnotes[self.doc, token.meta["label"]] = (body, place)

    def captioned(self, kind: str, label: str, title: str, place: Place) -> None:
        """Count a figure, table or exercise, and enter its labels."""
        target = Target(kind, self.number(kind), title, self.doc, make_id(label))
        self.book.numbers[place] = target.number
        if label:
            self.enter(label.lower(), target, place)
        self.flush(target)

    def directive(self, one: Directive, token: Token) -> None:
        label = one.options.get("name", "")
        if one.name == "code-cell":
            shown = (cell_options(token, one.place).get("mystnb") or {}).get("figure") or {}
            if shown.get("caption"):
                self.captioned("figure", str(shown.get("name", "")), "", one.place)
        elif one.name == "exercise":
            title = one.options.get("title") or one.arg
            self.captioned("exercise", f"ex-{one.arg}", title, one.place)
            self.read(one.body, one.inside)
        elif one.name == "written":
            label = f"written-{one.arg}"
            target = Target("written", "", "the written question", self.doc, make_id(label))
            self.enter(label.lower(), target, one.place)
            self.flush(target)
            self.read(one.body, one.inside)
        elif one.name in ("figure", "dropout-network", *INTERACTIVE):
            if one.body.strip():
                self.captioned("figure", label, "", one.place)
        elif one.name in ("list-table", "table", "claims"):
            if one.arg:
                self.captioned("table", label, one.arg, one.place)
        elif one.name == "math":
            if label := one.options.get("label", label):
                self.equation(label, one.place)
        elif one.name == "glossary":
            for term in _terms(one.body):
                anchor = _make_id(f"term-{term}")
                self.book.terms[term.lower()] = Target("term", "", term, self.doc, anchor)
        elif one.name == "quiz":
            self.book.quizzes.setdefault(self.doc, []).append(one.arg)
        elif one.name not in ("code-block", "code"):
            self.flush(Target("text", "", "", self.doc, ""))
            self.read(one.body, one.inside)


def _terms(body: str) -> Iterator[str]:
    """Terms of a glossary: its lines without indentation."""
    for line in body.splitlines():
        if line.strip() and not line[0].isspace() and not line.startswith(".."):
            yield line.split(" : ")[0].strip()
