"""The book on paper: a chapter and the one long page printed by Chromium and measured; the zip."""

from __future__ import annotations

import re
import zipfile
from collections import Counter

import numpy as np
import pytest
import yaml
from browser import Watch, browser, served, site  # noqa: F401 - fixtures

from autograder.authoring import paper

pytestmark = pytest.mark.slow
pdfium = pytest.importorskip(
    "pypdfium2", reason="pypdfium2 reads printed pages: make installs it from requirements.lock"
)

CHAPTER = "03-dropout-forward"
FILLED = 0.15  # of a page's height, at least
POINTS = 72 / 25.4  # a millimetre
MARGIN = 17  # mm at the sides
COLUMN = 666  # px, 176 mm of A4 between its margins


@pytest.fixture(scope="module")
def chrome():
    with browser() as program:
        yield program


@pytest.fixture(scope="module")
def home(site):  # noqa: F811
    with served(site) as address:
        yield address


@pytest.fixture(scope="module")
def printed(chrome, home, tmp_path_factory):
    """The chapter as PDF, from either theme of the screen."""

    def from_theme(theme):
        pdf = tmp_path_factory.mktemp("paper") / f"{theme}.pdf"
        page = chrome.new_page(color_scheme=theme, viewport={"width": 1280, "height": 900})
        page.goto(f"{home}/{CHAPTER}.html")
        page.wait_for_function("t => document.documentElement.dataset.theme === t", arg=theme)
        # a person who prints waits for the pictures, too
        page.evaluate("Promise.all([...document.images].map((i) => (i.loading = '', i.decode())))")
        page.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
        page.close()
        return pdfium.PdfDocument(pdf)

    return {theme: from_theme(theme) for theme in ("light", "dark")}


def grey(page):
    """A page as an array of grey values, one pixel a point."""
    return page.render(scale=1).to_numpy()[..., :3].mean(-1)


def filled(picture):
    """How much of a page's height, between its margins, is printed or next to print."""
    height = len(picture)
    body = picture[int(18 * POINTS) : height - int(20 * POINTS)]
    rows = (body < 225).any(1)
    near = np.convolve(rows, np.ones(25), "same") > 0  # a line of text and the space around it
    return near.mean()


def words(document):
    return "\n".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_printed_chapter_has_no_page_that_is_nearly_empty(printed, theme):
    shares = [filled(grey(page)) for page in printed[theme]]
    assert 10 < len(shares) < 40
    assert {n: s for n, s in enumerate(shares[:-1], 1) if s < FILLED} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_printed_in_the_margins(printed, theme):
    for number, page in enumerate(printed[theme], 1):
        picture = grey(page)
        side = int((MARGIN - 2) * POINTS)
        assert (picture[:, :side] > 250).all(), number
        assert (picture[:, -side:] > 250).all(), number


def test_paper_is_light_and_the_same_from_either_theme(printed):
    light, dark = (list(map(grey, printed[theme])) for theme in ("light", "dark"))
    assert len(light) == len(dark)
    for number, (one, other) in enumerate(zip(light, dark, strict=True), 1):
        assert one.mean() > 215, number
        assert np.abs(one - other).mean() < 1, number


def test_navigation_and_what_must_be_clicked_is_not_printed(printed):
    text = words(printed["light"])
    assert "The dropout forward pass" in text
    assert "Spot the bug" in text
    for gone in (
        "Search the book",
        "On this page",
        "Show the source",
        "Hint 1 of 3",
        "Open in Colab",
    ):
        assert gone not in text


def test_everything_fits_between_the_margins(chrome, home, site):  # noqa: F811
    """Of every page of the book, as print lays it out."""
    page = chrome.new_page(viewport={"width": COLUMN, "height": 900})
    page.emulate_media(media="print")
    found = {}
    for name in [entry.name for entry in paper.listed(paper.ROOT)]:
        page.goto(f"{home}/{name}.html")
        if wide := page.evaluate(TOO_WIDE):
            found[name] = wide
    page.close()
    assert found == {}


TOO_WIDE = """() => [...document.querySelectorAll(
  '.bd-article :is(table, pre, figure, img, p, div.math)')].filter((e) => e.checkVisibility()
    && (e.getBoundingClientRect().right > innerWidth + 1 || e.scrollWidth > e.clientWidth + 1
      && e.matches('pre, div.math')))
  .slice(0, 3).map((e) => `${e.tagName}.${e.className}: ${e.textContent.slice(0, 60)}`)"""


# the whole book ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(site, root):  # noqa: F811
    return paper.long_page(site, root)


def test_the_long_page_holds_every_page_once_in_the_order_of_the_book(whole, root):
    names = re.findall(r'<article class="bd-article page" id="([^"]+)">', whole)
    assert names == [page.name for page in paper.listed(root)]
    assert len(names) > 12


def test_names_are_unique_and_links_inside_lead_somewhere(whole):
    tags = " ".join(paper.TAG.findall(whole))
    ids = Counter(re.findall(r'\sid="([^"]+)"', tags))
    assert [name for name, times in ids.items() if times > 1] == []
    targets = set(re.findall(r'\s(?:xlink:)?href="#([^"]+)"', tags))
    assert len(targets) > 100
    assert targets - set(ids) == set()


def test_the_long_page_loads_nothing_from_elsewhere_and_runs_nothing(whole):
    assert "<script" not in whole
    loaded = re.findall(r'(?:src|srcset|<link[^>]*href)="([^"]+)"', whole)
    assert loaded
    assert [
        place for place in loaded if not place.startswith(("_static/", "_images/", "data:"))
    ] == []


def test_pages_become_a_pdf_with_an_outline(site, root, tmp_path, monkeypatch, chrome):  # noqa: F811
    del chrome  # it skips the test where there is none
    some = [page for page in paper.listed(root) if page.name in ("notation", "keep-or-drop")]
    monkeypatch.setattr(paper, "listed", lambda _: some)
    monkeypatch.setattr(paper, "build_book", lambda _: site)
    monkeypatch.setattr(paper, "OUTPUT", tmp_path)
    document = pdfium.PdfDocument(in_a_thread(lambda: paper.make_pdf(root)))
    titles = [entry.get_title().strip() for entry in document.get_toc()]
    assert {"Contents", "Notation", "Keep or drop?"} <= set(titles)
    assert "Dropout, from the mask up" in words(document)
    version = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))["version"]
    assert f"Version {version}, released" in words(document)


def in_a_thread(make):
    """Playwright starts once a thread, and this one drives the browser of the tests."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(make).result()


def test_the_zip_is_the_site_and_works_from_a_folder(site, root, tmp_path, monkeypatch, chrome):  # noqa: F811
    monkeypatch.setattr(paper, "build_book", lambda _: site)
    monkeypatch.setattr(paper, "OUTPUT", tmp_path)
    packed = paper.make_zip(root)
    first = packed.read_bytes()
    assert paper.make_zip(root).read_bytes() == first
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "dropout-course"
    files = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
    assert {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} == files
    page = chrome.new_page()
    watch = Watch(page, folder.as_uri())
    page.goto((folder / f"{CHAPTER}.html").as_uri())
    page.evaluate("Promise.all([...document.images].map((i) => (i.loading = '', i.decode())))")
    assert page.locator("h1").first.inner_text()
    page.close()
    assert watch.troubles == []
