"""A chapter's notebook: what the student completes, and what nbgrader releases.

Everything in it is derived, ids included, so that the same sources give the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from .degrade import degrade
from .errors import Place, SourceError, SourceErrors
from .frames import details
from .inline import Context
from .model import Cell, Chapter, Exercise, Text, Written, worth
from .scan import Book
from .stub import stub
from .validate import reference_path

# how nbgrader treats a cell: (grade, solution, locked)
LOCKED = (False, False, True)
SOLUTION = (False, True, False)
CHECK = (True, False, True)
BY_HAND = (True, True, False)
# A cell whose code is folded: Jupyter and VS Code read the first, Colab the second.
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}


def derive(chapter: Chapter, book: Book, root: Path) -> NotebookNode:
    """Derive the notebook of a chapter.

    Parameters
    ----------
    chapter : Chapter
        A chapter without mistakes (see `validate`).
    book : Book
        What its references resolve to.
    root : Path
        The repository.

    Raises
    ------
    SourceErrors
        With every construct that has no plain Markdown.
    """
    writer = _Writer(chapter, book, root)
    writer.opening()
    for cell in writer.rest():
        writer.cell(cell)
    writer.closing()
    if writer.problems:
        raise SourceErrors(writer.problems)
    notebook = new_notebook(
        cells=writer.cells,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "dropout_course": {"chapter": chapter.stem, "release": release_of(writer.cells)},
        },
    )
    notebook.nbformat_minor = 5  # the first with cell ids
    nbformat.validate(notebook)
    return notebook


def release_of(cells: Sequence[NotebookNode]) -> str:
    """Which version of the exercises a notebook holds: 12 hex digits.

    It covers set-up, solution and check cells of the release; a corrected sentence leaves it.
    """
    digest = hashlib.sha256()
    for cell in cells:
        mark = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and (
            "setup" in cell.metadata.get("tags", ()) or mark.get("solution") or mark.get("grade")
        ):
            digest.update(f"{cell.id}\0{cell.source}\0".encode())
    return digest.hexdigest()[:12]


class _Writer:
    def __init__(self, chapter: Chapter, book: Book, root: Path) -> None:
        self.chapter = chapter
        self.book = book
        self.root = root
        path = reference_path(chapter, root)
        self.reference = path.read_text("utf-8") if chapter.exercises else ""
        self.cells: list[NotebookNode] = []
        self.problems: list[SourceError] = []
        self.cited: set[str] = set()
        self.used: dict[str, int] = {}
        self.pending = list(chapter.cells)

    def opening(self) -> None:
        """Title, set-up, and the source's own set-up cells that come before other code."""
        top = Place(f"book/{self.chapter.path.name}", 1)
        number = int(self.chapter.number)
        title = f"# {number}. {self.chapter.title}\n\n{self.links()}"
        self.text(Text(title, top), key="title")
        text = SETUP_TEXT + (TORCH_TEXT if self.chapter.library == "torch" else "")
        self.text(Text(text, top), key="setup-text")
        self.code(self.setup(), "setup", LOCKED, tag="setup")
        while (index := self.first_code()) is not None:
            if self.pending[index].kind != "setup":
                break
            self.cell(self.pending.pop(index))

    def closing(self) -> None:
        """The references, and a last look at the whole chapter, which no page of the book has."""
        if self.cited:
            known = [self.book.citations[key] for key in self.cited]
            text = "\n".join(sorted(f"- **{one.in_sentence}** {one.entry}" for one in known))
            self.add(new_markdown_cell(f"## References\n\n{text}"), "references", None)
        if not self.chapter.exercises:
            return
        bottom = Place(f"book/{self.chapter.path.name}", 1)
        self.text(Text(CLOSING_TEXT, bottom), key="closing-text")
        self.code(f'check("{self.chapter.number}")', "closing", LOCKED, tag="demo")

    def first_code(self) -> int | None:
        """Index of the first code cell that is not yet written."""
        kinds = ("setup", "reference", "demo")
        return next((i for i, cell in enumerate(self.pending) if cell.kind in kinds), None)

    def rest(self) -> list[Cell]:
        """What follows the opening."""
        return self.pending

    def links(self) -> str:
        site = self.book.site
        page = site.page(self.chapter.stem)
        path = f"notebooks/{self.chapter.stem}.ipynb"
        colab = f"https://colab.research.google.com/github/{site.slug}/blob/{site.branch}/{path}"
        return (
            f"[Read this chapter online]({page}) · [Open it in Colab]({colab}) · "
            f"[The course's repository]({site.repository})"
        )

    def setup(self) -> str:
        """Import the course; Colab, where each session begins empty, installs it first."""
        site = self.book.site
        torch = self.chapter.library == "torch"
        what = f'"dropout-course[data] @ git+{site.repository}@{site.branch}"{" torch" * torch}'
        return f"""\
try:
    import dropout_course{", torch" * torch}
except ImportError as missing:
    import sys
    if "google.colab" not in sys.modules:
        raise ImportError(
            f"{{missing.name}} is missing. Run in a cell of its own, then this cell again:\\n"
            '%pip install {what}'
        ) from None
    %pip install --quiet {what}
from dropout_course import check"""

    def cell(self, cell: Cell) -> None:
        """Write one cell of the source."""
        if cell.exercise:
            self.exercise(cell.exercise)
        elif cell.written:
            self.written(cell.written)
        elif cell.kind == "text":
            self.text(cell.text)
        elif cell.kind in ("setup", "demo"):
            self.code(cell.text.source, None, LOCKED, tag=cell.kind)
            if self.chapter.form >= 2 and cell.folded:
                self.cells[-1].metadata.update(FOLDED)
            self.caption(cell)

    def exercise(self, exercise: Exercise) -> None:
        """Text, stub and check of an exercise; its reference cell writes nothing more."""
        hints = [
            (f"Hint {number} of {len(exercise.hints)}", hint)
            for number, hint in enumerate(exercise.hints, 1)
        ]
        title = f"### Exercise {exercise.number} · {exercise.title}\n\n*{exercise.points} points*"
        self.text(exercise.statement, f"{exercise.id}-text", head=title, folded=hints)
        code = stub(self.reference, exercise.names, exercise.given)
        self.code(code, exercise.id, SOLUTION)
        self.code(f'check("{exercise.id}")', f"{exercise.id}-check", CHECK, exercise.points)

    def written(self, written: Written) -> None:
        title = written.title or "In your own words"
        title = f"### {title}\n\n*{worth(written.points, written.title)}*"
        self.text(written.statement, f"{written.id}-text", head=title, how=LOCKED)
        cell = new_markdown_cell("*Replace this line by your answer.*")
        self.add(cell, written.id, BY_HAND, written.points)

    def caption(self, cell: Cell) -> None:
        if cell.caption:
            number = self.book.numbers[cell.text.place]
            self.text(Text(cell.caption, cell.text.place), head=f"**Figure {number}.**", glue=" ")

    def text(
        self,
        text: Text,
        key: str | None = None,
        *,
        head: str = "",
        glue: str = "\n\n",
        folded: Sequence[tuple[str, Text]] = (),
        how: tuple[bool, bool, bool] | None = None,
    ) -> None:
        """Write a text cell: `head` (Markdown) above MyST, folded MyST below it."""
        context = Context(self.book, self.chapter.stem, self.chapter.path.parent)
        try:
            parts = [degrade(context, text.source, text.place)]
            for summary, hidden in folded:
                parts.append(details(summary, degrade(context, hidden.source, hidden.place)))
        except SourceError as problem:
            self.problems.append(problem)
            return
        self.cited.update(context.cited)
        body = "\n\n".join(part for part in parts if part)
        if not body:
            return
        cell = new_markdown_cell(f"{head}{glue}{body}" if head else body)
        self.add(cell, key or f"md-{_hash(text.source)}", how)

    def code(
        self,
        source: str,
        key: str | None,
        how: tuple[bool, bool, bool],
        points: int | None = None,
        tag: str = "",
    ) -> None:
        cell = new_code_cell(source)
        if tag:
            cell.metadata["tags"] = [tag]
        self.add(cell, key or f"code-{_hash(source)}", how, points)

    def add(
        self,
        cell: NotebookNode,
        key: str,
        how: tuple[bool, bool, bool] | None,
        points: int | None = None,
    ) -> None:
        """Give a cell its id and what nbgrader needs, and append it."""
        key = re.sub(r"[^a-zA-Z0-9_-]", "-", key)[:56]
        self.used[key] = self.used.get(key, 0) + 1
        cell["id"] = key if self.used[key] == 1 else f"{key}-{self.used[key]}"
        if how is not None:
            grade, solution, locked = how
            mark: dict[str, Any] = {
                "grade": grade,
                "grade_id": cell["id"],
                "locked": locked,
                "schema_version": 3,
                "solution": solution,
                "task": False,
            }
            if points is not None:
                mark["points"] = points
            cell.metadata["nbgrader"] = mark
        self.cells.append(cell)


SETUP_TEXT = """\
**Run the next cell first.** It makes `check` available; in Colab it installs the course, elsewhere
it says how to, where the course is missing. Then work from top to bottom: complete each cell that
says `# YOUR CODE HERE`, run it, and run the `check` below it. The other code cells run on your own
functions."""


CLOSING_TEXT = """\
## Before you hand in

The next cell looks at all exercises of the chapter once more: which are written, which were never
run, which break a law. It counts for nothing, and you can run it as often as you like."""


TORCH_TEXT = """

This chapter needs **PyTorch**. Colab has it; elsewhere the next cell says where it is missing. On a
computer without a GPU you save gigabytes if you first install its CPU build, as
[PyTorch's page](https://pytorch.org/get-started/locally/) describes."""


def _hash(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:10]


def dumps(notebook: NotebookNode) -> str:
    """The notebook as the text of its file."""
    return nbformat.writes(notebook) + "\n"
