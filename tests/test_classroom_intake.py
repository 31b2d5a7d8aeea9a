"""What students hand in, and what intake says about it."""

from __future__ import annotations

import json
import os

import pytest
from classroom_tiny import STEM, filled, stripped, text, tiny, without, write

from autograder.classroom.folder import files
from autograder.classroom.submissions import parse
from autograder.classroom.submissions.intake import intake
from autograder.classroom.submissions.match import answered

NAME = f"{STEM}.ipynb"


def take(folder):
    return intake(folder, STEM, tiny())


def test_a_plain_submission_has_no_problems(tmp_path):
    path = write(tmp_path, NAME, filled())
    got = take(tmp_path)
    assert got.problems == []
    assert answered(tiny(), got.notebook) == (3, 2)
    assert got.sha256 == files.hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_nbgrader_adds_is_not_looked_at(tmp_path):
    write(tmp_path, NAME, filled())
    write(tmp_path, "timestamp.txt", b"2026-03-02 09:00:00 UTC")
    write(tmp_path / ".ipynb_checkpoints", NAME, tiny())
    assert take(tmp_path).problems == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (b"", "is empty"),
        (b"{", "is not valid JSON"),
        (b"[" * 100_000, "is not valid JSON"),
        (b"[1, 2]", "is JSON, but not a notebook"),
        (b'{"cells": 3}', "is JSON, but not a notebook"),
        (b"\xff\xfe\xff", "is not"),
        (b"<<<<<<< HEAD\n=======\n>>>>>>> main\n", "unfinished merge"),
        (b"9" * 5000, "is not"),
    ],
)
def test_a_file_that_is_no_notebook(tmp_path, spoil, said):
    write(tmp_path, NAME, spoil)
    got = take(tmp_path)
    assert got.notebook is None
    assert len(got.problems) == 1
    assert said in got.problems[0]
    assert "hand it in again" in got.problems[0]


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
    assert answered(tiny(), got.notebook)[1] == 2
    assert f"Name it {NAME} next time." in got.problems[0]


def test_of_several_the_completed_one_is_graded(tmp_path):
    write(tmp_path, NAME, tiny())
    write(tmp_path, "copy.ipynb", filled())
    got = take(tmp_path)
    assert answered(tiny(), got.notebook)[1] == 2
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
    assert answered(tiny(), got.notebook)[1] == 2
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


def test_outputs_and_attachments_are_dropped(tmp_path):
    notebook = filled()
    notebook.cells[1].outputs = [{"output_type": "display_data", "data": {"text/html": "<b>"}}]
    notebook.cells[0]["attachments"] = {"a.svg": {"image/svg+xml": "<svg/>"}}
    notebook.cells[0].metadata["widgets"] = {"x": 1}
    write(tmp_path, NAME, notebook)
    cleaned = json.dumps(take(tmp_path).notebook)
    assert "<b>" not in cleaned
    assert "svg" not in cleaned
    assert "widgets" not in cleaned


TRICKY = ['"', "\\", '\\"', "]}", '"outputs": [', "[{", "\u20ac \U0001f642", "", "x\n"]


def heavy():
    """The notebook with outputs and attachments full of what JSON escapes."""
    notebook = filled(double="def double(x):\n    return '[{\\\\\"' and 2 * x  # \u20ac \U0001f642")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            data = {"text/plain": TRICKY, "x": {"outputs": [{"a": [TRICKY, 1.5, None]}]}}
            cell.outputs = [{"output_type": "display_data", "data": data}]
        cell["attachments"] = {"a.png": {"image/png": '"]}'}}
    notebook.metadata["widgets"] = {"state": TRICKY}
    return notebook


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_large_file_is_read_like_a_small_one(monkeypatch, ascii_only, indent):
    data = json.dumps(heavy(), ensure_ascii=ascii_only, indent=indent).encode()
    small = parse.parse(data)
    monkeypatch.setattr(parse, "LARGE", 0)
    assert parse.parse(data) == small
    assert parse.parse(b"\xef\xbb\xbf" + data) == small
    rest = json.loads(parse._without_outputs(data))
    assert [cell.get("outputs", []) for cell in rest["cells"]] == [[] for _ in rest["cells"]]
    assert {len(cell["attachments"]) for cell in rest["cells"]} == {0}


@pytest.mark.parametrize("cut", range(1, 900, 7))
def test_a_large_file_that_is_cut_off(monkeypatch, cut):
    monkeypatch.setattr(parse, "LARGE", 0)
    with pytest.raises(parse.UnreadableError, match="is not valid JSON"):
        parse.parse(json.dumps(heavy()).encode()[:-cut])


@pytest.mark.parametrize(
    ("key", "part", "count", "said"),
    [
        ("more", "{}", 700_000, "beside its outputs"),
        ("more", "1234567890", 1_000_000, "beside its outputs"),
        ("more", "[]", 2_600_000, "clear its outputs"),
        ("outputs", "[]", 2_600_000, "clear its outputs"),
    ],
)
def test_a_file_of_too_many_parts_is_refused(key, part, count, said):
    with pytest.raises(parse.UnreadableError, match=said):
        parse.parse(f'{{"cells": [], "{key}": [{part},{f"{part}," * count} 0]}}'.encode())


def test_many_short_lines_of_output_are_no_hindrance(tmp_path):
    notebook = filled()
    lines = [f"epoch {n}\n" for n in range(600_000)]
    notebook.cells[3].outputs = [{"output_type": "stream", "name": "stdout", "text": lines}]
    write(tmp_path, NAME, json.dumps(notebook, indent=1).encode())
    assert take(tmp_path).problems == []


def test_a_large_file_in_utf_16(monkeypatch):
    monkeypatch.setattr(parse, "LARGE", 0)
    with pytest.raises(parse.UnreadableError, match="not in UTF-8"):
        parse.parse(json.dumps(heavy()).encode("utf-16"))


PAGES = [
    b"<!DOCTYPE html><html><body>notebook</body></html>",
    b"\xef\xbb\xbf\n  <html lang='en'>",
    b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC>",
    b"<!-- saved from url=(0042) -->\n<html>",
    b"<head><title>404</title></head>",
    b"<BODY>",
]


@pytest.mark.parametrize("page", PAGES)
def test_a_web_page_is_said_to_be_one_and_where_the_notebook_is(tmp_path, page):
    write(tmp_path, NAME, page)
    (said,) = take(tmp_path).problems
    assert "is a web page, not a notebook" in said
    assert "File > Download" in said
    assert "Open it in JupyterLab" not in said
    assert said.endswith("nothing could be graded.")


def test_a_zip_is_said_to_be_one(tmp_path):
    write(tmp_path, NAME, b"PK\x03\x04\x14\x00")
    (said,) = take(tmp_path).problems
    assert "is a zip, not a notebook" in said
    assert "Unpack it" in said


def test_damaged_cells_are_left_out(tmp_path):
    notebook = json.loads(json.dumps(filled()))
    notebook["cells"][:0] = [None, 3, {}, {"cell_type": "code"}, {"cell_type": [], "source": "x"}]
    notebook["cells"] += [{"cell_type": "code", "source": ["a", 1]}]
    write(tmp_path, NAME, notebook)
    got = take(tmp_path)
    assert answered(tiny(), got.notebook)[1] == 2
    assert "6 cells are damaged" in got.problems[0]


def test_strange_characters_can_be_written_again(tmp_path):
    write(tmp_path, NAME, filled(double="x = '\ud800\0'\ndef double(x):\r\n    return x"))
    notebook = take(tmp_path).notebook
    source = "".join(cell.source for cell in notebook.cells)
    source.encode()
    assert "\0" not in source
    assert "\r" not in source


def test_format_3_is_upgraded(tmp_path):
    cells = [
        {"cell_type": "heading", "level": 1, "source": "Tiny"},
        {"cell_type": "code", "input": ["def double(x):\n", "    return 2 * x"], "outputs": []},
    ]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}
    write(tmp_path, NAME, old)
    got = take(tmp_path)
    assert answered(tiny(), got.notebook)[1] == 1
    assert "old notebook format 3; it was upgraded" in got.problems[0]


def test_format_4_4_without_cell_ids(tmp_path):
    notebook = without(filled())
    for cell in notebook.cells:
        del cell["id"]
    notebook.nbformat_minor = 4
    write(tmp_path, NAME, notebook)
    assert take(tmp_path).problems == []


def test_all_metadata_lost(tmp_path):
    write(tmp_path, NAME, stripped(filled()))
    got = take(tmp_path)
    assert got.problems == []
    assert answered(tiny(), got.notebook)[1] == 2


def test_a_byte_order_mark(tmp_path):
    write(tmp_path, NAME, b"\xef\xbb\xbf" + json.dumps(filled()).encode())
    assert take(tmp_path).problems == []


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
