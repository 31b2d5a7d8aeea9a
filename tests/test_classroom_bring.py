"""Taking in what Canvas, Moodle and Gradescope deliver, and what strangers put into zips."""

from __future__ import annotations

import io
import json
import stat
import unicodedata
import zipfile
from datetime import datetime, timedelta

import pytest
from classroom_tiny import STEM, filled
from tiny_home import NAME, change, grade, hand_in, home, submitted, tiny_course  # noqa: F401
from typer.testing import CliRunner

from autograder.classroom.collecting.bring import bring
from autograder.classroom.collecting.delivery import zip_files
from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.files import MAX_FILES
from autograder.classroom.folder.roster import read_span
from autograder.cli import app

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
ROSTER = """id,First name,Last name,Email,SIS Login ID,number,canvas
ann,Ann,Ålund,ann@example.org,aalund,1001,4711
bob,Bob,O'Neill,bob@example.org,boneill,1002,4712
cat,Cat,Li,cat@example.org,cli,1003,4713
"""
NOTEBOOK = json.dumps(filled()).encode()
METADATA = """submission_1:
  :submitters:
  - :name: Ann Alund
    :sid: '1001'
    :email: ann@example.org
  :created_at: 2026-03-02 10:00:00.5 +01:00
  :score: 0.0
submission_2:
  :submitters:
  - :name: Somebody Else
    :email: x@example.org
  :created_at: 2026-03-02 10:00:00 Z
"""


@pytest.fixture
def course(home):  # noqa: F811
    found = Course(home)
    (found.root / "roster.csv").write_text(ROSTER, "utf-8")
    return found


def packed(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, data)
    return path


def files_of(course, student):
    folder = course.folder("submitted", student, STEM)
    return sorted(path.name for path in folder.iterdir())


def test_canvas(course, tmp_path):
    delivery = packed(
        tmp_path / "submissions.zip",
        {
            f"alundann_4711_900_{NAME}": NOTEBOOK,
            "alundann_4711_901_data.csv": b"1,2",
            "oneillbob_LATE_4712_902_homework-1.ipynb": NOTEBOOK,
            "strangerzoe_999_903_x.ipynb": NOTEBOOK,
        },
    )
    done = bring(course, STEM, delivery)
    assert done.taken == ["ann", "bob"]
    assert files_of(course, "ann") == [NAME, "data.csv"]
    said = " ".join(done.problems)
    assert "strangerzoe (Canvas id 999) is not in the roster" in said
    assert "bob: the platform says LATE" in said
    assert course.students(STEM) == ["ann", "bob"]
    assert bring(course, STEM, delivery).unchanged == ["ann", "bob"]
    with course.gradebook() as gradebook:
        assert "zoe" not in str([s.id for s in gradebook.students])


def test_canvas_late_with_a_time_that_fits(course, home, tmp_path):  # noqa: F811
    change(home, lambda g: setattr(g.find_assignment(STEM), "duedate", datetime(2026, 3, 1)))
    info = zipfile.ZipInfo(f"oneillbob_LATE_4712_902_{NAME}", (2026, 3, 2, 9, 0, 0))
    done = bring(course, STEM, packed(tmp_path / "c.zip", [(info, NOTEBOOK)]))
    assert done.problems == []
    stamp = course.folder("submitted", "bob", STEM) / "timestamp.txt"
    assert stamp.read_text() == "2026-03-02 09:00:00 UTC\n"


def test_a_time_that_somebody_entered_stays_when_the_same_comes_again(course, tmp_path):
    delivery = packed(tmp_path / "c.zip", {f"oneillbob_LATE_4712_902_{NAME}": NOTEBOOK})
    assert "bob: the platform says LATE" in " ".join(bring(course, STEM, delivery).problems)
    stamp = course.folder("submitted", "bob", STEM) / "timestamp.txt"
    stamp.write_text("2026-03-02 09:00:00 UTC\n")
    done = bring(course, STEM, delivery)
    assert (done.unchanged, done.taken, done.problems) == (["bob"], [], [])
    assert stamp.read_text() == "2026-03-02 09:00:00 UTC\n"
    packed(delivery, {f"oneillbob_LATE_4712_902_{NAME}": NOTEBOOK + b"\n"})
    done = bring(course, STEM, delivery)  # another one: its time is not known
    assert done.taken == ["bob"]
    assert "bob: the platform says LATE" in " ".join(done.problems)
    assert not stamp.exists()


@pytest.mark.parametrize("joint", ["_assignsubmission_file_/", "_assignsubmission_file_"])
def test_moodle(course, tmp_path, joint):
    files = {f"Cat Li_77{joint}my work.ipynb": NOTEBOOK, f"No One_78{joint}a.ipynb": NOTEBOOK}
    done = bring(course, STEM, packed(tmp_path / "m.zip", files))
    assert done.taken == ["cat"]
    assert "my work.ipynb" in files_of(course, "cat")
    assert "No One is not in the roster" in done.problems[0]


def test_gradescope_has_times(course, tmp_path):
    folder = "assignment_5_export"
    files = {f"{folder}/submission_metadata.yml": METADATA.encode()}
    files |= {f"{folder}/submission_{n}/{NAME}": NOTEBOOK for n in (1, 2)}
    done = bring(course, STEM, packed(tmp_path / "g.zip", files))
    assert done.taken == ["ann"]
    stamp = course.folder("submitted", "ann", STEM) / "timestamp.txt"
    assert stamp.read_text() == "2026-03-02 09:00:00 UTC\n"
    assert "Somebody Else is not in the roster" in done.problems[0]


@pytest.mark.parametrize(
    "people", ["[]", "[1, null, ann]", "{}", "ann", "[{':sid': [1], ':name': {}}]", "[{}]"]
)
def test_gradescope_says_odd_things(course, tmp_path, people):
    """Whose it is, is not known then; that is said of each, and nothing breaks."""
    text = f"submission_1:\n  :submitters: {people}\n  :created_at: yesterday\n"
    files = {"e/submission_metadata.yml": text.encode(), f"e/submission_1/{NAME}": NOTEBOOK}
    done = bring(course, STEM, packed(tmp_path / "g.zip", files))
    assert done.taken == []
    (said,) = done.problems
    assert "is not in the roster; nothing of theirs was taken" in said


def test_a_plain_folder_and_what_it_replaces(course, tmp_path):
    source = tmp_path / "in"
    (source / "ann").mkdir(parents=True)
    (source / "ann" / NAME).write_bytes(NOTEBOOK)
    (source / "boneill.ipynb").write_bytes(NOTEBOOK)
    (source / "ann" / "link").symlink_to("/etc/passwd")
    (source / "ann" / "timestamp.txt").write_text("1999-01-01 00:00:00 UTC")
    done = bring(course, STEM, source)
    assert done.taken == ["ann", "bob"]
    assert files_of(course, "ann") == [NAME, "intake.json"]  # a forged time is not taken
    assert any("ann/link is a link" in problem for problem in done.problems)
    (source / "ann" / NAME).write_bytes(NOTEBOOK + b"\n")
    assert bring(course, STEM, source).taken == ["ann"]
    assert (course.root / "set-aside" / "ann" / f"{STEM}.replaced" / NAME).exists()


def test_a_zip_of_the_student_is_opened_once(course, tmp_path):
    inner = io.BytesIO()
    packed(inner, {f"work/{NAME}": NOTEBOOK, "work/../../evil.ipynb": b"x"})
    files = {"alundann_4711_900_work.zip": inner.getvalue()}
    done = bring(course, STEM, packed(tmp_path / "c.zip", files))
    folder = course.folder("submitted", "ann", STEM)
    assert (folder / "work" / NAME).is_file()
    assert not list(course.root.rglob("evil*"))
    assert "leads out of its folder" in " ".join(done.problems)


def test_a_notebook_behind_many_other_files_is_taken(course, tmp_path):
    files = {f"ann/data/{i}.txt": b"1" for i in range(MAX_FILES + 5)}
    files |= {f"ann//x/./{NAME}": NOTEBOOK}
    done = bring(course, STEM, packed(tmp_path / "z.zip", files))
    assert (course.folder("submitted", "ann", STEM) / "x" / NAME).is_file()
    (said,) = done.problems
    assert "is beyond what one student may hand in" in said


@pytest.mark.parametrize(
    "names",
    [
        ["ann/a.ipynb", "bob/a.ipynb"],
        ["alundann_4711_900_a.ipynb", "oneillbob_4712_902_a.ipynb"],
        ["Ann Ålund_77_assignsubmission_file_/a.ipynb", "Bob O'Neill_78_assignsubmission_file_/b"],
        ["aalund.ipynb", "boneill.ipynb", "zoe.ipynb"],
    ],
)
@pytest.mark.parametrize("around", ["", "submissions/", "My Course (HW 3)/03/"])
def test_a_folder_around_a_delivery_is_nobodys(course, tmp_path, names, around):
    done = bring(course, STEM, packed(tmp_path / "z.zip", {around + n: NOTEBOOK for n in names}))
    assert done.taken == ["ann", "bob"]
    assert done.problems == ["zoe is not in the roster; nothing of theirs was taken."] * (
        len(names) - 2
    )


@pytest.mark.parametrize(("name", "told"), [("zoe/mine/a.ipynb", "zoe"), ("ann/mine/a.ipynb", "")])
def test_the_folder_of_a_single_student_is_theirs(course, tmp_path, name, told):
    done = bring(course, STEM, packed(tmp_path / "z.zip", {name: NOTEBOOK}))
    assert done.taken == ([] if told else ["ann"])
    assert [problem.partition(" ")[0] for problem in done.problems] == [told] * bool(told)


def test_what_can_not_be_read_replaces_nothing(course, tmp_path):
    delivery = packed(tmp_path / "c.zip", {f"alundann_4711_900_{NAME}": NOTEBOOK})
    assert bring(course, STEM, delivery).taken == ["ann"]
    data = delivery.read_bytes()
    delivery.write_bytes(data.replace(b"alundann", b"otherann", 1))  # in one place of two
    done = bring(course, STEM, delivery)
    assert (done.taken, done.unchanged) == ([], [])
    assert "damaged in the zip" in done.problems[0]
    assert done.problems[1] == "ann: nothing came that can be read; what is there stays."
    assert (course.folder("submitted", "ann", STEM) / NAME).read_bytes() == NOTEBOOK


def test_a_delivery_without_a_file_is_a_sentence(course, tmp_path):
    (tmp_path / "nothing").mkdir()
    for source in (packed(tmp_path / "nothing.zip", {}), tmp_path / "nothing"):
        (said,) = bring(course, STEM, source).problems
        assert "holds no file: name the folder or zip" in said


def test_hostile_zips_are_a_sentence_each(course, tmp_path):
    link = zipfile.ZipInfo("alundann_4711_1_link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = tmp_path / "evil.zip"
    with pytest.warns(UserWarning, match="Duplicate"):
        packed(
            path,
            [
                ("../alundann_4711_1_a.ipynb", NOTEBOOK),
                ("/alundann_4711_1_b.ipynb", NOTEBOOK),
                ("..\\alundann_4711_1_c.ipynb", NOTEBOOK),
                (link, "/etc/passwd"),
                ("alundann_4711_1_bomb.ipynb", b"0" * 30_000_000),
                (f"alundann_4711_1_{NAME}", NOTEBOOK),
                (f"alundann_4711_1_{NAME}", b"{}"),
            ],
        )
    done = bring(course, STEM, path)
    assert done.taken == ["ann"]
    assert files_of(course, "ann") == [NAME]
    assert (course.folder("submitted", "ann", STEM) / NAME).read_bytes() == NOTEBOOK
    said = " ".join(done.problems)
    for words in ("leads out of", "is a link", "zip bomb", "twice"):
        assert words in said
    assert len(done.problems) == 6


def test_a_zip_that_lies_about_its_size_gives_no_more_than_it_says(tmp_path):
    path = packed(tmp_path / "z.zip", {"a.ipynb": b"0" * 100_000})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02") + 24  # the size in the central directory
    data[at : at + 4] = (10).to_bytes(4, "little")
    (file,) = zip_files(bytes(data)).files
    with pytest.raises(OSError, match=r"damaged|not as long"):
        file.read()


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04half"])
def test_what_is_no_zip_is_a_sentence(course, tmp_path, data):
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(CourseError, match="download it again"):
        bring(course, STEM, tmp_path / "x.zip")
    with pytest.raises(CourseError, match="is not there"):
        bring(course, STEM, tmp_path / "nothing.zip")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nAnn", "no column 'id'"),
        ("id\nann\nann", "line 3 names ann again"),
        ("id,email\na,x@y\nb,X@y", "stands for both a and b"),
        ("id,name\n,Ann", "has no id"),
        ("", "no column 'id'"),
    ],
)
def test_a_roster_with_a_mistake_is_refused(course, tmp_path, text, words):
    (course.root / "roster.csv").write_text(text)
    with pytest.raises(CourseError, match=words):
        bring(course, STEM, tmp_path)


def test_without_anybody_to_know_the_roster_is_asked_for(home, tmp_path):  # noqa: F811
    told = CliRunner().invoke(app, ["collect", "03", str(tmp_path)])
    assert told.exit_code != 0
    assert "roster.csv with the columns" in str(told.exception)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_with_accents_as_a_mac_packs_them(course, tmp_path, form):
    """In UTF-8 without a word on it, and with accents taken from their letters."""
    name = unicodedata.normalize(form, f"Ann Ålund_77_assignsubmission_file_/{NAME}")
    path = packed(tmp_path / "m.zip", {name: NOTEBOOK})
    with zipfile.ZipFile(path) as archive:
        assert archive.infolist()[0].flag_bits & 0x800
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at + 1] &= ~0x08
    path.write_bytes(data)
    done = bring(course, STEM, path)
    assert (done.taken, done.problems) == (["ann"], [])


def test_two_of_one_name_are_not_guessed(course, tmp_path):
    (course.root / "roster.csv").write_text("id,name\nann,Kim Lee\nbob,Kim Lee\n")
    files = {"Kim Lee_1_assignsubmission_file_/a.ipynb": NOTEBOOK}
    done = bring(course, STEM, packed(tmp_path / "m.zip", files))
    assert done.taken == []
    assert "may be any of ann, bob" in done.problems[0]


def test_the_command_tells_and_ends_with_one(course, tmp_path):
    path = packed(tmp_path / "c.zip", {"zz_1_2_a.ipynb": NOTEBOOK, f"a_4711_2_{NAME}": NOTEBOOK})
    told = CliRunner().invoke(app, ["collect", "03", str(path), "--json"])
    assert told.exit_code == 1
    assert json.loads(told.stdout)["taken"] == ["ann"]


def test_extensions_move_the_penalty_at_once_and_back(home):  # noqa: F811
    config = home / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    hand_in(home, "ann", when="2026-03-02 12:00:00 UTC")
    path = Course(home).root / "extensions.csv"
    path.write_text(f"student,assignment,extension\nann,{STEM},1 day\n")
    with pytest.raises(CourseError, match="no due date"):
        grade(home)
    change(home, lambda g: setattr(g.find_assignment(STEM), "duedate", datetime(2026, 3, 2)))
    assert grade(home)["ann"].score == 20
    path.write_text("student,assignment,extension\nann,*,30 min\n")
    row = grade(home)["ann"]
    assert (row.score, row.unchanged) == (0, True)
    assert "30 minutes extension included" in row.reason
    path.unlink()
    assert "extension" not in grade(home)["ann"].reason
    path.write_text("student,assignment,extension\nann,*,soon\n")
    with pytest.raises(CourseError, match='"2 days", "36 h"'):
        grade(home)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2 days", 48),
        ("36h", 36),
        ("90 min", 1.5),
        ("1 day 2 hours", 26),
        ("3", 72),
        ("x", None),
        ("1,5 days", 36),
        ("0.5 d", 12),
        ("1 day, 2 hours", 26),
        ("1d2h", 26),
        ("1 week", 168),
        ("1 5 days", None),
        ("1 day 2", None),
        ("1, 5 days", None),
        ("-1 day", None),
        ("", None),
    ],
)
def test_spans_are_read(text, hours):
    assert read_span(text) == (None if hours is None else timedelta(hours=hours))
