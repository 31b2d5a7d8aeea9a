"""Recorded quantities, conditions on them, and tables of results."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from dropout_course import lab
from dropout_course.lab import evidence
from dropout_course.lab.evidence import Finding, ends

LOW, HIGH = [1.0, 1.1, 1.2], [2.0, 2.2, 2.1]


@pytest.fixture
def published(monkeypatch):
    """What cells leave for the build."""
    import IPython.display

    found = {}

    def keep(data, metadata):
        mark = metadata["scrapbook"]
        (key,) = data
        assert key == mark["mime_prefix"] + "text/plain"
        found[mark["name"]] = json.loads(data[key])

    monkeypatch.setattr(IPython.display, "publish_display_data", keep)
    return found


def test_outside_the_build_nothing_happens_and_nothing_is_raised(monkeypatch, published):
    monkeypatch.delenv(evidence.BUILD, raising=False)
    lab.record("ch07.x", object())
    lab.record("ch07.x", [float("nan")])
    lab.claim("anything", False)
    assert published == {}


def test_the_build_gets_numbers_runs_differences_and_dicts(monkeypatch, published):
    monkeypatch.setenv(evidence.BUILD, "1")
    lab.record("ch07.one", np.float32(0.5))
    lab.record("ch07.runs", LOW)
    lab.record("ch07.named", {0.5: np.array(LOW), "b": 3})
    lab.record("ch07.gain", lab.paired_difference(HIGH, LOW))
    lab.claim("it grows", lab.above(HIGH, LOW))
    lab.claim("it shrinks", np.bool_(False))
    assert published["ch07.one"] == {"": 0.5}
    assert published["ch07.runs"] == {"": LOW}
    assert published["ch07.named"] == {"0.5": LOW, "b": 3.0}
    assert published["ch07.gain"][""]["n"] == 3
    assert published["claim: it grows"]["holds"] is True
    assert published["claim: it grows"]["numbers"].endswith("over 3 paired runs")
    assert published["claim: it shrinks"] == {"holds": False, "numbers": "the condition is false"}


@pytest.mark.parametrize("values", [[1.0, np.nan], np.inf, np.ones((2, 3)), []])
def test_the_build_refuses_what_is_no_measurement(monkeypatch, values):
    monkeypatch.setenv(evidence.BUILD, "1")
    with pytest.raises(ValueError, match=r"^ch07\.x: "):
        lab.record("ch07.x", values)


def test_comparisons_of_runs_go_by_the_paired_interval():
    assert lab.below(LOW, HIGH)
    assert not lab.above(LOW, HIGH)
    assert not lab.undecided(LOW, HIGH)
    noisy = [1.0, 2.5, 1.1]
    assert lab.undecided(noisy, LOW)
    assert not lab.below(noisy, LOW)
    assert not lab.above(noisy, LOW)
    gain = lab.paired_difference(HIGH, LOW)
    assert lab.above(gain)
    assert not lab.above(gain, 5)
    assert lab.below(gain, 5)
    assert lab.below(1, 2)
    assert not lab.below(2, 2)
    assert lab.undecided(2, 2)
    assert lab.below(LOW, 3)


def test_not_a_number_bears_nothing():
    for compare in (lab.below, lab.above, lab.undecided):
        assert not compare([np.nan, 1.0], [1.0, 2.0])
    assert not lab.within([np.nan, 1.0], 0, 2)
    assert not lab.every(np.array([np.nan, 1.0]) < 2)


def test_within_every_and_ends():
    assert ends(3) == (3.0, 3.0)
    low, high = ends(LOW)
    assert low < 1.1 < high
    assert lab.within(LOW, low, high)
    assert not lab.within(LOW, 1.0, 1.2)
    assert lab.every(np.array(LOW) < np.array(HIGH))
    assert lab.every(np.array(LOW) < 1.15) == Finding(False, "true in 2 of 3 runs")


def test_findings_join():
    yes, no = Finding(True, "a"), Finding(False, "b")
    assert not yes & no
    assert yes | no
    assert ~no
    assert (yes & no).numbers == "a; b"
    for plain in (True, np.bool_(True)):
        assert yes & plain
        assert plain & yes
        assert not (plain & no)
        assert no | plain
        assert plain | no
        assert isinstance(plain & yes, Finding)
    assert (yes & np.bool_(False)).numbers == "a; the condition is false"


ROWS = [
    ["element", np.array(LOW), 3, "x"],
    ["channel <b>", lab.paired_difference(LOW, HIGH), 1234, None],
]
COLUMNS = ["mask", "error / %", "runs", "note"]


def test_a_table_in_a_terminal_is_aligned():
    lines = str(lab.table(ROWS, COLUMNS, caption="Errors / %", format=".1f")).splitlines()
    assert lines[0] == "Errors / %"
    assert lines[3] == "element              1.1 ± 0.1      3     x"
    assert lines[4].rstrip() == "channel <b>  −1.0 [−1.2, −0.8]  1,234"
    assert repr(lab.table(ROWS, COLUMNS)) == str(lab.table(ROWS, COLUMNS))


def test_a_table_on_a_page_says_what_is_a_heading_and_escapes():
    html = lab.table(ROWS, COLUMNS, caption="Errors < 2 %", format=".1f")._repr_html_()
    assert "<caption>Errors &lt; 2 %</caption>" in html
    assert re.findall(r'<th scope="col">([^<]*)</th>', html) == COLUMNS
    assert re.findall(r'<th scope="row">(.*?)</th>', html) == ["element", "channel &lt;b&gt;"]
    assert 'tabindex="0" role="region" aria-label="Errors &lt; 2 %"' in html
    assert "overflow-x: auto" in html
    assert html.count("<td>") == 6


def test_formats_are_for_columns_and_counts_stay_whole():
    table = lab.table(
        [["a", 0.25, 0.123456, 7]], ["net", "p", "x", "n"], format=[None, ".2f", ".0%", ".1f"]
    )
    assert table.rows == [["a", "0.25", "12%", "7"]]
    assert lab.table([["a", -0.04]], ["net", "x"], format="+.1f").rows == [["a", "+0.0"]]
    assert lab.table([["a", -0.04]], ["net", "x"], format=".1f").rows == [["a", "0.0"]]


@pytest.mark.parametrize(
    ("rows", "columns", "format", "message"),
    [
        ([["a", 1]], ["one"], ".1f", "the row 'a' has 2 entries for 1 columns"),
        ([["a", 1]], ["net", "x"], [".1f"], "1 formats for 2 columns"),
        ([["a", 1]], ["", "x"], ".1f", "a column has no heading"),
        ([["a", np.ones((2, 2))]], ["net", "x"], ".1f", "not an array"),
    ],
)
def test_a_table_with_a_mistake_says_which(rows, columns, format, message):
    with pytest.raises(ValueError, match=message):
        lab.table(rows, columns, format=format)
