"""A chapter's source as a typed model.

`read_chapter` reads `book/NN-stem.md` with myst-nb's own reader, splits its text at the
exercises, and reports everything that is wrong with the form. What an exercise must have beyond
its form (laws, a documented reference, …) is checked in `validate`.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from myst_nb.core.read import MystMetadataParsingError, read_myst_markdown_notebook

from .errors import Place, SourceError
from .fences import check_fences, top_level_cells
from .model import (
    WRITTEN_POINTS,
    Cell,
    Chapter,
    Exercise,
    Kind,
    Text,
    Written,
    module_name,
)
from .myst import CONFIG, Directive, directive, directives, tokens, words
from .scan import CHAPTER

ROLES = ("setup", "reference", "demo", "evidence")
LIBRARIES = ("numpy", "torch")
FORMS = (1, 2)


def chapter_paths(root: Path) -> list[Path]:
    """Sources of all chapters, in order."""
    return sorted(path for path in (root / "book").glob("*.md") if CHAPTER.match(path.stem))


def read_chapter(path: Path) -> tuple[Chapter, list[SourceError]]:
    """Read the source of a chapter.

    Returns
    -------
    Chapter
        What could be read.
    list of SourceError
        Every mistake in its form, each with its line and what to do.
    """
    reader = _Reader(path)
    try:
        reader.read()
    except SourceError as problem:
        reader.problems.append(problem)
    title = reader.title or path.stem
    chapter = Chapter(path, path.stem, title, tuple(reader.cells), reader.form, reader.library)
    return chapter, reader.problems


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.top = Place(f"book/{path.name}", 1)
        self.problems: list[SourceError] = []
        self.cells: list[Cell] = []
        self.title = ""
        self.form = 1
        self.library = "numpy"
        self.exercises = 0
        self.waiting: Exercise | None = None

    def read(self) -> None:
        text = self.path.read_text("utf-8")
        try:
            notebook = read_myst_markdown_notebook(text, CONFIG, add_source_map=True)
        except MystMetadataParsingError as problem:
            raise self.top.error(f"{problem}; correct the YAML of that cell") from problem
        self.front_matter(notebook.metadata.get("dropout_course", {}))
        self.problems += check_fences(text, self.top)
        code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        self.problems += top_level_cells(text, code, self.top)
        for cell, line in zip(notebook.cells, notebook.metadata["source_map"], strict=True):
            try:
                if cell.cell_type == "markdown":
                    self.markdown(cell.source, _skip_blank(text, self.top.below(line)))
                else:  # the reader counts from below the fence
                    self.code(Text(cell.source, self.top.below(line - 1)), cell.metadata)
            except SourceError as problem:
                self.problems.append(problem)
        self.settle(self.top.below(text.count("\n")))
        if not self.title:
            self.problems.append(self.top.error("no title: begin the text with `# Title`"))

    def front_matter(self, declared: Any) -> None:
        """Read the form of the chapter and the library that it needs."""
        if not isinstance(declared, dict) or set(declared) - {"form", "library"}:
            self.problems.append(
                self.top.error("`dropout_course:` in the front matter has `form:` and `library:`")
            )
            return
        self.form = declared.get("form", 1)
        self.library = declared.get("library", "numpy")
        for name, value, known in (
            ("form", self.form, FORMS),
            ("library", self.library, LIBRARIES),
        ):
            if value not in known:
                choice = " or ".join(map(str, known))
                self.problems.append(self.top.error(f"`{name}: {value}`: write {choice}"))

    def settle(self, place: Place) -> None:
        """Called where something follows an exercise that is not its reference."""
        if self.waiting:
            exercise, self.waiting = self.waiting, None
            self.problems.append(
                exercise.place.error(
                    f"no reference cell right below the exercise {exercise.id}: add a code cell "
                    f"tagged [reference] that imports {', '.join(exercise.names)}"
                )
            )

    def markdown(self, source: str, place: Place) -> None:
        """Split a text at its exercises, written questions and sections."""
        lines = source.splitlines()
        at = 0
        for token in tokens(source):
            if token.map is None or token.level:
                if token.level and (one := directive(token, place)) is not None:
                    self.refuse_nested([one])
                continue
            first, last = token.map
            if token.type == "heading_open" and token.tag in ("h1", "h2"):
                at = self.heading(lines, at, first, last, token.tag, place)
            elif (one := directive(token, place)) is None:
                continue
            elif one.name in ("exercise", "written"):
                self.plain(lines[at:first], place.below(at))
                self.own(one)
                at = last
            else:
                self.refuse_nested(directives(one.body, one.inside))
        self.plain(lines[at:], place.below(at))

    def heading(
        self, lines: list[str], at: int, first: int, last: int, tag: str, place: Place
    ) -> int:
        """End a cell above a section; take the title out. Where the next cell begins."""
        while first > at and re.match(r"\([\w:.-]+\)=\s*\Z", lines[first - 1]):
            first -= 1  # labels belong to the heading below them
        self.plain(lines[at:first], place.below(at))
        if tag == "h2":
            return first
        if self.title:
            raise place.below(first).error("a second title: sections begin with `##`")
        self.title = lines[last - 1].lstrip("# ").strip()
        return last

    def plain(self, lines: list[str], place: Place) -> None:
        skip = next((i for i, line in enumerate(lines) if line.strip()), None)
        if skip is not None:
            text = "\n".join(lines[skip:]).rstrip()
            self.settle(place)
            self.cells.append(Cell("text", Text(text, place.below(skip))))

    def refuse_nested(self, found: list[Directive]) -> None:
        for one in found:
            if one.name in ("exercise", "written"):
                self.problems.append(
                    one.place.error(
                        f"the {one.name} {one.arg} stands inside a list or another directive: "
                        "write it at the left margin, on its own"
                    )
                )
            else:
                self.refuse_nested(directives(one.body, one.inside))

    def own(self, one: Directive) -> None:
        self.settle(one.place)
        if not re.fullmatch(r"[a-zA-Z][\w-]*", one.arg):
            raise one.place.error(f"{{{one.name}}} needs an id of letters, digits, _ and -")
        if one.name == "written":
            lines, rubrics = _taken_out(one, "rubric")
            if len(rubrics) > 1:
                self.problems.append(rubrics[1].place.error("a second rubric: join the two"))
            statement = Text("\n".join(lines).strip("\n"), one.inside)
            points = self.points(one, {"title", "points"}, str(WRITTEN_POINTS))
            rubric, title = rubrics[0] if rubrics else None, one.options.get("title", "")
            written = Written(one.arg, statement, one.place, rubric, points, title)
            self.cells.append(Cell("written", written.statement, written=written))
            return
        self.exercises += 1
        self.waiting = exercise = self.exercise(one)
        self.cells.append(Cell("exercise", exercise.statement, exercise=exercise))

    def points(self, one: Directive, known: set[str], default: str = "") -> int:
        """Give the points of an exercise or a question, whose other options must be known."""
        if unknown := sorted(set(one.options) - known):
            raise one.place.error(f"unknown option :{unknown[0]}: of {{{one.name}}}: take it out")
        points = one.options.get("points", default)
        if not re.fullmatch(r"[1-9]\d*", points):
            self.problems.append(one.place.error("no points: add `:points: 12`, a whole number"))
            return 0
        return int(points)

    def exercise(self, one: Directive) -> Exercise:
        points = self.points(one, {"title", "points", "names", "given"})
        if not one.options.get("title"):
            self.problems.append(one.place.error("no title: add `:title: …`"))
        lines, hints = _taken_out(one, "hint")
        self.refuse_nested(directives(one.body, one.inside))
        return Exercise(
            id=one.arg,
            title=one.options.get("title", one.arg),
            number=f"{int(self.path.stem[:2])}.{self.exercises}",
            points=points,
            names=words(one.options.get("names", "")) or (one.arg,),
            given=words(one.options.get("given", "")),
            statement=Text("\n".join(lines).strip("\n"), one.inside),
            hints=tuple(hints),
            place=one.place,
        )

    def code(self, text: Text, options: dict[str, Any]) -> None:
        tags = options.get("tags") or []
        roles = [role for role in ROLES if role in tags]
        if len(roles) != 1:
            raise text.place.error(
                "a code cell has exactly one of the tags setup, reference, demo, evidence: write "
                "`:tags: [demo]` for what is shown, [setup] for what answers may rely on, "
                "[evidence] for lab.record and lab.claim"
            )
        kind: Kind = roles[0]  # type: ignore[assignment]
        if kind == "reference":
            self.reference(text)
        else:
            self.settle(text.place)
            if "solutions" in _imported(text):
                raise text.place.error(
                    "imports from solutions: only a reference cell does; call the names of the "
                    "exercises, so that the cell runs on the student's own code"
                )
        self.cells.append(Cell(kind, text, dict(options)))

    def reference(self, text: Text) -> None:
        exercise, self.waiting = self.waiting, None
        if exercise is None:
            raise text.place.error("a reference cell without an exercise right above it: move it")
        module = f"solutions.{module_name(self.path.stem)}"
        wanted = [*exercise.names, *exercise.given]
        found = [
            alias.name
            for node in ast.parse(text.source).body
            if isinstance(node, ast.ImportFrom) and node.module == module
            for alias in node.names
            if alias.asname is None
        ]
        if len(ast.parse(text.source).body) != 1 or sorted(found) != sorted(wanted):
            raise text.place.error(
                f"the reference cell of {exercise.id} is one line: "
                f"`from {module} import {', '.join(wanted)}`"
            )


def _taken_out(one: Directive, name: str) -> tuple[list[str], list[Text]]:
    """Lines of a directive without its inner directives of a name, and the texts of these."""
    lines = one.body.splitlines()
    texts = []
    for inner in reversed(directives(one.body, one.inside)):
        if inner.name == name:
            texts.append(Text(inner.body, inner.inside))
            lines[inner.first : inner.last] = []
    return lines, texts[::-1]


def _imported(text: Text) -> set[str]:
    """Top-level packages that a cell imports; IPython's own syntax is looked over."""
    plain = re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", text.source)
    try:
        tree = ast.parse(plain)
    except SyntaxError as problem:
        message = f"line {problem.lineno} of this cell: {problem.msg}; correct it"
        raise text.place.error(message) from problem
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


def _skip_blank(text: str, place: Place) -> Place:
    """Where a Markdown cell's text begins; the reader takes leading blank lines off."""
    lines = text.splitlines()
    line = place.line
    while line <= len(lines) and not lines[line - 1].strip():
        line += 1
    return Place(place.path, line)
