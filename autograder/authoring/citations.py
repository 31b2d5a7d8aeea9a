"""Authors and years of `references.bib`: how pages, notebooks and the list of references cite."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from pybtex.database import Entry, Person, parse_file
from pybtex.richtext import Text


@dataclass(frozen=True)
class Citation:
    """Last names as cited, and the year, with a letter where the same people had several."""

    names: tuple[str, ...]
    year: str

    def who(self, conjunction: str) -> str:
        """Authors: one, two joined by `conjunction`, or the first and "et al."."""
        if len(self.names) == 1:
            return self.names[0]
        if len(self.names) == 2 and self.names[1] != "others":
            return f"{self.names[0]} {conjunction} {self.names[1]}"
        return f"{self.names[0]} et al."

    @property
    def in_sentence(self) -> str:
        """As in "Gal (2016) shows"; also the label in the list of references."""
        return f"{self.who('and')} ({self.year})"

    @property
    def in_brackets(self) -> str:
        """As in "(Gal, 2016)", without the brackets."""
        return f"{self.who('&')}, {self.year}"


def read_citations(path: Path) -> dict[str, Citation]:
    """Citations by key; empty when there is no such file."""
    if not path.exists():
        return {}
    entries = parse_file(str(path)).entries
    found = {key: _citation(key, entry) for key, entry in entries.items()}
    alike: dict[str, list[str]] = defaultdict(list)
    # by title within a year, as the list of references is sorted
    for key in sorted(found, key=lambda key: _plain(entries[key].fields.get("title", key)).lower()):
        alike[found[key].in_sentence].append(key)
    for keys in alike.values():
        for place, key in enumerate(keys if len(keys) > 1 else ()):
            letter = chr(ord("a") + place)
            found[key] = replace(found[key], year=found[key].year + letter)
    return found


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
