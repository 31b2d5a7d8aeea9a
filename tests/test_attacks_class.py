"""Hostile submissions must not stop the class: collecting them, and the table of grades."""

from __future__ import annotations

import csv
import re
import shutil
from datetime import datetime, timezone
from pathlib import Path

import pytest
from attacks.bait import Stage
from attacks.corpus import IN_NOTEBOOKS
from attacks.notebooks import STEM, hostile
from classroom_tiny import STEM as TINY
from classroom_tiny import filled, tiny, write
from nbgrader.api import Gradebook
from nbgrader.apps import ExportApp

from autograder.classroom.collecting.collect import is_name, prepare, receive
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.folder.files import digest
from autograder.classroom.running.journal import REPOSITORY

HANDED_IN = [attack for attack in IN_NOTEBOOKS if attack.hand_in]
ACTS = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
FORMULAS = ["=cmd|' C calc'!A0", "@SUM(1+1)", "+1+1", "-1+1", '=HYPERLINK("http:example.org")']
FORMULAS += [" =1+1", "\uff1d1+1", "a;=1+1", "a,=1+1", "a, -1+1", 'a",=1+1,"', "a|@x", "a;\t+1+1"]
HONEST = ["Anna-Maria O'Neill", "ann@example.org", "-5", "2026-03-02 x", "Li + Wu", "Müller; Ö"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    tmp_path_factory.getbasetemp()  # pytest makes it late, and must not make it on the stage
    stage = Stage()
    yield stage
    stage.close()


@pytest.mark.parametrize("attack", HANDED_IN, ids=lambda attack: attack.id)
def test_collecting_a_submission_never_raises_and_follows_nothing(attack, stage):
    inbound, submitted = stage.course / "inbound", stage.submitted
    for folder in (inbound, submitted):
        shutil.rmtree(folder, ignore_errors=True)
    before = stage.fingerprint()
    inbound.mkdir()
    try:
        attack.hand_in(inbound, hostile(attack, stage.facts), stage.facts)
        receive(inbound, submitted)
        prepare(submitted, STEM)
        assert digest(submitted)
        for path in submitted.rglob("*"):
            assert not path.is_symlink()
            if path.is_file():
                data = path.read_bytes()
                assert not any(canary.encode() in data for canary in stage.canaries.values())
    finally:
        for folder in (inbound, submitted.parent):
            if folder.is_symlink():
                folder.unlink()
            shutil.rmtree(folder, ignore_errors=True)
    assert stage.fingerprint() == before


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course with a drop box and a gradebook that hold such names."""
    home = tmp_path_factory.mktemp("home")
    shutil.copy(REPOSITORY / "nbgrader_config.py", home)
    write(home / "notebooks", f"{TINY}.ipynb", tiny())
    course = Course(home)
    course.set_up(progress=False)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f %Z")
    for name in [*(name for name in FORMULAS if "\t" not in name), "ann"]:
        folder = course.exchange / course.course_id / "inbound" / f"{name}+{TINY}+{now}+a1b2"
        write(folder, f"{TINY}.ipynb", filled())
        (folder / "timestamp.txt").write_text(now)
    course.collect(TINY)
    with Gradebook(course.directory.db_url, course.course_id) as gradebook:
        for name in FORMULAS + HONEST:
            student = f"student of {name}"
            named = dict.fromkeys(("first_name", "last_name", "email"), name)
            gradebook.update_or_create_student(name)
            gradebook.update_or_create_student(student, **named)
            gradebook.update_or_create_submission(TINY, student)
    course.export()
    return course


@pytest.mark.slow
def test_no_such_name_is_collected(graded):
    assert graded.students(TINY) == ["ann"]


@pytest.mark.slow
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_name_in_the_table_of_grades_is_a_formula(graded, separator):
    with (graded.root / "grades.csv").open(encoding="utf-8", newline="") as file:
        cells = {cell for row in csv.reader(file, delimiter=separator) for cell in row}
    numbers = {cell for cell in cells if cell.lstrip("-").replace(".", "", 1).isdigit()}
    assert {cell for cell in cells - numbers if ACTS.match(cell)} == set()


@pytest.mark.slow
def test_the_table_of_grades_keeps_honest_names_and_its_columns(graded):
    with (graded.root / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * len(FORMULAS + HONEST)
    assert {None} & {key for row in rows for key in row} == set()
    assert {(row["score"], row["max_score"]) for row in rows} == {("0.0", "20.0")}
    assert set(HONEST) <= {row["student_id"] for row in rows}
    assert set(HONEST) <= {row["last_name"] for row in rows}


@pytest.mark.slow
def test_nbgrader_exports_the_same_table(graded, monkeypatch):
    monkeypatch.chdir(graded.root)
    before = Path("grades.csv").read_bytes()
    exporter = ExportApp(config=graded.config).plugin_class(config=graded.config)
    exporter.to = "again.csv"
    with graded.gradebook() as gradebook:
        exporter.export(gradebook)
        exporter.to, exporter.student = "one.csv", ["-5"]
        exporter.export(gradebook)
    assert Path("again.csv").read_bytes() == before
    assert len(Path("one.csv").read_text().splitlines()) == 2


def test_names_with_paths_and_patterns_are_refused():
    for name in ("../x", "a/b", ".x", "*", "a?", "[a]", "a\x1b[2J", "a\n", "", "\u202ea"):
        assert not (name and is_name(name)), name
    for name in ("ann", "o'neill", "ann@example.org", "anna-maria", "a+b", "王小明", "x_1.y"):
        assert is_name(name)
