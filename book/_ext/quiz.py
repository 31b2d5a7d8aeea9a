"""The ``{quiz}`` directive: one question with options and a word on each of them.

The page holds a fieldset with radio buttons (one right option) or checkboxes (several) and, in a
``<details>``, the answer for readers without JavaScript. ``_static/js/quiz.js`` moves the words of
that ``<details>`` below the options that they belong to, when the reader has chosen and checked.
"""

from __future__ import annotations

from html import escape
from string import ascii_uppercase

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.authoring.quiz import ASKS, count_of, parse_quiz


class quiz(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes so
    """A question: its blocks, then its options."""


class quiz_option(nodes.General, nodes.Element):  # noqa: N801
    """An option: a ``quiz_label`` and, if it has one, a ``quiz_feedback``."""


class quiz_label(nodes.General, nodes.Element):  # noqa: N801
    """The words of an option."""


class quiz_feedback(nodes.General, nodes.Element):  # noqa: N801
    """What those who choose an option read."""


class QuizDirective(SphinxDirective):
    """``:::{quiz} q-name``, see the module."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Build the question from its body."""
        name = self.arguments[0]
        try:
            parsed = parse_quiz(list(self.content))
        except ValueError as problem:
            raise self.error(f"quiz {name}: {problem}") from problem
        node = quiz()
        node["page"] = self.env.docname
        node["several"] = parsed.multiple
        self.set_source_info(node)
        node["names"].append(nodes.fully_normalize_name(name))
        self.state.document.note_explicit_target(node, node)
        node += self.parsed(parsed.question)
        for option in parsed.options:
            child = quiz_option()
            child["right"] = option.right
            child += quiz_label("", *inline(self.parsed(option.text)))
            if option.feedback:
                child += quiz_feedback("", *self.parsed(option.feedback))
            node += child
        return [node]

    def parsed(self, text: str) -> list[nodes.Node]:
        """Return the nodes of some MyST."""
        holder = nodes.Element()
        lines = StringList(text.splitlines(), source=self.get_source_info()[0])
        self.state.nested_parse(lines, self.content_offset, holder)
        return holder.children


def inline(blocks: list[nodes.Node]) -> list[nodes.Node]:
    """Unwrap a single paragraph: a label holds no block."""
    if len(blocks) == 1 and isinstance(blocks[0], nodes.paragraph):
        return blocks[0].children
    return blocks


def number_questions(app: Sphinx, doctree: nodes.document) -> None:
    """Tell each question of a page its place among them, and the objectives how many there are."""
    questions = list(doctree.findall(quiz))
    for place, node in enumerate(questions, 1):
        node["place"], node["total"] = place, len(questions)
    for foot in doctree.findall(nodes.container):
        if questions and "objectives-foot" in foot["classes"]:
            link = nodes.reference("", count_of(questions), refid=questions[0]["ids"][0])
            foot[0] += [
                nodes.Text(" "),
                nodes.strong("", ASKS),
                nodes.Text(" "),
                link,
                nodes.Text("."),
            ]


def html_of(translator, children: list[nodes.Node]) -> str:
    """Return the HTML of nodes, written with a translator that is under way."""
    kept, translator.body = translator.body, []
    for child in children:
        child.walkabout(translator)
    html, translator.body = "".join(translator.body), kept
    return html


def visit_quiz(translator, node: quiz) -> None:
    """Write a question with its options, and the answer for readers without JavaScript."""
    name = node["ids"][0]
    options = [child for child in node.children if isinstance(child, quiz_option)]
    question = [child for child in node.children if not isinstance(child, quiz_option)]
    first, rest = inline(question[:1]), question[1:]
    kind = "checkbox" if node["several"] else "radio"
    count = f"Question {node['place']} of {node['total']}" if node["total"] > 1 else "Question"
    described = f' aria-describedby="{name}-more"' if rest else ""
    out = [
        f'<div class="quiz" id="{name}" data-quiz="{escape(node["page"])}/{name}">',
        f"<fieldset{described}>",
        f'<legend><span class="quiz-count">{count}</span> ',
        f'<span class="quiz-question">{html_of(translator, first)}</span></legend>',
    ]
    if rest:
        out.append(f'<div class="quiz-more" id="{name}-more">{html_of(translator, rest)}</div>')
    if node["several"]:
        out.append('<p class="quiz-several">Choose every option that is right.</p>')
    answers = []
    for place, option in enumerate(options, 1):
        letter = ascii_uppercase[place - 1]
        label = html_of(translator, option.children[0].children)
        out.append(
            f'<div class="quiz-option"><input type="{kind}" name="{name}" value="{place}"'
            f' id="{name}-{place}"><label for="{name}-{place}"><span class="quiz-letter">{letter}'
            f"</span> {label}</label></div>"
        )
        words = html_of(translator, option.children[1].children) if option.children[1:] else ""
        verdict = "right" if option["right"] else "wrong"
        answers.append(
            f'<li data-verdict="{verdict}"><strong class="quiz-verdict">{letter} is {verdict}.'
            f'</strong><div class="quiz-words">{words}</div></li>'
        )
    out += [
        "</fieldset>",
        '<details class="quiz-answer"><summary>Show the answer</summary>',
        f"<ul>{''.join(answers)}</ul></details></div>\n",
    ]
    translator.body.append("".join(out))
    raise nodes.SkipNode


def visit_text(translator, node: nodes.Element) -> None:
    """Write nothing of its own: builders without a form (text, XML) show the words."""


def load_script(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Load the script on the pages that have a question."""
    if doctree is not None and next(iter(doctree.findall(quiz)), None) is not None:
        app.add_js_file("js/quiz.js", defer="defer")


def setup(app: Sphinx) -> dict[str, object]:
    """Register the directive."""
    app.add_node(quiz, html=(visit_quiz, None), text=(visit_text, visit_text))
    for node in (quiz_option, quiz_label, quiz_feedback):
        app.add_node(node, html=(visit_text, visit_text), text=(visit_text, visit_text))
    app.add_directive("quiz", QuizDirective)
    app.connect("doctree-read", number_questions)
    app.connect("html-page-context", load_script)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
