"""`<dropout-ensemble>` in a real browser, against the references of chapter 5."""

from __future__ import annotations

import numpy as np
import pytest
from browser import violations
from small_book import book_of, extension, opened

from solutions.ch05_ensembles import all_masks, exact_average, geometric_mean, mask_probs

pytestmark = pytest.mark.slow
book = extension("ensemble")
PAGE = "# Page\n\n```{ensemble}\n:name: fig-e\n\nThe caption.\n```\n"
IT = "document.querySelector('dropout-ensemble')"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with book_of(tmp_path_factory.mktemp("ensemble"), ["ensemble"], PAGE) as page:
        yield page


@pytest.fixture
def page(browser, address):
    with opened(browser, address, 900) as tab:
        yield tab


def said(page):
    return page.get_by_role("status").inner_text().replace("\u00a0", " ")


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_its_averages_are_those_of_the_references(page, p, deep):
    found = page.evaluate(
        f"([p, deep]) => {{ const {{ members, averages }} = window.dropoutCourse.ensemble;"
        f" const net = {IT}.net; return averages(net, members(net, p, deep), deep); }}",
        [p, deep],
    )
    hidden = np.array(book.HIDDEN)
    arithmetic = exact_average(lambda h: book.outputs(h[None], deep)[0], hidden, p)
    masks = all_masks(4)
    probs = book.outputs(masks * hidden / (1 - p), deep)
    geometric = geometric_mean(probs, mask_probs(masks, p))
    for name, want in (("arithmetic", arithmetic), ("geometric", geometric)):
        np.testing.assert_allclose(found[name], want, atol=1e-9)
        np.testing.assert_allclose(book.averages(p, deep)[name], want, atol=1e-9)
    assert np.allclose(found["geometric"], found["whole"]) is not deep


def test_masks_are_chosen_by_keyboard_and_by_a_click_on_a_member(page):
    unit = page.get_by_role("switch", name="unit 2")
    unit.press("Space")
    assert unit.get_attribute("aria-checked") == "false"
    assert "keeps units 1, 3, 4 says A " in said(page)
    assert "drawn with probability 6.3 %" in said(page)
    page.locator('[data-member="0"]').dispatch_event("click")
    assert "keeps no unit says A 33 %, B 33 %, C 33 %" in said(page)


def test_a_layer_between_parts_the_geometric_mean_from_the_whole_network(page):
    assert said(page).endswith("The geometric mean is the whole network.")
    page.get_by_role("slider").press("ArrowRight")
    assert said(page).endswith("The geometric mean is the whole network.")
    page.get_by_role("checkbox").check()
    assert said(page).endswith("points apart.")


def test_it_is_accessible(page):
    assert violations(page, "figure") == []


def test_without_scripts_or_with_broken_numbers_the_picture_stays(browser, address, page):
    with opened(browser, address, java_script_enabled=False) as tab:
        assert tab.locator("svg .en-member").count() == 16
        assert "At p = 0.5, classes A, B, C: arithmetic " in tab.locator(".en-still").inner_text()
    count = page.evaluate(
        f"() => {{ const old = {IT}; const made = document.createElement('dropout-ensemble');"
        " made.dataset.net = '{'; made.append('picture'); old.replaceWith(made);"
        " return made.textContent; }"
    )
    assert count == "picture"
