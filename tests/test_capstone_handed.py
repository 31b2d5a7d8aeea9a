"""What is handed in as a capstone, and what the commands say of what can't be read or made."""

import json
import zipfile
from pathlib import Path

import pytest
from capstone_handed import run_grade, written
from typer.testing import CliRunner

from autograder.capstone.drawing import CLEAN, planted
from autograder.capstone.handed import read
from autograder.root import SetUpError
from autograder.sandbox import JailError


def test_a_zip_and_moved_modules_are_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
        for name, text in planted([]).items():
            place = "ada/layers.py" if name == "layers.py" else f"ada/dropnet/{name}"
            archive.writestr(place, text)
    told = read(tmp_path / "ada.zip")
    assert set(told.files) == set(planted([]))
    assert told.problems == ["layers.py is not in dropnet/: taken from ada/layers.py."]


def test_added_modules_are_taken_in_and_edited_checks_get_a_sentence(tmp_path):
    folder = written(tmp_path / "a", planted([]) | {"helpers.py": "x = 1"})
    (folder / "check.py").write_text((CLEAN / "check.py").read_text("utf-8") + "print(1)", "utf-8")
    (folder / "test_mine.py").write_text("assert True", "utf-8")
    told = read(folder)
    assert told.files["helpers.py"] == b"x = 1"
    assert told.problems == [
        "check.py is edited: it is not used in grading, and costs nothing.",
        "test_mine.py is not in dropnet/: it is not used.",
    ]


def test_an_untouched_check_gets_no_sentence(tmp_path):
    folder = written(tmp_path / "a", planted([]))
    (folder / "check.py").write_bytes((CLEAN / "check.py").read_bytes())
    assert read(folder).problems == []


def test_a_failure_of_ours_is_nobodys_zero(tmp_path, monkeypatch):
    def broken():
        raise JailError("no room")

    folder = written(tmp_path / "ada", planted([]))
    told = run_grade(monkeypatch, broken, folder, "--json")
    assert told.exit_code == 2
    assert json.loads(told.stdout) == [{"file": str(folder), "failure": "JailError: no room"}]
    told = run_grade(monkeypatch, broken, folder)
    assert told.exit_code == 2
    assert "is not graded, and that is not its fault" in " ".join(told.stdout.split())


def damaged(path):
    """Zips of each kind that can't be read, or hold nothing of the package."""
    whole = path / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dropnet/layers.py", "x = 1\n" * 500)
    data = whole.read_bytes()
    whole.unlink()
    at = data.index(b"layers.py") + 12
    made = {
        "none.zip": b"no zip",
        "half.zip": data[: len(data) // 2],
        "spoilt.zip": data[:at] + b"\xff" * 8 + data[at + 8 :],
        "method.zip": data.replace(b"\x08\x00", b"\x63\x00"),
    }
    with zipfile.ZipFile(path / "other.zip", "w") as archive:
        archive.writestr("essay.txt", "mine")
    for name, content in made.items():
        (path / name).write_bytes(content)
    (path / "empty").mkdir()
    return [path / name for name in (*made, "other.zip", "empty")]


def test_what_can_not_be_read_has_no_points(tmp_path, monkeypatch):
    """No zero either, and none in the gradebook: a person is to ask for it again."""
    from autograder.capstone import recording

    entered = []
    monkeypatch.setattr(recording, "record", lambda root, told: entered.append(told) or [])
    paths = damaged(tmp_path)
    told = run_grade(monkeypatch, None, "--json", "--record", *paths)
    assert told.exit_code == 1
    entries = json.loads(told.stdout)
    assert [entry["student"] for entry in entries] == [p.name.removesuffix(".zip") for p in paths]
    for entry in entries:
        assert "points" not in entry
        (said,) = entry["problems"]
        assert said.startswith(("It can't be read (", "It holds no module of dropnet/: hand in"))
    assert entered == []
    told = run_grade(monkeypatch, None, *paths)
    assert told.exit_code == 1
    assert told.stdout.count("It has no points.") == len(paths)
    assert "of 85" not in told.stdout


def test_what_is_no_hand_in_gets_a_sentence(tmp_path):
    (tmp_path / "ada.zip").write_bytes(b"no zip")
    for path in (tmp_path / "ada.zip", tmp_path / "nobody"):
        assert "can't be read" in read(path).problems[0]


def test_links_are_not_followed(tmp_path):
    folder = written(tmp_path / "a", planted([]))
    (folder / "dropnet" / "layers.py").unlink()
    (folder / "dropnet" / "layers.py").symlink_to("/etc/passwd")
    assert "layers.py is missing: what needs it earns nothing." in read(folder).problems


def test_a_hand_in_that_is_not_there_is_nobodys_zero(tmp_path, monkeypatch):
    told = run_grade(monkeypatch, None, tmp_path / "aad")
    assert isinstance(told.exception, SetUpError)
    assert "name the folders and zips" in str(told.exception)


@pytest.mark.parametrize("student", ["", "..", "a/../../b", "/tmp/x"])
def test_an_id_that_leads_elsewhere_gets_no_capstone(student, tmp_path, monkeypatch):
    from autograder.capstone.commands import app

    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(app, ["new", student])
    assert isinstance(told.exception, SetUpError)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_no_half_of_a_repository(tmp_path, monkeypatch):
    from autograder.capstone.commands import app

    write = Path.write_text

    def full(path, *given):
        if path.name == "layers.py":
            raise OSError(28, "No space left on device")
        return write(path, *given)

    monkeypatch.setattr(Path, "write_text", full)
    told = CliRunner().invoke(app, ["new", "ada", "--to", str(tmp_path / "ada")])
    assert isinstance(told.exception, SetUpError)
    assert list(tmp_path.iterdir()) == []
