"""What students hand in, and what intake says about it: which files, and which of them counts."""

from __future__ import annotations

import os

import pytest
from classroom_tiny import STEM, filled, text, tiny, write

from autograder.classroom.folder import files
from autograder.classroom.submissions.intake import intake
from autograder.classroom.submissions.match import answered

NAME = f"{STEM}.ipynb"


def take(folder):
    return intake(folder, STEM, tiny())


def test_a_plain_submission_has_no_problems(tmp_path):
    path = write(tmp_path, NAME, filled())
    got = take(tmp_path)
    assert got.problems == []
    assert answered(got.match) == (3, 2)
    assert got.sha256 == files.hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_nbgrader_adds_is_not_looked_at(tmp_path):
    write(tmp_path, NAME, filled())
    write(tmp_path, "timestamp.txt", b"2026-03-02 09:00:00 UTC")
    write(tmp_path / ".ipynb_checkpoints", NAME, tiny())
    assert take(tmp_path).problems == []


def test_an_empty_folder(tmp_path):
    assert take(tmp_path).problems == [f"No notebook was handed in. Hand in {NAME}."]


def test_a_folder_that_is_not_there(tmp_path):
    got = take(tmp_path / "nowhere")
    assert got.notebook is None
    assert "No notebook was handed in" in got.problems[-1]


def test_other_files_are_named(tmp_path):
    write(tmp_path, "report <b>.pdf", b"%PDF")
    assert take(tmp_path).problems == [
        f"No notebook was handed in, only report ?b?.pdf. Hand in {NAME}."
    ]


@pytest.mark.parametrize("name", ["homework (final).ipynb", "nested/deep/x.ipynb", "a.ipynb.txt"])
def test_another_name_is_recognised(tmp_path, name):
    write((tmp_path / name).parent, name.split("/")[-1], filled())
    got = take(tmp_path)
    assert answered(got.match)[1] == 2
    assert f"Name it {NAME} next time." in got.problems[0]


def test_of_several_the_completed_one_is_graded(tmp_path):
    write(tmp_path, NAME, tiny())
    write(tmp_path, "copy.ipynb", filled())
    got = take(tmp_path)
    assert answered(got.match)[1] == 2
    assert "copy.ipynb is graded, it fits best" in got.problems[0]


def test_of_two_completed_ones_the_name_decides(tmp_path):
    write(tmp_path, NAME, filled(double="def double(x):\n    return 'mine'"))
    write(tmp_path, "copy.ipynb", filled())
    assert "'mine'" in "".join(cell.source for cell in take(tmp_path).notebook.cells)


def test_a_broken_copy_beside_a_good_one(tmp_path):
    write(tmp_path, NAME, filled())
    write(tmp_path, "copy.ipynb", b"{")
    got = take(tmp_path)
    assert got.notebook is not None
    assert "copy.ipynb is not valid JSON" in got.problems[0]


def test_another_chapter(tmp_path):
    other = tiny("04-other")
    for cell in other.cells:
        cell.id, cell.source = (
            f"other-{cell.id}",
            f"# other\n{cell.source.replace('def ', 'def o')}",
        )
        cell.metadata.pop("nbgrader", None)
    write(tmp_path, NAME, other)
    got = take(tmp_path)
    assert got.problems == [
        f"{NAME} is the notebook of 04-other; no answer to {STEM} was found in it. "
        f"Hand in your {NAME}."
    ]


def test_answers_in_another_chapter_are_graded_all_the_same(tmp_path):
    notebook = filled()
    notebook.metadata["dropout_course"]["chapter"] = "04-other"
    write(tmp_path, NAME, notebook)
    (said,) = take(tmp_path).problems
    assert said.startswith(f"{NAME} says that it belongs to 04-other; its ")
    assert said.endswith(f"cells that answer {STEM} are graded all the same.")


def test_another_version_is_graded_all_the_same(tmp_path):
    notebook = filled()
    notebook.metadata["dropout_course"]["release"] = "bbbb"
    write(tmp_path, NAME, notebook)
    got = take(tmp_path)
    assert answered(got.match)[1] == 2
    assert "another version of the chapter; its answers are graded" in got.problems[0]


def test_links_pipes_and_large_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "FILE_LIMIT", 10)
    secret = write(tmp_path / "elsewhere", "secret.ipynb", filled())
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / NAME).symlink_to(secret)
    (folder / "dir").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(folder / "pipe.ipynb")
    write(folder, "data.csv", b"x" * 11)
    got = take(folder)
    assert got.notebook is None
    said = "\n".join(got.problems)
    assert f"{NAME} was not taken: a link." in said
    assert "dir was not taken: a link." in said
    assert "pipe.ipynb was not taken: not a regular file." in said
    assert "data.csv was not taken: too large" in said


def test_a_link_in_place_of_the_folder(tmp_path):
    write(tmp_path / "real", NAME, filled())
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    assert take(tmp_path / "folder").notebook is None


def test_a_notebook_over_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "NOTEBOOK_LIMIT", 100)
    write(tmp_path, NAME, filled())
    got = take(tmp_path)
    assert got.notebook is None
    assert "too large" in got.problems[0]


def test_a_thousand_files(tmp_path):
    for number in range(files.MAX_FILES + 10):
        write(tmp_path, f"z{number}.txt", b"")
    write(tmp_path, NAME, filled())
    got = take(tmp_path)
    assert got.notebook is not None
    assert "too many files" in got.problems[0]


def test_a_notebook_without_answer_cells(tmp_path):
    notebook = tiny()
    notebook.cells = [text("hello", "Hello")]
    write(tmp_path, NAME, notebook)
    assert "without any answer cell" in take(tmp_path).problems[0]


def test_the_submitted_folder_is_left_as_it_is(tmp_path):
    write(tmp_path, NAME, b"{")
    write(tmp_path, "notes.txt", b"hello")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    take(tmp_path)
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
