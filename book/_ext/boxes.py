"""The boxes of a chapter: opening, objectives, "In PyTorch", limits, "When would I use this?".

Titles and words are those of the notebook (`autograder/authoring/boxes.py`). Also the role
``{assessed}``, which links an objective to its exercise, and ``{rubric}``, which is on no page but
that with answers.
"""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from exercise import fold
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

from autograder.authoring.boxes import BOXES, OBJECTIVES_TITLE, time_needed
from autograder.authoring.myst import words


class BoxDirective(SphinxDirective):
    """A box with the title that belongs to its name."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Build the box."""
        return [self.box(self.name, BOXES[self.name])]

    def box(self, name: str, title: str) -> nodes.admonition:
        """An admonition with this title and the body of the directive."""
        node = nodes.admonition(classes=["box", name])
        self.set_source_info(node)
        node += nodes.title("", title)
        self.state.nested_parse(self.content, self.content_offset, node)
        return node


class OpeningDirective(SphinxDirective):
    """``:::{opening}``: the question with which a chapter begins."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Build its container."""
        node = nodes.container(classes=["opening"])
        self.set_source_info(node)
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


class ObjectivesDirective(BoxDirective):
    """``:::{objectives}`` with what a reader needs, and for how long."""

    option_spec = {
        "needs": directives.unchanged_required,
        "minutes": directives.positive_int,
    }

    def run(self) -> list[nodes.Node]:
        """Build the box: the list, then prerequisites and time."""
        node = self.box("objectives", OBJECTIVES_TITLE)
        needs = self.options.get("needs", "nothing but curiosity")
        time = time_needed(str(self.options.get("minutes", 60)))
        text = f"**You need** {needs}. **It takes** {time}."
        lines = StringList([text], source=self.get_source_info()[0])
        foot = nodes.container(classes=["objectives-foot"])
        self.state.nested_parse(lines, self.content_offset, foot)
        node += foot
        return [node]


class RubricDirective(SphinxDirective):
    """``{rubric}`` inside a written question: for graders alone."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Build nothing, or a folded block where the environment has ``SOLUTIONS=1``."""
        if not self.config.course_solutions:
            return []
        node = fold(classes=["reference-answer", "rubric"])
        node["summary"] = "Rubric"
        self.set_source_info(node)
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


class AssessedRole(SphinxRole):
    """``{assessed}`draw_mask, ch03-why` ``: links to what assesses an objective."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Build references that Sphinx resolves to numbers."""
        out: list[nodes.Node] = []
        for name in words(self.text):
            written = name.startswith("ch") and "-" in name
            label = f"written-{name}" if written else f"ex-{name}"
            reference = addnodes.pending_xref(
                "",
                nodes.inline("", _words_for(name) if written else "Exercise %s"),
                refdomain="std",
                reftype="ref" if written else "numref",
                reftarget=nodes.fully_normalize_name(label),
                refexplicit=True,
                refwarn=True,
                refdoc=self.env.docname,
            )
            if not written:
                reference["title"] = "Exercise %s"
            self.set_source_info(reference)
            out += [nodes.Text(", "), reference] if out else [reference]
        box = nodes.inline("", "", *out, classes=["assessed"])
        return [box], []


def _words_for(name: str) -> str:
    """Name a written question; a chapter that has several tells them apart by their ids."""
    part = name.partition("-")[2]
    return "the written question" if part == "why" else f"part “{part}”"


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    for name in BOXES:
        app.add_directive(name, BoxDirective)
    app.add_directive("opening", OpeningDirective)
    app.add_directive("objectives", ObjectivesDirective)
    app.add_directive("rubric", RubricDirective, override=True)
    app.add_role("assessed", AssessedRole())
    return {
        "version": "1",
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
