"""What cards, citations, line breaks and the foot of a page are made of, without a build."""

from __future__ import annotations

import json
import re

import pytest
from cards_book import BIB
from small_book import extension

from autograder.authoring.citations import read_citations

cards = extension("cards")
colophon = extension("colophon")
typography = extension("typography")

EQUATION = (
    '<div class="math" id="equation-e"><span class="eqno">(3.1)'
    '<a class="headerlink" href="#equation-e" title="Permalink">#</a></span>'
    '<span class="katex"><annotation encoding="x">y^2</annotation><span>y</span></span></div>'
)
TERM = (
    '<dt id="term-mask">mask<a class="headerlink" href="#term-mask" title="Link">#</a></dt>'
    '<dd><p>See <a class="reference internal" href="#term-rate">rate</a> and '
    '<a class="reference internal" href="03-x.html#fig-a">Figure 3.1</a>.</p></dd>'
)
TABLE = (
    '<table class="table" id="tab-t"><caption><span class="caption-number">Table 1 </span>'
    '<span class="caption-text">Squares</span></caption><thead><tr><th>n</th></tr></thead><tbody>'
    + "".join(f'<tr id="row-{n}"><td>{n}</td></tr>' for n in range(9))
    + "</tbody></table>"
)


def figure(drawing):
    return (
        f'<figure class="align-default" id="fig-a">{drawing}<figcaption><p>'
        '<span class="caption-number">Figure 3.1 </span><span class="caption-text">Words.</span>'
        "</p></figcaption></figure>"
    )


# --- cards ----------------------------------------------------------------------------------------


def test_an_equation_is_its_number_and_its_formula_once():
    card = cards.cards_of(EQUATION, "03-x.html")["equation-e"]
    assert card.title == "Equation (3.1)"
    assert card.body == '<div class="math"><span class="katex"><span>y</span></span></div>'


def test_a_term_is_its_explanation_whose_links_lead_on_from_any_page():
    card = cards.cards_of(TERM, "glossary.html")["term-mask"]
    assert card.title == "mask"
    assert re.findall('href="([^"]*)"', card.body) == ["glossary.html#term-rate", "03-x.html#fig-a"]


def test_of_a_long_table_the_first_rows_are_shown_and_the_others_counted():
    card = cards.cards_of(TABLE, "x.html")["tab-t"]
    assert card.title == "Table 1"
    assert re.findall("<td>(.)</td>", card.body) == list("0123")
    assert card.body.endswith("<p>… and 5 more rows.</p>")
    assert "id=" not in card.body


def test_of_a_table_with_much_text_fewer_rows_are_shown():
    html = TABLE.replace("<td>0", "<td>" + "long " * 60).replace("<td>1", "<td>" + "long " * 60)
    body = cards.cards_of(html, "x.html")["tab-t"].body
    assert body.count("<td>") == 1
    assert body.endswith("<p>… and 8 more rows.</p>")


def test_a_figure_is_its_drawing_and_its_caption():
    drawing = '<picture><source srcset="n.svg"><img src="a.svg" alt="A"></picture>'
    card = cards.cards_of(figure(drawing), "x.html")["fig-a"]
    assert card.title == "Figure 3.1"
    assert card.body == f"{drawing}<p>Words.</p>"


def test_a_figure_to_play_with_is_not_started_twice():
    drawing = "<dropout-net seed='1'><img src='a.svg'></dropout-net>"
    card = cards.cards_of(figure(drawing), "x.html")["fig-a"]
    assert card.body == "<p>Words.</p><p>A figure to play with.</p>"


@pytest.mark.parametrize(
    "html", ["", '<p id="tab-x">', '<dt id="fig-x"></dt>', '<table id="tab-x"><tbody>', "<dd>"]
)
def test_what_is_no_target_of_its_kind_gives_no_card(html):
    assert {name: card for name, card in cards.cards_of(html, "x.html").items() if card.body} == {}


def test_links_are_those_that_have_a_card():
    html = TERM + '<a class="reference internal" href="#sec-a">a</a>'
    html += '<a class="reference external" href="http://x#fig-b">b</a>'
    assert cards.links_of(html, "glossary") == {("glossary", "term-rate"), ("03-x", "fig-a")}


# --- citations ------------------------------------------------------------------------------------


def test_years_have_letters_where_the_same_people_had_several(tmp_path):
    path = tmp_path / "references.bib"
    path.write_text(BIB)
    found = {key: one.in_sentence for key, one in read_citations(path).items()}
    assert found == {
        "gal2016": "Gal (2016)",
        "two2016a": "Gal and Ghahramani (2016a)",  # Apes before Zebras
        "two2016b": "Gal and Ghahramani (2016b)",
        "many2014": "Srivastava et al. (2014)",
    }


def test_no_two_sources_of_the_book_have_one_label(root):
    labels = [one.in_sentence for one in read_citations(root / "book/references.bib").values()]
    assert len(labels) == len(set(labels)) > 80


# --- lines ----------------------------------------------------------------------------------------


def formula(text="x"):
    inner = f'<span class="katex-html"><span class="base">{text}</span></span>'
    return f'<span class="math">{inner}</span>'


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("at 30 % of 20 ms", "at 30_% of 20_ms"),
        ("30\n% of", "30_% of"),
        ("0.3 ± 0.1 s, then", "0.3_±_0.1_s, then"),
        ("Figure 3.1 and chapter 12", "Figure_3.1 and chapter_12"),
        ("Gal et al. say", "Gal et_al. say"),
        ("3 hidden 2 min-max 5 a", "3 hidden 2 min-max 5 a"),
        ("p = 0.5 or e = ½", "p_=_0.5 or e_=_½"),
        ("T − 1, or 1 − p", "T_−_1, or 1_−_p"),
        ("test error / %", "test error_/_%"),
        ('<a title="30 %">x</a> <code>5 %</code><pre>\n5 %</pre>',) * 2,
        ("<script>a = 5 % 3</script><svg><text>5 %</text></svg>",) * 2,
    ],
)
def test_numbers_keep_their_units(text, want):
    assert typography.joined(text).replace("\u00a0", "_") == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("1 - p of (H - b + 1)², 1/(1-p)", "1 − p of (H − b + 1)², 1/(1−p)"),
        ("to -λ, to the power -T, (-1.5)", "to −λ, to the power −T, (−1.5)"),
        ("min-max, 64-128-10, 2026-11-28, BSD 3-Clause, a - ",) * 2,
        ("ISTA&#x27;s and Adam's 'own'", "ISTA’s and Adam’s 'own'"),
    ],
)
def test_what_programs_print_gets_the_signs_of_print(text, want):
    assert typography.printed(text) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("7e-12, 4e+06, 2e−45", "7·10<sup>−12</sup>, 4·10<sup>6</sup>, 2·10<sup>−45</sup>"),
        ("+0.0e+00, 7e+00, 3.3e-03, 7.81e+03", "+0.0, 7, 0.0033, 7810"),
        ("v1.2e-3, 0x1e-5",) * 2,
    ],
)
def test_large_and_small_numbers_are_powers_of_ten(text, want):
    assert typography.joined(text) == want


def test_long_names_in_code_break_behind_their_joints():
    code = '<code class="x"><span class="pre">{}</span></code>'
    long = code.format("torch.nn.functional.scaled_dot_product_attention")
    assert typography.joined(long).count("<wbr>") == 6
    assert typography.joined(long).replace("<wbr>", "") == long
    camel = code.format("nn.TransformerEncoderLayer")
    assert typography.joined(camel).count("<wbr>") == 3
    head = '<th scope="row">{}</th>'
    assert typography.rows(head.format("by scaled_dot_product_attention(p)")).count("<wbr>") == 4
    assert typography.rows(head.format("before every batch norm")) == head.format(
        "before every batch norm"
    )
    for kept in (code.format("draw_mask"), "<pre><code>a_name_that_is_long()</code></pre>"):
        assert typography.joined(kept) == kept


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("{}, then", "[{},] then"),
        ("({}), then", "[({}),] then"),
        ("“{}” and", "[“{}”] and"),
        ("the {}th unit", "the [{}th] unit"),
        ("{}-norm", "[{}-]norm"),
        ("{} % of", "[{}_%] of"),
        ("{} of",) * 2,
        ("{}{}.", "{}[{}.]"),
        ("<p>{}</p>",) * 2,
    ],
)
def test_signs_stay_with_their_formula(text, want):
    text, want = text.replace("{}", formula()), want.replace("{}", formula())
    want = want.replace("[", '<span class="nobr">').replace("]", "</span>").replace("_", "\u00a0")
    assert typography.kept_together(text) == want


def test_an_address_that_is_its_own_words_is_marked():
    link = '<a class="reference external" href="https://a.org/b">{}</a>'
    assert typography.bare(link.format("https://a.org/b")) == link.replace(
        'external"', 'external bare"'
    ).format("https://a.org/b")
    assert typography.bare(link.format("b")) == link.format("b")


def test_a_wide_formula_may_need_two_lines():
    made = formula("x = y + z" * 9)
    assert typography.kept_together(made + ",") == f'<span class="nobr wide">{made},</span>'


# --- the foot of a page ---------------------------------------------------------------------------


def test_a_chapter_is_cited_by_number_title_version_and_address(root):
    about = colophon.edition()
    cff = (root / "CITATION.cff").read_text("utf-8")
    assert f"version: {about['version']}" in cff
    assert f"date-released: {about['released']}" in cff
    made = colophon.citation("03-x", "Forward", "https://x.org/03-x.html", about)
    assert f"Chapter 3: Forward. In {about['title']}, version {about['version']}." in made["text"]
    assert made["bibtex"].startswith("@incollection{dropoutcourse-03-x,\n")
    fields = dict(re.findall(r"(\w+) = \{(.*)\},?\n", made["bibtex"]))
    assert fields["title"] == "Chapter 3: Forward"
    assert fields["url"] == "https://x.org/03-x.html"
    assert fields["year"] == about["released"][:4]


def test_a_page_leads_to_its_source_and_to_a_report():
    options = {"repository_url": "https://h.org/a/b", "repository_branch": "main"}
    found = colophon.source("03-x", "A & B", ".md", options | {"path_to_docs": "book"})
    assert found["edit"] == "https://h.org/a/b/edit/main/book/03-x.md"
    assert "title=A%20%26%20B%3A%20&body=" in found["issue"]


def test_the_script_and_the_build_know_the_same_kinds_of_cards(root):
    script = (root / "book/_static/js/cards.js").read_text("utf-8")
    assert json.dumps(cards.KINDS)[1:-1] in script


def test_a_short_equation_never_breaks():
    equation = '{}<span class="mrel">=</span></span><span class="base">{}'
    made = formula(equation.format("p", "0.2"))
    assert typography.kept_together(made) == f'<span class="nobr short">{made}</span>'
    for other in (equation.format("y", "x + z + u + v"), 'm +</span><span class="base">x'):
        assert typography.kept_together(formula(other)) == formula(other)
