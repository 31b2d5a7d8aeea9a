"""Zips that are taken in: damaged, hostile, in one another, and with too much in them."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest
from classroom_tiny import STEM
from delivered import NOTEBOOK, files_of, packed, with_roster
from tiny_home import NAME, home, tiny_course  # noqa: F401

from autograder.classroom.collecting.bring import bring
from autograder.classroom.collecting.delivery import zip_files
from autograder.classroom.folder.coursedir import CourseError
from autograder.classroom.folder.files import MAX_FILES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]


@pytest.fixture
def course(home):  # noqa: F811
    return with_roster(home)


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
