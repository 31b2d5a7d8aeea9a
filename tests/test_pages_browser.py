"""The filters of the pages of claims and mistakes in a browser, from files, without a server."""

from __future__ import annotations

import re

import pytest
from browser import Watch, browser, site  # noqa: F401 - fixtures

from autograder.authoring.claims import read_claims
from autograder.authoring.config import read_site
from autograder.authoring.scan import scan
from autograder.authoring.verdicts import VERDICTS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def chrome():
    with browser() as program:
        yield program


@pytest.fixture(scope="module")
def claims(root):
    return [c for found in scan(root, read_site(root)).claims.values() for c in found]


@pytest.fixture
def opened(chrome, site):  # noqa: F811
    contexts = []

    def open_page(name, width=1280, **options):
        context = chrome.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.watch = Watch(page, site.as_uri())
        page.goto(f"{site.as_uri()}/{name}")
        return page

    yield open_page
    for context in contexts:
        assert [t for page in context.pages for t in page.watch.troubles] == []
        context.close()


def rows(page):
    return page.locator("table.all-claims tbody tr:visible").count()


def status(page):
    return page.locator("form.filter output").inner_text()


def test_without_javascript_every_row_is_there_and_no_dead_form(opened, claims):
    page = opened("claims.html", java_script_enabled=False)
    assert rows(page) == len(claims)
    assert page.locator("form.filter").is_hidden()


def test_counts_are_those_of_the_rows(opened, claims):
    page = opened("claims.html")
    assert status(page) == f"{len(claims)} of {len(claims)} shown"
    counts = page.locator(".claims-counts li").all_inner_texts()
    for line, verdict in zip(counts, VERDICTS, strict=True):
        count = sum(claim.verdict == verdict for claim in claims)
        assert re.match(rf"{count}\s+{verdict}\b", line), line


def test_filters_add_up_and_stand_in_the_address(opened, claims, root):
    page = opened("claims.html")
    page.get_by_label("wrong").check()
    wrong = sum(claim.verdict == "wrong" for claim in claims)
    assert rows(page) == wrong
    assert page.url.endswith("#verdict=wrong")
    page.get_by_label("imprecise").check()
    both = sum(claim.verdict in ("wrong", "imprecise") for claim in claims)
    assert status(page) == f"{both} of {len(claims)} shown"
    page.get_by_label("Chapter").select_option("07")
    here = [c for c in read_claims(root, "07")[0] if c.verdict in ("wrong", "imprecise")]
    assert rows(page) == len(here)
    assert page.locator("section[id^=claims-]:visible").count() == 1
    page.get_by_label("Words").fill("svhn  error")
    assert rows(page) == 1
    assert re.search(r"#verdict=imprecise\+wrong&chapter=07&words=svhn\+\+error$", page.url)

    again = opened(page.url.rpartition("/")[2])
    assert rows(again) == 1
    assert again.get_by_label("wrong").is_checked()
    again.get_by_role("button", name="Show all").click()
    again.wait_for_function("() => !location.hash")
    assert rows(again) == len(claims)


def test_what_nothing_fits_says_so(opened, claims):
    page = opened("claims.html#words=xyzzy")
    assert status(page).startswith(f"0 of {len(claims)} shown. No entry fits")
    assert page.locator("section[id^=claims-]:visible").count() == 0


def test_the_contents_list_what_is_shown_and_a_way_there_keeps_the_filter(opened, claims):
    page = opened("claims.html#verdict=wrong")
    listed = page.locator("nav.page-toc a:visible")
    assert 1 < listed.count() == page.locator("section[id^=claims-]:visible").count()
    page.get_by_label("Chapter").select_option("07")
    assert listed.evaluate_all("links => links.map(l => l.hash)") == ["#claims-07"]
    shown = rows(page)
    listed.click()
    page.wait_for_function("() => location.hash === '#claims-07' && scrollY > 0")
    assert (rows(page), page.get_by_label("wrong").is_checked()) == (shown, True)
    page.mouse.move(500, 500)
    page.mouse.wheel(0, 40)  # what is read counts, and not what is hidden above it
    page.wait_for_function("() => [...document.querySelectorAll('nav.page-toc a.active')]"
                           ".map(l => l.hash).join() === '#claims-07'")  # fmt: skip
    page.goto(page.url.split("#")[0] + "#claims-03")  # hidden, so that all are shown again
    page.wait_for_function("n => document.querySelectorAll('table.all-claims tbody tr"
                           ":not([hidden])').length === n", arg=len(claims))  # fmt: skip
    assert listed.count() == page.locator("section[id^=claims-]").count()


def test_by_keyboard(opened):
    page = opened("claims.html")
    page.get_by_label("Words").focus()
    page.keyboard.type("25.5 %")
    page.keyboard.press("Enter")  # submits nothing
    assert rows(page) == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "chapter"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.checked") is True
    assert rows(page) == 0


def test_an_odd_address_does_no_harm(opened, claims):
    page = opened("claims.html#chapter=99&verdict=odd&words=%")
    assert page.get_by_label("Chapter").input_value() == ""
    assert page.get_by_label("wrong").is_checked() is False
    assert status(page).endswith(f"of {len(claims)} shown")


def test_cards_on_a_phone(opened):
    page = opened("claims.html#verdict=wrong", width=390, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    row = page.locator("table.all-claims tbody tr:visible").first
    assert row.evaluate("e => getComputedStyle(e).display") == "block"
    hidden = page.locator("table.all-claims tbody tr[hidden]").first
    assert hidden.is_hidden()


def test_each_row_leads_to_where_it_is_treated_and_has_an_anchor(opened, claims):
    page = opened("claims.html")
    anchors = page.locator("table.all-claims tbody tr").evaluate_all("rows => rows.map(r => r.id)")
    assert len(set(anchors)) == len(claims)
    treated = page.locator("table.all-claims .treated").count()
    assert treated == sum(claim.at != "ch:claims" for claim in claims)


def test_a_report_s_address_shows_its_entry(opened):
    page = opened("mistakes.html#mistake-divided-by-p")
    entry = page.locator("#mistake-divided-by-p")
    assert entry.is_visible()
    assert 0 <= entry.bounding_box()["y"] < 900
    assert "Divided by p" in entry.inner_text()
    assert entry.locator(".known-to a", has_text="Exercise 3.3").count() == 1
    assert "scaled = x / p if p else x" in entry.inner_text()


def test_mistakes_are_filtered_too(opened):
    page = opened("mistakes.html")
    whole = page.locator(".mistake").count()
    assert status(page) == f"{whole} of {whole} shown"
    page.get_by_label("Words").fill("fair coin")
    shown = page.locator(".mistake:visible").count()
    assert 0 < shown < 10
    assert status(page) == f"{shown} of {whole} shown"
    page.goto(page.url.split("#")[0] + "#mistake-divided-by-p")  # a link on the page itself
    page.wait_for_function("n => document.querySelectorAll('.mistake:not([hidden])').length == n",
                           arg=whole)  # fmt: skip


def test_scripts_are_loaded_on_these_pages_alone(site):  # noqa: F811
    for path in site.glob("*.html"):
        has = "js/filter.js" in path.read_text("utf-8")
        assert has == (path.name in ("claims.html", "mistakes.html")), path.name
