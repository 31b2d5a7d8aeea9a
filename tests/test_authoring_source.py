"""Mistakes in a source: each stops the build, with its line and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.authoring.build import render_all
from autograder.authoring.errors import SourceErrors
from autograder.authoring.source import read_chapter

FIXTURE = Path(__file__).parent / "fixtures" / "authoring"
CHAPTER = "book/03-forward.md"
REFERENCE = "solutions/ch03_forward.py"


@pytest.fixture
def root(tmp_path):
    return Path(shutil.copytree(FIXTURE, tmp_path / "course"))


def edit(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_text("utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new, 1), "utf-8")


def line_of(root: Path, name: str, mark: str) -> int:
    lines = (root / name).read_text("utf-8").splitlines()
    return next(i for i, line in enumerate(lines, 1) if mark in line)


def test_the_fixture_has_no_mistake(root):
    assert [path.name for path in render_all(root)] == [
        "03-forward.ipynb",
        "07-later.ipynb",
        "exercises.json",
        "symptoms.json",
    ]


def test_a_chapter_is_read_into_its_model(root):
    chapter, problems = read_chapter(root / CHAPTER)
    assert problems == []
    assert (chapter.title, chapter.number, chapter.points) == ("The forward pass", "03", 10)
    scale, layer = chapter.exercises
    assert (scale.id, scale.number, scale.title, scale.points) == ("scale", "3.1", "The scale", 4)
    assert (scale.names, scale.given) == (("scale",), ("EPS",))
    assert (layer.names, layer.given) == (("Layer", "drop"), ())
    assert scale.statement.source.startswith("Write `scale`")
    assert [hint.source for hint in scale.hints[:2]] == [
        "What is the mean of the mask?",
        "Divide by it: {eq}`eq:mean`.",
    ]
    assert scale.place.line == line_of(root, CHAPTER, ":::{exercise} scale")
    assert scale.hints[1].place.line == line_of(root, CHAPTER, "Divide by it")
    kinds = [cell.kind for cell in chapter.cells if cell.kind != "text"]
    assert kinds == ["setup", *["exercise", "reference", "demo"] * 2, "written"]
    drawn = next(cell for cell in chapter.cells if cell.caption)
    assert (drawn.figure, drawn.alt) == ("fig-scale", "The scale grows without bound")


# file to edit, old text, new text, file and mark of the line that is named, words of the message
MISTAKES = {
    "unknown id": (CHAPTER, "} scale", "} scales", None, "} scales", "unknown exercise scales"),
    "id twice in a chapter": (
        "book/07-later.md",
        "} again",
        "} later",
        None,
        "} later\n:title: Again",
        "the id later is taken",
    ),
    "no reference cell": (
        CHAPTER,
        "[reference]\n\nfrom solutions.ch03_forward import scale, EPS",
        "[demo]\n\n1",
        None,
        "} scale",
        "no reference cell right below",
    ),
    "text before the reference": (
        "book/07-later.md",
        "```{code-cell} ipython3\n:tags: [reference]",
        "Between.\n\n```{code-cell} ipython3\n:tags: [reference]",
        None,
        "} later",
        "no reference cell right below",
    ),
    "a wrong import": (CHAPTER, "scale, EPS", "scale", None, None, "import scale, EPS`"),
    "no laws": (
        CHAPTER,
        ":::{exercise} scale",
        ":::{exercise} scales\n:names: scale",
        None,
        "} scales",
        "has no laws: write dropout_course/exercises/ch03_forward/scales.py",
    ),
    "two hints": (
        CHAPTER,
        "```{hint}\nWhat is the mean of the mask?\n```\n",
        "",
        None,
        "} scale",
        "has 2 hints",
    ),
    "no docstring": (
        REFERENCE,
        '    """Zero what is not kept."""\n',
        "",
        None,
        "def drop",
        "`drop` has no docstring",
    ),
    "a stub that leaks": (
        REFERENCE,
        "= DEFAULT_RATE,",
        "= _keep(0),",
        None,
        "def _keep",
        "`_keep` would be shown",
    ),
    "in a list": (
        "book/07-later.md",
        "# A later chapter\n",
        "# A later chapter\n\n- item\n\n  :::{exercise} nested\n  x\n  :::\n",
        None,
        "} nested",
        "stands inside a list",
    ),
    "in an admonition": (
        "book/07-later.md",
        "# A later chapter\n",
        "# A later chapter\n\n::::{note}\n\n:::{exercise} nested\nx\n:::\n::::\n",
        None,
        "} nested",
        "stands inside a list",
    ),
    "no tag": (CHAPTER, "[demo]\n", "[hide-input]\n", None, "[hide-input]", "exactly one of"),
    "two tags": (CHAPTER, "[demo]\n", "[demo, setup]\n", None, "[demo, setup]", "exactly one of"),
    "no points": (CHAPTER, ":points: 4\n", "", None, "} scale", "no points"),
    "half points": (CHAPTER, ":points: 4", ":points: 4.5", None, "} scale", "no points"),
    "no title": (CHAPTER, ":title: The scale\n", "", None, "} scale", "no title"),
    "unknown option": (CHAPTER, ":given:", ":giving:", None, "} scale", "unknown option :giving:"),
    "no alt text": (
        CHAPTER,
        '{image: {alt: "The scale grows without bound", classes: "dark-light"}, figure:',
        "{figure:",
        None,
        "[demo, hide-input]",
        "without alt text",
    ),
    "a plot without options": (
        CHAPTER,
        "print(Layer",
        "lab.axes(title=Layer",
        None,
        "[demo]",
        "without alt text",
    ),
    "a demo on references": (
        CHAPTER,
        "print(Layer",
        "import solutions\nprint(Layer",
        None,
        "[demo]",
        "imports from solutions",
    ),
    "a syntax error": (CHAPTER, "print(Layer", "print((Layer", None, "[demo]", "of this cell"),
    "an unclosed fence": (
        CHAPTER,
        "  > it has a kink.\n:::",
        "  > it has a kink.",
        None,
        "{quiz} q-two",
        "never closed",
    ),
    "a cell inside a directive": (
        CHAPTER,
        ":::{dropdown} Why",
        ":::{dropdown} Why\n```{code-cell} ipython3\n:tags: [demo]\n\n1\n```\n:::\n\n:::{note} Why",
        None,
        "[demo]\n",
        "this code cell is not executed",
    ),
    "a label twice": ("book/index.md", "(start)=", "(fig-net)=", CHAPTER, "{figure}", "used twice"),
    "a written question of another chapter": (
        CHAPTER,
        "ch03-why",
        "ch04-why",
        None,
        "Why is the mean kept?",
        "is ch03-…",
    ),
    "a second title": (CHAPTER, "## What it does", "# What it does", None, None, "second title"),
    "unknown role": (CHAPTER, "Folded away.", "{foo}`away`.", None, "{foo}", "role {foo}"),
    "a bad quiz": (CHAPTER, "- [x] kept", "- [ ] kept", None, "- [ ] dropped", "no right option"),
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_mistake_stops_the_build(root, mistake):
    name, old, new, where, mark, message = MISTAKES[mistake]
    edit(root, name, old, new)
    with pytest.raises(SourceErrors) as found:
        render_all(root)
    where = where or name
    matching = [p for p in found.value.problems if message in p.message]
    assert matching, str(found.value)
    assert matching[0].path == where
    if mark is not None:
        first = mark.splitlines()[0]
        lines = (root / where).read_text("utf-8").splitlines()
        # a code cell is named by its fence, one line above its tags
        near = {i + d for i, line in enumerate(lines, 1) if first in line for d in (0, -1)}
        assert matching[0].line in near
    assert str(found.value).startswith(f"{found.value.problems[0].path}:")


def test_a_swallowed_page_is_noticed_where_the_fence_opens(root):
    """Inner `:::` of equal length: the second closer takes the rest of the page."""
    edit(root, CHAPTER, "```{hint}\nWhat is the mean of the mask?\n```", ":::{hint}\nWhat?\n:::")
    _, problems = read_chapter(root / CHAPTER)
    assert any("this code cell is not executed" in p.message for p in problems)


def test_a_missing_reference_module_is_named(root):
    (root / REFERENCE).unlink()
    with pytest.raises(SourceErrors, match=r"book/03-forward.md:1: no solutions/ch03_forward.py"):
        render_all(root)


def test_all_mistakes_are_reported_at_once(root):
    edit(root, CHAPTER, ":points: 4\n", "")
    edit(root, CHAPTER, "[demo]\n", "[]\n")
    edit(root, "book/07-later.md", "```{hint}\nOne.\n```\n", "")
    with pytest.raises(SourceErrors) as found:
        render_all(root)
    assert [p.path for p in found.value.problems] == [CHAPTER, CHAPTER, "book/07-later.md"]
