from __future__ import annotations

import stat

import pytest

from autograder.referee.inputs import CourseKeyError, attempt_hash, course_key, exercise_seed


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("AUTOGRADER_KEY", raising=False)
    key = course_key(tmp_path)
    assert len(key) == 64
    assert course_key(tmp_path) == key
    path = tmp_path / ".autograder" / "key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_environment_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_KEY", "given")
    assert course_key(tmp_path) == b"given"
    assert not (tmp_path / ".autograder").exists()


@pytest.mark.parametrize("content", [b"", b"\n", b" \t\n"])
def test_an_empty_key_is_refused(tmp_path, monkeypatch, content):
    monkeypatch.delenv("AUTOGRADER_KEY", raising=False)
    (tmp_path / ".autograder").mkdir()
    path = tmp_path / ".autograder" / "key"
    path.write_bytes(content)
    with pytest.raises(CourseKeyError, match="key is empty"):
        course_key(tmp_path)
    assert path.read_bytes() == content
    monkeypatch.setenv("AUTOGRADER_KEY", content.decode())
    with pytest.raises(CourseKeyError, match="AUTOGRADER_KEY"):
        course_key(tmp_path)


def test_a_key_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    monkeypatch.delenv("AUTOGRADER_KEY", raising=False)
    (tmp_path / ".autograder" / "key").mkdir(parents=True)  # root could read any file
    with pytest.raises(CourseKeyError, match="can't be read"):
        course_key(tmp_path)
    (tmp_path / "other").write_text("a file where a folder should be")
    with pytest.raises(CourseKeyError, match="can't be read"):
        course_key(tmp_path / "other")


def test_a_regrade_repeats_the_inputs_and_everything_else_changes_them():
    attempt = attempt_hash(["a", "b"])
    seed = exercise_seed(b"key", "ada", "draw_mask", attempt)
    assert exercise_seed(b"key", "ada", "draw_mask", attempt) == seed
    others = [
        exercise_seed(b"other", "ada", "draw_mask", attempt),
        exercise_seed(b"key", "bob", "draw_mask", attempt),
        exercise_seed(b"key", "ada", "survivors", attempt),
        exercise_seed(b"key", "ada", "draw_mask", attempt_hash(["a", "c"])),
        exercise_seed(b"key", "ada", "draw_mask", attempt_hash(["ab", ""])),
    ]
    assert len({seed, *others}) == 6
