"""What a student added to a demonstration, which trains networks and is not run at grading."""

from __future__ import annotations

import ast
from collections.abc import Set
from dataclasses import dataclass, field

from nbformat.notebooknode import NotebookNode

from autograder.classroom.submissions.cell_code import (
    CELL_MAGIC,
    LINE_MAGIC,
    alike,
    defined,
    parsed,
    statements,
)
from autograder.classroom.submissions.match import Match
from autograder.classroom.submissions.reads import changes, deferred, reads, stores

_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINES = (*_IMPORTS, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SHOWS = {"print", "display", "check", "help"}
_COURSE = "dropout_course"
ROUNDS = 9  # and names that one statement needs: a student's code must not take us long
MOST = 999


@dataclass
class Names:
    """Which names have a value at grading, at one place of a notebook.

    Attributes
    ----------
    gone : set of str
        Those whose last definition above is not run.
    later : dict
        What the functions behind a name read once they are called.
    modules : set of str
        Names that were imported.
    course : set of str
        Those among them that come from the course's package: they draw and train.
    asked : set of str
        Names that exercises ask for.
    """

    gone: set[str] = field(default_factory=set)
    later: dict[str, set[str]] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    course: set[str] = field(default_factory=set)
    asked: Set[str] = frozenset()

    def run(self, source: str) -> None:
        """Take note of a cell that is run."""
        self.gone -= defined(source)
        for node in _body(source):
            self.keep(node)

    def keep(self, node: ast.stmt) -> None:
        """Take note of a statement that is run."""
        names = stores(node)
        self.gone -= names
        for part in ast.walk(node):
            if isinstance(part, _IMPORTS):
                self._imported(part)
        try:
            inside = deferred(node)
        except RecursionError:  # nested beyond what is looked into
            inside = set()
        for name in names:
            self.later[name] = inside

    def _imported(self, node: ast.Import | ast.ImportFrom) -> None:
        names = stores(node)
        self.modules |= names
        froms = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if any(m.partition(".")[0] == _COURSE for m in froms or [a.name for a in node.names]):
            self.course |= names

    def copy(self) -> Names:
        """Give one that can be changed without changing this one."""
        made = Names(asked=self.asked)
        made.take(self)
        return made

    def take(self, other: Names) -> None:
        """Know what another one knows."""
        self.gone, self.later = set(other.gone), dict(other.later)
        self.modules, self.course = set(other.modules), set(other.course)

    def drop(self, node: ast.stmt) -> None:
        """Take note of a statement that is not run."""
        self.gone |= stores(node) | (changes(node) - self.modules)

    def lacking(self, node: ast.stmt, barred: Set[str] = frozenset()) -> list[str]:
        """Name what a statement needs, at once or in functions that it uses, and can't have."""
        seen: set[str] = set()
        todo = list(reads(node))
        while todo:
            name = todo.pop()
            if name not in seen and len(seen) < MOST:
                seen.add(name)
                todo += () if name in self.gone else self.later.get(name, ())
        return sorted(seen & self.gone) or sorted(seen & barred)


@dataclass(frozen=True)
class Added:
    """What is kept of a changed demonstration, and what is not.

    Attributes
    ----------
    kept : list of str
        Statements, in their order.
    left : dict
        What the student defined there and is not run: for each name one that it needs.
    altered : dict
        The same of the names that the demonstration itself defines.
    """

    kept: list[str]
    left: dict[str, str] = field(default_factory=dict)
    altered: dict[str, str] = field(default_factory=dict)


def additions_of(found: Match, submitted: NotebookNode) -> dict[int, Added]:
    """Find what was added to demonstrations, by their places in the submitted notebook.

    An added statement is kept if all that it needs is there without running the demonstrations:
    what set-up cells and the student's own cells above define, and what was added before.
    """
    demos = [slot for slot in found.slots if is_demonstration(slot.cell)]
    if not any(slot.changed for slot in demos):
        return {}
    answers = frozenset().union(*(slot.asked for slot in found.slots))
    places = {place: slot for slot in demos for place in slot.copies}
    names, result = Names(asked=answers), {}
    for place, cell in enumerate(submitted.cells):
        if cell.cell_type != "code":
            continue
        slot = places.get(place)
        if slot is None:
            names.run(cell.source)
        elif alike(cell.source, slot.cell.source):
            for node in _body(cell.source):
                names.drop(node)
        else:
            result[place] = additions(slot.cell.source, cell.source, answers, names)
    return result


def is_demonstration(cell: NotebookNode) -> bool:
    """Tell whether a released cell is one that is not run at grading."""
    return cell.cell_type == "code" and "demo" in cell.metadata.get("tags", [])


def additions(
    original: str, changed: str, answers: Set[str] = frozenset(), names: Names | None = None
) -> Added:
    """Find what a student added to a demonstration and can be run without it.

    Functions, classes, imports and whatever gives one of `answers` a value are kept at any rate.
    What merely shows something is not, nor a statement of ours that was altered and uses the
    course's package or an answer, for that may take as long as the original. If no line of the
    original is left, or the cell is no Python for `ast`, it is the student's alone and comes back
    whole.

    Parameters
    ----------
    original, changed : str
        The demonstration as released, and as it was handed in.
    answers : set of str
        The names that exercises ask for.
    names : Names, optional
        What there is above the cell; it is brought up to date.
    """
    names = Names(asked=answers) if names is None else names
    lines = CELL_MAGIC.sub("", changed).split("\n")
    after = parsed(_plain(changed))
    ours = set(statements(original))
    dumps = statements(changed)
    shared = {line.strip() for line in original.split("\n")} - {""}
    if after is None or len(dumps) != len(after.body) or not shared & set(map(str.strip, lines)):
        names.run(changed)
        return Added([changed])
    try:
        text = _texts(after.body, lines)
        new = [dump not in ours for dump in dumps]
        given = frozenset().union(*map(stores, _body(original)))
        return _chosen(after.body, new, text, answers, names, given)
    except RecursionError:  # nested beyond what is looked into
        return Added([changed])


def _texts(body: list[ast.stmt], lines: list[str]) -> list[str]:
    """Give the statements of a cell as text: the student's own, if they share no line."""
    starts = [_first_line(node) for node in body]
    ends = [node.end_lineno or node.lineno for node in body]
    before, after = [0, *ends[:-1]], [*starts[1:], len(lines) + 1]
    return [
        ast.unparse(node)
        if start == last or end == following
        else "\n".join(lines[start - 1 : end])
        for node, start, end, last, following in zip(body, starts, ends, before, after, strict=True)
    ]


def _chosen(
    body: list[ast.stmt],
    new: list[bool],
    text: list[str],
    answers: Set[str],
    names: Names,
    given: Set[str],
) -> Added:
    """Choose among the statements of a cell."""
    spoiled: dict[str, tuple[int, str]] = {}
    asked = [bool(answers & defined(t)) for t in text]
    for _ in range(ROUNDS):  # that a name lacks something may show at the last line that fills it
        trial, before = names.copy(), dict(spoiled)
        kept = [
            number
            for number, node in enumerate(body)
            if _is_kept(node, number, new[number], asked[number], trial, given, spoiled)
        ]
        if spoiled == before:
            break
    names.take(trial)
    wanted = [n for n in kept if not _only_shows(body[n], text[n], names)]
    left = {n: need for n, (_, need) in spoiled.items() if n in names.gone and n != need}
    own = {n: need for n, need in left.items() if n not in given}
    return Added([text[n] for n in wanted], own, {n: left[n] for n in left if n in given})


def _is_kept(
    node: ast.stmt,
    number: int,
    new: bool,
    asked: bool,
    names: Names,
    given: Set[str],
    spoiled: dict[str, tuple[int, str]],
) -> bool:
    """Decide on one statement, and take note of what it gives or fails to give.

    A name is spoiled up to the last statement that fills it and is not kept: half of a value
    would be a wrong one.
    """
    if not new:
        names.drop(node)
        return False
    if isinstance(node, _DEFINES) or asked:
        names.keep(node)
        return True
    touched = stores(node) | (changes(node) - names.modules)
    later = [spoiled[n][1] for n in sorted(touched & set(spoiled)) if spoiled[n][0] > number]
    needs = (
        names.lacking(node, names.course | names.asked if touched <= given else frozenset())
        or later
    )
    if not needs:
        names.keep(node)
        return True
    for name in touched:
        last, known = spoiled.get(name, (-1, needs[0]))
        if last < number:  # what it lacks itself is what it lacked before
            spoiled[name] = number, next((n for n in needs if n != name), known)
    names.drop(node)
    return False


def _only_shows(node: ast.stmt, text: str, names: Names) -> bool:
    """Tell whether a statement gives and changes nothing: it prints, draws, or trains."""
    if isinstance(node, ast.Pass):  # a line for IPython, of which one gives names a value
        return not text.lstrip().startswith("%run ")
    if not isinstance(node, ast.Expr) or stores(node):
        return False
    call = node.value
    if not isinstance(call, ast.Call):
        return not isinstance(call, ast.Await)
    called = {call.func.id} if isinstance(call.func, ast.Name) else changes(node)
    return bool(called & (_SHOWS | names.course))


def _body(source: str) -> list[ast.stmt]:
    tree = parsed(_plain(source))
    return tree.body if tree else []


def _plain(source: str) -> str:
    return LINE_MAGIC.sub(r"\1pass", CELL_MAGIC.sub("", source))


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
