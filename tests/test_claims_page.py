"""The claims of the whole course: each statement of the sources has one verdict, and evidence."""

from __future__ import annotations

import sys
from collections import defaultdict
from types import SimpleNamespace

import pytest

from autograder.authoring.claims import ALL_CLAIMS, FOLDER, GENERAL, check_claims, read_claims
from autograder.authoring.config import read_site
from autograder.authoring.scan import scan
from autograder.authoring.verdicts import evidence_text

# The statements of the source notes have the numbers S1 to S211. Nothing in these can be true or
# false: a headline that makes a promise, and an advertisement.
LAST, NOTHING_SAID = 211, {210, 211}
# Statements that chapters 11 and 12 answer, when they are there.
LATER = {
    "11": {9, 14, 16, 104, 128, 129, 130, 131, 188, 205},
    "12": {103, 105, 106, 107, 108, 109, 110, 184, 185, 186, 187, 209},
}


@pytest.fixture(scope="module")
def book(root):
    found = scan(root, read_site(root))
    assert found.problems == []
    return found


@pytest.fixture(scope="module")
def claims(book):
    return [claim for claims in book.claims.values() for claim in claims]


def test_every_statement_is_answered(book, claims):
    wanted = set(range(1, LAST + 1)) - NOTHING_SAID
    for number, ids in LATER.items():
        if not any(doc.startswith(number) and found for doc, found in book.claims.items()):
            wanted -= ids
    answered = {int(one[1:]) for claim in claims for one in claim.ids}
    assert wanted - answered == set()
    assert answered & NOTHING_SAID == set()
    assert max(answered) <= LAST


def test_a_statement_has_one_verdict(claims):
    verdicts = defaultdict(set)
    for claim in claims:
        for one in claim.ids:
            verdicts[one].add(claim.verdict)
    assert {one: found for one, found in verdicts.items() if len(found) > 1} == {}


def test_what_claims_refer_to_is_there(book):
    for doc, found in book.claims.items():
        assert list(check_claims(found, doc, book)) == []
    assert book.claims[ALL_CLAIMS]


def test_every_claim_but_an_unsupported_one_has_evidence(claims):
    assert [c.ids for c in claims if not c.evidence and c.verdict != "unsupported"] == []


def test_no_claim_is_a_quotation_of_the_notes(claims):
    for claim in claims:
        assert not claim.claim.source.strip().startswith(("“", '"')), claim.ids
        assert "S" + claim.ids[0][1:] not in claim.because.source


GENERAL_CLAIM = """\
- ids: [S144]
  claim: Nothing else helps as much.
  verdict: {verdict}
  because: Nobody has measured it.
  at: {at}
  evidence: {evidence}
"""


def general(tmp_path, **fields):
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "general.yml").write_text(GENERAL_CLAIM.format(**fields), "utf-8")
    return read_claims(tmp_path, GENERAL)


def test_an_unsupported_claim_may_have_no_evidence(tmp_path, book):
    (claim,), problems = general(tmp_path, verdict="unsupported", at="ch:claims", evidence="[]")
    assert problems == []
    assert evidence_text(claim, book) == "no evidence found"
    for verdict in ("right", "wrong"):
        found, (problem,) = general(tmp_path, verdict=verdict, at="ch:claims", evidence="[]")
        assert found == []
        assert "S144 has no evidence: add `- measured:`" in problem.message


def test_what_is_shown_is_named_with_its_number(tmp_path, book):
    (claim,), _ = general(
        tmp_path, verdict="right", at="sec:seq-time", evidence="[shown: fig-headline]"
    )
    assert evidence_text(claim, book) == "shown in {numref}`fig-headline`"


def test_a_general_claim_may_be_treated_on_any_page_but_somewhere(tmp_path, book):
    (claim,), _ = general(
        tmp_path, verdict="right", at="sec:seq-time", evidence="[shown: fig-headline]"
    )
    assert list(check_claims([claim], ALL_CLAIMS, book)) == []
    (problem,) = check_claims([claim], "03-dropout-forward", book)
    assert "is no label of book/03-dropout-forward.md" in problem.message
    (claim,), _ = general(tmp_path, verdict="right", at="sec:none", evidence="[shown: fig-none]")
    assert len(list(check_claims([claim], ALL_CLAIMS, book))) == 2


MEASURED = """\
- ids: [S144]
  claim: Nothing else helps as much.
  verdict: right
  because: It is more than four.
  at: ch:claims
  evidence:
    - measured: ch07.a > 4
"""


@pytest.mark.parametrize(("value", "warnings"), [(5, 0), (3, 1)])
def test_the_build_judges_general_claims_too(root, tmp_path, monkeypatch, value, warnings):
    monkeypatch.syspath_prepend(str(root / "book/_ext"))
    monkeypatch.delitem(sys.modules, "evidence", raising=False)
    import evidence

    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    (folder / "general.yml").write_text(MEASURED)
    (tmp_path / "book/claims.md").write_text("# All")
    said = []
    monkeypatch.setattr(evidence.logger, "warning", lambda *args, **where: said.append(where))
    records = {"07-noise": {"ch07.a": {"": value}}, ALL_CLAIMS: {}}
    env = SimpleNamespace(course_evidence=records, doc2path=lambda doc: tmp_path / "book/claims.md")
    evidence.judge(SimpleNamespace(srcdir=tmp_path / "book"), env)
    assert said == [{"location": "book/_data/claims/general.yml:7"}] * warnings
