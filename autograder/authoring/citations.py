"""Authors and years of `references.bib`, for citations in plain Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pybtex.database import Entry, Person, parse_file
from pybtex.richtext import Text


@dataclass(frozen=True)
class Citation:
    """Last names as cited, and the year."""

    names: tuple[str, ...]
    year: str

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
        names or (_plain(entry.fields.get("title", key)),), entry.fields.get("year", "n.d.")
    )


def _last_name(person: Person) -> str:
    return _plain(" ".join([*person.prelast_names, *person.last_names]))


def _plain(text: str) -> str:
    """BibTeX's accents and braces as plain text."""
    return str(Text.from_latex(text))
