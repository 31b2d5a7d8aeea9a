"""The running text of a chapter: how long it is, and which terms of the glossary it links.

Running text is what a reader reads from top to bottom: paragraphs and lists, boxes and the
statements of exercises. Captions, tables, claims, code, formulas on lines of their own, hints,
quizzes, the written question and the list of further reading are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import Place
from .form import evidence_calls
from .model import Chapter, Text
from .myst import directive, tokens
from .quotes import squeezed

MOST_WORDS = 3300  # of running text in a chapter
BOXES = ("opening", "objectives", "in-pytorch", "limits", "when-to-use", "dropdown", "note")
STATEMENT = "exercise"
UNLINKED = ("opening", "objectives", STATEMENT)  # where a link would distract
FURTHER = re.compile(r"(\([\w:.-]+\)=\s*)?## Further reading")
ROLE = re.compile(r"\{(?P<name>[\w:.+-]+)\}`(?P<content>[^`]+)`")
OPAQUE = re.compile(r"`[^`]+`|\$[^$]+\$|\[[^\]]*\]\([^)]*\)")
TITLED = re.compile(r"(?P<text>.*?)\s*<(?P<target>[^<>]+)>\Z", re.S)
# Terms of the glossary whose names are words of every day as well, or of another meaning
# (learning rate, the bias of a layer): a use of them can't be told by its letters.
EVERYDAY = frozenset(
    {"bias", "core law", "hidden check", "hint", "law", "member", "rate", "reference", "variance"}
)


@dataclass(frozen=True)
class Passage:
    """A paragraph or an item of a list; `box` is what it stands in, "" for the page itself."""

    text: Text
    box: str


@dataclass(frozen=True)
class Use:
    """The first use of a term of the glossary where it could be linked."""

    term: str
    words: str  # as the page has it
    place: Place
    linked: bool


def passages(chapter: Chapter) -> Iterator[Passage]:
    """The running text of a chapter, in its order."""
    for cell in chapter.cells:
        if cell.kind == "text" and not FURTHER.match(cell.text.source):
            yield from _passages(cell.text, "")
        elif cell.kind == "exercise":
            yield from _passages(cell.text, STATEMENT)


def _passages(text: Text, box: str) -> Iterator[Passage]:
    before = ""
    for token in tokens(text.source):
        if token.type == "inline" and before == "paragraph_open" and token.map:
            yield Passage(Text(token.content, text.place.below(token.map[0])), box)
        elif (one := directive(token, text.place)) is not None and one.name in BOXES:
            yield from _passages(Text(one.body, one.inside), box or one.name)
        before = token.type


def count_words(chapter: Chapter) -> int:
    """Words of the running text; a formula, a piece of code and a reference are one each."""
    return sum(_count(passage.text.source) for passage in passages(chapter))


def _count(text: str) -> int:
    text = ROLE.sub(lambda found: _shown(found) if found["name"] == "term" else " x ", text)
    return len(re.findall(r"\S*\w\S*", OPAQUE.sub(" x ", text)))


def _shown(role: re.Match[str]) -> str:
    """The words that a role shows."""
    titled = TITLED.match(role["content"])
    return titled["text"] if titled else role["content"]


def first_uses(chapter: Chapter, terms: list[str]) -> list[Use]:
    """First uses of terms of the glossary in a chapter, where they can be linked.

    Parameters
    ----------
    chapter : Chapter
        As its source says it.
    terms : list of str
        Names of the glossary, in lower case.

    Returns
    -------
    list of Use
        One for each term that is used, in the order of the page. Words that a condition quotes
        are no use, because a quoted sentence holds no roles; nor are words in code or formulas.
    """
    quoted = _quoted(chapter)
    wanted = sorted(set(terms) - EVERYDAY, key=len, reverse=True)
    named = "|".join(re.sub(r"\\ ", r"\\s+", re.escape(term)) for term in wanted)
    pattern = re.compile(rf"(?<![\w-])({named})(s|es)?(?![\w-])", re.I)
    uses: dict[str, Use] = {}
    for passage in passages(chapter):
        if passage.box in UNLINKED:
            continue
        for at, words, term, linked in _terms(passage.text.source, pattern, quoted):
            place = passage.text.place.below(passage.text.source.count("\n", 0, at))
            uses.setdefault(term, Use(term, words, place, linked))
    return list(uses.values())


def _terms(
    text: str, pattern: re.Pattern[str], quoted: list[re.Pattern[str]]
) -> Iterator[tuple[int, str, str, bool]]:
    """Terms in a passage: where, in which words, the name in the glossary, whether linked."""
    blank, found = text, []
    for role in ROLE.finditer(text):
        if role["name"] == "term":
            titled = TITLED.match(role["content"])
            term = titled["target"] if titled else role["content"]
            found.append((role.start(), _shown(role), term.lower(), True))
    for hidden in (ROLE, OPAQUE, *quoted):
        blank = hidden.sub(lambda one: re.sub(r"[^\n]", "\0", one[0]), blank)
    for use in pattern.finditer(blank):
        found.append((use.start(), use[0], " ".join(use[1].lower().split()), False))
    yield from sorted(found)


def _quoted(chapter: Chapter) -> list[re.Pattern[str]]:
    """Patterns of the sentences that conditions quote, as they may stand in the source."""
    text = chapter.path.read_text("utf-8")
    sentences = [
        literal
        for cell in chapter.cells
        if cell.kind == "evidence"
        for call, literal, _ in evidence_calls(cell, text)
        if call == "claim" and literal
    ]
    parts = [[re.escape(word) for word in squeezed(one).split()] for one in sentences]
    return [re.compile(r"\**[\s*]+\**".join(words)) for words in parts]
