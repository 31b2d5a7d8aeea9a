"""Rubrics of the written questions: for those who grade by hand, and in no notebook.

They lie beside nbgrader's course and never below its `source/`, whose files go to students.
"""

from __future__ import annotations

from pathlib import Path

from .degrade import degrade
from .inline import Context
from .model import Chapter, Text
from .scan import Book

RUBRICS = Path("autograder") / "rubrics"


def rubrics(chapter: Chapter, book: Book) -> str:
    """The rubrics of a chapter with their questions as Markdown, or "" where it has none."""
    parts = [f"# {int(chapter.number)}. {chapter.title}: how the written answers are graded"]
    for written in chapter.written:
        if written.rubric is None:
            continue
        parts += [
            f"## {written.id} ({written.points} points)",
            _plain(written.statement, chapter, book),
            "### Rubric",
            _plain(written.rubric, chapter, book),
        ]
    return "\n\n".join(parts) + "\n" if len(parts) > 1 else ""


def _plain(text: Text, chapter: Chapter, book: Book) -> str:
    context = Context(book, chapter.stem, chapter.path.parent)
    return degrade(context, text.source, text.place)
