"""What of a student's output may be shown, and how a score is written for nbgrader."""

from __future__ import annotations

import base64
import json
import logging
import math

import nbformat
import pytest
from classroom_tiny import get, tiny
from nbformat.v4 import new_markdown_cell
from nbgrader.utils import determine_grade

from autograder.classroom.outputs import CELL_LIMIT, TEXT_LIMIT, clip, safe_outputs, verdict
from autograder.classroom.preprocessors import SafeMarkdown
from autograder.classroom.report import Record, report

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()


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
