"""``{claims}``: the table of what is said, the verdict and the evidence, drawn from data.

On a narrow screen each row is a card (`_static/css/form.css`).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.authoring.boxes import CLAIMS_COLUMNS
from autograder.authoring.claims import Claim, chosen, claims_path
from autograder.authoring.config import read_site
from autograder.authoring.errors import Place, SourceError
from autograder.authoring.myst import Directive
from autograder.authoring.scan import CHAPTER, Book, scan
from autograder.authoring.verdicts import VERDICTS, evidence_text, legend

WIDTHS = (34, 16, 50)


@lru_cache(maxsize=1)
def book_of(root: Path) -> Book:
    """The labels and claims of the whole book; read once a build."""
    return scan(root, read_site(root))


class ClaimsDirective(SphinxDirective):
    """``:::{claims} Title``, see the module."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {
        "name": directives.unchanged_required,
        "only": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        doc, root = self.env.docname, Path(self.env.srcdir).parent
        chapter = CHAPTER.match(doc)
        if not chapter:
            raise self.error(f"{doc}: a table of claims stands in a chapter, book/NN-stem.md")
        self.env.note_dependency(str(claims_path(root, chapter[1])))
        book = book_of(root)
        place = Place(f"book/{doc}.md", self.lineno)
        one = Directive("claims", self.arguments[0], dict(self.options), "", place, place, 0, 0)
        try:
            rows = chosen(book.claims.get(doc, []), one)
        except SourceError as problem:
            raise self.error(problem.message) from problem
        table = self.table(rows, book)
        table.insert(0, nodes.title("", "", *self.inline(self.arguments[0])))
        self.add_name(table)
        if not (text := legend(rows)):
            return [table]
        return [table, nodes.container("", *self.parsed(text), classes=["claims-legend"])]

    def table(self, rows: list[Claim], book: Book) -> nodes.table:
        """The table of some claims, without a title."""
        table = nodes.table(classes=["claims", "colwidths-given"])
        self.set_source_info(table)
        group = nodes.tgroup("", cols=len(WIDTHS))
        group += [nodes.colspec(colwidth=width) for width in WIDTHS]
        heads = (nodes.entry("", nodes.paragraph("", name)) for name in CLAIMS_COLUMNS)
        group += nodes.thead("", nodes.row("", *heads))
        group += nodes.tbody("", *(self.row(claim, book) for claim in rows))
        table += group
        return table

    def row(self, claim: Claim, book: Book) -> nodes.row:
        """What is said, the verdict with its meaning, and what bears it."""
        verdict = nodes.abbreviation("", claim.verdict, explanation=VERDICTS[claim.verdict])
        verdict["classes"] += ["verdict", f"verdict-{claim.verdict}"]
        evidence = self.inline(sentence(evidence_text(claim, book)))
        return nodes.row(
            "",
            nodes.entry("", *self.parsed(claim.claim.source)),
            nodes.entry("", nodes.paragraph("", "", verdict)),
            nodes.entry(
                "",
                *self.parsed(claim.because.source),
                nodes.paragraph("", "", *evidence, classes=["evidence"]),
            ),
            ids=[claim.anchor],
        )

    def parsed(self, text: str) -> list[nodes.Node]:
        """Return the nodes of some MyST."""
        holder = nodes.Element()
        lines = StringList(text.splitlines(), source=self.get_source_info()[0])
        self.state.nested_parse(lines, self.content_offset, holder)
        return holder.children

    def inline(self, text: str) -> list[nodes.Node]:
        """Return the nodes of one paragraph, without it."""
        (paragraph,) = self.parsed(text)
        return paragraph.children


def sentence(text: str) -> str:
    """The text with a capital letter."""
    return text[:1].upper() + text[1:]


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.connect("builder-inited", lambda app: book_of.cache_clear())
    app.add_directive("claims", ClaimsDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
