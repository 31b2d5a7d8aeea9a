"""What pages load: stylesheets lose what no page uses, and nothing that one does."""

from __future__ import annotations

import re

import pytest
from small_book import extension

SHARED = """<html><head>
    <link rel="stylesheet" type="text/css" href="_static/pygments.css?v=1" />
    <link rel="stylesheet" type="text/css" href="_static/theme/a.css" />
    <link rel="stylesheet" type="text/css" href="_static/css/live.css?v=2" />
    <link rel="stylesheet" type="text/css" href="_static/css/fonts.css?v=3" />
    <link rel="stylesheet" type="text/css" href="_static/css/course.css?v=3" />
    <link media="print" rel="stylesheet" type="text/css" href="_static/css/print.css?v=4" />
    <script src="_static/documentation_options.js?v=1"></script>
    <script src="_static/doctools.js?v=1"></script>
    <script src="_static/other.js"></script>
    <script data-sd-tabs-storage-prefix="x" src="_static/design-tabs.js?v=f"></script>
    <script>DOCUMENTATION_OPTIONS.pagename = 'a';</script>
    <script defer="defer" src="_static/js/quiz.js?v=9"></script>
    <script defer="defer" src="_static/js/page.js?v=9"></script>
</head><body><div class="bd-content"></div>TOC</body></html>
"""


@pytest.fixture(scope="module")
def purge():
    return extension("purge")


@pytest.fixture(scope="module")
def slim():
    return extension("slim")


@pytest.fixture
def words(purge):
    found = purge.Words()
    found.page('<main id="top"><p class="lead big">Words.</p><a href="#top">x</a></main>')
    found.script('box.classList.add("is-open"); document.createElement("dialog")')
    return found


@pytest.mark.parametrize(
    "selector",
    ["p", ".lead", "#top > .lead.big", "a:hover::after", "*", "p:not(.gone)", ":is(.gone, p)",
     '[data-theme="dark"] .lead', ".is-open", "dialog", "p:nth-child(2n + 1)", "P", "html"],
)  # fmt: skip
def test_a_rule_that_a_page_or_a_script_may_use_stays(purge, words, selector):
    kept = purge.purge(f"{selector} {{ color: red }}", words)
    assert kept == f"{selector}{{color:red}}"


@pytest.mark.parametrize("selector", [".gone", "p.gone", "#gone .lead", "blockquote", ".lead h6"])
def test_a_rule_that_nothing_can_use_goes(purge, words, selector):
    assert purge.purge(f"{selector} {{ color: red }}", words) == ""
    assert purge.purge(f"@media print {{ {selector} {{ color: red }} }}", words) == ""


def test_a_list_of_selectors_is_cut_to_those_that_match(purge, words):
    assert purge.purge(".gone, p , .lead:not(.a, .b) {margin:0}", words) == (
        "p,.lead:not(.a, .b){margin:0}"
    )


def test_variables_stay_while_somebody_asks_for_them(purge, words):
    css = (
        "html { --a: var(--b); --b: 1px; --c: 2px; --d: 3px; --e: var(--c) }"
        "p { margin: var(--a) !important }"
    )
    kept = purge.purge(css, words, "x { top: var(--d) }")
    assert kept == "html{--a:var(--b);--b:1px;--d:3px}p{margin:var(--a)!important}"


def test_fonts_stay_while_a_rule_names_them(purge, words):
    face = '@font-face {{ font-family: "{}"; src: url(x) }}'
    css = f"{face.format('Used')}{face.format('Gone')} p {{ font: 1em 'Used' }}"
    assert purge.purge(css, words) == (
        '@font-face{font-family: "Used"; src: url(x)}p{font:1em "Used"}'
    )


def test_strings_and_keyframes_are_left_as_they_are(purge, words):
    css = '@keyframes x { from { top: 0 } to { top: 1px } } p::before { content: "a  /* b */" }'
    assert purge.purge(css, words) == (
        '@keyframes x{from { top: 0 } to { top: 1px }}p::before{content:"a  /* b */"}'
    )
    assert purge.minify("/* x */ p  >  a { top : 0 }\n") == "p > a { top : 0 }"


def test_a_page_loads_what_all_share_once_and_what_is_its_own(slim):
    page = slim.slim(SHARED, "_static/frame.css", "_static/course.css", "_static/frame.js")
    loaded = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert loaded == [
        "_static/frame.css",
        "_static/css/live.css?v=2",  # between theirs and ours, as before
        "_static/course.css",
        "_static/css/print.css?v=4",
        "_static/frame.js",
        "_static/other.js",
        "_static/js/quiz.js?v=9",
    ]
    assert len(re.findall(r"<script\b[^>]* defer", page)) == page.count("<script") == 3
    assert slim.slim(page, "_static/frame.css", "_static/course.css", "_static/frame.js") == page


def test_tabs_have_their_script_and_the_contents_their_place(slim):
    page = slim.slim(SHARED.replace("TOC", '<div class="sd-tab-set"></div>'), "a", "b", "c")
    assert '<script defer data-sd-tabs-storage-prefix="x" src="_static/design-tabs.js' in page
    assert '<div class="bd-content">' in page
    beside = SHARED.replace("TOC", '<div class="bd-sidebar-secondary bd-toc"></div>')
    assert '<div class="bd-content with-contents">' in slim.slim(beside, "a", "b", "c")


def test_imports_and_addresses_lead_from_one_folder(slim, tmp_path):
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme" / "a.css").write_text(
        '@import "../b.css"; p { background: url("img/x.png") } q { background: url(data:,x) }'
    )
    (tmp_path / "b.css").write_text("b { background: url('y.png') }")
    assert slim.sheet(tmp_path, "theme/a.css") == (
        "b { background: url(y.png) } p { background: url(theme/img/x.png) } "
        "q { background: url(data:,x) }"
    )


def test_every_font_that_the_stylesheets_name_is_there(root):
    css = root / "book" / "_static" / "css"
    files = re.findall(r"url\(([^)]+)\)", (css / "fonts.css").read_text())
    assert len(files) == len(set(files)) > 20
    assert [name for name in files if not (css / name).is_file()] == []
