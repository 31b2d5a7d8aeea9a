"""Search: what its index knows of a page."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from docutils import nodes
from docutils.core import publish_doctree

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "book" / "_static"


@pytest.fixture(scope="module")
def ext():
    """The modules of the book's extensions."""
    folder = str(ROOT / "book" / "_ext")
    sys.path.insert(0, folder)
    import mathtext
    import search_entries
    import site_search

    sys.path.remove(folder)
    return {"math": mathtext, "entries": search_entries, "site": site_search}


# --- formulas as text ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"q = 1 - p", "q = 1 − p"),
        (r"\E[m] = q", "E[m] = q"),
        (r"\frac{m \odot x}{q}", "(m ⊙ x)/q"),
        (r"\tfrac12 \lVert w \rVert^2", "1/2 ‖w‖²"),
        (r"\sum_{i=1}^n w_i x_i", "∑ᵢ₌₁ⁿwᵢxᵢ"),
        (r"q^k p^{\,n-k}", "q^k p^(n − k)"),
        (r"A^{\mathsf T}(AA^{\mathsf T})^{-1}", "Aᵀ(AAᵀ)⁻¹"),
        (r"\operatorname{Var}[\hat y] \le 10{,}000", "Var[ŷ] ≤ 10,000"),
        (r"\sqrt{p/(nq)}", "√(p/(nq))"),
        (r"y = \begin{cases} x/q & \text{in training,} \\[1ex] x & \text{else} \end{cases}",
         "y = x/q in training; x else"),
        (r"\{0, 1\}", "{0, 1}"),
        (r"\unknown{x}", "unknown x"),
        (r"\frac{1", "1/()"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_formula_reads_as_text(ext, tex, text):
    import unicodedata

    got = unicodedata.normalize("NFC", ext["math"].readable(tex))
    assert got == unicodedata.normalize("NFC", text)


def test_no_formula_of_the_book_keeps_a_backslash(ext):
    import re

    found = []
    for path in sorted((ROOT / "book").glob("*.md")):
        text = re.sub(r"(?ms)^ *```.*?^ *```$|`[^`\n]*`", "", path.read_text("utf-8"))
        found += re.findall(r"\$([^$\n]+)\$", text)
    assert len(found) > 1000
    assert [tex for tex in found if "\\" in ext["math"].readable(tex)] == []


# --- what a page says ---------------------------------------------------------------------------

PAGE = """
Chapter
=======

Opening with a **mask**.

Inside
------

The mean :math:`\\frac{m}{q}` stays
as it is.
Second sentence.

.. math:: x^2

=====  =====
rate   error
=====  =====
0.5    12 %
=====  =====

.. image:: a.png
   :alt: words for those who cannot see

.. raw:: html

   <b>raw</b>

Deeper
~~~~~~

**Not a term** here.

.. code:: python

   mask = rng.random(4) >= p
"""


def rows(ext, doctree, terms=()):
    return [
        (one.kind, one.title, one.text, one.code) for one in ext["entries"].entries(doctree, terms)
    ]


def test_sections_with_their_sentences_and_each_formula_once(ext):
    doctree = publish_doctree(PAGE, settings_overrides={"doctitle_xform": False})
    page, inside, deeper = ext["entries"].entries(doctree, ["mask"])
    assert page.row() == [0, "", "Chapter", "", "mask", "Opening with a mask."]
    assert (inside.kind, inside.anchor, inside.under) == ("section", "inside", ())
    assert inside.text == [
        "The mean m/q stays as it is.", "Second sentence.", "x²", "rate · error", "0.5 · 12 %",
    ]  # fmt: skip
    assert (deeper.anchor, deeper.under, deeper.names) == ("deeper", ("Inside",), ())
    assert deeper.code == ["mask = rng.random(4) >= p"]


def test_what_is_folded_printed_or_an_answer_is_left_out(ext):
    from exercise import exercise, fold
    from quiz import quiz, quiz_option

    said = lambda text: nodes.paragraph("", text)
    goal = nodes.paragraph("", "Draw one. ", nodes.inline("", "Exercise 3.1", classes=["assessed"]))
    statement = exercise("", said("Write it."), ids=["ex-draw-mask"], names=["ex-draw_mask"])
    statement["title"] = "Toss"
    statement += nodes.literal_block("", "def stub", language="python", classes=["stub"])
    statement += fold("", said("A hint gives it away."))
    question = quiz("", said("How many?"), quiz_option("", said("None of them.")))
    hidden = nodes.container(
        "",
        nodes.container("", nodes.literal_block("", "plot()", language="ipython3"),
                        classes=["cell_input"]),
        nodes.container("", nodes.literal_block("", "0.123", classes=["output"]),
                        nodes.figure("", nodes.caption("", "A caption.")), classes=["cell_output"]),
        classes=["cell", "tag_hide-input"],
    )  # fmt: skip
    section = nodes.section("", nodes.title("", "S"), goal, statement, question, hidden, ids=["s"])
    top = nodes.section("", nodes.title("", "T"), section, ids=["t"])
    document = publish_doctree("")
    document += top
    found = rows(ext, document)
    assert found == [
        ("page", "T", [], []),
        ("section", "S", ["Draw one.", "How many?", "A caption."], []),
        ("exercise", "Toss", ["Write it."], []),
    ]
    last = ext["entries"].entries(document)[-1]
    assert (last.anchor, last.names, last.under) == ("ex-draw-mask", ("draw_mask",), ("S",))


def test_terms_mistakes_and_claims_are_entries_of_their_own(ext):
    term = nodes.definition_list_item(
        "",
        nodes.term("", "mask", ids=["term-mask"]),
        nodes.definition("", nodes.paragraph("", "Which units stay.")),
    )
    glossary = nodes.definition_list("", term, classes=["glossary"])
    title = nodes.paragraph("", "Divided by p", classes=["mistake-title"])
    mistake = nodes.container("", title, nodes.paragraph("", "By q instead."), classes=["mistake"])
    mistake["ids"] = ["mistake-divided-by-p"]
    cells = ["It helps.", "limited", "Where labels are wrong."]
    entries = [nodes.entry("", nodes.paragraph("", cell)) for cell in cells]
    claim = nodes.row("", *entries, ids=["claim-03-s1"])
    body = nodes.tgroup("", nodes.tbody("", claim), cols=3)
    table = nodes.table("", body, classes=["claims", "all-claims"])
    again = table.deepcopy()
    again["classes"] = ["claims"]  # the chapter's own copy
    parts = [glossary, mistake, table, again]
    document = publish_doctree("")
    document += nodes.section("", nodes.title("", "T"), *parts, ids=["t"])
    assert rows(ext, document)[1:] == [
        ("term", "mask", ["Which units stay."], []),
        ("mistake", "Divided by p", ["By q instead."], []),
        ("claim", "It helps.", ["Verdict: limited.", "Where labels are wrong."], []),
    ]


def test_pages_that_a_build_did_not_write_stay_in_the_index(ext, tmp_path):
    from types import SimpleNamespace

    site = ext["site"]
    env = SimpleNamespace(all_docs={"a": 1, "b": 1})
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(name="html"), env=env)
    for written in ({"b": {"n": 1}, "a": {"n": 1}, "gone": {}}, {"a": {"n": 2}}):
        app.course_search = written
        site.write_index(app, None)
    path = tmp_path / site.NAME
    assert path.read_text() == site.BEFORE + '{"a":{"n":2},"b":{"n":1}};\n'
    path.write_text("broken")
    assert site.earlier(path) == {}


def test_kinds_are_the_same_in_both_languages(ext):
    import re

    script = (STATIC / "js" / "search.js").read_text("utf-8")
    names = re.findall(r'\["(\w+)", [\d.]+\]', script)
    assert [name.lower().replace("glossary", "term") for name in names] == [*ext["entries"].KINDS]
