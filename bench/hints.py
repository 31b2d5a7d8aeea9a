"""How much of the reference the hints of an exercise give away."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.model import Exercise
from autograder.authoring.plain import tex
from autograder.authoring.source import chapter_paths, read_chapter
from autograder.root import course_root

RUN = 4  # tokens in a row that count as given away; shorter ones are everybody's
MOST_GIVEN = 0.2  # of a reference, by its third hint
SPAN = re.compile(r"```[^\n]*\n(?P<block>.*?)```|`(?P<code>[^`]+)`|\$(?P<math>[^$]+)\$", re.S)
TOKEN = re.compile(r"[A-Za-z_]\w*|\d+(?:\.\d+)?|\*\*|//|[<>=!]=|[-+*/@%<>=&|^~]")
KNOWN = {*dir(builtins), *keyword.kwlist}


@dataclass(frozen=True)
class Given:
    """The shares of a reference that stand in its hints, the last one and all of them."""

    exercise: Exercise
    length: int  # of the reference, in tokens
    last: float
    all: float


def run() -> str:
    """Print the shares of every exercise, those that give most away first."""
    found = sorted(measure(course_root()), key=lambda one: -one.last)
    lines = ["| exercise | tokens | third hint | all hints |", "|---|---:|---:|---:|"]
    for one in found:
        name = f"{one.exercise.number} `{one.exercise.id}`"
        lines.append(f"| {name} | {one.length} | {one.last:.0%} | {one.all:.0%} |")
    mean = sum(one.last for one in found) / len(found)
    return "\n".join(
        [
            "Share of the reference that code and formulas of a hint hold: its tokens in runs of",
            f"at least {RUN} that stand in the same order in both. All variables count as one",
            "name; docstrings, annotations and refused arguments are left out. What a hint says in",
            "words is not measured.",
            "",
            *lines,
            "",
            f"The third hints give away {mean:.0%} on average; a test allows {MOST_GIVEN:.0%}.",
        ]
    )


def measure(root: Path) -> Iterator[Given]:
    """The shares of every exercise of the course, in its order."""
    for path in chapter_paths(root):
        chapter = read_chapter(path)[0]
        if not chapter.exercises:  # the capstone has no references
            continue
        tree = ast.parse((root / "solutions" / f"{chapter.module}.py").read_text("utf-8"))
        for exercise in chapter.exercises:
            code = [token for one in exercise.names for token in reference(tree, one)]
            hints = [spans(hint.source) for hint in exercise.hints]
            every = [span for hint in hints for span in hint]
            yield Given(exercise, len(code), share(code, hints[-1]), share(code, every))


def reference(tree: ast.Module, name: str) -> list[str]:
    """Tokens of a function or class, without what the statement says anyway."""
    node = next(node for node in tree.body if getattr(node, "name", "") == name)
    kept = []
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef):
            kept += [part for part in inner.body if not _in_statement(part)]
    return [token for part in kept for token in tokens(ast.unparse(part))]


def _in_statement(node: ast.stmt) -> bool:
    """Whether it is a docstring, a function inside (which comes by itself), or a refusal."""
    if isinstance(node, ast.FunctionDef):
        return True
    if isinstance(node, ast.If):
        return all(isinstance(part, ast.Raise) for part in node.body) and not node.orelse
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def spans(hint: str) -> list[list[str]]:
    """Tokens of each piece of code and each formula of a hint."""
    return [
        tokens(tex(found["math"]).replace("−", "-").replace("·", "*"))
        if found["math"]
        else tokens(found["block"] or found["code"])
        for found in SPAN.finditer(hint)
    ]


def tokens(code: str) -> list[str]:
    """Names, numbers and operators; all names that are no function or attribute are one."""
    found = []
    for token in TOKEN.finditer(code):
        text = token[0]
        called = code[token.end() :].startswith("(") or code[: token.start()].endswith(".")
        known = called or text in KNOWN or text == "np" or not text.isidentifier()
        found.append(text if known else "v")
    return found


def share(code: list[str], pieces: list[list[str]]) -> float:
    """Share of tokens in runs of `RUN` that also stand in one of the pieces."""
    runs = {tuple(p[i : i + RUN]) for p in pieces for i in range(len(p) - RUN + 1)}
    given = set()
    for i in range(len(code) - RUN + 1):
        if tuple(code[i : i + RUN]) in runs:
            given |= set(range(i, i + RUN))
    return len(given) / len(code)
