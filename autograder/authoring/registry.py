"""`dropout_course/exercises.json`: what notebooks and feedback know of the exercises."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from .degrade import degrade
from .inline import Context
from .model import Chapter, Text
from .plain import plain
from .scan import Book


def registry(chapters: Sequence[tuple[Chapter, NotebookNode]], book: Book, root: Path) -> str:
    """Text of `exercises.json` for chapters and their notebooks."""
    content: dict[str, Any] = {
        "book_url": book.site.book_url,
        "repository": book.site.repository,
        "chapters": {},
        "exercises": {},
    }
    for chapter, notebook in chapters:
        content["chapters"][chapter.number] = {
            "stem": chapter.stem,
            "title": chapter.title,
            "notebook": f"notebooks/{chapter.stem}.ipynb",
            "release": notebook.metadata["dropout_course"]["release"],
            "points": chapter.points,
            "library": chapter.library,
        }
        for exercise in chapter.exercises:
            hints = [plain(_hint(hint, chapter, book)) for hint in exercise.hints]
            anchor = book.labels[f"ex-{exercise.id}".lower()].anchor
            content["exercises"][exercise.id] = {
                "chapter": chapter.number,
                "stem": chapter.stem,
                "number": exercise.number,
                "title": exercise.title,
                "points": exercise.points,
                "names": list(exercise.names),
                "parameters": parameters(chapter.module, exercise.names, root),
                "hints": hints,
                "section": f"{chapter.stem}.html#{anchor}",
            }
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def parameters(module: str, names: Sequence[str], root: Path) -> dict[str, list[str]]:
    """Names of the parameters of the functions that are to be written; the module is not run."""
    tree = ast.parse((root / "solutions" / f"{module}.py").read_text("utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {
        node.name: [arg.arg for arg in node.args.posonlyargs + node.args.args]
        for node in functions
        if node.name in names
    }


def _hint(hint: Text, chapter: Chapter, book: Book) -> str:
    """A hint as Markdown, without images."""
    context = Context(book, chapter.stem, chapter.path.parent)
    text = degrade(context, hint.source, hint.place)
    if context.images:
        raise hint.place.error("a hint holds no image, since `check` shows it as text: describe it")
    return text
