"""The instructor's report: what it counts, and what it shows."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from classroom_tiny import DOUBLE, STEM, filled, tiny
from test_classroom_page import Tags
from tiny_home import grade, half, hand_in, home, tiny_course  # noqa: F401
from typer.testing import CliRunner

from autograder.classroom.gradebook.marks import Mark, Part
from autograder.classroom.returns.alike import nearly_identical
from autograder.classroom.returns.insight import (
    Insight,
    Read,
    _decided,
    _items,
    _titles,
    correlation,
)
from autograder.classroom.returns.insight_page import report_page
from autograder.classroom.submissions.report import Record
from autograder.cli import app

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
LONG = "\n".join(f"    value_{n} = x * {n} + shift_{n}(x)" for n in range(12))
COPIED = f"def double(x):\n{LONG}\n    half"


def test_the_report_counts_and_keeps_examples_anonymous(home):  # noqa: F811
    hand_in(home, "ann.secretname")
    hand_in(home, "bob.secretname", half())
    hand_in(home, "cat.secretname", half())
    hand_in(home, "dan.secretname", filled(pair="explode"))
    grade(home)
    told = CliRunner().invoke(app, ["report", "03", "--json"])
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert sorted(found["scores"]) == [10, 10, 20]
    assert (found["submissions"], found["open"]) == (4, 1)
    (known,) = found["misconceptions"]
    assert (known["id"], known["students"], known["exercises"]) == ("factor-missing", 2, ["3.1"])
    assert "expected  4" in known["example"]
    (unknown,) = found["unexplained"]
    assert (unknown["label"], unknown["count"]) == ("3.2", 2)
    assert unknown["laws"] == [["The factor is there", 2]]
    assert unknown["answers"] == ["def first(x):\n    half"]
    first = found["items"][0]
    assert (first["label"], first["mean"], first["full"]) == ("3.1", 16 / 3, 1)
    assert first["discrimination"] == pytest.approx(1)
    assert [name for name, _ in found["failures"]] == ["dan.secretname"]
    text = (home / "build" / "course" / "reports" / f"{STEM}.html").read_text("utf-8")
    parsed = Tags(text)
    assert parsed.open == []
    assert "svg" in parsed.tags
    assert not parsed.tags & {"script", "img", "link", "iframe"}
    assert parsed.fetched == []
    before = text.index("Failures of the machinery")
    assert "secretname" not in text[:before]
    assert "&lt;wrong&gt; values" in text


def test_exercises_are_counted_while_written_answers_wait():
    exercises = {
        name: {"id": name, "label": label, "message": f"Exercise {label}, {name}"}
        for name, label in (("first", "3.1"), ("second", "3.2"))
    }
    read = Read(Record(handed_in=True, exercises=exercises), {})
    why = Part("why", 5, waiting=True)
    scores = {"ann": (8, 4), "bob": (4, 3), "cat": (0, 2)}
    marks = [
        Mark(name, (Part("first", 8, auto=first), Part("second", 4, auto=second), why))
        for name, (first, second) in scores.items()
    ]
    assert all(mark.open for mark in marks)
    titles = _titles({"ann": read})
    items = _items(titles, [_decided(titles, mark) for mark in marks])
    assert [(item.label, item.count, item.mean) for item in items] == [("3.1", 3, 4), ("3.2", 3, 3)]
    assert items[0].discrimination == pytest.approx(1)


def test_scores_are_those_of_the_exercises_while_a_person_has_to_look_at_all():
    waiting = Insight(STEM, submissions=2, open=2, exercises=[3, 5], exercises_max=8)
    text = report_page("Title", waiting)
    assert "2 whose score is not known yet; mean 4.0, median 4, from 3 to 5 of 8 points of" in text
    assert "Students by points of the exercises; the last bar holds full marks." in text
    text = report_page("Title", replace(waiting, scores=[9], max_score=10, open=1))
    assert "1 whose score is not known yet; mean 9.0, median 9, from 9 to 9 of 10 points." in text


def test_nothing_graded_is_a_sentence(home):  # noqa: F811
    hand_in(home, "ann")
    told = CliRunner().invoke(app, ["report", "03"])
    assert told.exit_code != 0
    assert f"autograder autograde {STEM}" in str(told.exception)


def test_copies_are_found_and_stubs_are_not():
    everyone = {f"s{n}": {"double": DOUBLE} for n in range(20)}
    stub = next(cell.source for cell in tiny().cells if cell.id == "double")
    empty = {name: {"double": stub} for name in ("x", "y")}
    assert nearly_identical(everyone | empty, [stub]) == []
    renamed = COPIED.replace("value_0", "other")
    copies = {"c1": {"double": COPIED}, "c2": {"double": renamed}}
    (pair,) = nearly_identical(everyone | copies, [stub])
    assert (pair.first, pair.second, pair.exercises) == ("c1", "c2", ("double",))
    assert pair.share > 0.9


def test_correlation():
    assert correlation([1, 2, 3], [2, 4, 6]) == pytest.approx(1)
    assert correlation([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert correlation([1, 1, 1], [1, 2, 3]) is None
