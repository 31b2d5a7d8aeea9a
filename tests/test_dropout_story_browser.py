"""`{dropout-story}`: its numbers against chapter 3's answers, and how it passes by in a browser."""

from __future__ import annotations

import re

import numpy as np
import pytest
from browser import violations
from small_book import book_of, extension, opened, set_theme, sideways, smallest_text

from solutions.ch03_dropout_forward import dropout_inverted, dropout_standard

book = extension("dropout_story")
PAGE = "# Page\n\n```{dropout-story}\n:name: fig-story\n\nThe caption.\n```\n\n" + "Text.\n\n" * 60


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with book_of(tmp_path_factory.mktemp("story"), ["dropout_story"], PAGE) as page:
        yield page


@pytest.fixture
def page(browser, address):
    with opened(browser, address, reduced_motion="reduce") as tab:
        yield tab


def test_its_numbers_are_those_of_the_references():
    x, m, p = book.image(), book.mask(), book.P
    one, two, three, four = book.steps()
    assert one.total == pytest.approx(dropout_inverted(x, m, p, False).sum())
    assert two.total is None
    assert three.total == pytest.approx(dropout_standard(x, m, p, True).sum())
    assert four.total == pytest.approx(dropout_inverted(x, m, p, True).sum())
    np.testing.assert_allclose(four.pixels * four.kept, dropout_inverted(x, m, p, True))
    average = float(re.search(r"over all masks ([\d.]+) on average", three.words)[1])
    assert average == pytest.approx(dropout_standard(x, m, p, False).sum(), abs=0.051)


def test_this_mask_is_a_typical_one():
    """The story says that the sum halves and is repaired, so its mask must not exaggerate."""
    one, _, three, four = book.steps()
    assert three.total / one.total == pytest.approx(book.P, abs=0.05)
    assert four.total / one.total == pytest.approx(1, abs=0.05)


def shown(page):
    """Wait for one picture alone, and give its number."""
    page.wait_for_function("document.querySelectorAll('.ds-stage > .ds-now').length === 1")
    return page.evaluate(
        "[...document.querySelectorAll('.ds-stage > svg')]"
        ".findIndex((e) => e.classList.contains('ds-now')) + 1"
    )


@pytest.mark.slow
def test_the_picture_follows_the_scroll_and_stays_in_sight(page):
    assert shown(page) == 1
    height = page.viewport_size["height"]
    for number in (2, 3, 4, 2, 1):
        page.evaluate(
            "(i) => document.querySelectorAll('.ds-step')[i].scrollIntoView({ block: 'center' })",
            number - 1,
        )
        page.wait_for_function(
            "(i) => document.querySelectorAll('.ds-stage > svg')[i].classList.contains('ds-now')",
            arg=number - 1,
        )
        box = page.locator(".ds-stage > .ds-now").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height


@pytest.mark.slow
def test_words_beside_the_picture_are_about_it(page):
    """Scrolled until the words of a step begin where the picture begins."""
    for number in (1, 2, 3):
        page.evaluate(
            """(i) => {
              const all = (selector) => document.querySelectorAll(selector);
              const top = (selector) => all(selector)[i].getBoundingClientRect().top;
              for (let k = 0; k < 3; k++) {  // the picture moves along until it sticks
                scrollBy(0, top('.ds-title') - top('.ds-stage > svg'));
              }
            }""",
            number - 1,
        )
        page.wait_for_timeout(200)
        assert shown(page) == number


@pytest.mark.slow
def test_by_keyboard_a_button_leads_to_its_step(page):
    button = page.get_by_role("button", name="Step 3: The sum falls")
    button.press("Enter")
    page.wait_for_function("document.querySelectorAll('.ds-stage > svg')[2].matches('.ds-now')")
    assert button.get_attribute("aria-current") == "step"
    assert page.get_by_role("img").count() == 1
    assert page.get_by_role("img").get_attribute("aria-label").startswith("The sum falls: ")


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible(page, theme):
    set_theme(page, theme)
    assert violations(page, "figure") == []


@pytest.mark.slow
def test_nothing_reaches_beyond_a_phone_and_its_words_are_legible(browser, address):
    with opened(browser, address, width=390) as tab:
        assert sideways(tab) == []
        assert smallest_text(tab, "dropout-story") >= 11


@pytest.mark.slow
@pytest.mark.parametrize(("motion", "pinned"), [("reduce", 0), ("no-preference", 4)])
def test_on_a_phone_without_motion_each_step_keeps_its_picture(browser, address, motion, pinned):
    with opened(browser, address, width=390, reduced_motion=motion) as tab:
        assert tab.locator(".ds-stage > svg").count() == pinned
        assert tab.locator(".ds-step > svg").count() == 4 - pinned


@pytest.mark.slow
def test_print_has_all_four_pictures(page):
    page.emulate_media(media="print")
    opacity = "(e) => getComputedStyle(e).opacity"
    assert [one.evaluate(opacity) for one in page.locator(".ds-stage > svg").all()] == ["1"] * 4


@pytest.mark.slow
def test_without_scripts_each_step_has_its_picture(browser, address):
    with opened(browser, address, java_script_enabled=False) as tab:
        assert tab.locator(".ds-step > svg").count() == 4
        assert tab.get_by_role("button").count() == 0


@pytest.mark.slow
def test_a_missing_step_leaves_the_others(page):
    text = page.evaluate(
        "() => { const made = document.createElement('dropout-story');"
        " const script = document.createElement('script');"
        " script.type = 'application/json'; script.textContent = '{\"steps\": 4}';"
        " made.append('pictures', script); document.body.append(made); return made.textContent; }"
    )
    assert text.startswith("pictures")
    assert text.endswith("This figure can't start: a step is missing. The picture stays as it is.")
