"""The playground's stored results: what the page may say of them."""

from __future__ import annotations

import json

import pytest
from sphinx.errors import ExtensionError

from bench.playground import SEEDS, extension

BOOK = extension()


def test_the_interval_is_students():
    mean, low, high = BOOK.interval([[0.02 * (k % 2), 0.0] for k in range(16)])
    assert mean == pytest.approx(1.0)
    # sd of eight zeros and eight twos: sqrt(16/15); t(15) = 2.131
    assert high - mean == pytest.approx(2.131 * (16 / 15) ** 0.5 / 4)
    assert mean - low == pytest.approx(high - mean)


@pytest.mark.parametrize(
    ("says", "low", "high", "holds"),
    [
        ("dropout helps", 0.1, 3, True),
        ("dropout still helps", -0.1, 3, False),
        ("dropout hurts", -3, -0.1, True),
        ("dropout hurts", -3, 0.1, False),
        ("worse", -3, 0.1, False),
        ("no clear difference", -0.9, 0.8, True),
        ("no difference shown", 0.1, 2, False),
    ],
)
def test_a_verdict_needs_its_interval(says, low, high, holds):
    assert BOOK.bears(says, low, high) is holds


def test_the_stored_results_bear_what_the_page_says():
    stored = BOOK.results()
    assert list(stored["presets"]) == list(BOOK.SAYS)
    assert {len(runs) for runs in (*stored["presets"].values(), *stored["slips"].values())} == {
        SEEDS
    }
    assert [row[-1] for row in BOOK.preset_rows()[1:]] == [says for _, says in BOOK.SAYS.values()]
    assert [row[-1] for row in BOOK.slip_rows()[1:]] == [says for _, says in BOOK.SLIPS.values()]


def test_a_verdict_that_the_data_do_not_bear_stops_the_build():
    with pytest.raises(ExtensionError, match="“dropout helps” does not hold for Noisy labels"):
        BOOK.borne("Noisy labels", "dropout helps", [[0.1, 0.1 + 0.01 * k] for k in range(16)])


def test_the_still_picture_shows_what_the_page_says():
    still = BOOK.results()["still"]
    wrong = sum(point[3] for point in still["points"]) / len(still["points"])
    assert still["train"][0] < 0.05  # hardly any training point is on the wrong side
    assert still["train"][1] > wrong / 2  # it passes most of the wrong labels by


@pytest.mark.parametrize("trouble", ["missing", "other scripts"])
def test_results_that_are_not_those_of_the_scripts_stop_the_build(tmp_path, monkeypatch, trouble):
    place = tmp_path / "playground.json"
    if trouble == "other scripts":
        place.write_text(json.dumps({"scripts": "0"}))
    monkeypatch.setattr(BOOK, "DATA", place)
    with pytest.raises(ExtensionError, match="python -m bench playground"):
        BOOK.results()
