"""What an instructor writes is read, and refused, before anything is graded."""

from __future__ import annotations

import codecs
import shutil
from datetime import datetime, timedelta

import pytest
from classroom_tiny import STEM, fake_judge
from tiny_home import change, hand_in, home, tiny_course  # noqa: F401

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.csv_files import read_rows
from autograder.classroom.folder.extensions import read_extensions
from autograder.classroom.running import grading
from autograder.classroom.submissions import submission

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
HEAD = "student,assignment,extension\n"
COLUMNS = {"id": ("id",), "name": ("name",)}


@pytest.fixture(scope="module")
def handed_in(tiny_course, tmp_path_factory):  # noqa: F811
    """A course in which ann handed in, with a due date and a roster."""
    made = shutil.copytree(tiny_course, tmp_path_factory.mktemp("instructions") / "home")
    hand_in(made, "ann")
    change(made, lambda g: setattr(g.find_assignment(STEM), "duedate", datetime(2026, 3, 2)))
    (Course(made).root / "roster.csv").write_text("id,email\nann,a@example.org\nbob,b@x.org\n")
    return made


@pytest.fixture
def course(handed_in, tmp_path, monkeypatch):
    def never(*_, **__):
        raise AssertionError("this is to be refused before anything is judged")

    monkeypatch.setattr(submission, "judge", never)
    return Course(shutil.copytree(handed_in, tmp_path / "home"))


def refused(course):
    """What is said, when nothing was graded."""
    with pytest.raises(CourseError) as caught:
        grading.autograde_assignment(course.home, STEM, progress=False, level="unsafe", workers=1)
    assert not (course.root / "autograded").exists()
    return str(caught.value)


def test_an_assignment_is_named_by_its_chapter_too(course):
    path = course.root / "extensions.csv"
    for named in ("3", "03", STEM):
        path.write_text(f"{HEAD}ann,{named},1 day\n")
        assert read_extensions(course).given == {("ann", STEM): timedelta(days=1)}


def test_a_folder_below_home_may_be_written_with_a_tilde(course, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    config = course.home / "nbgrader_config.py"
    text = config.read_text()
    for name, folder in (("COURSE", "course"), ("EXCHANGE", "exchange")):
        text = text.replace(
            f'{name} = ROOT / "build" / "{folder}"', f'{name} = Path("~/my {folder}")'
        )
    config.write_text(text)
    found = Course(course.home)
    assert (found.root, found.exchange) == (tmp_path / "my course", tmp_path / "my exchange")
    assert f"{tmp_path}/my course/gradebook.db" in found.directory.db_url
    assert not list(course.home.rglob("~"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{HEAD}anna,{STEM},1 day\n", "line 2: anna is not in roster.csv; do you mean ann?"),
        (f"{HEAD}ANN,{STEM},1 day\n", "line 2: ANN is not in roster.csv; do you mean ann?"),
        (f"{HEAD}\na@example.org,*,1 day\n", "line 3: a@example.org is not in roster.csv; do you"),
        (f"{HEAD}bob,04-tiny,1 day\n", "line 2: there is no assignment 04-tiny. Write * for"),
        (f"{HEAD}ann,{STEM},2026-13-45\n", "line 2: write a student, an assignment (or *) and"),
        (f"{HEAD}ann,,1 day\n", "line 2: write a student, an assignment (or *) and"),
        (f"{HEAD}ann,*,1 day\nann,*,2 days\n", "line 3 gives ann another extension for *"),
        ("student,extension\nann,1 day\n", "has no column 'assignment'"),
        (f"student,assignment\nann,{STEM}\n", "has no column 'extension'"),
        (f'{HEAD}ann,{STEM},"1 day\n', "line 2 is no CSV"),
        (f"{HEAD}ann,{STEM},1 day, or 2\n", "line 2 has 4 cells, and the first line names 3"),
        (f"{HEAD}ann,{STEM},1 d\xe4y\n".encode("latin-1"), "line 2 can't be read (it is not UTF-8"),
    ],
)
def test_extensions_that_can_not_be_given(course, text, words):
    path = course.root / "extensions.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    said = refused(course)
    assert str(path) in said
    assert words in said


@pytest.mark.parametrize("name", ["extensions.csv", "roster.csv"])
def test_a_folder_in_the_place_of_a_file(course, name):
    (course.root / "extensions.csv").write_text(f"{HEAD}ann,{STEM},1 day\n")
    (course.root / name).unlink()
    (course.root / name).mkdir()
    assert f"{name} can't be read (Is a directory)" in refused(course)


def test_more_time_where_no_work_is_due(course):
    change(course.home, lambda g: setattr(g.find_assignment(STEM), "duedate", None))
    path = course.root / "extensions.csv"
    path.write_text(f"{HEAD}ann,{STEM},1 day\n")
    assert f"gives ann more time, but {STEM} has no due date: set one in" in refused(course)


def test_more_time_for_everything_needs_no_due_date_of_each(course, monkeypatch):
    monkeypatch.setattr(submission, "judge", fake_judge)
    change(course.home, lambda g: setattr(g.find_assignment(STEM), "duedate", None))
    (course.root / "extensions.csv").write_text(f"{HEAD}ann,*,1 day\n")
    (row,) = grading.autograde_assignment(
        course.home, STEM, progress=False, level="unsafe", workers=1
    )
    assert row.score == 20


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("c.LateSubmissionPlugin.penalty_method = 'half'", "for the policy for late submissions"),
        ("c.AssignLatePenalties.plugin_class = 'nothing.Here'", "for the policy for late submiss"),
        ("c.CourseDirectory.root = ROOT", "can't be used (TraitError"),
        ("c.LateSubmissionPlugin.penalty_methd = 'zero'", "mean c.LateSubmissionPlugin.penalty_m"),
        ("c.LateSubmisionPlugin.penalty_method = 'zero'", "Do you mean c.LateSubmissionPlugin"),
        ("c.CourseDirectory.db_ulr = 'x'", "nothing reads c.CourseDirectory.db_ulr"),
        ("c.Exchange.root = ROOT", 'write c.Exchange.root = "…"'),
        ("1 / 0", "ZeroDivisionError"),
        ("import sys; sys.exit()", "SystemExit"),
        ("def f(:", "SyntaxError"),
    ],
)
def test_settings_that_can_not_be_used(course, line, words):
    config = course.home / "nbgrader_config.py"
    number = len(config.read_text().splitlines()) + 1
    config.write_text(f"{config.read_text()}{line}\n")
    said = refused(course)
    assert str(config) in said
    assert words in said
    if "Error" in words and "Trait" not in words:
        assert f"line {number} can't be used" in said


def test_a_policy_of_ones_own_that_fails_is_a_sentence(course, monkeypatch):
    monkeypatch.setattr(submission, "judge", fake_judge)
    config = course.home / "nbgrader_config.py"
    policy = "from nbgrader.plugins import BasePlugin\nclass Mine(BasePlugin):\n"
    policy += "    def late_submission_penalty(self, student, *how):\n        return {}[student]\n"
    config.write_text(f"{config.read_text()}{policy}c.AssignLatePenalties.plugin_class = Mine\n")
    hand_in(course.home, "ann", when="2026-03-05 12:00:00 UTC")
    with pytest.raises(CourseError, match=r"Mine, fails for ann \(KeyError: 'ann'\)"):
        grading.autograde_assignment(course.home, STEM, progress=False, level="unsafe", workers=1)
    config.write_text(config.read_text().replace("{}[student]", "float('nan')"))
    with pytest.raises(CourseError, match=r"fails for ann \(ValueError: it gave NaN\)"):
        grading.autograde_assignment(course.home, STEM, progress=False, level="unsafe", workers=1)


def test_limits_are_named_with_their_file(course):
    path = course.home / "limits.toml"
    path.write_text("cell_seconds = 0\n")
    assert f"{path}: cell_seconds is 0" in refused(course)


def test_a_student_whom_nobody_knows_yet_may_have_more_time(course):
    """Without a roster, who has not handed in anything is not known; a slip of the pen is."""
    (course.root / "roster.csv").unlink()
    path = course.root / "extensions.csv"
    path.write_text(f"{HEAD}zoe,03,1 day\nann,*,1 day\n")
    found = read_extensions(course)
    assert found.strangers == ["zoe"]
    assert set(found.given) == {("zoe", STEM), ("ann", "*")}
    path.write_text(f"{HEAD}Ann,*,1 day\n")
    with pytest.raises(CourseError, match="Ann is not in this course; do you mean ann"):
        read_extensions(course)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfid,name\nann,Ann\n",
        codecs.BOM_UTF16_LE + "id\tname\r\nann\tAnn\r\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "id,name\nann,Ann\n".encode("utf-16-be"),
        b"sep=;\r\nid;name\r\n\r\nann;Ann\r\n;\r\n",
        b'\r\n\r\nID , Name\r\nann,"Ann"\r\n',
        b"id,name,,\nann,Ann,,\n",
    ],
)
def test_tables_as_spreadsheets_write_them(tmp_path, data):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    assert [row for _, row in read_rows(path, COLUMNS, ["id"])] == [{"id": "ann", "name": "Ann"}]
