"""The rules of a chapter whose front matter says ``form: 2``, and of evidence in every chapter.

What must hold of measured values is the build's to say (`book/_ext/evidence.py`); all else is
said here, before anything is executed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from .boxes import check_objectives
from .claims import ALL_CLAIMS, FOLDER, Claim, check_claims, chosen, claims_path, same_verdicts
from .errors import Place, SourceError
from .measured import NAME, MeasuredError, parse, roles_in
from .model import Cell, Chapter
from .myst import Directive, directives
from .quotes import squeezed
from .scan import Book
from .stub import DEFINITION
from .validate import draws, reference_path

ONCE = ("opening", "objectives", "limits", "when-to-use")
POINTS = re.compile(r"\*\*(\d+) points?\*\*")
# TeX and reST roles, which `help(f)` and an editor show raw
MARKUP = re.compile(r"\$|\\[a-zA-Z]{2,}|:[a-z:+-]+:`")


def check_form(chapters: Sequence[Chapter], book: Book, root: Path) -> list[SourceError]:
    """Check chapters against the rules of their form.

    Parameters
    ----------
    chapters : sequence of Chapter
        All chapters of the book.
    book : Book
        Labels, citations and claims.
    root : Path
        The repository.
    """
    problems: list[SourceError] = []
    recorded: dict[str, Place] = {}
    for chapter in chapters:
        text = chapter.path.read_text("utf-8")
        problems += _evidence(chapter, text, root, recorded)
        problems += _claims(chapter, _boxes(chapter), book)
        if chapter.form >= 2:
            problems += _second_form(chapter, root)
    problems += check_claims(book.claims.get(ALL_CLAIMS, []), ALL_CLAIMS, book)
    problems += same_verdicts([claim for claims in book.claims.values() for claim in claims])
    used: set[str] = set()
    for text, place in _texts(root):
        for name, here in _shown(text, place, problems):
            used.add(name)
            if name not in recorded:
                problems.append(here.error(_unknown(name, recorded)))
    for claims in book.claims.values():
        for name, here in _compared(claims):
            used.add(name)
            if name not in recorded:
                problems.append(here.error(_unknown(name, recorded)))
    for name in sorted(set(recorded) - used):
        problems.append(
            recorded[name].error(
                f"no sentence and no claim uses {name}: show it by {{measured}}`{name}:.1f`, "
                "compare it in the condition of a claim, or take it out"
            )
        )
    return problems


def _boxes(chapter: Chapter) -> list[Directive]:
    """Directives at the top level of a chapter's text."""
    return [
        one
        for cell in chapter.cells
        if cell.kind == "text"
        for one in directives(cell.text.source, cell.text.place)
    ]


def _second_form(chapter: Chapter, root: Path) -> Iterator[SourceError]:
    top = Place(f"book/{chapter.path.name}", 1)
    boxes = _boxes(chapter)
    for name in ONCE:
        found = [one for one in boxes if one.name == name]
        if not found:
            yield top.error(f"no box {{{name}}}: every chapter has one; write `:::{{{name}}}`")
        for one in found[1:]:
            yield one.place.error(f"a second box {{{name}}}: join the two")
    if not any(one.name == "claims" for one in boxes):
        yield top.error("no {claims} table: show what the chapter found, `:::{claims} Title`")
    first = chapter.cells[0].text if chapter.cells else None
    if first is not None and not re.match(r":{3,}\{opening\}", first.source):
        yield first.place.error("the question comes first: move `:::{opening}` above this")
    known = {e.id for e in chapter.exercises} | {w.id for w in chapter.written}
    for one in boxes:
        if one.name == "objectives":
            yield from check_objectives(one, known)
    for cell in chapter.cells:
        yield from _cell(cell)
    yield from _docstrings(chapter, root)


def _cell(cell: Cell) -> Iterator[SourceError]:
    if cell.kind == "demo" and draws(cell.text.source) and not cell.folded:
        yield cell.text.place.error(
            "this cell shows its plotting code: add the tag `hide-input`, or move it into lab"
        )
    if cell.written is None:
        return
    if cell.written.rubric is None:
        yield cell.written.place.error(
            "no rubric: add ```{rubric} to the question, with `**2 points**` for each part"
        )
        return
    total = sum(map(int, POINTS.findall(cell.written.rubric.source)))
    if total != cell.written.points:
        yield cell.written.rubric.place.error(
            f"the rubric gives {total} points: write `**2 points**` so that they add up to "
            f"{cell.written.points}"
        )


def _docstrings(chapter: Chapter, root: Path) -> Iterator[SourceError]:
    """Stubs show docstrings as they are."""
    path = reference_path(chapter, root)
    if not path.exists():
        return
    source = path.read_text("utf-8")
    shown = {name for e in chapter.exercises for name in (*e.names, *e.given)}
    for node in ast.parse(source).body:
        if not isinstance(node, DEFINITION) or node.name not in shown:
            continue
        for inner in ast.walk(node):
            if isinstance(inner, DEFINITION) and ast.get_docstring(inner, clean=False):
                yield from _plain_docstring(inner.body[0], source, f"solutions/{path.name}")


def _plain_docstring(node: ast.stmt, source: str, path: str) -> Iterator[SourceError]:
    for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
        if found := MARKUP.search(source.splitlines()[number - 1]):
            yield SourceError(
                path,
                number,
                f"the stub shows `{found[0]}` raw: a docstring says shapes and errors in plain "
                "text; the formula is on the page",
            )


def _evidence(
    chapter: Chapter, text: str, root: Path, recorded: dict[str, Place]
) -> Iterator[SourceError]:
    """Records have literal names, claims quote the page, and both stand in evidence cells."""
    shown = page_text(text, root, chapter)
    for cell in chapter.cells:
        if cell.kind not in ("demo", "setup", "evidence"):
            continue
        for call, name, here in evidence_calls(cell, text):
            if cell.kind != "evidence":
                yield here.error(
                    f"lab.{call} stands in a cell that students get: move it to a cell of its own, "
                    "tagged [evidence]"
                )
            if name is None:
                yield here.error(f"the first argument of lab.{call} is a text in quotes: write it")
            elif call == "claim" and squeezed(name) not in shown:
                yield here.error(
                    f"the page does not say “{name}”: quote its words, of one sentence, caption "
                    "or alt text, without roles"
                )
            elif call == "record":
                yield from _name(name, chapter, here, recorded)


def _name(
    name: str, chapter: Chapter, here: Place, recorded: dict[str, Place]
) -> Iterator[SourceError]:
    if not NAME.match(name) or name[:4] != f"ch{chapter.number}":
        yield here.error(f"`{name}` is no name of a quantity: write ch{chapter.number}.some_name")
    if name in recorded:
        yield here.error(f"{name} is recorded twice (line {recorded[name].line}): choose another")
    recorded.setdefault(name, here)


def evidence_calls(cell: Cell, text: str) -> Iterator[tuple[str, str | None, Place]]:
    """Calls of `lab.record` and `lab.claim` in a cell.

    Parameters
    ----------
    cell : Cell
        A code cell.
    text : str
        The source of its chapter.

    Yields
    ------
    call : str
        "record" or "claim".
    literal : str or None
        The first argument; None if it is no text in quotes.
    place : Place
        Line of the call.
    """
    plain = re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", cell.text.source)
    top = _first_line(cell, text)
    for node in ast.walk(ast.parse(plain)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner, call = getattr(node.func.value, "id", ""), node.func.attr
        if owner == "lab" and call in ("record", "claim"):
            first = node.args[0] if node.args else None
            literal = first.value if isinstance(first, ast.Constant) else None
            yield (
                call,
                literal if isinstance(literal, str) else None,
                top.below(node.lineno - 1),
            )


def _first_line(cell: Cell, text: str) -> Place:
    """Where the code of a cell begins, below its options."""
    place = cell.text.place
    start = sum(len(line) for line in text.splitlines(keepends=True)[: place.line - 1])
    at = text.find(cell.text.source, start)
    return Place(place.path, text.count("\n", 0, at) + 1) if at >= 0 else place


def page_text(text: str, root: Path, chapter: Chapter) -> str:
    """What a chapter says, its evidence cells left out and its claims included, squeezed."""
    for cell in chapter.cells:
        if cell.kind == "evidence":
            text = text.replace(cell.text.source, "")
    claims = claims_path(root, chapter.number)
    return squeezed(text + "\n" + (claims.read_text("utf-8") if claims.exists() else ""))


def _claims(chapter: Chapter, boxes: list[Directive], book: Book) -> Iterator[SourceError]:
    """What claims refer to is there; in the second form, each stands in one table."""
    claims = book.claims.get(chapter.stem, [])
    yield from check_claims(claims, chapter.stem, book)
    if chapter.form < 2:  # its tables are written on the page
        return
    for one in (one for claim in claims for one in claim.evidence if one.kind == "shown"):
        yield one.place.error("no condition: this chapter records what it measures; use `measured`")
    shown: dict[str, Directive] = {}
    for box in (box for box in boxes if box.name == "claims"):
        try:
            rows = chosen(claims, box)
        except SourceError as problem:
            yield problem
            continue
        for claim in rows:
            if claim.ids[0] in shown:
                line = shown[claim.ids[0]].place.line
                yield box.place.error(f"{claim.ids[0]} is shown twice (line {line}): use `:only:`")
            shown[claim.ids[0]] = box
    for claim in claims:
        if claim.ids[0] not in shown:
            yield claim.place.error(
                f"{claim.ids[0]} is in no table of its chapter: list it under `:only:`"
            )


def _texts(root: Path) -> Iterator[tuple[str, Place]]:
    """All pages, and all files of claims."""
    for path in sorted([*(root / "book").glob("*.md"), *(root / FOLDER).glob("*.yml")]):
        yield path.read_text("utf-8"), Place(path.relative_to(root).as_posix(), 1)


def _shown(text: str, place: Place, problems: list[SourceError]) -> Iterator[tuple[str, Place]]:
    """Quantities that the sentences of a text show."""
    lines = text.splitlines()
    for content, line in roles_in(text):
        here = place.below(line)
        if place.path.endswith(".md") and lines[line].startswith("#"):
            problems.append(here.error("a heading holds no measured number: write it below"))
        try:
            yield parse(content)[0], here
        except MeasuredError as problem:
            problems.append(here.error(str(problem)))


def _compared(claims: list[Claim]) -> Iterator[tuple[str, Place]]:
    """Quantities that the conditions of claims compare."""
    for claim in claims:
        for one in claim.evidence:
            for name, _ in one.quantities:
                yield name, one.place


def _unknown(name: str, recorded: dict[str, Place]) -> str:
    near = ", ".join(sorted(n for n in recorded if n[:4] == name[:4])) or "nothing"
    return (
        f"no cell records {name} (recorded in {name[:4]}: {near}): correct the name, or add "
        f'lab.record("{name}", …) to a cell tagged [evidence]'
    )
