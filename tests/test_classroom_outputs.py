"""What of a student's output may be shown, and how a score is written for nbgrader."""

from __future__ import annotations

import base64
import json
import logging
import math
import re
import struct

import nbformat
import pytest
from classroom_tiny import get, tiny
from nbconvert.filters.markdown import markdown2html
from nbformat.v4 import new_markdown_cell
from nbgrader.utils import determine_grade

from autograder.classroom.submissions.outputs import (
    CELL_LIMIT,
    TEXT_LIMIT,
    TOTAL_LIMIT,
    clip,
    safe_outputs,
    verdict,
    weight,
)
from autograder.classroom.submissions.preprocessors import SafeMarkdown
from autograder.classroom.submissions.rebuild import EXTRA
from autograder.classroom.submissions.report import Record, report


def png(width, height, head=b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"):
    return base64.b64encode(head + struct.pack(">II", width, height) + b"\x08\0\0\0\0").decode()


PNG = png(460, 345)


def shown(data, kind="display_data"):
    return safe_outputs([{"output_type": kind, "data": data, "metadata": {"a": "<b>"}}])


def test_text_and_pictures_are_kept():
    (output,) = shown({"text/plain": ["a", "b"], "image/png": PNG})
    assert output.data == {"text/plain": "ab", "image/png": PNG}
    assert output.metadata == {}


@pytest.mark.parametrize(
    "mime",
    [
        "text/html",
        "image/svg+xml",
        "application/javascript",
        "text/latex",
        "text/markdown",
        "application/vnd.jupyter.widget-view+json",
        "image/jpeg",
    ],
)
def test_everything_else_is_dropped(mime):
    assert shown({mime: "<script>alert(1)</script>"}) == []


def test_a_picture_that_would_leave_its_attribute_is_dropped():
    assert shown({"image/png": PNG + '" onerror="alert(1)'}) == []
    assert shown({"image/png": base64.b64encode(b"<svg onload=alert(1)>").decode()}) == []


@pytest.mark.parametrize(
    "picture",
    [
        png(30_000, 30_000),
        png(2**32 - 1, 2**32 - 1),
        png(0, 9),
        png(9, 9, b"\x89PNG\r\n\x1a\n\0\0\0\x0cIHDR"),
        png(9, 9, b"\x89PNG\r\n\x1a\n\0\0\0\0IDAT\0\0\0\0\0\0\0\x0dIHDR"),
        base64.b64encode(base64.b64decode(PNG)[:23]).decode(),
    ],
)
def test_a_picture_of_too_many_pixels_or_of_none_is_dropped(picture):
    assert shown({"image/png": picture}) == []
    assert shown({"image/png": picture, "text/plain": "<Figure>"})[0].data.keys() == {"text/plain"}


def test_the_pictures_of_a_notebook_have_a_limit_together():
    output = {"output_type": "display_data", "data": {"image/png": png(2000, 2000)}}
    kept, budget = [], TOTAL_LIMIT
    for _ in range(30):
        outputs = safe_outputs([output] * 5, budget)
        budget -= weight(outputs)
        kept += [o for o in outputs if o.output_type == "display_data"]
    assert len(kept) == 49
    assert weight(shown({"image/png": PNG})) < 10_000


def test_a_result_of_a_student_is_no_score():
    (output,) = shown({"text/plain": "12.0"}, kind="execute_result")
    assert output.output_type == "display_data"


def test_streams_and_errors():
    error = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["a", 1]}
    stream = {"output_type": "stream", "name": "<i>", "text": "hello"}
    first, second = safe_outputs([error, stream])
    assert first.traceback == ["a", "1"]
    assert second.name == "stdout"
    nbformat.validate(first, "output", version=4)


@pytest.mark.parametrize("bad", [None, 3, {}, {"output_type": "x"}, {"output_type": "stream"}])
def test_nonsense_is_harmless(bad):
    json.dumps(safe_outputs([bad]))


def test_floods_are_cut():
    many = [{"output_type": "stream", "name": "stdout", "text": "x" * 10**6}] * 1000
    outputs = safe_outputs(many)
    assert len(outputs) == CELL_LIMIT + 1
    assert max(len(output.text) for output in outputs) < TEXT_LIMIT + 100
    assert "left out" in outputs[0].text
    assert len(safe_outputs(many, budget=100)) == 1


def test_text_that_no_file_can_hold():
    clip("\ud800").encode()


@pytest.mark.parametrize(
    ("score", "recorded"),
    [(8.0, 8.0), (0.0, 0.0), (3.5, 3.5), (99.0, 8.0), (-1.0, 0.0), (math.nan, 0.0), (math.inf, 0)],
)
def test_nbgrader_records_the_score(score, recorded):
    cell = get(tiny(), "double-check")
    cell.outputs = verdict("words", score, 8.0)
    assert determine_grade(cell, logging.getLogger()) == (recorded, 8.0)


def test_words_stand_above_the_number():
    stream, result = verdict("3 of 5", 4, 8)
    assert (stream.name, stream.text) == ("stdout", "3 of 5\n")
    assert result.data == {"text/plain": "4.0"}
    assert verdict("", 4, 8) == [result]


def disarmed(source, **marks):
    cell = new_markdown_cell(source)
    cell.metadata["nbgrader"] = {"solution": True} | marks
    return SafeMarkdown().preprocess_cell(cell, {}, 0)[0].source


def test_markdown_of_a_student_opens_no_tag():
    said = disarmed("1 < 2 <script>x</script> <img src=x> <!-- a --> [l](JavaScript:alert(1))")
    assert "1 < 2" in said
    assert "<script" not in said
    assert "</" not in said
    assert "<!" not in said
    assert "javascript:" not in said.lower()
    assert "\\href{" not in disarmed("$\\href{javascript:x}{y}$")


@pytest.mark.parametrize(
    "source",
    [
        "![see](http://example.org/x.png)",
        "![see][it]\n\n[it]: http://example.org/x.png",
        "![see]\n\n[see]: //example.org/x.png 'title'",
        "[![see](//example.org/x.png)](http://example.org)",
        "> - ![see](<//example.org/x y.png>)",
        "\\\\![see](//example.org/x.png)",
        "![see](attachment:x.png)",
    ],
)
def test_a_picture_of_a_student_becomes_a_link(source):
    page = markdown2html(disarmed(source))
    assert "<img" not in page
    assert "see</a>" in page


def test_links_whose_scheme_is_escaped_do_nothing():
    page = markdown2html(
        disarmed("[a](javascript\\:x) [b](<vbscript\\:x>)\n\n[c]\n\n[c]: data\\:x")
    )
    assert not re.search(r"(?i)(script|data)\s*:", page)


def test_diagrams_and_styles_of_a_student_are_text():
    assert "<pre class=" not in markdown2html(disarmed("```mermaid\nflowchart TD\n```"))
    for command in ("bbox[a:b]{x}", "mmlToken{mi}[style='a:b']{x}", "href1{x}", "csname href"):
        assert f"\\{command}" not in disarmed(f"$\\{command}$")
    assert disarmed("$\\hrefs \\databits$") == "$\\hrefs \\databits$"


def test_long_markdown_of_a_student_is_cut():
    notebook = tiny()
    notebook.cells = [new_markdown_cell("x" * 50_000, metadata={"tags": [EXTRA]})] * 20
    shown, _ = SafeMarkdown().preprocess(notebook, {})
    lengths = [len(cell.source) for cell in shown.cells]
    assert max(lengths) < TEXT_LIMIT + 100
    assert sum(lengths) < 110_000


def test_markdown_of_the_course_is_left_alone():
    assert disarmed("<details>a</details>", solution=False) == "<details>a</details>"


def test_a_report_holds_no_markup_of_a_student():
    record = Record(True, problems=["x <script>`*_[a](b)$ was not taken"], score=3, max_score=8)
    text = report(record)
    assert text.startswith("**Autograder: 3 of 8 points**")
    assert "<" not in text
    assert "[a]" not in text.replace("\\[", "")


@pytest.mark.parametrize(
    ("record", "status", "reason"),
    [
        (Record(False, ["Nothing."]), "problem", "Nothing. No answer was graded."),
        (Record(True, failure="E: x"), "failed", "The autograder failed (E: x)."),
    ],
)
def test_every_record_has_a_reason(record, status, reason):
    assert record.status == status
    assert record.reason.startswith(reason)
