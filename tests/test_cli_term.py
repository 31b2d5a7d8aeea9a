"""The commands of a term in their order, each by the chapter's number; stopping; the estimate."""

from __future__ import annotations

import json
import re

import pytest
from classroom_tiny import STEM, filled
from tiny_home import grade, hand_in, home, tiny_course  # noqa: F401
from typer.testing import CliRunner

from autograder.classroom.folder.coursedir import Course
from autograder.classroom.running import grading
from autograder.classroom.running.progress import MIN_RESULTS, Pace, track
from autograder.classroom.submissions import submission
from autograder.cli import app
from autograder.ordering import ORDER

TERM = ["release", "collect", "autograde", "feedback", "export", "report"]


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_help_lists_the_commands_in_the_order_of_use():
    told = run("--help").output
    found = re.findall(r"^\W ([a-z]+)  ", told, re.MULTILINE)
    assert [name for name in found if name in TERM] == TERM
    assert sorted(set(found) - {"help"}) == sorted(
        name for names in ORDER.values() for name in names
    )
    assert [told.index(heading) for heading in ORDER] == sorted(map(told.index, ORDER))


def test_list_shows_assignments_by_id_and_takes_one():
    told = run("list")
    assert "03-dropout-forward" in told.output
    assert "12-bayesian" in told.output
    entries = json.loads(run("list", "03", "--json").output)
    assert {entry["assignment"] for entry in entries} == {"03-dropout-forward"}
    assert run("list", "99").exit_code != 0


def test_one_word_for_a_law():
    """A check is the cell, or the function that a student calls; what it runs are laws."""
    for command in ("list", "check", "grade", "autograde", "report", "gradescope"):
        told = " ".join(run(command, "--help").output.split())
        assert not re.search(r"(hidden|visible) checks?", told), command
    assert set(json.loads(run("list", "03", "--json").output)[0]["laws"]) == {"visible", "hidden"}


@pytest.mark.slow
def test_each_command_of_a_term_takes_the_number_of_the_chapter(home):  # noqa: F811
    hand_in(home, "ann")
    inbound = Course(home).exchange / "dropout" / "inbound"
    for command in TERM:
        if command == "collect":
            inbound.mkdir(exist_ok=True)
        told = run(command, "03")
        assert told.exit_code == 0, (command, told.output, told.exception)
    assert (Course(home).root / "reports" / f"{STEM}.html").is_file()


@pytest.mark.slow
def test_feedback_on_what_is_not_graded_is_a_sentence(home):  # noqa: F811
    hand_in(home, "ann")
    told = run("feedback", "03")
    assert told.exit_code != 0
    said = f"Nothing of {STEM} is graded yet: run `autograder autograde {STEM}` first."
    assert str(told.exception) == said
    assert run("feedback").exit_code == 0  # of all: there is nothing to do


@pytest.mark.slow
@pytest.mark.parametrize("form", ["words", "json"])
def test_stopping_ends_with_a_summary_and_the_next_run_goes_on(home, monkeypatch, form):  # noqa: F811
    for student in ("ann", "bob", "cat"):
        hand_in(home, student, filled(ch03_why="Because."))

    def stops(job, tasks, *rest):
        yield submission.grade_submission(job, *tasks[0])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(grading, "grade_all", stops)
        told = run("autograde", "03", *(["--json"] if form == "json" else []))
    assert told.exit_code == 130
    words = "Stopped: 1 graded, 0 failed, 1 waiting for a person, 0 unchanged, 2 left."
    assert words in " ".join(told.stderr.split())
    if form == "json":
        assert [row["student"] for row in json.loads(told.stdout)] == ["ann"]
    told = run("autograde", "03")
    assert told.exit_code == 0
    assert "2 graded, 0 failed, 3 waiting for a person, 1 unchanged" in told.output


def test_the_estimate_is_silent_first_and_grows_while_nothing_comes():
    now = [0.0]
    pace = Pace(lambda: now[0])
    now[0] = 100.0  # preparing takes its time, and says nothing about the rest
    for _ in range(MIN_RESULTS - 1):
        pace.tick()
        now[0] += 2
        assert pace.rest(10) is None
    pace.tick()
    assert pace.rest(10) == pytest.approx(20)
    now[0] += 4  # a submission that takes long
    assert pace.rest(10) == pytest.approx(40)


def test_the_bar_counts_outcomes(capsys):
    items = ["graded", "failed", "graded", "graded"]
    assert list(track(items, "grading", outcome=str)) == items
    shown = capsys.readouterr().err
    assert "1 failed, 3 graded" in shown
    assert "4/4" in shown
    assert list(track(items, "grading", shown=False)) == items
    assert capsys.readouterr().err == ""
