"""Entries of `references.bib`, for citations in plain Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pybtex.backends.plaintext import Backend
from pybtex.database import Entry, Person, parse_file
from pybtex.richtext import Text
from pybtex.style.formatting.unsrt import Style

LINK = re.compile(r"(?:\\+url )?(https?://[^\s,]+)")
ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5}|[a-z-]+/\d{7})")


@dataclass(frozen=True)
class Citation:
    """Last names as cited, the year, and the whole entry in Markdown."""

    names: tuple[str, ...]
    year: str
    entry: str = ""

    def who(self, conjunction: str) -> str:
        """Authors: one, two joined by `conjunction`, or the first and "et al."."""
        if len(self.names) == 1:
            return self.names[0]
        if len(self.names) == 2 and self.names[1] != "others":
            return f"{self.names[0]} {conjunction} {self.names[1]}"
        return f"{self.names[0]} et al."


def read_citations(path: Path) -> dict[str, Citation]:
    """Citations by key; empty when there is no such file."""
    if not path.exists():
        return {}
    entries = parse_file(str(path)).entries
    return {key: _citation(key, entry) for key, entry in entries.items()}


def _citation(key: str, entry: Entry) -> Citation:
    persons = entry.persons.get("author") or entry.persons.get("editor") or ()
    names = tuple(_last_name(person) for person in persons)
    return Citation(
        names or (_plain(entry.fields.get("title", key)),),
        entry.fields.get("year", "n.d."),
        _whole(entry),
    )


def _whole(entry: Entry) -> str:
    """Return an entry as in a list of references, with a link to arXiv."""
    (made,) = Style().format_entries([entry])
    text = re.sub(r"([*_\[\]<>`$])", r"\\\1", made.text.render(Backend()))
    text = LINK.sub(lambda found: f"<{found[1]}>".replace("\\", ""), text)
    return ARXIV.sub(r"[arXiv:\1](https://arxiv.org/abs/\1)", text)


def _last_name(person: Person) -> str:
    return _plain(" ".join([*person.prelast_names, *person.last_names]))


def _plain(text: str) -> str:
    """BibTeX's accents and braces as plain text."""
    return str(Text.from_latex(text))
