"""Claims as data: what is said, the verdict on it, and the evidence that bears it.

`book/_data/claims/chNN.yml` is a list, and so is `general.yml`, for what no chapter treats.
Conditions on measured quantities are evaluated when the book is built (`book/_ext/evidence.py`);
everything else is checked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from .conditions import Quantity, parse_condition, quantities
from .errors import Place, SourceError
from .measured import MeasuredError
from .model import Text
from .myst import Directive, words
from .verdicts import VERDICTS

if TYPE_CHECKING:
    from .scan import Book

FOLDER = Path("book") / "_data" / "claims"
GENERAL = "general"  # the "chapter" of claims that none treats
ALL_CLAIMS = "claims"  # the page that shows the claims of all chapters, and those
# "shown" is a figure, table or section that measures, without a condition: for chapters of the
# first form, whose cells record nothing.
KINDS = ("measured", "cited", "derived", "shown")
REQUIRED = ("ids", "claim", "verdict", "because", "at", "evidence")
ID = re.compile(r"[A-Z]\d+\Z")


@dataclass(frozen=True)
class Evidence:
    """Why a verdict stands. `what` is a condition, a key of the bibliography, or a label."""

    kind: str  # one of KINDS
    what: str
    detail: str  # measured: the label of what shows it; cited: where in the source
    place: Place

    @property
    def quantities(self) -> list[Quantity]:
        """The quantities that the condition names."""
        return quantities(parse_condition(self.what)) if self.kind == "measured" else []


@dataclass(frozen=True)
class Claim:
    """A row of the table. `at` is the label of the place where the chapter treats it."""

    ids: tuple[str, ...]
    claim: Text
    verdict: str
    because: Text
    at: str
    evidence: tuple[Evidence, ...]
    place: Place

    @property
    def anchor(self) -> str:
        """Id of its row on the page."""
        return f"claim-{self.ids[0].lower()}"


def claims_path(root: Path, number: str) -> Path:
    """The file with the claims of a chapter (or of `GENERAL`), which need not be there."""
    return root / FOLDER / (f"{number}.yml" if number == GENERAL else f"ch{number}.yml")


def read_claims(root: Path, number: str) -> tuple[list[Claim], list[SourceError]]:
    """Read the claims of a chapter.

    Parameters
    ----------
    root : Path
        The repository.
    number : str
        Two digits, or `GENERAL`.

    Returns
    -------
    list of Claim
        Those that could be read.
    list of SourceError
        Everything that is wrong with the others, with its line.
    """
    path = claims_path(root, number)
    if not path.exists():
        return [], []
    top = Place(path.relative_to(root).as_posix(), 1)
    text = path.read_text("utf-8")
    try:
        tree = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line if problem.problem_mark else 0
        wrong = f"no YAML ({problem.problem}): quote texts that hold a colon or begin with a brace"
        return [], [top.below(line).error(wrong)]
    if tree is None:
        return [], []
    if not isinstance(tree, yaml.SequenceNode):
        return [], [top.error("a file of claims is a list: begin each claim with `- ids: [S…]`")]
    claims, problems = [], []
    for node in tree.value:
        try:
            claims.append(_claim(node, top))
        except SourceError as problem:
            problems.append(problem)
    return claims, problems


def _claim(node: yaml.Node, top: Place) -> Claim:
    place = top.below(node.start_mark.line)
    fields = _fields(node, place, REQUIRED)
    for name in REQUIRED:
        if name not in fields:
            raise place.error(f"a claim without `{name}`: add it")
    ids = _plain(fields["ids"], top)
    if not isinstance(ids, list) or not ids or not all(ID.match(str(one)) for one in ids):
        raise place.error("`ids` is a list of ids such as [S17, S65]: correct it")
    where = top.below(fields["verdict"].start_mark.line)
    verdict = str(_plain(fields["verdict"], top))
    if verdict not in VERDICTS:
        raise where.error(f"the verdict `{verdict}` is none of {', '.join(VERDICTS)}: choose one")
    entries = fields["evidence"]
    listed = isinstance(entries, yaml.SequenceNode)
    if not listed or (not entries.value and verdict != "unsupported"):
        where = top.below(entries.start_mark.line)
        raise where.error(
            f"the claim {ids[0]} has no evidence: add `- measured:`, `- cited:` or `- derived:`, "
            "or find it unsupported"
        )
    return Claim(
        ids=tuple(map(str, ids)),
        claim=_text(fields["claim"], top),
        verdict=verdict,
        because=_text(fields["because"], top),
        at=str(_plain(fields["at"], top)),
        evidence=tuple(_evidence(entry, top) for entry in entries.value),
        place=place,
    )


def _evidence(node: yaml.Node, top: Place) -> Evidence:
    place = top.below(node.start_mark.line)
    fields = _fields(node, place, (*KINDS, "see", "where"))
    kinds = [kind for kind in KINDS if kind in fields]
    if len(kinds) != 1:
        raise place.error(f"evidence is one of {', '.join(KINDS)}: begin it with `- {KINDS[0]}:`")
    kind = kinds[0]
    extra = {"measured": "see", "cited": "where"}.get(kind, "")
    if other := sorted(set(fields) - {kind, extra}):
        raise place.error(f"`{other[0]}` does not belong to {kind} evidence: take it out")
    detail = str(_plain(fields[extra], top)) if extra in fields else ""
    what = str(_plain(fields[kind], top))
    if kind == "measured":
        try:
            parse_condition(what)
        except MeasuredError as problem:
            raise place.error(str(problem)) from problem
    return Evidence(kind, what, detail, place)


def _fields(node: yaml.Node, place: Place, known: tuple[str, ...]) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise place.error(f"expected fields ({', '.join(known)}): write `name: value` lines")
    fields = {str(key.value): value for key, value in node.value}
    if unknown := sorted(set(fields) - set(known)):
        raise place.error(f"unknown field `{unknown[0]}`: use {', '.join(known)}")
    return fields


def _plain(node: yaml.Node, top: Place) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value.strip()
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, top) for one in node.value]
    raise top.below(node.start_mark.line).error(
        "a text that begins with a brace is read as a mapping: put it in quotes"
    )


def _text(node: yaml.Node, top: Place) -> Text:
    value = str(_plain(node, top))
    # a block (`>` or `|`) begins on the line below its mark
    block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    return Text(value, top.below(node.start_mark.line + block))


def chosen(claims: list[Claim], one: Directive) -> list[Claim]:
    """The rows of a ``{claims}`` table.

    Raises
    ------
    SourceError
        If the table has no title, names an unknown claim, or has no row.
    """
    if not one.arg:
        raise one.place.error("a table of claims without a title: write `:::{claims} Title`")
    if "only" not in one.options:
        rows = list(claims)
    else:
        known = {claim.ids[0]: claim for claim in claims}
        names = words(one.options["only"])
        for name in names:
            if name not in known:
                raise one.place.error(
                    f"no claim {name} in this chapter's file in {FOLDER.as_posix()}/: `:only:` "
                    f"lists the first ids of its claims ({', '.join(known)})"
                )
        rows = [known[name] for name in names]
    if not rows:
        raise one.place.error(f"no claims to show: write them in {FOLDER.as_posix()}/chNN.yml")
    return rows


def check_claims(claims: list[Claim], stem: str, book: Book) -> Iterator[SourceError]:
    """What a chapter's claims refer to must be there.

    Parameters
    ----------
    claims : list of Claim
        Those of one chapter.
    stem : str
        The chapter, or `ALL_CLAIMS`, whose claims may be treated on any page.
    book : Book
        Labels, equations and citations.
    """
    seen: set[str] = set()
    for claim in claims:
        for one in claim.ids:
            if one in seen:
                yield claim.place.error(f"{one} stands in two rows of this chapter: join them")
            seen.add(one)
        target = book.labels.get(claim.at.lower()) or book.equations.get(claim.at)
        if target is None or (stem not in (ALL_CLAIMS, target.doc)):
            yield claim.place.error(
                f"{claim.ids[0]}: `at: {claim.at}` is no label of book/{stem}.md: correct it, or "
                f"write ({claim.at})= above the heading where the claim is treated"
            )
        for evidence in claim.evidence:
            yield from _refers(evidence, book)


def _refers(one: Evidence, book: Book) -> Iterator[SourceError]:
    if one.kind == "cited":
        if one.what not in book.citations:
            yield one.place.error(
                f"no entry `{one.what}` in book/references.bib: add it, or correct the key"
            )
        return
    label = one.detail if one.kind == "measured" else one.what
    if label and label.lower() not in book.labels and label not in book.equations:
        yield one.place.error(f"no label `{label}` in the book: correct it, or add it")


def same_verdicts(claims: list[Claim]) -> Iterator[SourceError]:
    """The same claim has the same verdict in every chapter."""
    first: dict[str, Claim] = {}
    for claim in claims:
        for one in claim.ids:
            before = first.setdefault(one, claim)
            if before.verdict != claim.verdict:
                yield claim.place.error(
                    f"{one} is `{claim.verdict}` here and `{before.verdict}` in "
                    f"{before.place.path}:{before.place.line}: agree on one"
                )
