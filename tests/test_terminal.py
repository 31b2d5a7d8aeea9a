"""No terminal and no file name ends a command."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import autograder.terminal as terminal

MARKS = "✓ ✗ − ─ → … × · 2ⁿ"
ENCODINGS = ("cp1252", "ascii", "latin-1", "cp437", "utf-8")


def run(*words: str | bytes, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "autograder", *words]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, env=environment)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_terminal_can_be_written_to(encoding):
    code = (
        "import autograder.terminal as t; t.speak_plainly();"
        f"print({MARKS!r}, 'caf\\udce9', '<html>')"
    )
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode(encoding)
    assert "caf?" in text
    assert "<html>" in text
    assert ("+" in text) == (encoding not in ("utf-8",))


def test_all_our_marks_have_a_plainer_form():
    error = UnicodeEncodeError("ascii", MARKS, 0, len(MARKS), "")
    plainer, end = terminal._plainer(error)
    assert end == len(MARKS)
    assert plainer.count("?") == MARKS.count(" ") + 1  # spaces and the digit are none of them


@pytest.fixture
def oddly_named(tmp_path):
    names = [b"ada.ipynb", b"ren\xe9.ipynb", b"\xff\xfe.ipynb", "zoë ✓.ipynb".encode()]
    paths = [os.path.join(os.fsencode(tmp_path), name) for name in names]
    for path in paths:
        with open(path, "wb") as file:
            file.write(b"{")
    return paths


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_name_in_latin_1_loses_nobodys_report(oddly_named, encoding):
    done = run("grade", *oddly_named, encoding=encoding)
    assert done.returncode == 1, done.stderr
    assert done.stdout.decode(encoding).count("is not valid JSON") == len(oddly_named)


@pytest.mark.slow
def test_a_name_in_latin_1_loses_nothing_of_the_json(oddly_named):
    done = run("grade", "--json", *oddly_named)
    assert done.returncode == 1
    assert done.stdout.count(b"is not valid JSON") == len(oddly_named)
