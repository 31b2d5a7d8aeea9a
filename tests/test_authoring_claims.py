"""Claims as data: what is read, and what a mistake in the file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring.claims import read_claims, same_verdicts
from autograder.authoring.config import read_site
from autograder.authoring.scan import scan
from autograder.authoring.verdicts import VERDICTS, evidence_text

FIXTURE = Path(__file__).parent / "fixtures" / "form"
GOOD = """\
- ids: [S1]
  claim: It helps.
  verdict: right
  because: It does.
  at: sec:idea
  evidence:
    - cited: two2013
"""


def read(tmp_path, text, number="07"):
    folder = tmp_path / "book/_data/claims"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"ch{number}.yml").write_text(text, "utf-8")
    return read_claims(tmp_path, number)


def test_a_claim_as_written():
    claims, problems = read_claims(FIXTURE, "07")
    assert problems == []
    first, second = claims
    assert first.ids == ("S1", "S2")
    assert first.anchor == "claim-s1"
    assert first.verdict == "limited"
    assert first.because.place.line == 6
    assert [one.kind for one in first.evidence] == ["measured", "cited"]
    assert first.evidence[0].quantities == [
        ("ch07.noise", "own"), ("ch07.noise", "shared"), ("ch07.count", ""),
    ]  # fmt: skip
    assert (first.evidence[0].detail, first.evidence[1].detail) == ("fig-noise", "section 2")
    assert second.claim.source == "Twice a number is a number: always."


def test_evidence_in_words():
    book = scan(FIXTURE, read_site(FIXTURE))
    first, second = book.claims["07-noise"]
    assert evidence_text(first, book) == (
        "measured in {numref}`fig-noise`; {cite:t}`two2013`, section 2"
    )
    assert evidence_text(second, book) == "derived in {eq}`eq:double`"


def test_a_chapter_without_claims(tmp_path):
    assert read_claims(tmp_path, "07") == ([], [])
    assert read(tmp_path, "# nothing yet\n") == ([], [])


def test_verdicts_are_few_and_explained():
    assert len(VERDICTS) <= 6
    assert all(VERDICTS.values())


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("verdict: right", "verdict: mostly right", 3, "is none of right, limited, imprecise"),
        ("  because: It does.\n", "", 1, "a claim without `because`"),
        ("  at: sec:idea\n", "", 1, "a claim without `at`"),
        ("    - cited: two2013\n", "    []\n", 7, "S1 has no evidence"),
        ("cited: two2013", "told: two2013", 7, "unknown field `told`"),
        ("cited: two2013", "cited: two2013\n      see: fig", 7, "`see` does not belong to cited"),
        ("cited: two2013", "cited: a\n      derived: b", 7, "evidence is one of measured"),
        ("cited: two2013", "measured: 1 < 2", 7, "names no recorded quantity"),
        ("cited: two2013", "measured: exec(ch07.a)", 7, "conditions have the functions"),
        ("[S1]", "S1", 1, "`ids` is a list of ids"),
        ("[S1]", "[one]", 1, "`ids` is a list of ids"),
        ("because: It does.", "because: It does: it does.", 4, "no YAML"),
        ("because: It does.", "because: {measured}`ch07.a:.1f`", 4, "no YAML"),
        ("because: It does.", "because: {a: b}", 4, "put it in quotes"),
        ("- ids", "ids", 2, "no YAML"),
        ("  claim: It helps.", "  claims: It helps.", 1, "unknown field `claims`"),
    ],
)  # fmt: skip
def test_a_mistake_says_file_line_and_what_to_do(tmp_path, old, new, line, message):
    assert old in GOOD
    claims, problems = read(tmp_path, GOOD.replace(old, new))
    assert [(p.path, p.line) for p in problems] == [("book/_data/claims/ch07.yml", line)]
    assert message in problems[0].message
    assert claims == []


def test_a_mapping_is_no_list(tmp_path):
    _, (problem,) = read(tmp_path, "S1: right\n")
    assert "a file of claims is a list" in problem.message


def test_a_claim_has_one_verdict_in_the_whole_book(tmp_path):
    first, _ = read(tmp_path, GOOD)
    second, _ = read(tmp_path, "# two\n" + GOOD.replace("right", "wrong"), "08")
    assert list(same_verdicts(first + first)) == []
    (problem,) = same_verdicts(first + second)
    assert str(problem) == (
        "book/_data/claims/ch08.yml:2: S1 is `wrong` here and `right` in "
        "book/_data/claims/ch07.yml:1: agree on one"
    )
