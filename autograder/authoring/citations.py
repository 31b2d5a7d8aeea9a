"""Authors and years of `references.bib`: how pages, notebooks and the list of references cite."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pybtex.backends.plaintext import Backend
from pybtex.database import Entry, Person, parse_file
from pybtex.richtext import Text
from pybtex.style.formatting.unsrt import Style

LINK = re.compile(r"(?:\\+url )?(https?://[^\s,]+)")
ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5}|[a-z-]+/\d{7})")


@dataclass(frozen=True)
class Citation:
    """Last names as cited, and the year, with a letter where the same people had several.

    `entry` is what a notebook's list of references says, in Markdown.
    """

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
        names or (_plain(entry.fields.get("title", key)),),
        entry.fields.get("year", "n.d."),
        _whole(entry),
    )


def _whole(entry: Entry) -> str:
    """Return an entry as in a list of references, with a link to arXiv."""
    (made,) = _style().format_entries([entry])
    text = re.sub(r"([*_\[\]<>`$])", r"\\\1", made.text.render(Backend()))
    text = LINK.sub(lambda found: f"<{found[1]}>".replace("\\", ""), text)
    return ARXIV.sub(r"[arXiv:\1](https://arxiv.org/abs/\1)", text)


@cache
def _style() -> Style:
    """Make it once: pybtex searches all installed packages for its parts."""
    return Style()


def _last_name(person: Person) -> str:
    return _plain(" ".join([*person.prelast_names, *person.last_names]))


def _plain(text: str) -> str:
    """BibTeX's accents and braces as plain text."""
    return str(Text.from_latex(text))
