"""Chapters bear the number of their file, also while others are missing.

Sphinx numbers the entries of a table of contents by position, so that ``03-dropout-forward``,
the first one there, would be chapter 1. Figures, tables, equations and exercises take their
numbers from the chapter's, so the correction comes between the two steps of Sphinx's collector.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.toctree import TocTreeCollector

from autograder.authoring.scan import CHAPTER

Assign = Callable[[TocTreeCollector, BuildEnvironment], list[str]]


def by_file(assign: Assign) -> Assign:
    """Wrap Sphinx's numbering of sections: the first number becomes that of the file."""

    @wraps(assign)
    def assign_section_numbers(self: TocTreeCollector, env: BuildEnvironment) -> list[str]:
        before = env.toc_secnumbers
        assign(self, env)
        for doc, numbers in env.toc_secnumbers.items():
            if chapter := CHAPTER.match(doc):
                renumber(env, doc, int(chapter[1]), numbers)
        return [doc for doc, new in env.toc_secnumbers.items() if new != before.get(doc)]

    assign_section_numbers.by_file = True  # type: ignore[attr-defined]
    return assign_section_numbers


def renumber(
    env: BuildEnvironment, doc: str, chapter: int, numbers: dict[str, tuple[int, ...]]
) -> None:
    """Put the chapter's number first, wherever Sphinx keeps section numbers."""
    for anchor, number in numbers.items():
        if number:
            numbers[anchor] = (chapter, *number[1:])
    for reference in env.tocs[doc].findall(nodes.reference):
        if reference.get("secnumber"):
            reference["secnumber"] = [chapter, *reference["secnumber"][1:]]
    title = env.titles.get(doc)
    if title is not None and title.get("secnumber"):
        title["secnumber"] = [chapter, *title["secnumber"][1:]]


def install(app: Sphinx) -> None:
    """Wrap once, after the extensions that replace or override the method."""
    classes = [TocTreeCollector, *TocTreeCollector.__subclasses__()]
    # sphinx-external-toc puts a subclass of its own in the place of Sphinx's collector
    last = [one for one in classes if "assign_section_numbers" in vars(one)][-1]
    assign = last.assign_section_numbers
    if not getattr(assign, "by_file", False):
        last.assign_section_numbers = by_file(assign)  # type: ignore[method-assign]


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.connect("builder-inited", install)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
