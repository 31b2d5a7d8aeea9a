"""The command line: help, JSON for programs, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys

import nbformat
import pytest
from messy import filled
from typer.testing import CliRunner

from autograder import listing
from autograder.capstone import drawing
from autograder.cli import app, main
from autograder.referee import Config
from autograder.root import SetUpError, course_root, which
from autograder.single import grade_file

COMMANDS = ["list", "check", "grade", "autograde", "feedback", "build", "release", "doctor"]
COMMANDS += ["course", "collect", "export", "report", "archive", "forget"]
COMMANDS += ["gradescope", "classroom", "new", "capstone new", "capstone grade"]


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def completed(tmp_path):
    """The notebook of chapter 03 with the references in it, and one exercise untouched."""
    nb = filled(leave="commutes")
    path = tmp_path / "mine.ipynb"
    nbformat.write(nb, path)
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_json(command):
    told = run(*command.split(), "--help")
    assert told.exit_code == 0
    assert "--json" in told.output


def test_what_begins_something_says_in_json_what_it_wrote(tmp_path):
    told = run("capstone", "new", "ann", "--to", tmp_path / "ann", "--json")
    assert told.exit_code == 0
    assert json.loads(told.output) == {"written": str(tmp_path / "ann")}
    assert (tmp_path / "ann" / "dropnet").is_dir()


@pytest.mark.parametrize("named", ["3", "03", "03-dropout-forward", "03-dropout-forward.ipynb"])
def test_an_assignment_is_named_by_its_chapter_with_or_without_a_nought(named):
    assert which(course_root(), named) == "03-dropout-forward"


@pytest.mark.parametrize("named", ["", "0", "003", "99", "1-", "overfitting"])
def test_what_names_no_assignment_is_a_sentence(named):
    with pytest.raises(SetUpError, match="there is 01-overfitting, "):
        which(course_root(), named)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["list"], "Stopped: nothing is half done; run the same command again."),
        (["capstone", "new", "ann"], "Stopped: run the same command again."),
    ],
)
def test_a_command_that_is_stopped_says_so(command, words, monkeypatch, tmp_path):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(listing, "listing", stop)
    monkeypatch.setattr(drawing, "drawn", stop)
    monkeypatch.chdir(tmp_path)
    told = run(*command)
    assert told.exit_code == 130
    assert told.stderr.strip() == words
    assert list(tmp_path.iterdir()) == []  # half a repository would stand in the way


def test_the_list_has_what_programs_need():
    entries = json.loads(run("list", "--json").output)
    assert [entry["number"] for entry in entries][:4] == ["1.1", "1.2", "1.3", "1.4"]
    entry = next(entry for entry in entries if entry["id"] == "survivors")
    assert entry["chapter"] == "03"
    assert entry["names"] == ["survivor_pmf", "prob_dead_layer"]
    assert entry["points"] == 10
    assert set(entry) == {
        "id", "assignment", "chapter", "number", "title", "points", "names", "laws", "mistakes"
    }  # fmt: skip
    assert entry["laws"]["visible"] >= 4
    assert entry["laws"]["hidden"] >= 3
    assert len(entry["mistakes"]) >= 4


@pytest.mark.parametrize("words", [["grade"], ["nonsense"], ["autograde", "99-nothing"]])
def test_wrong_usage_ends_with_two(words, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["autograder", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2


def test_a_file_that_cannot_be_read_is_an_entry_with_a_problem(tmp_path):
    (tmp_path / "broken.ipynb").write_text("{")
    (tmp_path / "other.ipynb").write_text(nbformat.v4.writes(nbformat.v4.new_notebook()))
    files = [tmp_path / name for name in ("broken.ipynb", "other.ipynb", "missing.ipynb")]
    told = run("grade", "--json", "--unsafe", *files)
    assert told.exit_code == 1
    entries = json.loads(told.output)
    assert [entry["file"] for entry in entries] == [str(path) for path in files]
    said = ["not valid JSON", "no notebook of this", "no such file"]
    for entry, words in zip(entries, said, strict=True):
        assert words in " ".join(entry["problems"])
        assert entry["score"] == entry["max_score"] == 0
        assert entry["exercises"] == []


def test_a_folder_and_a_zip_get_the_right_advice(tmp_path):
    (tmp_path / "class.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    told = run("grade", "--json", "--unsafe", tmp_path, tmp_path / "class.zip")
    folder, packed = (" ".join(entry["problems"]) for entry in json.loads(told.output))
    assert "Name notebooks" in folder
    assert "Unpack it" in packed


@pytest.mark.slow
def test_a_good_notebook_is_checked_and_graded(completed):
    told = run("check", "--json", completed)
    assert told.exit_code == 0, told.output
    (entry,) = json.loads(told.output)
    assert (entry["score"], entry["max_score"]) == (48, 60)
    assert all(check["visible"] for e in entry["exercises"] for check in e["laws"])
    told = run("grade", "--json", completed)
    assert told.exit_code == 0, told.output
    (graded,) = json.loads(told.output)
    assert set(graded) == {
        "file", "chapter", "score", "max_score", "problems", "reminders", "exercises"
    }  # fmt: skip
    assert graded["reminders"] == []
    assert entry["reminders"][0] == (
        "Not answered yet: 3.6 (commutes), the written question ch03-why."
    )
    assert graded["score"] == 48
    assert any(not check["visible"] for e in graded["exercises"] for check in e["laws"])
    for exercise in graded["exercises"]:
        assert set(exercise) == {
            "id", "score", "max_score", "passed", "laws", "mistake", "seconds"
        }  # fmt: skip
        assert set(exercise["laws"][0]) == {"name", "visible", "passed", "message"}


@pytest.mark.slow
def test_unsafe_grading_says_so(completed):
    told = run("grade", "--unsafe", completed)
    assert told.exit_code == 1
    assert "without a sandbox" in told.output


@pytest.mark.slow
def test_check_finds_what_was_done_to_cells(completed):
    nb = nbformat.read(completed, 4)
    by_id = {cell.id: cell for cell in nb.cells}
    by_id["survivors-check"].source = "print('all right')"
    nb.cells.remove(by_id["draw_mask-check"])
    nb.cells.append(nbformat.from_dict({**by_id["dropout_standard"], "id": "a-copy"}))
    nbformat.write(nb, completed)
    told = run("check", completed)
    assert told.exit_code == 1
    for words in ("3.4 was changed", "3.1 was deleted", "3.2 has 2 answer cells"):
        assert words in told.output
    assert "48 of 60 points" in told.output


@pytest.mark.slow
def test_no_grammar_is_compiled_to_start():
    """It takes seconds, for each command and each worker."""
    source = "import sys, autograder.classroom.running.grading; print('lark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_a_folder_that_may_not_be_looked_into_is_a_sentence(monkeypatch, tmp_path):
    def shut(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("autograder.single.read_regular", shut)
    monkeypatch.setattr("pathlib.Path.is_dir", shut)  # as where the folder around it is shut
    told = grade_file(tmp_path / "a.ipynb", tmp_path, Config())
    assert told.problems == ["The file can't be read: Permission denied. Take another copy."]
