"""``{all-mistakes}``: every named mistake, from the banks of the exercises.

Each has an anchor, `mistake-` and its id, to which the reports of `check` lead. What its code may
look like is shown where that gives no answer away (`autograder/authoring/examples.py`).
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path

from claims import book_of
from docutils import nodes
from docutils.statemachine import StringList
from filters import Option, filter_form, option
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.authoring.examples import examples
from dropout_course import course, exercises
from dropout_course.course import Exercise
from dropout_course.engine.mistakes import Mistake

SEVERAL = "In several chapters"
Entry = list[tuple[Exercise, Mistake]]


def known_mistakes() -> dict[str, Entry]:
    """All named mistakes by id, each with the exercises that know it in the course's order."""
    found: dict[str, Entry] = defaultdict(list)
    for exercise in course.exercises().values():
        for mistake in exercises.bank(exercise).mistakes:
            found[mistake.id].append((exercise, mistake))
    return found


def sections(found: dict[str, Entry]) -> dict[str, list[Entry]]:
    """Entries by the chapter that knows them; "" for those that several know."""
    made: dict[str, list[Entry]] = {"": []}
    for entry in found.values():
        stems = {exercise.stem for exercise, _ in entry}
        made.setdefault(stems.pop() if len(stems) == 1 else "", []).append(entry)
    return made


class AllMistakesDirective(SphinxDirective):
    """The filter, and a section for each chapter."""

    def run(self) -> list[nodes.Node]:
        """Build all of it."""
        root = Path(self.env.srcdir).parent
        for path in sorted((root / "dropout_course").rglob("*.py")):
            self.env.note_dependency(str(path))
        book, parts = book_of(root), sections(known_mistakes())
        parts = {stem: entries for stem, entries in parts.items() if entries}
        options = [option(stem, book) or Option("several", SEVERAL) for stem in parts]
        out: list[nodes.Node] = [filter_form(".mistake", "mistakes", options)]
        for (value, words), entries in zip(options, parts.values(), strict=True):
            section = nodes.section(ids=[f"mistakes-{value}"])
            section += nodes.title("", words)
            section += [self.entry(entry, root) for entry in entries]
            out.append(section)
        return out

    def entry(self, entry: Entry, root: Path) -> nodes.container:
        """A mistake: title, a sentence for each way of saying it, and perhaps an example."""
        first = entry[0][1]
        box = nodes.container(classes=["mistake"], ids=[first.anchor])
        box += nodes.paragraph("", "", nodes.strong("", first.title), classes=["mistake-title"])
        saying: dict[str, list[Exercise]] = defaultdict(list)
        for exercise, mistake in entry:
            saying[mistake.says].append(exercise)
        for says, who in saying.items():
            box += nodes.paragraph("", "", *with_code(says))
            links = ", ".join(f"{{numref}}`ex-{exercise.id}`" for exercise in who)
            box += self.paragraph(links, "known-to")
        for exercise, mistake in entry:
            if code := shown(exercise, root).get(mistake.id):
                where = f", in {{numref}}`ex-{exercise.id}`" if len(entry) > 1 else ""
                box += self.paragraph(f"For instance{where}:", "instance")
                box += nodes.literal_block("", code, language="python")
                break
        return box

    def paragraph(self, text: str, name: str) -> nodes.paragraph:
        """A paragraph of MyST, of a class."""
        holder = nodes.Element()
        lines = StringList([text], source=self.get_source_info()[0])
        self.state.nested_parse(lines, self.content_offset, holder)
        (paragraph,) = holder.children
        paragraph["classes"].append(name)
        return paragraph


@cache
def shown(exercise: Exercise, root: Path) -> dict[str, str]:
    """Examples of an exercise by the mistake's id."""
    path = root / "dropout_course" / "exercises" / exercise.package / f"{exercise.id}.py"
    return examples(path, root / "solutions" / f"{exercise.package}.py")


def with_code(text: str) -> list[nodes.Node]:
    """Plain text in which backticks set code off."""
    parts = text.split("`")
    return [
        nodes.literal("", part) if number % 2 else nodes.Text(part)
        for number, part in enumerate(parts)
        if part
    ]


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.add_directive("all-mistakes", AllMistakesDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
