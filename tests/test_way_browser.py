"""Ways through a page in a real browser: "On this page", the header, line breaks, the foot."""

from __future__ import annotations

import pytest
from browser import VIEWS, violations
from cards_book import FILES
from cards_open import opening
from themed_book import themed_book

pytestmark = pytest.mark.slow

LONG = "04-backward-with-a-title-that-is-far-too-long-for-a-telephone"
# Formulas, each followed or preceded by a sign, in many places of a line.
LINES = "# Lines\n\n" + " ".join(
    f"{'so ' * (n % 5)}($x_{n}$), $y = a + b_{n}$; at {n} % of “$z$”, Figure 3." for n in range(40)
)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    files = FILES | {
        "lines.md": LINES,
        "index.md": FILES["index.md"].replace("status", "status\nlines"),
    }
    with themed_book(tmp_path_factory.mktemp("way"), files) as made:
        yield made


@pytest.fixture
def opened(browser, book):
    """Open a page; afterwards nothing must have gone wrong on it."""
    with opening(browser, book[1]) as open_page:
        yield open_page


# Where a page stands: a way that went wrong says so.
PLACE = """() => ({
  hash: location.hash, scrolled: scrollY, entries: history.length,
  marked: [...document.querySelectorAll("nav.page-toc a.active")].map((e) => e.textContent),
  headings: [...document.querySelectorAll("article :is(h2, h3)")]
    .map((e) => [e.textContent, Math.round(e.getBoundingClientRect().top)]),
})"""


def marked(page, words):
    """Wait until an entry of the list, and no other, is marked."""
    from playwright.sync_api import TimeoutError

    try:
        page.wait_for_function(
            """(words) => {
              const marked = [...document.querySelectorAll("nav.page-toc a")]
                .filter((e) => e.classList.contains("active"));
              const said = [...document.querySelectorAll("nav.page-toc a[aria-current]")];
              return marked.length === (words ? 1 : 0) && said.length === marked.length
                && marked.every((e, n) => e.textContent === words && e === said[n]);
            }""",
            arg=words,
        )
    except TimeoutError:
        raise AssertionError(f"{words!r} is not what is marked: {page.evaluate(PLACE)}") from None


def entry(page, words):
    return page.locator("nav.page-toc a", has_text=words)


# --- "On this page" -------------------------------------------------------------------------------


def test_at_the_beginning_nothing_is_marked_and_reading_marks_what_is_read(opened):
    page = opened()
    marked(page, None)
    page.mouse.move(500, 500)
    for words in ("First section", "Second section", "A part of it"):
        y = page.get_by_role("heading", name=words).evaluate("e => e.getBoundingClientRect().top")
        page.mouse.wheel(0, y - 100)
        marked(page, words)
    page.mouse.wheel(0, 99999)
    marked(page, "Last section")
    page.mouse.wheel(0, -99999)
    marked(page, None)


@pytest.mark.parametrize("key", [None, "Enter"])
def test_a_click_marks_its_entry_wherever_the_page_can_scroll_to(opened, key):
    page = opened()
    for words in ("Second section", "Last section", "First section", "A part of it"):
        if key:
            entry(page, words).focus()
            page.keyboard.press(key)
        else:
            entry(page, words).click()
        marked(page, words)
        page.wait_for_timeout(150)
        marked(page, words)
    page.mouse.move(500, 500)
    page.mouse.wheel(0, -99999)
    marked(page, None)
    entry(page, "A part of it").click()  # where the address points already
    marked(page, "A part of it")


def test_an_address_a_link_and_a_script_are_followed(opened):
    page = opened("03-forward.html#sec-second")
    marked(page, "Second section")
    page.evaluate("location.hash = '#tab-long'")
    marked(page, "Last section")
    page.locator("article a[href='#sec-second']").click()
    marked(page, "Second section")
    page.evaluate("location.hash = '#nothing-of-this-name'")
    page.wait_for_timeout(150)
    marked(page, "Second section")


def test_a_result_of_the_search_is_followed(opened):
    page = opened()
    page.keyboard.press("Control+k")
    page.wait_for_selector(".search-panel[data-ready]")
    page.keyboard.type("A part of it")
    page.locator(".search-found a[href$='#a-part-of-it']").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**#a-part-of-it")
    marked(page, "A part of it")


def test_the_way_back_marks_the_place_to_which_it_leads(opened):
    page = opened()
    entry(page, "First section").click()
    marked(page, "First section")
    entry(page, "Last section").click()
    marked(page, "Last section")
    page.go_back()
    marked(page, "First section")
    page.mouse.move(500, 500)
    y = page.get_by_role("heading", name="A part").evaluate("e => e.getBoundingClientRect().top")
    page.mouse.wheel(0, y - 100)
    marked(page, "A part of it")
    entry(page, "Second section").click()
    marked(page, "Second section")
    page.go_back()  # to the address of the first section, read on to a later one
    marked(page, "A part of it")
    page.go_forward()
    marked(page, "Second section")


def scroll(page, key):
    """Press a key and wait until nothing scrolls: Chromium loses one that comes at the end."""
    page.evaluate(
        """() => {
          window.scrolled = new Promise((done) => {
            addEventListener("scrollend", done, { once: true });
            setTimeout(done, 5000);
          });
        }"""
    )
    page.keyboard.press(key)
    page.evaluate("() => window.scrolled.then(() => true)")


def test_keys_that_scroll_are_followed(opened):
    page = opened("03-forward.html#first-section")
    marked(page, "First section")
    scroll(page, "End")
    marked(page, "Last section")
    scroll(page, "Home")
    marked(page, None)


def test_on_a_phone_the_list_closes_behind_the_reader(opened):
    page = opened(width=390, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="On this page").tap()
    entry(page, "A part of it").tap()
    page.wait_for_function("() => !document.querySelector('dialog[open]')")
    marked(page, "A part of it")
    page.wait_for_function(
        "() => { const y = document.querySelector('#a-part-of-it').getBoundingClientRect().top;"
        " return y > -5 && y < 300; }"
    )


# --- the header -----------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize(
    ("name", "words"),
    [("03-forward", "3. The dropout forward pass"), (LONG, "4. Backward, with a title"),
     ("glossary", "Glossary"), ("index", "Dropout, from the mask up")],
)  # fmt: skip
def test_the_header_of_a_phone_names_the_page(opened, width, name, words):
    page = opened(f"{name}.html", width)
    title = page.locator(".header-title")
    assert title.inner_text().startswith(words)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    box = title.bounding_box()
    assert box["width"] > 70
    assert box["height"] < 50, "one line"
    for button in page.locator(".bd-header-article button:visible").all():
        other = button.bounding_box()
        assert other["x"] + other["width"] <= min(box["x"] + 1, width) or (
            other["x"] >= box["x"] + box["width"] - 1 and other["x"] + other["width"] <= width
        )
    if name == LONG:
        assert title.evaluate("e => e.scrollWidth > e.clientWidth"), "cut off with an ellipsis"
        assert title.evaluate("e => getComputedStyle(e).textOverflow") == "ellipsis"


def test_on_a_desktop_the_header_is_silent_and_on_a_phone_it_leads_to_the_top(opened):
    assert not opened().locator(".header-title").is_visible()
    page = opened(f"{LONG}.html#fig-elsewhere", 390)
    page.locator(".header-title").click()
    page.wait_for_function("() => scrollY < 120")


# --- lines ----------------------------------------------------------------------------------------

APART = r"""() => [...document.querySelectorAll("article .nobr")].filter((box) => {
  const bases = box.querySelectorAll(".base");
  const [first, last] = [bases[0], bases[bases.length - 1]].map((e) => e.getBoundingClientRect());
  const away = (node, base) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()].some((r) => r.bottom < base.top || r.top > base.bottom);
  };
  return [...box.childNodes].some((node) => node.nodeType === 3
    && away(node, node.nextSibling ? first : last));
}).map((box) => box.lastChild.textContent)"""


def test_no_line_begins_with_the_sign_after_a_formula(opened):
    page = opened("lines.html")
    assert page.locator("article .nobr").count() == 120
    for width in range(320, 720, 16):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(APART) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") == width
    # they would, without what holds them
    page.add_style_tag(content=".nobr { white-space: normal !important }")
    parted = 0
    for width in range(320, 720, 16):
        page.set_viewport_size({"width": width, "height": 900})
        parted += len(page.evaluate(APART))
    assert parted > 0


# --- the foot -------------------------------------------------------------------------------------


def test_a_page_says_how_to_cite_it_without_a_network(opened):
    page = opened()
    foot = page.locator(".course-footer")
    assert "version 0." in foot.inner_text()
    assert foot.get_by_role("link", name="CC BY 4.0").count() == 1
    summary = foot.locator("summary", has_text="Cite this page")
    summary.focus()
    page.keyboard.press("Enter")
    pre = foot.locator("pre")
    assert pre.inner_text().startswith("@incollection{dropoutcourse-03-forward,")
    assert "Chapter 3: The dropout forward pass" in pre.inner_text()


@pytest.mark.parametrize(("width", "theme"), VIEWS)
def test_foot_and_header_are_accessible(opened, width, theme):
    page = opened("references.html", width, color_scheme=theme, reduced_motion="reduce")
    page.locator(".cite-page summary").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_addresses_of_the_foot_are_those_of_the_source(opened):
    links = opened().locator(".course-footer-links a").evaluate_all("all => all.map((a) => a.href)")
    assert links[0].endswith("/edit/main/book/03-forward.md")
    assert "/issues/new?title=The%20dropout%20forward%20pass" in links[1]


# --- citations ------------------------------------------------------------------------------------


def test_text_and_list_call_a_source_the_same_and_the_list_leads_back(opened):
    page = opened()
    cited = page.locator("article .bibtex-citation").all_inner_texts()
    assert cited == [
        "Srivastava et\u00a0al. (2014)",
        "(Gal, 2016; Gal & Ghahramani, 2016b)",
        "Gal and Ghahramani (2016a)",
    ]
    page.goto(page.url.replace("03-forward", "references"))
    entries = {
        one.get_attribute("id"): one.inner_text() for one in page.locator("div.citation").all()
    }
    assert list(entries) == ["ref-gal2016", "ref-two2016a", "ref-two2016b", "ref-many2014"]
    assert entries["ref-two2016a"].startswith("Gal and Ghahramani (2016a)")
    many = page.locator("#ref-many2014 .cited-in")
    assert many.inner_text() == "Cited in chapter\u00a03, chapter\u00a04, Glossary."
    many.get_by_role("link", name="chapter 3").click()
    page.wait_for_url("**/03-forward.html#id1")
    assert page.locator("#id1").inner_text() == cited[0]
