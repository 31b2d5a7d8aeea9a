"""Manual scores and comments survive a regrade; what a regrade depends on, and what it doesn't."""

from __future__ import annotations

import json
import shutil
from datetime import datetime

import pytest
from classroom_tiny import STEM, fake_judge, filled
from nbgrader.apps.api import NbGraderAPI
from sqlalchemy import text
from tiny_home import change, grade, half, hand_in, home, tiny_course  # noqa: F401
from typer.testing import CliRunner

from autograder.classroom.folder.coursedir import Course
from autograder.classroom.running import grading
from autograder.classroom.running.judges import REPOSITORY, imported, judges_key, release_imports
from autograder.classroom.submissions import submission
from autograder.cli import app

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
THREE, SIX = "03-dropout-forward", "06-what-it-optimizes"
PACKAGES = ("autograder", "dropout_course", "solutions")


def by_hand(gradebook):
    """A person grades an exercise and the written answer, and comments on both."""
    for cell, points in (("double-check", 7), ("ch03-why", 0)):
        grade = gradebook.find_grade(cell, STEM, STEM, "ann")
        grade.manual_score, grade.needs_manual_grade = points, False
    gradebook.find_grade("ch03-why", STEM, STEM, "ann").extra_credit = 4
    for cell in ("double", "ch03-why"):
        gradebook.find_comment(cell, STEM, STEM, "ann").manual_comment = f"About {cell}."


def held(home):  # noqa: F811
    """What the gradebook says of what a person did: points, open cells, comments."""
    with Course(home).gradebook() as gradebook:
        (notebook,) = gradebook.find_submission(STEM, "ann").notebooks
        points = {g.name: (g.manual_score, g.extra_credit) for g in notebook.grades}
        comments = sorted(c.manual_comment for c in notebook.comments if c.manual_comment)
        return points, {g.name for g in notebook.grades if g.needs_manual_grade}, comments


POINTS = {"double-check": (7, None), "pair-check": (None, None), "ch03-why": (0, 4)}
COMMENTS = ["About ch03-why.", "About double."]


@pytest.fixture
def graded(home):  # noqa: F811
    hand_in(home, "ann", filled(ch03_why="Because."))
    grade(home)
    change(home, by_hand)
    assert held(home) == (POINTS, set(), COMMENTS)
    return home


def engine_grades(home):  # noqa: F811
    grade(home, force=True)


def nbgrader_grades(home):  # noqa: F811
    result = NbGraderAPI(config=Course(home).config).autograde(STEM, "ann")
    assert result["success"], result


WAYS = pytest.mark.parametrize("again", [engine_grades, nbgrader_grades])


@WAYS
def test_a_regrade_reopens_nothing_that_is_as_it_was(graded, again):
    for _ in range(2):
        again(graded)
        assert held(graded) == (POINTS, set(), COMMENTS)


@WAYS
@pytest.mark.parametrize(
    ("answers", "reopened"),
    [
        ({"ch03_why": "On second thought."}, {"ch03-why"}),
        ({"double": "def double(x):\n    return x + x"}, {"double-check"}),  # the same points
        ({"pair": "def first(x):\n    half"}, set()),  # nobody graded it by hand
    ],
)
def test_another_answer_reopens_what_was_given_for_it(graded, again, answers, reopened):
    hand_in(graded, "ann", filled(**({"ch03_why": "Because."} | answers)))
    again(graded)
    assert held(graded) == (POINTS, reopened, COMMENTS)
    again(graded)  # and it stays open until a person has looked
    assert held(graded)[1] == reopened


@WAYS
def test_another_automatic_score_reopens_its_own_cell_only(graded, again, monkeypatch):
    def judge(*how, **more):
        result = fake_judge(*how, **more)
        result.exercises[0].score = 2.0
        return result

    monkeypatch.setattr(submission, "judge", judge)
    again(graded)
    assert held(graded) == (POINTS, {"double-check"}, COMMENTS)


@WAYS
def test_a_failure_of_the_autograder_takes_nothing_from_a_person(graded, again, monkeypatch):
    def trip(*how, **more):
        raise RuntimeError("the referee tripped")

    with monkeypatch.context() as patch:
        patch.setattr(submission, "judge", trip)
        again(graded)
        assert held(graded) == (POINTS, {"pair-check"}, COMMENTS)
    again(graded)
    assert held(graded) == (POINTS, set(), COMMENTS)


def test_a_grade_that_is_resolved_stays_resolved(graded):
    hand_in(graded, "ann", filled(ch03_why="On second thought."))
    grade(graded)
    assert held(graded)[1] == {"ch03-why"}
    change(graded, by_hand)
    grade(graded, force=True)
    assert held(graded) == (POINTS, set(), COMMENTS)


def test_what_was_graded_before_answers_were_kept_is_looked_at_once(graded):
    change(graded, lambda gradebook: gradebook.db.execute(text("drop table dropout_answer")))
    grade(graded, force=True)
    assert held(graded) == (POINTS, {"double-check", "ch03-why"}, COMMENTS)
    change(graded, by_hand)
    grade(graded, force=True)
    assert held(graded)[1] == set()


def test_nothing_is_kept_of_who_is_forgotten(graded):
    hand_in(graded, "bob", half())
    grade(graded)
    rows = "select count(*) from dropout_answer"
    with Course(graded).gradebook() as gradebook:
        assert gradebook.db.execute(text(rows)).scalar() == 6
    told = CliRunner().invoke(app, ["forget", "ann", "--yes"])
    assert told.exit_code == 0, told.output
    with Course(graded).gradebook() as gradebook:
        assert gradebook.db.execute(text(rows)).scalar() == 3


# --- what a regrade depends on ------------------------------------------------------------------


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    root = tmp_path_factory.mktemp("checkout")
    for name in PACKAGES:
        shutil.copytree(
            REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("*.pyc", "__pycache__")
        )
    return root


def keys(root):
    judges_key.cache_clear()
    releases = {n: (REPOSITORY / "notebooks" / f"{n}.ipynb").read_bytes() for n in (THREE, SIX)}
    return [judges_key(name, release_imports(data), root) for name, data in releases.items()]


def one_of(root, place):
    path = root / place
    return path if path.is_file() else sorted(path.glob("[a-z]*.py"))[0]


@pytest.mark.parametrize(
    ("place", "changes"),
    [
        ("autograder/hidden/ch06_what_it_optimizes", (False, True)),
        ("dropout_course/exercises/ch06_what_it_optimizes", (False, True)),
        ("solutions/ch06_what_it_optimizes.py", (False, True)),
        ("autograder/hidden/ch03_dropout_forward", (True, False)),
        ("dropout_course/engine/judging.py", (True, True)),
        ("dropout_course/engine/inside/child.py", (True, True)),
        ("autograder/referee/grade.py", (True, True)),
        ("autograder/sandbox/jail/supervisor.py", (True, True)),
        ("autograder/classroom/submissions/rebuild.py", (True, True)),
        ("autograder/classroom/returns/page_style.py", (False, False)),
        ("autograder/classroom/returns/insight.py", (False, False)),
        ("autograder/cli.py", (False, False)),
        ("autograder/capstone/bugs.py", (False, False)),
    ],
)
def test_a_comment_regrades_what_it_can_matter_to(checkout, place, changes):
    before = keys(checkout)
    path = one_of(checkout, place)
    source = path.read_text("utf-8")
    path.write_text(source + "# a comment\n", "utf-8")
    after = keys(checkout)
    path.write_text(source, "utf-8")
    assert tuple(a != b for a, b in zip(before, after, strict=True)) == changes
    assert keys(checkout) == before


def test_points_and_symptoms_belong_to_their_chapter(checkout):
    before = keys(checkout)
    path = checkout / "dropout_course" / "exercises.json"
    source = path.read_text("utf-8")
    tables = json.loads(source)
    mine = [said for said in tables["exercises"].values() if said["stem"] == SIX]
    mine[0]["points"] += 1
    path.write_text(json.dumps(tables), "utf-8")
    after = keys(checkout)
    path.write_text(source, "utf-8")
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_imports_are_found_wherever_they_stand():
    source = (
        "import numpy\nfrom . import laws\nfrom ..lab.stats import mean as m\n"
        "def f():\n    import solutions.ch03_dropout_forward\n"
    )
    assert imported(source, "dropout_course.engine") == (
        "dropout_course.engine",
        "dropout_course.engine.laws",
        "dropout_course.lab.stats",
        "dropout_course.lab.stats.mean",
        "solutions.ch03_dropout_forward",
    )
    assert imported("def f(:") == ()


def test_a_due_date_and_an_extension_count_without_judging_again(home, monkeypatch):  # noqa: F811
    config = home / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    hand_in(home, "ann", when="2026-01-02 12:00:00 UTC")
    assert grade(home)["ann"].score == 20
    monkeypatch.setattr(submission, "judge", None)
    due = datetime(2026, 1, 1)
    change(home, lambda gradebook: setattr(gradebook.find_assignment(STEM), "duedate", due))
    assert grade(home)["ann"].score == 0
    extensions = Course(home).root / "extensions.csv"
    extensions.write_text(f"student,assignment,extension\nann,{STEM},2 days\n")
    assert grade(home)["ann"].score == 20


def test_a_changed_judge_grades_again_and_keeps_what_a_person_gave(graded, monkeypatch):
    judged = []
    monkeypatch.setattr(grading, "judges_key", lambda assignment, imports: "another")
    monkeypatch.setattr(
        submission, "judge", lambda *how, **more: judged.append(1) or fake_judge(*how, **more)
    )
    grade(graded)
    grade(graded)
    assert judged == [1]
    assert held(graded) == (POINTS, set(), COMMENTS)


def test_an_empty_key_is_a_sentence_before_anything_is_graded(home, monkeypatch):  # noqa: F811
    monkeypatch.delenv("AUTOGRADER_KEY", raising=False)
    hand_in(home, "ann")
    (home / ".autograder").mkdir(exist_ok=True)
    (home / ".autograder" / "key").write_bytes(b"\n")
    told = CliRunner().invoke(app, ["autograde", "03"])
    assert told.exit_code != 0
    assert "the course's key is empty" in str(told.exception)
    assert not (Course(home).root / "autograded" / "ann").exists()
