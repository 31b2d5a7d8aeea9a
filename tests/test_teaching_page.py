"""The instructor's guide: its commands exist, and the first class runs as it is written."""

from __future__ import annotations

import json
import re
import shlex
import zipfile
from pathlib import Path

import pytest
import typer
from classroom_tiny import filled
from click.exceptions import UsageError
from tiny_home import NAME, half, home, tiny_course  # noqa: F401
from typer.testing import CliRunner

from autograder.classroom.folder.coursedir import Course
from autograder.cli import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("book/teaching.md", "book/how-to-use.md", "README.md")
GUIDE = ROOT / "book" / "teaching.md"


def commands(text):
    """Every line of a block that calls a program of ours, without its comment."""
    blocks = re.findall(r"^ *```([^\n]*)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    found = [block for language, block in blocks if language in ("", "bash")]
    lines = [line.strip() for block in found for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line and line[0] != "#"]


def section(name):
    text = GUIDE.read_text("utf-8")
    return text.partition(f"(sec-{name})=")[2].partition("\n(sec-")[0]


def autograder(words):
    """The arguments of a call of `autograder`, None for another program."""
    program = words[0].rpartition("/")[2]
    if program == "autograder":
        return words[1:]
    return words[3:] if words[1:3] == ["-m", "autograder"] else None


def called(page):
    return commands((ROOT / page).read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES)
def test_every_command_on_the_page_exists_and_takes_what_is_written(page):
    group = typer.main.get_command(app)
    calls = [found for words in called(page) if (found := autograder(words)) is not None]
    assert calls or page == "README.md"
    for words in calls:
        command, name = group, []
        while isinstance(command, typer.core.TyperGroup):
            name.append(words.pop(0))
            assert name[-1] in command.commands, name
            command = command.commands[name[-1]]
        try:
            command.make_context(" ".join(name), list(words))
        except UsageError as error:  # a usage error would end the command with a sentence
            pytest.fail(f"{page}: {name} {words}: {error.format_message()}")


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_on_the_page_exists(page):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {words[1] for words in called(page) if words[0] == "make" and len(words) > 1}
    assert named <= targets


@pytest.mark.slow
def test_the_first_class_runs_as_it_is_written(home, tmp_path, monkeypatch):  # noqa: F811
    """With a tiny chapter 03 and a delivery of three folders, in the order of the page."""
    with zipfile.ZipFile(tmp_path / "delivery.zip", "w") as archive:
        for student, notebook in (("ann", filled()), ("bob", half()), ("cat", filled())):
            archive.writestr(f"{student}/{NAME}", json.dumps(notebook))
    monkeypatch.chdir(tmp_path)
    (roster,) = re.findall(r"^```text\n(id,.*?)^```", section("first-class"), re.M | re.DOTALL)
    ran = []
    for words in commands(section("first-class")):
        if (found := autograder(words)) is not None:
            told = CliRunner().invoke(app, found)
            assert told.exit_code == 0, (found, told.output, told.exception)
            ran.append(found[0])
            if found[0] == "release":
                (Course(home).root / "roster.csv").write_text(roster, "utf-8")
    assert ran == ["release", "collect", "autograde", "report", "feedback", "export"]
    course = Course(home)
    assert course.students("03-tiny") == ["ann", "bob", "cat"]
    assert len(zipfile.ZipFile(course.root / "feedback" / "03-tiny.zip").namelist()) == 3
    assert (course.root / "reports" / "03-tiny.html").is_file()


def test_the_term_has_every_command_of_a_term_in_its_order():
    ran = [found[0] for words in commands(section("term")) if (found := autograder(words))]
    order = ["doctor", "release", "check", "collect", "autograde", "feedback", "export", "report"]
    assert list(dict.fromkeys(ran)) == [*order, "archive", "forget"]


def test_the_folders_that_the_page_names_are_those_of_the_configuration():
    config = (ROOT / "nbgrader_config.py").read_text("utf-8")
    names = re.findall(r"^([A-Z]+) = Path\.home\(\)", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert names == ["COURSE", "EXCHANGE"]
    for name in names:
        assert len(re.findall(rf"^{name} = ", config, re.MULTILINE)) == 1
        assert config.count(name) > 1
