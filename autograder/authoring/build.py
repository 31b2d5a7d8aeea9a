"""Notebooks, `exercises.json` and rubrics, written only where their bytes change."""

from __future__ import annotations

from pathlib import Path

import nbformat

from .chromium import NoBrowserError
from .config import read_site
from .derive import derive, dumps, release_of
from .errors import SourceErrors
from .form import check_form
from .model import Chapter
from .pictures import MissingPictureError, draw, twin
from .registry import registry
from .rubrics import RUBRICS, rubrics
from .scan import CHAPTER, scan
from .source import chapter_paths, read_chapter
from .symptoms import symptoms
from .validate import validate

REGISTRY = Path("dropout_course") / "exercises.json"
SYMPTOMS = Path("dropout_course") / "exercises" / "symptoms.json"


class WorkInPlaceError(RuntimeError):
    """A notebook that holds somebody's answers would be overwritten."""


def render_all(root: Path) -> dict[Path, str]:
    """Text of every derived file, by its path under `root`.

    Raises
    ------
    SourceErrors
        With all that is wrong in the sources.
    """
    site = read_site(root)
    book = scan(root, site)
    problems = list(book.problems)
    chapters: list[Chapter] = []
    for path in chapter_paths(root):
        chapter, found = read_chapter(path)
        chapters.append(chapter)
        problems += found
    problems += validate(chapters, root)
    problems += check_form(chapters, book, root)
    if problems:
        raise SourceErrors(problems)
    done = []
    for chapter in chapters:
        try:
            done.append((chapter, derive(chapter, book, root)))
        except SourceErrors as stopped:
            problems += stopped.problems
    if problems:
        raise SourceErrors(problems)
    texts = {Path("notebooks") / f"{chapter.stem}.ipynb": dumps(nb) for chapter, nb in done}
    texts[REGISTRY] = registry(done, book, root)
    texts[SYMPTOMS] = symptoms(chapters, root)
    texts |= {
        RUBRICS / f"{chapter.stem}.md": rubric
        for chapter, _ in done
        if (rubric := rubrics(chapter, book))
    }
    return texts


def check_sources(root: Path) -> None:
    """Check the form of all chapters before a book is built from them.

    Raises
    ------
    SourceErrors
        With all that is wrong in their claims, sentences and evidence.
    """
    book = scan(root, read_site(root))
    chapters = [read_chapter(path)[0] for path in chapter_paths(root)]
    if problems := [*book.problems, *check_form(chapters, book, root)]:
        raise SourceErrors(problems)


def build_notebooks(root: Path, check: bool = False) -> list[Path]:
    """Derive all notebooks and `exercises.json`.

    Parameters
    ----------
    root : Path
        The repository.
    check : bool
        Write nothing.

    Returns
    -------
    list of Path
        Files that were written, or with `check` those that differ from their sources, notebooks
        of chapters that are gone included.

    Raises
    ------
    SourceErrors
        With all that is wrong in the sources.
    WorkInPlaceError
        If a notebook holds answers: nothing is written then.
    """
    drawn: list[Path] = []
    while True:
        try:
            texts = render_all(root)
            break
        except SourceErrors as found:
            missing = {p.svg for p in found.problems if isinstance(p, MissingPictureError)}
            if check or not missing or not missing.isdisjoint(drawn):
                raise
            try:
                draw(sorted(missing), root)
            except NoBrowserError:
                raise found from None
            drawn += missing
    changed = [
        root / path
        for path, text in texts.items()
        if not (root / path).exists() or (root / path).read_bytes() != text.encode()
    ]
    if check:
        there = [*(root / "notebooks").glob("*.ipynb"), *(root / RUBRICS).glob("*.md")]
        gone = [
            path
            for path in sorted(there)
            if CHAPTER.match(path.stem) and path.relative_to(root) not in texts
        ]
        return [*changed, *gone]
    for path in changed:
        if path.suffix == ".ipynb" and path.exists() and _holds_work(path):
            name = path.relative_to(root)
            raise WorkInPlaceError(
                f"{name} holds answers: move it elsewhere, then run this again. "
                "Nothing was written."
            )
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(texts[path.relative_to(root)].encode())
    return [*changed, *(twin(svg, root) for svg in drawn)]


def _holds_work(path: Path) -> bool:
    """Whether the exercises of a notebook are no longer those that it was released with."""
    try:
        notebook = nbformat.read(path, as_version=4)
        declared = notebook.metadata.get("dropout_course", {}).get("release")
        return declared is not None and release_of(notebook.cells) != declared
    except (OSError, ValueError, nbformat.ValidationError):
        return False  # not a notebook that anybody could have worked in
