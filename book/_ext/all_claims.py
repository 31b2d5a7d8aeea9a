"""``{all-claims}``: what people say, verdict and evidence, of all chapters on one page.

Verdicts are counted, and rows stand in a table for each chapter, below a filter (`filters.py`).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from claims import ClaimsDirective, book_of
from docutils import nodes
from filters import Option, filter_form, option
from sphinx.application import Sphinx

from autograder.authoring.claims import ALL_CLAIMS, FOLDER, GENERAL, Claim
from autograder.authoring.scan import CHAPTER, Book
from autograder.authoring.verdicts import VERDICTS, reference

ELSEWHERE = "Other claims"


class AllClaimsDirective(ClaimsDirective):
    """The form, the counts, and a section with a table for each chapter that has claims."""

    required_arguments = 0
    option_spec = {}

    def run(self) -> list[nodes.Node]:
        """Build all of it."""
        if self.env.docname != ALL_CLAIMS:
            raise self.error(f"the claims of all chapters stand on book/{ALL_CLAIMS}.md")
        root = Path(self.env.srcdir).parent
        for path in sorted((root / FOLDER).glob("*.yml")):
            self.env.note_dependency(str(path))
        book = book_of(root)
        chapters = [(doc, claims) for doc, claims in sorted(book.claims.items()) if claims]
        every = [claim for _, claims in chapters for claim in claims]
        options = [option(doc, book) or Option(GENERAL, ELSEWHERE) for doc, _ in chapters]
        return [
            self.counts(every),
            filter_form("table.all-claims tbody tr", "claims", options, VERDICTS),
            *(self.section(doc, claims, book) for doc, claims in chapters),
        ]

    def counts(self, every: list[Claim]) -> nodes.container:
        """How often each verdict was reached, with what it means."""
        found = Counter(claim.verdict for claim in every)
        statements = {one for claim in every for one in claim.ids}
        lines = [f"The {len(every)} rows answer {len(statements)} statements:", ""]
        lines += [
            f"- **{found[name]}** {{claim-verdict}}`{name}` {means}"
            for name, means in VERDICTS.items()
        ]
        return nodes.container(
            "", *self.parsed("\n".join(lines)), classes=["claims-counts"], ids=["verdicts"]
        )

    def section(self, doc: str, claims: list[Claim], book: Book) -> nodes.section:
        """The rows of a chapter below its title."""
        chapter = CHAPTER.match(doc)
        section = nodes.section(ids=[f"claims-{chapter[1] if chapter else GENERAL}"])
        title = f"{int(chapter[1])} · {book.pages[doc].title}" if chapter else ELSEWHERE
        section += nodes.title("", "", *self.inline(title))
        table = self.table(claims, book)
        table["classes"] += ["all-claims"]
        section += table
        return section

    def row(self, claim: Claim, book: Book) -> nodes.row:
        """A row as in its chapter, and the way there."""
        row = super().row(claim, book)
        target = book.labels.get(claim.at.lower()) or book.equations[claim.at]
        chapter = Path(claim.place.path).stem.removeprefix("ch")
        row["ids"] = [f"claim-{chapter}-{claim.ids[0].lower()}"]
        if target.doc != ALL_CLAIMS:
            place = f"Treated in {reference(claim.at, book)}"
            if chapter == GENERAL:
                place += f" of {{doc}}`/{target.doc}`"
            row.children[-1] += nodes.paragraph("", "", *self.inline(place), classes=["treated"])
        return row


def verdict_role(name, rawtext, text, lineno, inliner, options=None, content=()):
    """The name of a verdict in its colour."""
    return [nodes.inline("", text, classes=["verdict", f"verdict-{text}"])], []


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.add_directive("all-claims", AllClaimsDirective)
    app.add_role("claim-verdict", verdict_role)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
