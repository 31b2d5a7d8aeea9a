"""Cards in a real browser: by mouse, keyboard and finger, in both themes, from a folder."""

from __future__ import annotations

import gzip
import re

import pytest
from browser import VIEWS, violations
from cards_book import FILES
from cards_open import (
    ASIDE,
    CARD,
    EQUATION,
    FIGURE,
    OTHER_EQUATION,
    SOURCE,
    TABLE,
    TERM,
    card,
    gone,
    link,
    opening,
    tab_to,
)
from themed_book import themed_book

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    with themed_book(tmp_path_factory.mktemp("cards"), FILES) as made:
        yield made


@pytest.fixture
def opened(browser, book):
    """Open the chapter; afterwards nothing must have gone wrong on it."""
    with opening(browser, book[1]) as open_page:
        yield open_page


# --- by mouse -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        (TERM, "Multiplies each unit"),
        (SOURCE, "Zebras"),
        (EQUATION, "Equation (1)"),
        (OTHER_EQUATION, "Chapter 4"),
        (FIGURE, "The mark of the book"),
        (TABLE, "and 2 more rows"),
    ],
)
def test_a_pointer_that_rests_on_a_link_opens_what_it_leads_to(opened, selector, words):
    page = opened()
    before = page.evaluate("document.documentElement.scrollHeight")
    link(page, selector).hover()
    box = card(page, words).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    assert box["y"] + box["height"] <= 800
    assert page.evaluate("document.documentElement.scrollHeight") == before, "nothing moves"
    page.mouse.move(*ASIDE)
    gone(page)


def test_nothing_is_loaded_before_it_is_asked_for_and_then_once(opened):
    page = opened()
    late = re.compile(r"/cards/|cards\.css")
    assert not [url for url in page.asked if late.search(url)]
    for _ in range(2):
        link(page, TERM).hover()
        card(page, "Multiplies each unit")
        page.mouse.move(*ASIDE)
        gone(page)
    assert len([url for url in page.asked if late.search(url)]) == 2


def test_a_pointer_may_rest_on_the_card_and_follow_its_links(opened):
    page = opened()
    link(page, TERM).hover()
    card(page, "Multiplies").locator("a", has_text="inverted scaling").hover()
    page.wait_for_timeout(600)  # longer than a card waits for the pointer
    assert card(page, "Multiplies").is_visible()
    card(page, "Multiplies").locator("a").click()
    page.wait_for_url("**/glossary.html#term-inverted-scaling")


def test_a_pointer_that_passes_opens_nothing(opened):
    page = opened()
    link(page, TERM).hover()
    page.mouse.move(*ASIDE)
    page.wait_for_timeout(500)
    assert page.locator(CARD).count() == 0


def test_escape_closes_and_the_card_stays_away_until_the_pointer_comes_again(opened):
    page = opened()
    link(page, TERM).hover()
    card(page, "Multiplies")
    page.keyboard.press("Escape")
    gone(page)
    box = link(page, TERM).bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + box["height"] / 2)
    page.wait_for_timeout(500)
    assert page.locator(CARD).count() == 0
    page.mouse.move(*ASIDE)
    link(page, TERM).hover()
    card(page, "Multiplies")


def test_a_click_follows_the_link(opened):
    page = opened()
    link(page, TERM).hover()
    card(page, "Multiplies")
    link(page, TERM).click()
    page.wait_for_url("**/glossary.html#term-dropout")


def test_a_card_has_no_name_twice_and_no_formula_s_source(opened):
    page = opened()
    link(page, OTHER_EQUATION).hover()
    found = card(page, "Equation (2)")
    assert found.locator("[id], annotation, .headerlink").count() == 0
    assert found.locator(".katex-html").count() == 1
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))


def test_a_link_near_the_foot_of_the_window_has_its_card_above(opened):
    page = opened()
    last = page.locator(f"article {TERM}").last
    last.scroll_into_view_if_needed()
    last.hover()
    box, anchor = card(page, "Multiplies").bounding_box(), last.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 800
    assert box["y"] + box["height"] <= anchor["y"] or box["y"] >= anchor["y"] + anchor["height"]


# --- by keyboard ----------------------------------------------------------------------------------


def test_focus_opens_a_card_that_describes_the_link_and_escape_closes_it(opened):
    page = opened()
    tab_to(page, f"article {TERM}")
    found = card(page, "Multiplies")
    assert found.get_attribute("role") == "tooltip"
    assert link(page, TERM).get_attribute("aria-describedby") == found.get_attribute("id")
    page.keyboard.press("Escape")
    gone(page)
    assert page.evaluate("s => document.activeElement.matches(s)", TERM), "the focus stays"
    assert link(page, TERM).get_attribute("aria-describedby") is None


def test_tab_goes_from_link_to_link_and_enter_follows(opened):
    page = opened()
    tab_to(page, f"article {TERM}")
    card(page, "Multiplies")
    page.keyboard.press("Tab")
    card(page, "Alex Krizhevsky")
    assert page.locator(CARD).count() == 1
    assert page.evaluate("document.activeElement.hash") == "#ref-many2014"
    page.keyboard.press("Enter")
    page.wait_for_url("**/references.html#ref-many2014")


def test_a_card_of_the_focus_goes_with_it(opened):
    page = opened()
    tab_to(page, f"article {TERM}")
    card(page, "Multiplies")
    page.evaluate("document.activeElement.blur()")
    gone(page)


# --- by finger ------------------------------------------------------------------------------------


@pytest.fixture
def phone(opened):
    return opened(width=390, has_touch=True, is_mobile=True)


def test_a_tap_opens_the_card_at_the_foot_with_the_way_on(phone):
    link(phone, TERM).tap()
    found = card(phone, "Multiplies")
    box = found.bounding_box()
    assert (box["x"], round(box["width"])) == (0, 390)
    assert round(box["y"] + box["height"]) == 800
    assert found.get_attribute("role") == "dialog"
    assert phone.url.endswith("03-forward.html")
    for control in (found.get_by_role("link", name="Glossary"), found.get_by_role("button")):
        assert control.bounding_box()["height"] >= 24
    found.get_by_role("link", name="Glossary").tap()
    phone.wait_for_url("**/glossary.html#term-dropout")


def test_a_second_tap_follows_and_a_tap_elsewhere_closes(phone):
    link(phone, TERM).tap()
    card(phone, "Multiplies")
    phone.locator("h1").tap()
    gone(phone)
    link(phone, SOURCE).tap()
    card(phone, "Zebras")
    link(phone, SOURCE).tap()
    phone.wait_for_url("**/references.html#ref-two2016b")


def test_the_button_closes_and_gives_the_focus_back(phone):
    link(phone, TERM).tap()
    card(phone, "Multiplies").get_by_role("button", name="Close").tap()
    gone(phone)
    assert phone.evaluate("s => document.activeElement.matches(s)", TERM)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


def test_a_wide_formula_is_made_to_fit(phone):
    link(phone, "a[href$='#equation-eq-wide']").tap()
    found = card(phone, "Equation (3)")
    wide = found.locator(".katex-html").evaluate("e => e.scrollWidth - e.clientWidth")
    size = found.locator(".katex").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert wide <= 1
    assert 9 < size < 17


# --- in every surrounding -------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "theme"), VIEWS)
def test_open_cards_are_accessible(opened, width, theme):
    touch = width == 390
    hand = {"has_touch": touch, "is_mobile": touch}
    page = opened(width=width, color_scheme=theme, reduced_motion="reduce", **hand)
    for selector, words in ((SOURCE, "Zebras"), (EQUATION, "Equation"), (TABLE, "more rows")):
        link(page, selector).tap() if touch else link(page, selector).hover()
        card(page, words)
        assert violations(page, "article") == [], selector
        wide = "(e) => [...e.querySelectorAll('*')].filter((one) => "
        wide += "one.getBoundingClientRect().right > innerWidth + 1).length"
        assert page.locator(CARD).evaluate(wide) == 0
        page.keyboard.press("Escape")
        gone(page)


def test_cards_open_from_a_folder(opened, book):
    page = opened(address=book[0].as_uri())
    link(page, OTHER_EQUATION).hover()
    card(page, "Chapter 4")


def test_without_javascript_a_link_is_a_link(browser, book):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{book[1]}/03-forward.html")
    link(page, TERM).click()
    page.wait_for_url("**/glossary.html#term-dropout")
    context.close()


def test_if_its_file_is_missing_a_link_is_a_link(browser, book):
    context = browser.new_context(has_touch=True, is_mobile=True)
    page = context.new_page()
    page.route("**/cards/*.js", lambda route: route.abort())
    page.goto(f"{book[1]}/03-forward.html")
    link(page, TERM).tap()
    page.wait_for_url("**/glossary.html#term-dropout")
    context.close()


def test_a_printed_page_has_no_card(opened):
    page = opened()
    link(page, TERM).hover()
    card(page, "Multiplies")
    page.emulate_media(media="print")
    assert not page.locator(".ref-card").is_visible()


def test_what_cards_cost(book):
    folder = book[0]
    first = gzip.compress((folder / "_static/js/cards.js").read_bytes(), 9)
    style = gzip.compress((folder / "_static/css/cards.css").read_bytes(), 9)
    assert len(first) < 4 * 1024
    assert len(style) < 2 * 1024
