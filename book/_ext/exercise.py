"""``{exercise}``, ``{hint}`` and ``{written}`` on the page.

An exercise shows its number, title, points, statement, the stub that the notebook begins with, and
its hints as a ladder of ``<details>``. The code cell below it that imports the reference is
executed, so that the rest of the page runs on it, and taken off the page. The reference itself is
shown only where the environment has ``SOLUTIONS=1``.
"""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

from autograder.authoring.model import WRITTEN_POINTS, module_name, worth
from autograder.authoring.myst import words
from autograder.authoring.scan import CHAPTER
from autograder.authoring.stub import StubError, answer, stub

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"


class exercise(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes so
    """An exercise; Sphinx numbers it by chapter, as it numbers figures."""


class fold(nodes.General, nodes.Element):  # noqa: N801
    """HTML's ``<details>``, with the text of its ``<summary>``."""


class ExerciseDirective(SphinxDirective):
    """``:::{exercise} dropout_inverted``, see the module."""

    required_arguments = 1
    has_content = True
    option_spec = {
        "title": directives.unchanged_required,
        "points": directives.nonnegative_int,
        "names": directives.unchanged_required,
        "given": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Build the exercise: statement, stub, hints, and perhaps the reference."""
        name = self.arguments[0]
        node = exercise(classes=["exercise"])
        node["title"] = self.options.get("title", name)
        node["points"] = self.options.get("points", 0)
        self.set_source_info(node)
        self.state.nested_parse(self.content, self.content_offset, node)
        source = self.reference()
        names = words(self.options.get("names", "")) or (name,)
        try:
            code = stub(source, names, words(self.options.get("given", "")))
        except StubError as problem:
            raise self.error(f"exercise {name}: {problem}") from problem
        # after the statement, before the ladder of hints
        at = next((i for i, n in enumerate(node.children) if isinstance(n, fold)), len(node))
        node.insert(at, self.listing(code, "stub"))
        if self.config.course_solutions:
            shown = fold("", self.listing(answer(source, names), "reference"))
            shown["classes"] = ["reference-answer"]
            shown["summary"] = "Reference answer"
            node += shown
        node["names"].append(nodes.fully_normalize_name(f"ex-{name}"))
        self.state.document.note_explicit_target(node, node)
        return [node]

    def reference(self) -> str:
        """Text of the reference module of this chapter; the page follows its changes."""
        doc = self.env.docname
        if not CHAPTER.match(doc):
            raise self.error(f"{doc}: an exercise stands in a chapter, book/NN-stem.md")
        path = SOLUTIONS / f"{module_name(doc)}.py"
        self.env.note_dependency(str(path))
        if not path.exists():
            raise self.error(f"no solutions/{path.name}: write the reference first")
        return path.read_text("utf-8")

    def listing(self, code: str, kind: str) -> nodes.literal_block:
        """A block of Python."""
        return nodes.literal_block(code, code, language="python", classes=[kind])


class HintDirective(SphinxDirective):
    """A step of the ladder inside an exercise."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Build the folded hint; `finish` numbers it."""
        node = fold(classes=["hint"])
        node["summary"] = "Hint"
        self.set_source_info(node)
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


class WrittenDirective(SphinxDirective):
    """``:::{written} ch03-why``: a question that is answered in words."""

    required_arguments = 1
    has_content = True
    option_spec = {"points": directives.positive_int, "title": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Build an admonition with the question."""
        node = nodes.admonition(classes=["written"])
        self.set_source_info(node)
        node += nodes.title("", self.options.get("title", "In your own words"))
        self.state.nested_parse(self.content, self.content_offset, node)
        points = self.options.get("points", WRITTEN_POINTS)
        note = f"Answer in the notebook. {worth(points, self.options.get('title', ''))}"
        node += nodes.paragraph("", "", nodes.emphasis("", note))
        node["names"].append(nodes.fully_normalize_name(f"written-{self.arguments[0]}"))
        self.state.document.note_explicit_target(node, node)
        return [node]


def finish(app: Sphinx, doctree: nodes.document) -> None:
    """Number the hints, and take the reference cells off the page."""
    for one in doctree.findall(exercise):
        hints = [n for n in one.findall(fold) if "hint" in n["classes"]]
        for number, hint in enumerate(hints, 1):
            hint["summary"] = f"Hint {number} of {len(hints)}"
    for cell in list(doctree.findall(nodes.container)):
        # myst-nb gives each cell a class for each of its tags
        if "tag_reference" in cell["classes"]:
            cell.parent.remove(cell)


def visit_exercise(self: Any, node: exercise) -> None:
    """Open the block, with number, title and points."""
    numbers = self.builder.fignumbers.get("exercise", {}).get(node["ids"][0], ())
    number = ".".join(map(str, numbers))
    points = f"{node['points']} point{'s' if node['points'] != 1 else ''}"
    self.body.append(self.starttag(node, "div"))
    self.body.append(
        f'<p class="exercise-title"><span class="exercise-number">Exercise {number}</span> '
        f'<span class="exercise-name">{escape(node["title"])}</span> '
        f'<span class="exercise-points">{points}</span></p>\n'
    )


def depart_exercise(self: Any, node: exercise) -> None:
    """Close the block."""
    self.body.append("</div>\n")


def visit_fold(self: Any, node: fold) -> None:
    """Open the folded block."""
    self.body.append(self.starttag(node, "details"))
    self.body.append(f"<summary>{escape(node['summary'])}</summary>\n")


def depart_fold(self: Any, node: fold) -> None:
    """Close the folded block."""
    self.body.append("</details>\n")


def name_numbers(app: Sphinx, config: Config) -> None:
    """Write numbers on the page as the notebooks do: "Figure 3.1", not "Fig. 3.1"."""
    formats = {"exercise": "Exercise %s", "figure": "Figure %s", "section": "Chapter %s"}
    # not changed in place: the default is one dictionary for all books that a process builds
    config.numfig_format = formats | config.numfig_format


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.add_config_value("course_solutions", os.environ.get("SOLUTIONS") == "1", "env", [bool])
    app.add_enumerable_node(
        exercise, "exercise", lambda node: node["title"], html=(visit_exercise, depart_exercise)
    )
    app.add_node(fold, html=(visit_fold, depart_fold))
    app.add_directive("exercise", ExerciseDirective, override=True)
    app.add_directive("hint", HintDirective, override=True)
    app.add_directive("written", WrittenDirective, override=True)
    app.connect("config-inited", name_numbers)
    app.connect("doctree-read", finish)
    # raise env_version with each change of a node: it discards pickled pages
    return {
        "version": "1",
        "env_version": 2,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
