"""Verdicts on claims, and the words in which pages and notebooks give their evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .claims import Claim
    from .scan import Book

# A verdict, and what it means wherever it stands.
VERDICTS = {
    "right": "holds as it is said",
    "limited": "holds under the conditions that the evidence names",
    "imprecise": "the wording hides what matters",
    "wrong": "does not hold",
    "unsupported": "nobody has shown it, nor do we",
    "disputed": "sources contradict each other, or give a range",
}


def evidence_text(claim: Claim, book: Book) -> str:
    """The evidence of a claim as MyST: the reason, then what bears it."""
    parts = []
    for one in claim.evidence:
        if one.kind == "cited":
            parts.append(f"{{cite:t}}`{one.what}`" + (f", {one.detail}" if one.detail else ""))
        elif one.kind in ("derived", "shown"):
            parts.append(f"{one.kind} in {reference(one.what, book)}")
        elif one.detail:
            parts.append(f"measured in {reference(one.detail, book)}")
        else:
            parts.append("measured here")
    return "; ".join(dict.fromkeys(parts)) or "no evidence found"


def legend(claims: list[Claim]) -> str:
    """What the verdicts of a table mean, as MyST; nothing for those that say it themselves."""
    used = {claim.verdict for claim in claims} - {"right", "wrong"}
    return "; ".join(f"*{name}*: {means}" for name, means in VERDICTS.items() if name in used)


def reference(label: str, book: Book) -> str:
    """The role that refers to a label: by number where it has one."""
    if label in book.equations:
        return f"{{eq}}`{label}`"
    target = book.labels.get(label.lower())
    numbered = target is not None and target.kind in ("exercise", "figure", "table")
    return f"{{{'numref' if numbered else 'ref'}}}`{label}`"
