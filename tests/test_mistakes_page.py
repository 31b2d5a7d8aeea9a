"""The page of mistakes: every one is there, its address is the one in reports, no answer is."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from autograder.authoring.examples import SHARED, examples, pieces
from dropout_course import course, exercises
from dropout_course.engine.judging import judge
from dropout_course.engine.report import Report
from dropout_course.engine.student import Student

EXERCISE = """\
mistakes.row("halved", "Halved", "It is halved.", scaled=lambda x, p: x / 2)
mistakes.row("told", "Told", "Nearly right.", scaled=lambda y, q: y * (3 + q) + 1)
mistakes.row("two", "Two", "Two changes.", scaled=lambda x, p: x, kept=lambda x: x)
mistakes.row("flag", "Flag", "A flag.", edge=lambda: False)
mistakes.row("inner", "Inner", "What is inner?", scaled=lambda x, p: inner(x))
mistakes.row("value", "Value", "No function.", start=0.2)
mistakes.row("wrapped", "Wrapped", "In float64.", wrap=upcasting)
mistakes.row("own", "Own names", "They are explained.", scaled=lambda xs: [2 + x for x in xs])

@mistakes.whole("whole", "Whole", "A whole function.")
def whole(x, p):
    return x
"""
REFERENCE = "def scaled(x, p):\n    return x * (3 + p) - 1\n"


@pytest.fixture(scope="module")
def extension(root):
    """The module of the directive; its neighbours are imported by name, as Sphinx has them."""
    folder = str(root / "book/_ext")
    sys.path.insert(0, folder)
    try:
        import all_mistakes
    finally:
        sys.path.remove(folder)
    return all_mistakes


def test_shown_is_one_changed_expression_that_explains_itself(tmp_path):
    path, reference = tmp_path / "exercise.py", tmp_path / "reference.py"
    path.write_text(EXERCISE)
    reference.write_text(REFERENCE)
    assert examples(path, reference) == {
        "halved": "scaled = x / 2",
        "own": "scaled = [2 + x for x in xs]",
    }


@pytest.mark.slow
def test_no_example_holds_a_piece_of_a_reference(root, extension):
    shown = 0
    for exercise in course.exercises().values():
        reference = root / "solutions" / f"{exercise.package}.py"
        right = {piece.replace(" ", "") for piece in pieces(ast.parse(reference.read_text()))}
        for code in extension.shown(exercise, root).values():
            assert "def " not in code
            assert "\n" not in code
            assert right.isdisjoint(p.replace(" ", "") for p in pieces(ast.parse(code)))
            shown += 1
    assert SHARED < 5  # x / (1 - p) has five nodes
    assert shown > 100


def test_every_mistake_of_every_exercise_is_in_one_entry(extension):
    found = extension.known_mistakes()
    assert sorted(
        (exercise.id, mistake.id) for entry in found.values() for exercise, mistake in entry
    ) == sorted(
        (exercise.id, mistake.id)
        for exercise in course.exercises().values()
        for mistake in exercises.bank(exercise).mistakes
    )
    parts = extension.sections(found)
    assert sum(map(len, parts.values())) == len(found)
    for stem, entries in parts.items():
        for entry in entries:
            stems = {exercise.stem for exercise, _ in entry}
            assert stems == {stem} if stem else len(stems) > 1


def test_ids_make_anchors(extension):
    for id, entry in extension.known_mistakes().items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id), id
        assert entry[0][1].anchor == f"mistake-{id}"


def test_code_in_sentences_is_code(extension):
    parts = extension.with_code("Write `not 0 <= p` for it.")
    assert [(type(part).__name__, part.astext()) for part in parts] == [
        ("Text", "Write "), ("literal", "not 0 <= p"), ("Text", " for it."),
    ]  # fmt: skip


@pytest.fixture
def report():
    exercise = course.exercises()["dropout_inverted"]
    (wrong,) = [m for m in exercises.bank(exercise).mistakes if m.id == "divided-by-p"]
    verdict = judge(
        exercise.id,
        exercise.points,
        exercises.visible_laws(exercise),
        Student.here({"dropout_inverted": wrong.answer}),
        7,
        exercises.bank(exercise),
    )
    assert [mistake.id for mistake in verdict.mistakes] == ["divided-by-p"]
    return lambda link: Report(verdict, "Exercise 3.3", link=link)


def test_a_report_leads_to_the_entry(report):
    made = report("https://book.example/course/03-dropout-forward.html#ex-dropout_inverted")
    address = "https://book.example/course/mistakes.html#mistake-divided-by-p"
    assert f"  More: {address}\n" in repr(made)
    assert f'<a href="{address}" style="color:inherit">Divided by p</a>' in made._repr_html_()


def test_without_a_book_there_is_no_link(report):
    made = report("")
    assert "More:" not in repr(made)
    assert "<a " not in made._repr_html_()
    assert "<b>Divided by p</b>" in made._repr_html_()


def test_the_entry_is_on_a_page_of_the_book(root):
    assert "{all-mistakes}" in Path(root / "book/mistakes.md").read_text("utf-8")
    assert "- file: mistakes\n" in Path(root / "book/_toc.yml").read_text("utf-8")
