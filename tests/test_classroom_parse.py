"""How the file of a notebook is read: damaged, of old formats, full of outputs, or no notebook."""

from __future__ import annotations

import json

import pytest
from classroom_tiny import STEM, filled, stripped, tiny, without, write

from autograder.classroom.submissions import parse
from autograder.classroom.submissions.intake import intake
from autograder.classroom.submissions.match import answered

NAME = f"{STEM}.ipynb"


def take(folder):
    return intake(folder, STEM, tiny())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (b"", "is empty"),
        (b"{", "is not valid JSON"),
        (b'{"cells": [', "Take another copy"),
        ("{\xe9}".encode("latin1"), "is not text in UTF-8"),
        (b"a,b\n1,2\n", "another kind of file. Take the notebook itself"),
        (b"%PDF-1.4\xff", "is no notebook"),
        (b"PK\x03\x04\xff", "is a zip"),
        (b"[" * 100_000, "is not valid JSON"),
        (b"[1, 2]", "is JSON, but not a notebook"),
        (b'{"cells": 3}', "is JSON, but not a notebook"),
        (b"\xff\xfe\xff", "is no"),
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


@pytest.mark.slow
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
    assert answered(got.match)[1] == 2
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
    assert answered(got.match)[1] == 1
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
    assert answered(got.match)[1] == 2


def test_a_byte_order_mark(tmp_path):
    write(tmp_path, NAME, b"\xef\xbb\xbf" + json.dumps(filled()).encode())
    assert take(tmp_path).problems == []
