"""Search in a real browser: the dialog and the page of results, on the built book."""

from __future__ import annotations

import re

import pytest
from browser import Watch, browser, search_index, served, site, violations  # noqa: F401

pytestmark = pytest.mark.slow

CHAPTER = "03-dropout-forward.html"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOADED_LATE = re.compile(r"minisearch|search-index|js/search\.js|css/search\.css")


@pytest.fixture(scope="module")
def chrome():
    with browser() as program:
        yield program


@pytest.fixture(scope="module")
def home(site):  # noqa: F811
    with served(site) as address:
        yield address


@pytest.fixture
def chapter(chrome, home):
    """Chapter 3, wide, with a list of what it requests; nothing may go wrong on it."""
    context = chrome.new_context(viewport=WIDE)
    page = opened(context, f"{home}/{CHAPTER}", home)
    yield page
    context.close()
    assert troubles(page) == []


def opened(context, address, home):
    page = context.new_page()
    page.watch, page.asked = Watch(page, home), []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page


def troubles(page):
    """What went wrong. A browser that leaves a page may give up on its icon: no trouble."""
    return [one for one in page.watch.troubles if not re.match(r"failed: .*/favicon\.svg$", one)]


def search(page, words, button=False):
    """Open the dialog, type, and return its results when they are those of the words."""
    if button:
        page.locator(".search-button__button:visible").first.click()
    else:
        page.keyboard.press("Control+k")
    page.wait_for_selector(".search-panel[data-ready]")
    page.keyboard.type(words)
    return page.locator(".search-found li:has(a:not(.search-all))")


def focused(page, what):
    return page.evaluate(f"document.activeElement.{what}")


def told(page):
    return page.locator(".search-told").inner_text()


# --- what it costs, and what it finds -----------------------------------------------------------


def test_nothing_of_it_is_loaded_before_it_is_asked_for(chapter):
    assert not [url for url in chapter.asked if LOADED_LATE.search(url)]
    assert not [url for url in chapter.asked if re.search("searchindex|searchtools", url)]
    assert chapter.locator("dialog.search-dialog").count() == 0
    search(chapter, "mask")
    late = [url for url in chapter.asked if LOADED_LATE.search(url)]
    assert len(late) == len(set(late)) == 4
    chapter.keyboard.press("Escape")
    search(chapter, "mask")
    assert [url for url in chapter.asked if LOADED_LATE.search(url)] == late


def test_inverted_leads_to_the_section_of_chapter_3(chapter):
    found = search(chapter, "inverted")
    link = found.first.locator("a")
    assert link.get_attribute("href").endswith(f"{CHAPTER}#scale-in-training-instead")
    assert "3 · The dropout forward pass" in found.first.inner_text()
    chapter.keyboard.press("Enter")
    assert chapter.url.endswith("#scale-in-training-instead")
    assert chapter.locator(".search-dialog[open]").count() == 0
    box = chapter.locator("#scale-in-training-instead").bounding_box()
    assert -50 < box["y"] < 300, "the section is in sight"


def test_mask_shows_its_sentence_with_the_word_marked(chapter):
    found = search(chapter, "mask")
    texts = found.locator(".search-context").all_inner_texts()
    marks = found.locator(".search-context mark").all_inner_texts()
    assert len(texts) >= 8
    assert set(map(str.lower, marks)) <= {"mask", "masks", "masked", "masking"}
    assert len(marks) >= 8
    assert re.fullmatch(r"\d+ results, the best \d+ of them shown\.", told(chapter))


def test_a_slip_of_the_hand_still_finds_dropout(chapter):
    found = search(chapter, "dropuot")
    assert "dropout" in found.first.inner_text().lower()
    assert told(chapter).startswith("Not found as you wrote it; ")


def test_the_name_of_a_mistake_leads_to_its_entry(chapter):
    found = search(chapter, "Divided by p")
    href = found.first.locator("a").get_attribute("href")
    assert href.endswith("mistakes.html#mistake-divided-by-p")
    found.first.locator("a").click()
    chapter.wait_for_url("**/mistakes.html#mistake-divided-by-p")
    assert chapter.locator("#mistake-divided-by-p").is_visible()


def test_every_result_leads_to_an_element_of_a_page(site):  # noqa: F811
    pages = search_index(site)
    lost = []
    for page in pages.values():
        ids = set(re.findall(r'\bid="([^"]+)"', (site / page["url"]).read_text("utf-8")))
        lost += [(page["url"], row[1]) for row in page["entries"] if row[1] and row[1] not in ids]
    assert lost == []
    assert sum(len(page["entries"]) for page in pages.values()) > 800


def test_the_index_holds_words_and_no_markup(site):  # noqa: F811
    entries = [row for page in search_index(site).values() for row in page["entries"]]
    prose = "\n".join(row[5] for row in entries if len(row) > 5)
    assert not re.search(r"\\(frac|sum|mathbb|text)|\$\$|Exercise %s|\{(ref|numref|term)\}", prose)
    assert "E[yᵢ] = E[mᵢ] xᵢ/q = xᵢ" in prose


@pytest.mark.parametrize(
    "query",
    ["constructor", "__proto__", "", "   ", "((", "<img src=x onerror=document.title='in'>"],
)
def test_odd_queries_break_nothing(chapter, query):
    title = chapter.title()
    search(chapter, query)
    assert told(chapter) == "" or "result" in told(chapter) or "Nothing found" in told(chapter)
    assert chapter.locator(".search-panel img").count() == 0
    assert chapter.title() == title


def test_ten_thousand_characters_are_cut_off(chrome, home, chapter):
    search(chapter, "")
    chapter.evaluate(
        "() => { const field = document.activeElement; field.removeAttribute('maxlength');"
        " field.value = 'mask '.repeat(2000); field.dispatchEvent(new Event('input')); }"
    )
    assert "results" in told(chapter)
    chapter.goto(f"{home}/search.html?q={'mask+' * 1500}")
    chapter.wait_for_selector(".search-found li a")
    assert len(chapter.locator(".search-field input").input_value()) <= 200


# --- by keyboard, from a folder, on a phone, in both themes ---------------------------------------


def test_by_keyboard_alone(chapter):
    button = chapter.locator(".search-button__button:visible").first
    button.focus()
    chapter.keyboard.press("Enter")
    chapter.wait_for_selector(".search-panel[data-ready]")
    assert focused(chapter, "type") == "search"
    chapter.keyboard.type("variance")
    chapter.keyboard.press("ArrowDown")
    assert focused(chapter, "tagName") == "A"
    first = focused(chapter, "href")
    chapter.keyboard.press("ArrowDown")
    assert focused(chapter, "href") != first
    chapter.keyboard.press("ArrowUp")
    chapter.keyboard.press("ArrowUp")
    assert focused(chapter, "type") == "search"
    chapter.keyboard.press("ArrowDown")
    chapter.keyboard.type(" mean")  # writing goes on in the field
    assert chapter.locator(".search-field input").input_value() == "variance mean"
    chapter.keyboard.press("Escape")
    assert chapter.locator(".search-dialog[open]").count() == 0
    assert button.evaluate("e => e === document.activeElement"), "the focus is back"
    chapter.keyboard.press("Control+k")
    assert chapter.locator(".search-dialog[open]").count() == 1
    chapter.keyboard.press("Control+k")
    assert chapter.locator(".search-dialog[open]").count() == 0


def test_from_a_folder(chrome, site):  # noqa: F811
    context = chrome.new_context(viewport=WIDE)
    page = opened(context, (site / CHAPTER).as_uri(), "file://")
    found = search(page, "glossary")
    assert found.count() > 0
    found = search_again(page, "inverted dropout")
    assert found.first.locator("mark").count() > 0
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"^file://.*\.html#"))
    page.goto((site / "search.html").as_uri() + "?q=mask")
    page.wait_for_selector(".search-found li a")
    assert troubles(page) == []
    context.close()


def search_again(page, words):
    page.locator(".search-field input").fill(words)
    return page.locator(".search-found li:has(a:not(.search-all))")


@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (NARROW, "dark")])
def test_dialog_and_page_are_accessible_and_fit(chrome, home, size, theme):
    context = chrome.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce")
    page = opened(context, f"{home}/{CHAPTER}", home)
    search(page, "default_rng", button=True)  # lines of code as well as sentences
    assert page.locator(".search-found code").count() > 0
    page.keyboard.press("ArrowDown")
    assert violations(page, ".search-dialog") == []
    search_again(page, "variance")
    assert page.evaluate(TOO_WIDE, ".search-dialog") == []
    box = page.locator(".search-dialog").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    assert box["y"] + box["height"] <= size["height"]
    page.goto(f"{home}/search.html?q=default_rng")
    page.wait_for_selector(".search-found li a")
    assert violations(page, ".bd-search-container") == []
    assert page.evaluate(TOO_WIDE, ".bd-search-container") == []
    assert troubles(page) == []
    context.close()


TOO_WIDE = """(where) => [...document.querySelectorAll(`${where}, ${where} *`)]
  .filter((e) => e.tagName !== "INPUT" && !["inline", "none"].includes(getComputedStyle(e).display)
    && (e.getBoundingClientRect().right > innerWidth + 1 || e.scrollWidth > e.clientWidth + 1))
  .slice(0, 5).map((e) => `${e.tagName}.${e.className}`)"""


# --- the page of results --------------------------------------------------------------------------


def test_the_page_of_results_takes_the_query_from_its_address_and_keeps_it_there(chapter, home):
    search(chapter, "mask")
    chapter.locator("a.search-all").click()
    chapter.wait_for_url("**/search.html?q=mask")
    chapter.wait_for_selector(".search-page .search-found li a")
    assert chapter.locator(".search-found li").count() > 12
    field = chapter.locator(".search-page input")
    assert field.input_value() == "mask"
    field.fill("brier & <b>score</b>")
    chapter.wait_for_function(
        "new URLSearchParams(location.search).get('q') === 'brier & <b>score</b>'"
    )
    assert chapter.locator(".search-found b").count() == 0
    chapter.keyboard.press("Control+k")
    assert chapter.locator("dialog.search-dialog").count() == 0, "the page has a field of its own"
    assert focused(chapter, "type") == "search"


def test_without_javascript_the_page_says_so(chrome, home):
    context = chrome.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{home}/search.html?q=mask")
    assert "needs JavaScript" in page.locator(".bd-search-container").inner_text()
    assert not page.locator(".search-page").is_visible()
    for name in ("genindex.html", "glossary.html"):
        assert page.locator(f'.bd-search-container a[href="{name}"]').is_visible()
    context.close()


def test_what_can_not_be_loaded_is_said_and_tried_again(chrome, home):
    context = chrome.new_context(viewport=WIDE)
    page = context.new_page()
    page.route("**/search-index.js", lambda route: route.abort())
    page.goto(f"{home}/{CHAPTER}")
    page.keyboard.press("Control+k")
    page.wait_for_function(
        "document.querySelector('.search-told')?.textContent.startsWith('The search could not')"
    )
    page.unroute("**/search-index.js")
    page.keyboard.press("Escape")
    assert search(page, "mask").count() > 3
    context.close()
