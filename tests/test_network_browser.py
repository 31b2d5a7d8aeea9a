"""`<dropout-network>` in a real browser, on a page that the extension built."""

from __future__ import annotations

import re
from itertools import islice

import pytest
from browser import violations
from small_book import book_of, extension, opened, set_theme, sideways

pytestmark = pytest.mark.slow
network = extension("network")
PAGE = "# Page\n\n```{dropout-network}\n:seed: 3\n```\n"
UNITS = 16


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with book_of(tmp_path_factory.mktemp("network"), ["network"], PAGE) as page:
        yield page


def unit(page, layer: int, row: int):
    return page.get_by_role("switch", name=f"Hidden layer {layer}, unit {row}", exact=True)


def button(page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def said(page) -> str:
    return page.get_by_role("status").inner_text()


def shown_mask(page) -> list[bool]:
    units = page.get_by_role("switch").all()
    return [one.get_attribute("aria-checked") == "true" for one in units]


def histogram(page) -> list[int]:
    rows = page.locator(".dn-table tbody tr").all()
    return [int(row.locator("td").first.text_content()) for row in rows]


def set_rate(page, rate: float) -> None:
    page.get_by_role("slider").evaluate(
        "(s, v) => { s.value = v; s.dispatchEvent(new Event('input')); }", rate
    )


def masks(seed: int, times: int, rate: float = 0.5) -> list[list[bool]]:
    """Return the first masks of the stream; the first belongs to the picture itself."""
    stream = network.uniforms(seed)
    return [[u >= rate for u in islice(stream, UNITS)] for _ in range(times)]


def test_starts_with_the_mask_of_the_picture(page):
    assert shown_mask(page) == masks(3, 1)[0]
    kept = sum(masks(3, 1)[0])
    assert said(page) == f"{kept} of 16 hidden units survive; expected 8.0."
    assert sum(histogram(page)) == 0


def test_click_drops_a_unit_with_its_edges_and_brings_it_back(page):
    unit(page, 1, 1).click()
    assert unit(page, 1, 1).get_attribute("aria-checked") == "false"
    assert page.locator('.edge:not(.off)[data-ends~="1.0"]').count() == 0
    assert said(page).startswith("Hidden layer 1, unit 1 is dropped. 5 of 16 ")
    unit(page, 1, 1).click()
    assert unit(page, 1, 1).locator("text").text_content() == "×2"
    assert page.locator('.edge:not(.off)[data-ends~="1.0"]').count() > 0
    assert said(page).startswith("Hidden layer 1, unit 1 is kept. 6 of 16 ")


def test_keyboard_moves_and_switches_with_one_tab_stop(page):
    assert page.locator('[role="switch"][tabindex="0"]').count() == 1
    unit(page, 1, 1).focus()
    for key, name in [
        ("ArrowDown", "Hidden layer 1, unit 2"),
        ("ArrowRight", "Hidden layer 2, unit 2"),
        ("ArrowUp", "Hidden layer 2, unit 1"),
        ("ArrowUp", "Hidden layer 2, unit 1"),
        ("ArrowLeft", "Hidden layer 1, unit 1"),
        ("ArrowLeft", "Hidden layer 1, unit 1"),
        ("End", "Hidden layer 2, unit 8"),
        ("Home", "Hidden layer 1, unit 1"),
    ]:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == name
        assert page.locator('[role="switch"][tabindex="0"]').count() == 1
    for key in ("Enter", "Space"):
        before = shown_mask(page)[0]
        page.keyboard.press(key)
        assert shown_mask(page)[0] is not before
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_resampling_follows_the_seed_exactly(page):
    button(page, "Resample").click()
    assert shown_mask(page) == masks(3, 2)[1]
    button(page, "Resample 100 times").click()
    button(page, "Resample 100 times").click()
    drawn = masks(3, 202)[1:]
    sizes = [sum(mask) for mask in drawn]
    assert histogram(page) == [sizes.count(k) for k in range(UNITS + 1)]
    assert shown_mask(page) == drawn[-1]
    assert page.locator(".dn-tally").inner_text() == (
        f"Mean number of survivors: {sum(sizes) / len(sizes):.1f}; expected 8.0."
    )
    shown = [int(text) for text in page.locator(".dn-count").all_text_contents() if text]
    assert sum(shown) == 201


def test_histogram_stands_over_the_binomial(page):
    set_rate(page, 0.25)
    button(page, "Resample").click()
    expected = [float(text) for text in page.locator(".dn-table td:last-child").all_text_contents()]
    assert expected[12] == 0.2  # C(16, 12) 0.75**12 0.25**4 = 0.2252
    heights = page.locator(".dn-law").evaluate_all(
        "bars => bars.map(b => +b.getAttribute('height'))"
    )
    assert heights[12] == max(heights)
    assert heights[13] / heights[12] == pytest.approx(4 / 13 * 3, abs=0.01)


def test_slider_drops_units_one_by_one_and_restarts_the_histogram(page):
    button(page, "Resample").click()
    numbers = list(islice(network.uniforms(3), 2 * UNITS))[UNITS:]
    set_rate(page, 0.3)
    assert shown_mask(page) == [u >= 0.3 for u in numbers]
    assert said(page).endswith("expected 11.2. The histogram starts again.")
    assert sum(histogram(page)) == 0
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "drop 0.30, keep 0.70"
    page.get_by_role("slider").press("ArrowRight")
    assert shown_mask(page) == [u >= 0.35 for u in numbers]
    assert "×1.54" in page.locator(".unit.kept text").all_text_contents()


@pytest.mark.parametrize(
    ("rate", "kept", "words"),
    [
        (1, 0, "Every unit is dropped; the output is exactly zero."),
        (0, 16, "16 of 16 hidden units survive; expected 16.0."),
    ],
)
def test_ends_of_the_slider(page, rate, kept, words):
    set_rate(page, rate)
    assert said(page) == words
    button(page, "Resample 100 times").click()
    assert sum(shown_mask(page)) == kept
    assert histogram(page)[kept] == 100
    assert not re.search("nan|infinity", page.locator("dropout-network").inner_html(), re.I)
    if rate == 1:
        assert page.locator(".unit.outer text").all_text_contents() == ["0", "0"]
        unit(page, 1, 1).dispatch_event("click")
        assert said(page) == "At p = 1 no unit can be kept. Lower the rate first."
        assert sum(shown_mask(page)) == 0


def test_a_dead_layer_is_announced(page):
    for row in range(1, 9):
        one = unit(page, 2, row)
        if one.get_attribute("aria-checked") == "true":
            one.click()
    assert said(page).endswith("All of hidden layer 2 is dropped: the output is exactly zero.")
    assert page.locator(".unit.outer text").all_text_contents() == ["0", "0"]


def test_reset_goes_back_to_the_start(page):
    start = page.locator("dropout-network svg").first.inner_html()
    set_rate(page, 0.8)
    button(page, "Resample 100 times").click()
    button(page, "Reset").click()
    assert page.locator("dropout-network svg").first.inner_html() == start
    assert sum(histogram(page)) == 0
    button(page, "Resample").click()
    assert shown_mask(page) == masks(3, 2)[1]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page, theme):
    set_theme(page, theme)
    page.locator(".dn-table summary").click()
    assert violations(page, "figure") == []


def test_narrow_screen_has_no_sideways_scroll(page):
    page.set_viewport_size({"width": 390, "height": 844})
    button(page, "Resample 100 times").click()
    assert sideways(page) == []
    left, right = page.locator(".dn-side").all()
    assert right.bounding_box()["y"] >= left.bounding_box()["y"] + left.bounding_box()["height"]
    target = page.locator(".unit.kept .hit").first.bounding_box()
    assert min(target["width"], target["height"]) >= 24


def test_reduced_motion_is_respected(browser, address):
    style = "getComputedStyle(document.querySelector('{}')).transitionDuration"
    with opened(browser, address, reduced_motion="reduce") as tab:
        assert tab.evaluate(style.format(".unit .body")) == "0s"
        assert tab.evaluate(style.format(".dn-seen")) == "0s"


def test_without_javascript_the_picture_and_a_sentence_remain(browser, address):
    with opened(browser, address, java_script_enabled=False) as tab:
        picture = tab.get_by_role("img", name=re.compile("6 of 16 hidden units survive"))
        assert picture.bounding_box()["height"] > 100
        still = tab.locator(".dn-still").inner_text()
        assert "6 of 16 hidden units survive; expected 8.0." in still
        assert tab.locator("button").count() == 0
