"""Removing what a hostile notebook left behind."""

import os

import pytest

from autograder.sandbox.jail.scratch import remove_tree, used


def test_a_very_deep_folder_goes(tmp_path):
    top = tmp_path / "top"
    top.mkdir()
    here = os.getcwd()
    os.chdir(top)
    try:
        for _ in range(2000):
            os.mkdir("d" * 100)
            os.chdir("d" * 100)
    finally:
        os.chdir(here)
    remove_tree(str(top))
    assert not top.exists()


def test_links_are_not_followed(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    top = tmp_path / "top"
    (top / "inner").mkdir(parents=True)
    (top / "link").symlink_to(kept)
    (top / "inner" / "link").symlink_to(kept)
    (top / "inner" / "gone").symlink_to("nowhere")
    remove_tree(str(top))
    assert not top.exists()
    assert (kept / "file").read_text() == "x"


def test_modes_do_not_matter(tmp_path):
    top = tmp_path / "top"
    (top / "a" / "b").mkdir(parents=True)
    (top / "a" / "b" / "file").write_text("x")
    os.chmod(top / "a" / "b", 0)
    os.chmod(top / "a", 0)
    remove_tree(str(top))
    assert not top.exists()


def test_nothing_to_remove(tmp_path):
    remove_tree(str(tmp_path / "nothing"))
    assert not list(tmp_path.iterdir())


def test_used_counts_files_and_bytes(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").write_bytes(b"x" * 100_000)
    assert used(str(tmp_path)) >= 100_000
    assert used(str(tmp_path)) == pytest.approx(100_000, rel=0.5)


def test_used_gives_up_on_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.jail.scratch.MANY", 10)
    for number in range(20):
        (tmp_path / str(number)).touch()
    assert used(str(tmp_path)) > 1 << 60
