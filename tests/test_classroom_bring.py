"""Taking in what Canvas, Moodle and Gradescope deliver: whose it is, and when it came."""

from __future__ import annotations

import errno
import json
import os
import unicodedata
import zipfile
from datetime import datetime

import pytest
from classroom_tiny import STEM
from delivered import METADATA, NOTEBOOK, files_of, packed, with_roster
from tiny_home import NAME, change, home, tiny_course  # noqa: F401
from typer.testing import CliRunner

from autograder.classroom.collecting import bring as collecting
from autograder.classroom.collecting.bring import bring
from autograder.classroom.errors import ADVICE
from autograder.classroom.folder.coursedir import CourseError
from autograder.cli import app

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]


@pytest.fixture
def course(home):  # noqa: F811
    return with_roster(home)


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


@pytest.mark.parametrize("came", [{"hw.7z": b"7z"}, {NAME: b"no notebook"}, {"a.ipynb": b"[]"}])
def test_a_delivery_without_a_notebook_takes_the_place_of_none(course, tmp_path, came):
    """What counts then is for a person to say: the notebook stays, and is graded until they do."""
    name = "Cat Li_77_assignsubmission_file_/"
    good = packed(tmp_path / "1.zip", {f"{name}{NAME}": NOTEBOOK})
    assert bring(course, STEM, good).taken == ["cat"]
    bad = packed(tmp_path / "2.zip", {name + n: data for n, data in came.items()})
    aside = course.root / "set-aside" / "cat"
    for _ in range(2):  # delivered again, it is said again, and lies there once
        done = bring(course, STEM, bad)
        assert (done.taken, done.unchanged) == ([], [])
        (said,) = done.problems
        (file,) = came
        assert f"cat: what came now holds no notebook that can be read ({file})" in said
        assert f"What came lies in {aside / STEM}.without-notebook" in said
        assert [path.name for path in aside.iterdir()] == [f"{STEM}.without-notebook"]
    assert (course.folder("submitted", "cat", STEM) / NAME).read_bytes() == NOTEBOOK
    assert bring(course, STEM, good).unchanged == ["cat"]
    (first,) = came
    assert (aside / f"{STEM}.without-notebook" / first).read_bytes() == came[first]


def test_nor_does_one_in_the_exchange(course):
    inbound = course.exchange / "dropout" / "inbound"

    def submit(hour, name, data):
        folder = inbound / f"cat+{STEM}+2026-03-02 {hour}:00:00 UTC+x"
        folder.mkdir(parents=True)
        (folder / name).write_bytes(data)
        (folder / "timestamp.txt").write_text(f"2026-03-02 {hour}:00:00 UTC")
        return folder

    def collect():
        told = CliRunner().invoke(app, ["collect", "03", "--json"])
        return told.exit_code, json.loads(told.stdout)

    submit("09", NAME, NOTEBOOK)
    assert collect() == (0, {"taken": ["cat"], "unchanged": [], "problems": []})
    late = submit("10", "hw.7z", b"7z")
    code, done = collect()
    assert (code, done["unchanged"]) == (1, ["cat"])
    (said,) = done["problems"]
    assert (
        "cat: the latest hand-in in the exchange holds no notebook that can be read (hw.7z)" in said
    )
    assert f"What came lies in {late}" in said
    submitted = course.folder("submitted", "cat", STEM)
    assert (submitted / NAME).read_bytes() == NOTEBOOK
    (submitted / "timestamp.txt").write_text("2026-03-02 10:00:00 UTC")  # a person has decided
    assert collect()[0] == 0
    submit("11", "second.ipynb", NOTEBOOK)
    assert collect()[0] == 0
    assert "second.ipynb" in files_of(course, "cat")


def test_a_first_delivery_without_a_notebook_is_taken_and_makes_room_for_one(course, tmp_path):
    name = "Cat Li_77_assignsubmission_file_/"
    assert bring(course, STEM, packed(tmp_path / "1.zip", {f"{name}a.7z": b"7z"})).taken == ["cat"]
    done = bring(course, STEM, packed(tmp_path / "2.zip", {f"{name}a.ipynb": NOTEBOOK}))
    assert (done.taken, done.problems) == (["cat"], [])


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


def test_a_delivery_without_a_file_is_a_sentence(course, tmp_path):
    (tmp_path / "nothing").mkdir()
    for source in (packed(tmp_path / "nothing.zip", {}), tmp_path / "nothing"):
        (said,) = bring(course, STEM, source).problems
        assert "holds no file: name the folder or zip" in said


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


@pytest.mark.parametrize(("id_", "taken"), [("ann alund", True), ("a@x.org", True), ("a/b", False)])
def test_an_id_that_names_a_folder_is_taken_and_another_is_said(course, tmp_path, id_, taken):
    (course.root / "roster.csv").write_text(f"id,login\n{id_},ann\n")
    done = bring(course, STEM, packed(tmp_path / "z.zip", {f"ann/{NAME}": NOTEBOOK}))
    assert done.taken == [id_] * taken
    said = (
        "can't be the name of a folder (leave out / \\ * ? [ ], and begin with none of . + - = @)"
    )
    assert all(said in problem for problem in done.problems)
    assert bool(done.problems) is not taken


@pytest.mark.parametrize("number", [errno.EPERM, errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_place_that_takes_nothing_is_a_sentence_with_the_right_advice(
    course, tmp_path, monkeypatch, number
):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(collecting, "_write", refuse)
    with pytest.raises(CourseError) as told:
        bring(course, STEM, packed(tmp_path / "z.zip", {f"ann/{NAME}": NOTEBOOK}))
    said = str(told.value)
    assert f"could not be written ({os.strerror(number)})" in said
    assert ("Make room" in said) == (number == errno.ENOSPC)
    assert ADVICE[number] in said


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
