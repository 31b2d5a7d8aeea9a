"""A stub from a reference: the same source text with the bodies taken out.

Positions come from `ast` and text from the file, so that comments in a signature, the layout
and raw docstrings survive. Only bodies go.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

TODO = ("# YOUR CODE HERE", "raise NotImplementedError")
GIVEN = "# given"
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITION = (*FUNCTION, ast.ClassDef)
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")


class StubError(ValueError):
    """A reference no stub can be made of; `line` is the line in its module."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


class Cut(NamedTuple):
    """Lines `first` to `last` (0-based, half open) that `lines` replace."""

    first: int
    last: int
    lines: list[str]


def stub(source: str, names: Sequence[str], given: Sequence[str] = (), *, run: bool = True) -> str:
    """Make the stub of some definitions of a reference module.

    Parameters
    ----------
    source : str
        Text of the reference module.
    names : sequence of str
        Functions and classes that the student writes: signature, docstring, no body. A function
        or method whose signature ends in ``# given`` stays whole.
    given : sequence of str
        Functions, classes and constants that are shown in full.
    run : bool
        Try whether the stub runs by itself, which imports what it imports.

    Returns
    -------
    str
        Module-level definitions in the order of the module, with the imports and constants that
        the remaining code needs. No newline at the end. It runs by itself.

    Raises
    ------
    StubError
        If a name is missing, a body can't be told from its signature, or a definition that is
        neither asked for nor given would be shown.
    """
    tree = ast.parse(source)
    lines = source.splitlines()
    home = {name: node for node in tree.body for name in _bound(node)}
    for name in (*names, *given):
        if name not in home:
            raise StubError(1, f"no `{name}` at the top level of the reference module")
    cuts: list[Cut] = []
    for name in names:
        node = home[name]
        if not isinstance(node, DEFINITION):
            raise StubError(node.lineno, f"write `{name}` as a function or class, not a value")
        cuts += _cuts(node, lines)
    keep = _closure(home, (*names, *given), cuts)
    for node in keep:
        if isinstance(node, DEFINITION) and node.name not in (*names, *given):
            raise StubError(
                node.lineno,
                f"`{node.name}` would be shown with its body, because a default, decorator, "
                f"annotation or constant in the stub of {', '.join(names)} uses it: list it "
                "under `:given:`, or write the signature without it",
            )
    code = _assemble([node for node in tree.body if node in keep], cuts, lines)
    if run:
        _run(code, home[names[0]].lineno)
    return code


def answer(source: str, names: Sequence[str]) -> str:
    """Definitions of a reference module in full, for the page with solutions."""
    tree = ast.parse(source)
    wanted = [n for n in tree.body if isinstance(n, DEFINITION) and n.name in names]
    return _assemble(list(wanted), [], source.splitlines())


def _bound(node: ast.stmt) -> set[str]:
    """Names that a module-level statement binds."""
    if isinstance(node, DEFINITION):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}


def _cuts(node: ast.stmt, lines: list[str]) -> list[Cut]:
    """Every body below `node` that the student writes."""
    if isinstance(node, ast.ClassDef):
        return [cut for child in node.body for cut in _cuts(child, lines)]
    if isinstance(node, FUNCTION):
        return _body(node, lines)
    inside = next((n for n in ast.walk(node) if isinstance(n, (*FUNCTION, ast.Lambda))), None)
    if inside is not None:
        raise StubError(inside.lineno, "a class of an exercise holds its methods directly")
    return []


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> list[Cut]:
    """What is the student's to write: all but signature and docstring, comments included."""
    cuts = []
    head, comment = _signature_end(node, lines)
    if comment.rstrip().endswith(GIVEN):
        return []
    first = node.body[0]
    # a decorated inner definition begins at its decorator
    top = min([first.lineno, *(d.lineno for d in getattr(first, "decorator_list", []))])
    if top <= head:
        raise StubError(node.lineno, f"write the body of `{node.name}` on lines of its own")
    if ast.get_docstring(node, clean=False) is not None:
        cuts.append(Cut(head, first.lineno - 1, []))
        assert first.end_lineno is not None
        head = first.end_lineno
        rest = lines[head - 1].encode()[first.end_col_offset or 0 :].decode().strip()
        if rest:
            raise StubError(head, f"nothing may follow the docstring of `{node.name}` on its line")
    assert node.end_lineno is not None
    last = node.end_lineno
    # comments after the last statement still belong to the body
    for number in range(last, len(lines)):
        text = lines[number]
        indent = len(text) - len(text.lstrip())
        if text.lstrip().startswith("#") and indent >= first.col_offset:
            last = number + 1
        elif text.strip():
            break
    pad = " " * first.col_offset
    return [*cuts, Cut(head, last, [pad + line for line in TODO])]


def _signature_end(
    node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]
) -> tuple[int, str]:
    """Line of the colon that ends a signature (1-based), and the comment after it."""
    text = "\n".join(lines[node.lineno - 1 : node.end_lineno]) + "\n"
    depth, end = 0, 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if end:
            comment = token.string if token.type == tokenize.COMMENT else ""
            return node.lineno - 1 + end, comment
        if token.type == tokenize.OP:
            depth += (token.string in OPENING) - (token.string in CLOSING)
            if token.string == ":" and depth == 0:
                end = token.start[0]
    raise StubError(node.lineno, f"no end of the signature of `{node.name}` found")


def _closure(home: dict[str, ast.stmt], names: Iterable[str], cuts: list[Cut]) -> list[ast.stmt]:
    """Statements that bind `names` and, transitively, what their remaining code names."""
    todo, seen, keep = list(names), set(), []
    while todo:
        name = todo.pop()
        if name in seen or name not in home:
            continue
        seen.add(name)
        if home[name] not in keep:
            keep.append(home[name])
            todo += _named(home[name], cuts)
    return keep


def _named(node: ast.stmt, cuts: list[Cut]) -> Iterator[str]:
    for n in ast.walk(node):
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load):
            at = n.lineno - 1
            if not any(cut.first <= at < cut.last for cut in cuts):
                yield n.id


def _assemble(nodes: list[ast.stmt], cuts: list[Cut], lines: list[str]) -> str:
    out: list[str] = []
    previous: ast.stmt | None = None
    for node in nodes:
        assert node.end_lineno is not None
        at = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1
        text: list[str] = []
        for cut in sorted(cuts):
            if at <= cut.first < node.end_lineno:
                text += [*lines[at : cut.first], *cut.lines]
                at = cut.last
        text += lines[at : node.end_lineno]
        if previous is not None:
            definition = isinstance(node, DEFINITION) or isinstance(previous, DEFINITION)
            imports = isinstance(previous, ast.Import | ast.ImportFrom)
            if definition:
                out += ["", ""]
            elif imports and not isinstance(node, ast.Import | ast.ImportFrom):
                out.append("")
        out += text
        previous = node
    return "\n".join(out)


def _run(code: str, line: int) -> None:
    """Define the stub in an empty namespace: what it names must be there.

    Annotations, defaults and decorators are evaluated here as they will be in the notebook, also
    when the reference postpones its annotations.
    """
    try:
        # dont_inherit: this module's own __future__ imports must not apply
        program = compile(code, "<stub>", "exec", dont_inherit=True)
        exec(program, {"__name__": "__main__"})
    except Exception as problem:
        raise StubError(
            line,
            f"the stub does not run by itself ({type(problem).__name__}: {problem}): import or "
            "define what its signature uses at the top level of the module",
        ) from problem
