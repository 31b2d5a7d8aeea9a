"""How sentences show recorded quantities, and how conditions are evaluated on them."""

from __future__ import annotations

import pytest

from autograder.authoring.conditions import evaluate, parse_condition
from autograder.authoring.measured import (
    MeasuredError,
    parse,
    pick,
    read_store,
    roles_in,
    show,
    stored_text,
    values_of,
)

RECORDS = {
    "ch07.error": values_of({"own": [1.0, 2.0, 3.0], "0.5": [2.0, 3.0, 4.5]}),
    "ch07.tiny": values_of({"": -0.001}),
    "ch07.share": values_of({"": 0.256}),
    "ch07.one_run": values_of({"": [1.0]}),
    "ch07.gain": values_of({"": {"mean": 1.0, "low": 0.5, "high": 1.5, "n": 3}}),
}


def shown_as(content):
    name, key, spec = parse(content)
    return show(pick(RECORDS, name, key), spec)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("ch07.error[own]:.1f", "2.0"),
        ("ch07.error[0.5]:.2f", "3.17"),
        ("ch07.error[own]:±.1f", "2.0 ± 0.6"),
        ("ch07.error[own]:[.1f]", "[−0.5, 4.5]"),
        ("ch07.tiny:.1f", "0.0"),
        ("ch07.tiny:.3f", "−0.001"),
        ("ch07.share:.0%", "26 %"),
        ("ch07.gain:+.1f", "+1.0"),
        ("ch07.gain:[+.1f]", "[+0.5, +1.5]"),
        ("ch07.error[own]:\n.1f", "2.0"),
    ],
)
def test_a_role_shows(content, shown):
    assert shown_as(content).replace("\xa0", " ") == shown


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("ch07.error", "no format after a colon: write"),
        ("error:.1f", "has no id"),
        ("ch07.none:.1f", r"no cell records ch07.none \(recorded in ch07: ch07.error, "),
        ("ch07.error[b]:.1f", r"choose from ch07.error\[own\], ch07.error\[0.5\]"),
        ("ch07.error:.1f", "choose from"),
        ("ch07.tiny:±.1f", "only runs have a standard error"),
        ("ch07.gain:±.1f", "only runs have a standard error"),
        ("ch07.one_run:±.1f", "at least two runs"),
        ("ch07.tiny:[.1f]", "a single number has no interval"),
        ("ch07.tiny:q", "the format `q` does not work"),
    ],
)
def test_a_role_that_cannot_be_filled_says_what_to_do(content, message):
    with pytest.raises(MeasuredError, match=message):
        shown_as(content)


def test_roles_are_found_with_their_lines():
    text = "a {measured}`ch07.a:.1f` b\nc {measured}`ch07.b:.1f`\n\n{measured}`ch07.c:\n.2f`"
    assert roles_in(text) == [("ch07.a:.1f", 0), ("ch07.b:.1f", 1), ("ch07.c: .2f", 3)]


def test_the_store_gives_back_what_was_stored(tmp_path):
    folder = tmp_path / "book/_data/measured"
    folder.mkdir(parents=True)
    (folder / "07-x.json").write_text(stored_text({"b:.1f": "1 ± 2", "a": "−3"}), "utf-8")
    assert read_store(tmp_path) == {"a": "−3", "b:.1f": "1 ± 2"}
    assert stored_text({"b": "1", "a": "2"}) == stored_text({"a": "2", "b": "1"})


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('below(ch07.error["own"], ch07.error[0.5])', True),
        ('above(ch07.error["own"], ch07.error["0.5"])', False),
        ('ch07.error["own"] < ch07.error["0.5"]', True),
        ('every(ch07.error["own"] < ch07.error["0.5"])', True),
        ('every(ch07.error["own"] < 2.5)', False),
        ('some(ch07.error["own"] > 2.5)', True),
        ("above(ch07.gain, 0) and not ch07.share > 1", True),
        ("above(ch07.gain, 2) or ch07.share > 1", False),
        ("0 < ch07.share < 0.5", True),
        ("low(ch07.gain) == 0.5 and high(ch07.gain) == 1.5", True),
        ('mean(ch07.error["own"]) == 2', True),
        ('max(ch07.error["own"], ch07.share) == 3', True),
        ("min(ch07.share, 1) != 1", True),
        ('ch07.error["0.5"] / ch07.error["own"] > 1.5', True),
        ("abs(ch07.tiny - 1) >= 1", True),
        ("-ch07.tiny > 0", True),
        ("2 * ch07.gain <= 2", True),
        ("within(ch07.gain, 0, 2)", True),
        ('undecided(ch07.error["own"], 2)', True),
    ],
)
def test_a_condition_holds_or_not(condition, holds):
    finding = evaluate(parse_condition(condition), RECORDS)
    assert finding.holds is holds
    assert finding.numbers


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("1 < 2", "names no recorded quantity"),
        ("ch07.share <", "is no condition"),
        ("ch07.share", "is not true or false"),
        ('every(ch07.error["own"])', "is no comparison"),
        ('__import__("os").system("true") < ch07.share', "conditions have the functions below"),
        ("open < ch07.share", "can't stand in a condition"),
        ("[ch07.share] < 1", "can't stand in a condition"),
        ("ch07.share ** 2 < 1", "can't stand in a condition"),
        ("below(a=ch07.share)", "conditions have the functions"),
        ("ch07.none < 1", "no cell records ch07.none"),
        ("ch07.error < 1", "was not recorded: choose from"),
        ("ch07.share / 0 < 1", "division by zero"),
        ('below(ch07.error["own"], ch07.one_run, 3)', "takes from 1 to 2 positional arguments"),
    ],
)
def test_a_condition_with_a_mistake_says_what_to_do(condition, message):
    with pytest.raises(MeasuredError, match=message):
        evaluate(parse_condition(condition), RECORDS)
