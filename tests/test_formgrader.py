"""Formgrader as the course serves it: points, locks and feedback over HTTP, pages in a browser."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from browser import browser
from classroom_tiny import STEM, filled
from formgrader_served import serving
from tiny_home import change, grade, half, hand_in, home, tiny_course  # noqa: F401

from autograder.classroom.folder.coursedir import Course
from autograder.classroom.folder.lock import holding
from autograder.classroom.running.journal import REPOSITORY
from autograder.formgrader.points import PointsError, given
from autograder.formgrader.rubrics import rubrics

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
RUBRIC = "# 3\n\n## ch03-why (5 points)\n\nWhy?\n\n### Rubric\n\n- **1 point**: the *reason*.\n"


@pytest.fixture
def server(home):  # noqa: F811
    """Two students, the second of whom wrote something that waits for a person."""
    hand_in(home, "ann", half())
    hand_in(home, "bob", filled(ch03_why="Because."))
    (Course(home).root / "rubrics").mkdir()
    (Course(home).root / "rubrics" / f"{STEM}.md").write_text(RUBRIC)
    grade(home)
    with serving(home) as server:
        yield server


def notebook_of(server, student):
    with server.course.gradebook() as gradebook:
        return gradebook.find_submission(STEM, student).notebooks[0].id


def grades_of(server, student):
    _, found = server.ask("GET", f"api/grades?submission_id={notebook_of(server, student)}")
    return {g["name"]: g for g in found}


def test_points_locks_and_feedback_over_http(server):
    # points that can't be are refused, and change nothing
    double = grades_of(server, "ann")["double-check"]
    for score, extra, words in [
        (8.5, None, "8.5 is more than the 8 points of double. Give at most 8"),
        ("9", None, "9 is more than the 8 points"),
        (-1, None, "-1 is less than 0"),
        (4, -2, "-2 is less than 0"),
        ("abc", None, "“abc” is no number. Write points for double like 4.5."),
        ("nan", None, "is no number"),
        (True, None, "is no number"),
    ]:
        body = {"manual_score": score, "extra_credit": extra}
        status, told = server.ask("PUT", f"api/grade/{double['id']}", body)
        assert (status, words in told["message"]) == (400, True), told
        assert grades_of(server, "ann")["double-check"] == double
    body = {"manual_score": "7.5", "extra_credit": 1}
    assert server.ask("PUT", f"api/grade/{double['id']}", body)[0] == 200
    after = grades_of(server, "ann")["double-check"]
    assert (after["manual_score"], after["extra_credit"]) == (7.5, 1)

    # a written answer: its points come on top, up to what its rubric says
    why = grades_of(server, "bob")["ch03-why"]
    assert why["needs_manual_grade"]
    status, told = server.ask("PUT", f"api/grade/{why['id']}", {"manual_score": 7.5})
    assert status == 400
    assert "has no points of its own" in told["message"]
    assert "at most 5" in told["message"]
    status, told = server.ask("PUT", f"api/grade/{why['id']}", {"extra_credit": 7.5})
    assert (status, "Give at most 5, as its rubric says" in told["message"]) == (400, True)
    assert grades_of(server, "bob")["ch03-why"] == why
    assert server.ask("PUT", f"api/grade/{why['id']}", {"extra_credit": 4.5})[0] == 200
    after = grades_of(server, "bob")["ch03-why"]
    assert (after["extra_credit"], after["needs_manual_grade"]) == (4.5, False)

    # a gradebook in use
    path = server.course.directory.db_url.removeprefix("sqlite:///").partition("?")[0]
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    status, told = server.ask("PUT", f"api/grade/{why['id']}", {"extra_credit": 3})
    assert (status, "is not saved" in told["message"]) == (503, True)
    assert time.monotonic() - began < 60
    other.execute("ROLLBACK")
    other.close()
    assert grades_of(server, "bob")["ch03-why"]["extra_credit"] == 4.5
    assert server.ask("PUT", f"api/grade/{why['id']}", {"extra_credit": 3})[0] == 200

    # the lock: every action says who works on the course, and does nothing
    actions = [f"assignment/{STEM}/{name}" for name in ("assign", "release", "collect")]
    actions += [f"submission/{STEM}/bob/autograde", f"assignment/{STEM}/generate_feedback"]
    with holding(server.course, f"autograde {STEM}"):
        for action in actions:
            status, told = server.ask("POST", f"api/{action}", {})
            assert (status, told["success"]) == (200, False)
            assert f"(process {os.getpid()}) runs `autograder autograde {STEM}`" in told["error"]
            assert "Traceback" not in told["error"]
            assert "press the button again" in told["error"]
        status, told = server.ask("POST", f"api/{actions[0]}", {}, token="guessed")
        assert status == 403
        assert "autograde" not in str(told)
    assert not (server.course.root / "feedback").exists()

    # feedback: the button writes our page
    _, told = server.ask("POST", f"api/assignment/{STEM}/generate_feedback", {})
    assert told["success"], told
    page = server.course.folder("feedback", "ann", STEM) / f"{STEM}.html"
    assert "<script" not in page.read_text("utf-8")
    assert "8.5" in page.read_text("utf-8")
    _, told = server.ask("POST", f"api/assignment/{STEM}/ann/generate_feedback", {})
    assert told["success"], told
    assert page.read_text("utf-8").count("</html>") == 1

    # the page of a submission has the rubric, the question's points, and our script
    status, shown = server.ask("GET", f"submissions/{notebook_of(server, 'bob')}/")
    assert status == 200
    assert '<aside class="rubric" data-for="ch03-why" data-points="5">' in shown
    assert "<em>reason</em>" in shown
    assert "Why?" in shown
    for name in ("grading.js", "grading.css"):
        assert f"/formgrader/course/{name}" in shown
        assert server.ask("GET", f"course/{name}")[0] == 200


def test_what_a_person_grades_stands_in_front(server):
    with browser() as program:
        page = program.new_page(
            viewport={"width": 1280, "height": 700},
            extra_http_headers={"Authorization": "token secret"},
        )
        watch = []
        page.on("pageerror", lambda error: watch.append(str(error)))
        page.route(re.compile(r"^https:"), lambda route: route.abort())  # there is no network
        page.goto(f"{server.home}/formgrader/submissions/{notebook_of(server, 'bob')}/")
        field = page.locator('[id="ch03-why_extra_credit"]')
        page.wait_for_function("document.activeElement.id === 'ch03-why_extra_credit'")
        page.wait_for_timeout(800)  # in which nbgrader's page would scroll by itself
        inside = (
            "e => { const b = e.getBoundingClientRect(); return b.top > 50 && b.bottom < 700; }"
        )
        assert field.evaluate(inside)
        assert page.locator(".rubric").evaluate(inside)
        assert not page.locator('[id="ch03-why"]').is_visible()  # it has no points of its own
        # a wrong number stays as typed, with a sentence, and nothing is saved
        field.fill("7.5")
        field.press("Tab")
        told = page.locator(".refused:visible")
        assert "Give at most 5, as its rubric says" in told.inner_text()
        assert field.input_value() == "7.5"
        assert grades_of(server, "bob")["ch03-why"]["extra_credit"] is None
        with page.expect_response("**/api/grade/*"):
            field.fill("4.5")
            field.press("Tab")
        page.wait_for_function("!document.querySelector('.refused:not([style*=\"none\"])')")
        assert grades_of(server, "bob")["ch03-why"]["extra_credit"] == 4.5
        score = page.locator('[id="double-check"]')
        score.fill("9")
        score.press("Tab")
        assert "9 is more than the 8 points of this cell" in told.inner_text()
        assert grades_of(server, "bob")["double-check"]["manual_score"] is None
        # the chapter is a button away
        setup = page.get_by_text("import numpy as np")
        assert not setup.is_visible()
        page.get_by_role("button", name="Show the whole chapter").click()
        assert setup.is_visible()
        page.get_by_role("link", name="pair", exact=True).click()
        page.wait_for_function("document.activeElement.id === 'pair-check'")
        assert watch == []


def run_nbgrader(home, *words):  # noqa: F811
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    command = [str(Path(sys.executable).with_name("nbgrader")), *words]
    return subprocess.run(
        command, cwd=home, env=environment, capture_output=True, text=True, check=False
    )


def test_nbgraders_own_commands_hold_the_lock(home):  # noqa: F811
    hand_in(home, "ann")
    grade(home)
    course = Course(home)
    with holding(course, f"autograde {STEM}"):
        for command in ("autograde", "collect"):  # each starts a process, for seconds
            force = ["--force"] if command == "autograde" else []
            told = run_nbgrader(home, command, STEM, *force)
            assert told.returncode != 0, command
            assert f"(process {os.getpid()}) runs `autograder autograde {STEM}`" in told.stderr
            assert "Traceback" not in told.stderr
    told = run_nbgrader(home, "generate_feedback", STEM)
    assert told.returncode == 0, told.stderr
    page = course.folder("feedback", "ann", STEM) / f"{STEM}.html"
    assert " points</p>" in page.read_text("utf-8")  # our page


@pytest.mark.parametrize(
    ("most", "beyond", "score", "extra", "kept"),
    [
        (8, None, "7.5", "", (7.5, None)),
        (8, None, 8, 100, (8, 100)),
        (8, None, None, None, (None, None)),
        (0, 5, None, 5, (0, 5)),
        (0, 5, 0, None, (0, None)),
        (0, 5, None, None, (None, None)),
        (0, None, None, 50, (0, 50)),
    ],
)
def test_points_that_can_be(most, beyond, score, extra, kept):
    found = given("x-check", most, beyond, score, extra)
    assert (found.score, found.extra) == kept


@pytest.mark.parametrize("value", ["1,5", "inf", float("nan"), [], {}, True, -0.5, 8.01, "1e9"])
def test_points_that_cannot(value):
    with pytest.raises(PointsError, match=r"\."):
        given("x-check", 8, None, value, None)


def test_every_rubric_of_the_course_is_found():
    for path in sorted((REPOSITORY / "autograder" / "rubrics").glob("*.md")):
        found = rubrics(path.parent, path.stem)
        assert found, path
        for name, rubric in found.items():
            assert re.fullmatch(rf"ch{path.stem[:2]}-[\w-]+", name)
            assert rubric.points > 0
            assert "point" in rubric.html
    assert rubrics(REPOSITORY, "99-nothing") == {}
