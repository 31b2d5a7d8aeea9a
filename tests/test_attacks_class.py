"""Hostile submissions must not stop the class: collecting them, and the table of grades."""

from __future__ import annotations

import csv
import shutil
from datetime import datetime, timezone

import pytest
from attacks.bait import Stage
from attacks.corpus import IN_NOTEBOOKS
from attacks.notebooks import STEM, hostile
from classroom_tiny import STEM as TINY
from classroom_tiny import filled, tiny, write
from nbgrader.api import Gradebook

from autograder.classroom.collect import _is_name, prepare, receive
from autograder.classroom.coursedir import Course
from autograder.classroom.files import digest
from autograder.classroom.journal import REPOSITORY

HANDED_IN = [attack for attack in IN_NOTEBOOKS if attack.hand_in]
ACTS = ("=", "+", "-", "@", "\t", "\r")
FORMULAS = ["=cmd|' C calc'!A0", "@SUM(1+1)", "+1+1", "-1+1", '=HYPERLINK("http:example.org")']


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
    """A course with a right hand-in for each name that the drop box may hold."""
    home = tmp_path_factory.mktemp("home")
    shutil.copy(REPOSITORY / "nbgrader_config.py", home)
    write(home / "notebooks", f"{TINY}.ipynb", tiny())
    course = Course(home)
    course.set_up(progress=False)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f %Z")
    for name in FORMULAS:
        folder = course.exchange / course.course_id / "inbound" / f"{name}+{TINY}+{now}+a1b2"
        write(folder, f"{TINY}.ipynb", filled())
        (folder / "timestamp.txt").write_text(now)
    course.collect(TINY)
    with Gradebook(course.directory.db_url, course.course_id) as gradebook:
        for student in course.students(TINY):
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(TINY, student)
    course.export()
    return course


@pytest.mark.slow
@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="a name in the drop box may begin with a formula, and grades.csv holds it",
)
def test_no_name_in_the_table_of_grades_is_a_formula(graded):
    with (graded.root / "grades.csv").open(encoding="utf-8") as file:
        cells = {cell for row in csv.reader(file) for cell in row}
    numbers = {cell for cell in cells if cell.lstrip("-").replace(".", "", 1).isdigit()}
    assert {cell for cell in cells - numbers if cell.startswith(ACTS)} == set()


def test_names_with_paths_and_patterns_are_refused():
    for name in ("../x", "a/b", ".x", "*", "a?", "[a]", "a\x1b[2J", "a\n", "", "\u202ea"):
        assert not (name and _is_name(name)), name
