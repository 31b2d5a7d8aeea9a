"""The sample class, graded as `make course` does: every submission gets what it deserves."""

from __future__ import annotations

import csv
import html
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.model import WRITTEN_POINTS
from autograder.classroom import course as classroom
from autograder.classroom.folder.coursedir import Course
from autograder.classroom.running import grading
from autograder.classroom.running.journal import REPOSITORY
from autograder.classroom.sample import hand_in_files, sample_class, sample_set_up

pytestmark = pytest.mark.slow
THREE, FOUR = "03-dropout-forward", "04-backprop"
FULL = {THREE: 60, FOUR: 50}  # and what a person gives for the written question
RIGHT = {
    THREE: "amara.okafor bjorn.lindqvist chiara.moretti daniel.kim pablo.ruiz quynh.tran "
    "rosa.delgado samir.nasser umar.farouk",
    FOUR: "amara.okafor bjorn.lindqvist chiara.moretti daniel.kim pablo.ruiz quynh.tran "
    "rosa.delgado samir.nasser tara.singh umar.farouk wanjiru.kamau",
}
NOTHING = {THREE: "mei.chen olga.nowak viktor.horvat wanjiru.kamau"}
NOTHING[FOUR] = "mei.chen olga.nowak viktor.horvat"
MISTAKES = {
    (THREE, "elif.yildiz"): "keeps-with-p",
    (THREE, "farid.haddad"): "factor-missing",
    (THREE, "grace.mwangi"): "divided-by-p",
    (THREE, "hiroshi.tanaka"): "one-mask-for-the-batch",
    (THREE, "ines.carvalho"): "exact-count",
    (THREE, "katya.petrova"): "writes-to-its-input",
    (THREE, "liam.murphy"): "drops-in-eval",
    (FOUR, "elif.yildiz"): "backward-without-factor",
    (FOUR, "farid.haddad"): "gradient-to-the-dropped",
    (FOUR, "grace.mwangi"): "drops-in-eval",
    (FOUR, "hiroshi.tanaka"): "one-mask-for-ever",
    (FOUR, "ines.carvalho"): "fresh-mask-in-backward",
    (FOUR, "jonas.weber"): "factor-twice-in-backward",
}
REASONS = {
    (THREE, "jonas.weber"): "3.2 7/8",
    (THREE, "olga.nowak"): "No notebook was handed in.",
    (FOUR, "olga.nowak"): "only my answers.txt",
    (THREE, "viktor.horvat"): "not valid JSON",
    (FOUR, "viktor.horvat"): "unfinished merge",
    (THREE, "pablo.ruiz"): "recognised by its cells",
    (FOUR, "pablo.ruiz"): "04-backprop-Copy1.ipynb is graded",
    (FOUR, "samir.nasser"): "old notebook format 3",
    (THREE, "wanjiru.kamau"): "is the notebook of 04-backprop; no answer to 03-dropout-forward was",
    (FOUR, "wanjiru.kamau"): "another version of the chapter",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("class")
    shutil.copy(REPOSITORY / "nbgrader_config.py", home)
    shutil.copytree(REPOSITORY / "notebooks", home / "notebooks")
    return home


@pytest.fixture(scope="module")
def rows(home):
    sample_set_up(home, progress=False)
    graded = classroom.grade_course(home, progress=False)
    return {(name, row.student): row for name, found in graded.items() for row in found}


def page(home, assignment, student):
    folder = Course(home).folder("feedback", student, assignment)
    return html.unescape((folder / f"{assignment}.html").read_text("utf-8"))


def test_the_class_is_as_large_as_its_description():
    students = sample_class()
    assert len(students) == 24
    readme = (REPOSITORY / "examples" / "class" / "README.md").read_text("utf-8")
    assert [s.id for s in students if f"`{s.id}`" not in readme] == []


def test_every_submission_has_a_grade_and_a_reason(rows):
    expected = {
        (name, student.id)
        for student in sample_class()
        for chapter in student.chapters
        for name in FULL
        if name.startswith(chapter)
    }
    assert set(rows) == expected
    assert [key for key, row in rows.items() if row.status == "failed" or not row.reason] == []
    assert [k for k, row in rows.items() if row.max_score != FULL[k[0]] + WRITTEN_POINTS] == []


@pytest.mark.parametrize("assignment", FULL)
def test_right_answers_get_full_marks(rows, assignment):
    students = RIGHT[assignment].split()
    assert {s: rows[assignment, s].score for s in students} == dict.fromkeys(
        students, FULL[assignment]
    )


@pytest.mark.parametrize("assignment", FULL)
def test_no_answer_gets_nothing(rows, assignment):
    students = NOTHING[assignment].split()
    assert {s: rows[assignment, s].score for s in students} == dict.fromkeys(students, 0)


def test_everyone_else_gets_something_between(rows):
    others = [k for k in rows if k[1] not in f"{RIGHT[k[0]]} {NOTHING[k[0]]}".split()]
    assert len(others) == len(rows) - sum(
        len(names.split()) for names in [*RIGHT.values(), *NOTHING.values()]
    )
    assert {k: rows[k].score for k in others if not 0 < rows[k].score < FULL[k[0]]} == {}


@pytest.mark.parametrize(("assignment", "student"), MISTAKES)
def test_mistakes_are_named(rows, assignment, student):
    assert f"({MISTAKES[assignment, student]} " in rows[assignment, student].reason


def test_the_description_of_the_class_names_the_same_mistakes():
    lines = (REPOSITORY / "examples" / "class" / "README.md").read_text("utf-8").splitlines()
    told = {line.split("`")[1]: line.split("|")[2:4] for line in lines if line.startswith("| `")}
    for (assignment, student), mistake in MISTAKES.items():
        assert f"`{mistake}`" in told[student][(THREE, FOUR).index(assignment)]


@pytest.mark.parametrize(("assignment", "student"), REASONS)
def test_reasons_say_what_happened(rows, assignment, student):
    assert REASONS[assignment, student] in rows[assignment, student].reason


def test_one_bad_cell_costs_only_its_exercise(rows):
    for key in ((THREE, "tara.singh"), (THREE, "yusuf.demir"), (FOUR, "yusuf.demir")):
        assert rows[key].reason.count("/") == 1, rows[key]


def test_gradebook_and_csv_say_the_same(rows, home):
    course = Course(home)
    with (course.root / "grades.csv").open(encoding="utf-8") as file:
        exported = {
            (line["assignment"], line["student_id"]): float(line["score"])
            for line in csv.DictReader(file)
            if line["timestamp"]
        }
    assert exported == {key: row.score for key, row in rows.items()}


def test_originals_stay_as_they_were_handed_in(rows, home):
    course = Course(home)
    releases = {
        name: course.folder("release", ".", name) / f"{name}.ipynb" for name in course.assignments()
    }
    for student in sample_class():
        for chapter, hand_in in student.chapters.items():
            name = THREE if chapter == "03" else FOUR
            folder = course.folder("submitted", student.id, name)
            for file, data in hand_in_files(name, hand_in, releases).items():
                assert (folder / file).read_bytes() == data


def test_written_answers_wait_for_a_person(rows, home):
    with Course(home).gradebook() as gradebook:
        waiting = {
            (submission.assignment.name, submission.student.id)
            for name in FULL
            for submission in gradebook.find_assignment(name).submissions
            if submission.needs_manual_grade
        }
    assert waiting == {
        (THREE, "amara.okafor"),
        (FOUR, "amara.okafor"),
        (THREE, "bjorn.lindqvist"),
    }


def test_feedback_tells_the_mistake_and_hides_the_hidden_laws(rows, home):
    hidden = [
        line.strip()
        for path in (REPOSITORY / "autograder" / "hidden").glob("ch*/*.py")
        for line in path.read_text("utf-8").splitlines()
        if len(line.strip()) > 30 and not line.strip().startswith(("@law", "from", "import"))
    ]
    assert len(hidden) > 50
    assert "Divided by p." in page(home, THREE, "grace.mwangi")
    for assignment, student in rows:
        text = page(home, assignment, student)
        assert " points</p>" in text
        assert [line for line in hidden if line in text] == []


def test_floods_stay_small(rows, home):
    course = Course(home)
    graded = course.folder("autograded", "umar.farouk", THREE) / f"{THREE}.ipynb"
    assert (course.folder("submitted", "umar.farouk", THREE) / graded.name).stat().st_size > 3e6
    released = course.folder("release", ".", THREE) / graded.name
    assert graded.stat().st_size < released.stat().st_size + 300_000


def test_a_second_run_grades_nothing(rows, home, monkeypatch):
    def grade_all(job, tasks, *how):
        assert list(tasks) == []
        return iter(())

    monkeypatch.setattr(grading, "grade_all", grade_all)
    course = Course(home)
    before = {p: p.stat().st_mtime_ns for p in course.root.glob("*ed*/*/*/*")}
    sample_set_up(home, progress=False)
    again = classroom.grade_course(home, progress=False)
    assert {(name, r.student): r for name, found in again.items() for r in found} == rows
    assert before == {p: p.stat().st_mtime_ns for p in course.root.glob("*ed*/*/*/*")}


@pytest.mark.parametrize("place", [".", "build/course"])
def test_the_command_of_nbgrader_does_the_same(rows, home, place):
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    nbgrader = str(Path(sys.executable).with_name("nbgrader"))
    command = [nbgrader, "autograde", THREE, "--student=viktor.horvat", "--force"]
    environment["PATH"] = "/usr/bin:/bin"  # nbgrader needs alembic: the configuration finds it
    done = subprocess.run(
        command, cwd=home / place, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    graded = Course(home).folder("autograded", "viktor.horvat", THREE) / f"{THREE}.ipynb"
    assert "not valid JSON" in nbformat.read(graded, 4).cells[0].source
