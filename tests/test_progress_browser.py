"""The map of the chapters with the reader's progress: kept, shown, saved, loaded, given up."""

from __future__ import annotations

import json

import pytest
from browser import VIEWS, served, violations
from small_book import CONF, opened, set_theme, sideways
from sphinx.testing.util import SphinxTestApp

pytestmark = pytest.mark.slow

KEY = "course-progress"
MAP = """# The book

```{chapter-map}
01: what a mask does
02: why it matters (100 points)
```
"""
CHAPTER = """# {title}

:::{{objectives}}
:needs: nothing but curiosity
:minutes: {minutes}

- Draw a mask. {{assessed}}`draw`
:::

## One

Words.

## Two

### Within

:::{{quiz}} q-{name}
Which?

- [ ] this
  > Not this.
- [x] that
  > That.
:::
"""
EMPTY_BOXES = """
def setup(app):
    from sphinx.util.docutils import SphinxDirective
    class Box(SphinxDirective):
        has_content, option_spec = True, {"needs": str, "minutes": str}
        def run(self):
            return []
    app.add_directive("objectives", Box)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    source = folder / "book"
    source.mkdir()
    (folder / "dropout_course").mkdir()
    known = {"chapters": {"01": {"points": 20.0}}, "exercises": {"draw": {"points": 20}}}
    (folder / "dropout_course" / "exercises.json").write_text(json.dumps(known))
    conf = CONF.format(extensions=["myst_parser", "quiz", "chapter_map"])
    (source / "conf.py").write_text(conf + EMPTY_BOXES)
    (source / "index.md").write_text(MAP + "\n```{toctree}\n01-first\n02-second\n```\n")
    for stem, title, minutes in (("01-first", "First", 60), ("02-second", "Second", 150)):
        text = CHAPTER.format(title=title, minutes=minutes, name=stem[3:])
        (source / f"{stem}.md").write_text(text)
    app = SphinxTestApp("html", srcdir=source, builddir=folder / "build")
    try:
        app.build()
        assert app.warning.getvalue() == ""
        with served(app.outdir) as address:
            yield address
    finally:
        app.cleanup()


@pytest.fixture
def address(home):
    return f"{home}/index.html"


def kept(page, value) -> None:
    """Put something into the browser's storage, and look at the map again."""
    text = value if isinstance(value, str) else json.dumps(value)
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, text])
    page.reload()


def progress(**chapters):
    made = {
        name.replace("_", "-", 1).removeprefix("c"): {"sections": [], "right": [], "tried": []}
        | one
        for name, one in chapters.items()
    }
    return {"version": 1, "at": next(iter(made), ""), "chapters": made}


def test_the_map_says_what_a_chapter_asks_for(page):
    first, second = page.locator(".map-chapter").all()
    assert first.locator(".map-title").inner_text() == "1. First"
    assert first.locator(".map-finds").inner_text() == "What a mask does."
    facts = first.locator(".map-facts").text_content()
    assert facts.startswith("About 60 minutes · 20 points · you need nothing but")
    assert "About 2½ hours · 100 points" in second.locator(".map-facts").text_content()
    first.locator("summary").click()
    assert first.locator(".map-aims").inner_text() == "Draw a mask."
    links = first.locator(".map-sections a")
    assert links.all_inner_texts() == ["One", "Two"]
    assert links.first.get_attribute("href") == "01-first.html#one"


def test_a_new_reader_is_led_to_the_first_chapter(page):
    assert page.locator(".map-next").inner_text() == "Next: 1. First."
    assert page.locator(".map-next a").get_attribute("href") == "01-first.html"
    assert page.locator(".map-state").count() == 0
    assert page.get_by_role("button", name="Forget").is_hidden()
    assert page.get_by_role("button", name="Load from a file").is_visible()


def test_what_is_read_and_answered_is_on_the_map(browser, home, address):
    with opened(browser, f"{home}/01-first.html") as page:
        page.wait_for_function(  # both ends are on the screen; a moment later both are read
            "key => JSON.parse(localStorage.getItem(key))?.chapters['01-first'].sections[1]",
            arg=KEY,
        )
        page.locator("#q-first-1").check()
        page.get_by_role("button", name="Check").click()
        assert json.loads(page.evaluate("localStorage.getItem('course-progress')"))["chapters"] == {
            "01-first": {"sections": ["one", "two"], "right": [], "tried": ["q-first"]}
        }
        page.goto(address)
        state = page.locator('[data-page="01-first"] .map-state')
        assert state.inner_text().strip() == "2 of 2 sections read, 0 of 1 question right"
        assert page.locator(".map-next").inner_text() == "Next: 2. Second."
        page.goto(f"{home}/01-first.html")
        page.locator("#q-first-2").check()
        page.get_by_role("button", name="Check").click()
        page.goto(address)
        assert state.inner_text().strip().startswith("Done: 2 of 2 sections read, 1 of 1 question")
        assert page.locator('[data-page="02-second"] .map-state').count() == 0
        told = page.locator(".map-told").inner_text()
        assert told.startswith("You have read 2 of 4 sections and answered 1 of 2 questions right.")
        page.goto(f"{home}/01-first.html")
        page.locator("#q-first-1").check()  # the answer is taken back
        page.goto(address)
        assert "0 of 1 question right" in state.inner_text()


def test_the_map_leads_on_to_the_next_section(page):
    kept(page, progress(c01_first={"sections": ["one"]}))
    assert page.locator(".map-next").inner_text() == "Go on with 1. First: Two."
    assert page.locator(".map-next a").get_attribute("href") == "01-first.html#two"
    both = {"sections": ["one", "two"]}
    kept(page, progress(c01_first=both, c02_second=both | {"right": ["q-second"]}))
    assert page.locator(".map-next a").get_attribute("href") == "01-first.html#q-first"
    both["right"] = ["q-first", "q-second"]
    kept(page, progress(c01_first=both, c02_second=both))
    assert "every section and answered every question" in page.locator(".map-next").inner_text()


def test_progress_moves_by_file_to_another_browser(browser, address, tmp_path):
    file = tmp_path / "progress.json"
    with opened(browser, address) as page:
        page.evaluate("localStorage.setItem('quiz:01-first/q-first', '[\"2\"]')")
        kept(page, progress(c01_first={"sections": ["one"], "right": ["q-first"]}))
        with page.expect_download() as download:
            page.get_by_role("button", name="Save to a file").click()
        download.value.save_as(file)
    with opened(browser, address) as page:
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_text("Loaded.").wait_for()
        assert "1 of 2 sections read, 1 of 1" in page.locator(".map-state").inner_text()
        page.goto(address.replace("index", "01-first"))
        assert page.locator("#q-first-2").is_checked()


OTHERS = {
    "empty": "",
    "a list": "[]",
    "no JSON": "nonsense",
    "nothing in it": '{"course": "dropout-course"}',
    "too large": "9" * 300_000,
    "another key": '{"course":"dropout-course","version":1,"answers":{"mode":"[\\"1\\"]"},'
    '"progress":{"version":1,"at":"","chapters":{}}}',
    "markup": '{"course":"dropout-course","version":1,"answers":{},"progress":{"version":1,"at":"",'
    '"chapters":{"01-first":{"sections":["<b>"],"right":[],"tried":[]}}}}',
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=list(OTHERS))
def test_a_file_that_is_none_of_ours_changes_nothing(page, tmp_path, text):
    kept(page, progress(c01_first={"sections": ["one"]}))
    before = page.evaluate("JSON.stringify(localStorage)")
    (tmp_path / "x.json").write_text(text)
    page.locator("input[type=file]").set_input_files(tmp_path / "x.json")
    page.get_by_text("This file holds no progress of this course.").wait_for()
    assert page.evaluate("JSON.stringify(localStorage)") == before
    assert "1 of 2 sections read" in page.locator(".map-state").inner_text()


@pytest.mark.parametrize("bad", ["{", "3", '{"version":1,"at":"x","chapters":{"a":[]}}'])
def test_a_corrupted_progress_leaves_the_plain_map_and_a_sentence(page, bad):
    kept(page, bad)
    assert page.locator(".map-chapter").count() == 2
    assert page.locator(".map-state").count() == 0
    assert "can't be read" in page.locator(".map-told").inner_text()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget").click()
    assert page.locator(".map-told").inner_text() == "Forgotten: the map begins anew."
    assert page.evaluate("localStorage.length") == 0


def test_what_the_book_no_longer_has_is_not_counted(page):
    kept(page, progress(c01_first={"sections": ["gone", "one"]}, c09_gone={"sections": ["x"]}))
    assert "1 of 2 sections read" in page.locator(".map-state").inner_text()


def test_a_browser_that_refuses_storage_has_the_plain_map_and_a_sentence(browser, address):
    with opened(browser, address) as page:

        def answer(route):  # as layout.html has it then
            html = route.fetch().text()
            route.fulfill(body=html.replace("<html", '<html data-storage="refused"', 1))

        page.route("**/index.html", answer)
        page.reload()
        assert "keeps nothing for this site" in page.locator(".map-told").inner_text()
        assert page.locator(".map-panel").count() == 0
        assert page.locator(".map-chapter").count() == 2


@pytest.mark.parametrize(("width", "theme"), VIEWS)
def test_the_map_fits_and_is_accessible(browser, address, root, theme, width):
    with opened(browser, address, width) as page:
        page.add_style_tag(path=root / "book" / "_static" / "css" / "course.css")
        kept(page, progress(c01_first={"sections": ["one"]}))
        page.add_style_tag(path=root / "book" / "_static" / "css" / "course.css")
        set_theme(page, theme)
        for summary in page.locator("summary").all():
            summary.focus()
            page.keyboard.press("Enter")
        assert page.locator(".map-sections").first.is_visible()
        assert sideways(page) == []
        assert violations(page, ".chapter-map") + violations(page, ".map-panel") == []
