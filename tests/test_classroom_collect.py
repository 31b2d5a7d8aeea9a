"""Taking submissions in, and remembering what has been graded."""

from __future__ import annotations

import json
import os

import pytest
from classroom_tiny import STEM, filled, tiny, write

from autograder.classroom.collecting import collect
from autograder.classroom.collecting.collect import before_autograde, prepare, receive
from autograder.classroom.folder import files
from autograder.classroom.running.journal import Journal, Row, Stamps, key_of
from autograder.classroom.submissions.intake import intake

NAME = f"{STEM}.ipynb"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "course" / "submitted" / "ann" / STEM
    path.mkdir(parents=True)
    return path


def test_receive_copies_no_link(tmp_path):
    secret = write(tmp_path / "teacher", "solutions.ipynb", filled())
    inbound = tmp_path / "inbound"
    write(inbound, "data.txt", b"1 2 3")
    (inbound / NAME).symlink_to(secret)
    os.mkfifo(inbound / "pipe")
    receive(inbound, tmp_path / "got")
    assert sorted(p.name for p in (tmp_path / "got").iterdir()) == ["data.txt", "intake.json"]
    problems = intake(tmp_path / "got", STEM, tiny()).problems
    assert f"{NAME} was not taken: a link." in problems[0]
    assert "pipe was not taken: not a regular file." in problems[1]


def test_receive_writes_the_record_itself(tmp_path):
    forged = {"left_out": [["everything", "I am the grader"]]}
    write(tmp_path / "inbound", "intake.json", json.dumps(forged).encode())
    write(tmp_path / "inbound", NAME, filled())
    receive(tmp_path / "inbound", tmp_path / "got")
    assert intake(tmp_path / "got", STEM, tiny()).problems == []


def test_receive_stops_at_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "FOLDER_LIMIT", 10)
    for name in "abc":
        write(tmp_path / "inbound", name, b"x" * 6)
    receive(tmp_path / "inbound", tmp_path / "got")
    assert sorted(p.name for p in (tmp_path / "got").iterdir()) == ["a", "intake.json"]


def test_prepare_leaves_a_good_folder_alone(folder):
    write(folder, NAME, filled())
    before = files.digest(folder)
    assert prepare(folder, STEM) == folder / NAME
    assert files.digest(folder) == before


@pytest.mark.parametrize("what", ["nothing", "link", "broken link", "folder", "pipe"])
def test_prepare_puts_a_stand_in(folder, tmp_path, what):
    if what == "link":
        (folder / NAME).symlink_to(write(tmp_path, "x.ipynb", filled()))
    elif what == "broken link":
        (folder / NAME).symlink_to(tmp_path / "nowhere")
    elif what == "folder":
        write(folder / NAME, "x.txt", b"hello")
    elif what == "pipe":
        os.mkfifo(folder / NAME)
    path = prepare(folder, STEM)
    assert path.is_file()
    assert not path.is_symlink()
    got = intake(folder, STEM, tiny())
    assert got.notebook is None
    assert f"Hand in {NAME}." in got.problems[-1]
    if what != "nothing":
        assert NAME in got.problems[0]
    assert prepare(folder, STEM) == path


def test_prepare_keeps_what_it_moves(folder, tmp_path):
    (folder / "a").mkdir()
    (folder / "a" / "data").symlink_to("/etc/hostname")
    write(folder, "timestamp.txt", b"yesterday, I think")
    write(folder, NAME, filled())
    prepare(folder, STEM)
    aside = tmp_path / "course" / "set-aside" / "ann" / STEM
    assert (aside / "a" / "data").is_symlink()
    assert (aside / "timestamp.txt").read_bytes() == b"yesterday, I think"
    assert sorted(p.name for p in folder.iterdir()) == [NAME, "a", "intake.json"]


def test_prepare_accepts_the_timestamp_of_nbgrader(folder):
    write(folder, "timestamp.txt", b"2026-03-02 09:00:00.000000 UTC\n")
    prepare(folder, STEM)
    assert (folder / "timestamp.txt").is_file()


def test_a_renamed_notebook_is_pointed_at_by_the_stand_in(folder):
    write(folder, "homework.ipynb", filled())
    notebooks = [str(folder / "homework.ipynb")]
    before_autograde(STEM, "*", notebooks)
    assert notebooks == [str(folder / NAME)]
    assert intake(folder, STEM, tiny()).notebook is not None


ROW = Row("ann", 3.0, 8.0, "graded", "fine")


def test_a_journal_is_read_again(tmp_path):
    Journal(tmp_path / "j").add([(ROW, "key")])
    assert Journal(tmp_path / "j").find("ann", "key") == ROW
    assert Journal(tmp_path / "j").find("ann", "other key") is None
    assert Journal(tmp_path / "j").find("bob", "key") is None
    assert Journal(tmp_path / "j").last("ann") == ROW


def test_a_failure_is_tried_again(tmp_path):
    journal = Journal(tmp_path / "j")
    journal.add([(Row("ann", 0, 8, "failed", "x"), "key")])
    assert journal.find("ann", "key") is None


def test_a_journal_that_was_cut_off(tmp_path):
    path = tmp_path / "j"
    Journal(path).add([(ROW, "key")])
    with path.open("a") as file:
        file.write('{"key": "k", "ro')
    journal = Journal(path)
    assert journal.find("ann", "key") == ROW
    journal.add([(Row("bob", 1, 8, "graded", "y"), "key")])
    assert Journal(path).find("bob", "key") is not None


def test_stamps(tmp_path):
    stamps = Stamps(tmp_path / "s")
    assert not stamps.fresh("a", "1")
    stamps.set("a", "1")
    assert Stamps(tmp_path / "s").fresh("a", "1")
    assert not Stamps(tmp_path / "s").fresh("a", "2")
    (tmp_path / "s").write_text("{")
    assert not Stamps(tmp_path / "s").fresh("a", "1")


def test_keys_do_not_run_together():
    assert key_of("ab", "c") != key_of("a", "bc")
