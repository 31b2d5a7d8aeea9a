"""`<mask-gallery>` in a real browser, against the references of chapters 7 to 9."""

from __future__ import annotations

import numpy as np
import pytest
from browser import violations
from small_book import (
    book_of,
    extension,
    opened,
    remade,
    set_theme,
    sideways,
)

from solutions.ch07_structured import (
    drop_path,
    dropblock_apply,
    dropblock_gamma,
    dropblock_mask,
    spatial_dropout,
)
from solutions.ch08_weights_and_rates import dropconnect_forward
from solutions.ch09_sequences import rnn_masks

pytestmark = pytest.mark.slow
book = extension("mask_gallery")
PAGE = "# Page\n\n```{mask-gallery}\n:name: fig-gallery\n\nThe caption.\n```\n"
DRAW = """([kind, p, block, uniforms]) => {
  const { coinsOf, maskOf, factorOf } = window.dropoutCourse.maskGallery;
  const coins = coinsOf(kind, p, block, uniforms), mask = maskOf(kind, block, coins);
  return { mask, factor: factorOf(kind, p, mask) };
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with book_of(tmp_path_factory.mktemp("gallery"), ["mask_gallery"], PAGE) as page:
        yield page


def said(page):
    return page.get_by_role("status").inner_text().replace("\u00a0", " ")


def fact(page, name):
    return page.locator(f"dt:text-is('{name}') + dd").inner_text().replace("\u00a0", " ")


def drawn(page, kind, p, uniforms, block=3):
    """Give what training makes of the values, as the page's rules say, and the mask."""
    made = page.evaluate(DRAW, [kind, p, block, np.ravel(uniforms).tolist()])
    return np.array(made["mask"], bool), made["factor"]


class Given:
    """A generator that gives the numbers it was made of."""

    def __init__(self, numbers):
        self.numbers = numbers

    def random(self, shape):
        return self.numbers.reshape(shape)


# --- the masks follow the references ------------------------------------------------------------


@pytest.mark.parametrize("p", [0.0, 0.3, 0.9])
def test_maps_are_masked_as_in_chapter_7(same_page, p):
    rng = np.random.default_rng(7)
    x = book.maps().astype(float)
    ones = np.ones_like(x)

    u = rng.random(x.shape)
    mask, factor = drawn(same_page, "element", p, u)
    np.testing.assert_allclose(x.ravel() * mask * factor, (x * (u >= p) / (1 - p)).ravel())

    u = rng.random((3, 4))
    mask, factor = drawn(same_page, "channel", p, u)
    np.testing.assert_allclose(x.ravel() * mask * factor, spatial_dropout(x, u >= p, p).ravel())

    u = rng.random(3)
    mask, factor = drawn(same_page, "path", p, u)
    np.testing.assert_allclose(mask * factor, drop_path(0 * ones, ones, u >= p, p).ravel())


@pytest.mark.parametrize("block", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("p", [0.1, 0.6])
def test_squares_are_dropped_as_in_chapter_7(same_page, p, block):
    x = book.maps().astype(float)
    u = np.random.default_rng(block).random((3, 4, 9 - block, 9 - block))
    gamma = dropblock_gamma(p, block, 8, 8)
    asked = same_page.evaluate(
        "([p, b]) => window.dropoutCourse.maskGallery.gamma(p, b)", [p, block]
    )
    assert asked == pytest.approx(gamma)
    mask, factor = drawn(same_page, "block", p, u, block)
    want = dropblock_apply(x, dropblock_mask(u < gamma, block))
    np.testing.assert_allclose(x.ravel() * mask * factor, want.ravel())


def test_a_draw_of_squares_that_keeps_nothing_gives_zeros(same_page):
    mask, factor = drawn(same_page, "block", 0.9, np.zeros((3, 4, 1, 1)), 8)
    assert not mask.any()
    assert factor == 0


def test_weights_are_dropped_as_in_chapter_8(same_page):
    W = book.weights()[0].astype(float)
    u, v = np.random.default_rng(8).random((3, 8, 12)), np.random.default_rng(9).random((3, 12))
    mask, factor = drawn(same_page, "weight", 0.4, u)
    found = np.einsum("boi,oi,bi->bo", mask.reshape(3, 8, 12) * factor, W, v)
    np.testing.assert_allclose(found, dropconnect_forward(v, W, np.zeros(8), u >= 0.4))


@pytest.mark.parametrize("kind", ["step", "tied"])
def test_time_is_masked_as_in_chapter_9(same_page, kind):
    u = np.random.default_rng(9).random((16 if kind == "step" else 1, 3, 12))
    mask, factor = drawn(same_page, kind, 0.4, u)
    want = rnn_masks(16, 3, 12, 0.4, Given(u), kind)
    np.testing.assert_array_equal(mask, want.ravel())
    assert factor == pytest.approx(1 / 0.6)


# --- what a reader does -------------------------------------------------------------------------


def test_it_starts_with_the_draw_of_the_still_picture(page):
    kept = int((book.uniforms(book.SEED, 12) >= book.RATE).sum())
    share = f"{100 * kept / 12:.1f} %"
    assert f"12 coins, and {64 * kept} of 768 entries are kept, {share}" in said(page)
    assert fact(page, "Coins") == "(3, 4), in all 12"
    assert fact(page, "Training").endswith("is multiplied by 1.43")
    assert fact(page, "Kept") == f"{share}; asked for 70 %"


def test_each_kind_says_its_coins_its_mask_and_both_modes(page):
    menu = page.get_by_label("Who shares")
    found = {}
    for kind in ("element", "channel", "block", "path", "weight", "step", "tied"):
        menu.select_option(kind)
        assert page.get_by_label("Side of a square").is_visible() is (kind == "block")
        found[kind] = fact(page, "Coins"), fact(page, "Mask"), fact(page, "Evaluation")
        assert page.locator(".mg-behind svg path.mg-kept").count() > 0
    assert found["element"] == ("(3, 4, 8, 8), in all 768", "(3, 4, 8, 8)", "x")
    assert found["block"][0] == "(3, 4, 6, 6), in all 432; a square begins with probability 0.0593"
    assert found["path"] == ("(3), in all 3", "(3, 4, 8, 8)", "x + f(x)")
    assert found["weight"][:2] == ("(3, 8, 12), in all 288", "(3, 8, 12)")
    assert found["tied"][:2] == ("(1, 3, 12), in all 36", "(16, 3, 12)")


def test_by_keyboard_the_rate_drops_more_of_the_same_coins_and_a_toss_draws_others(page):
    first = said(page)
    slider = page.get_by_role("slider", name="Drop rate")
    slider.press("Home")
    assert "768 of 768 entries are kept, 100.0 %" in said(page)
    for _ in range(3):
        slider.press("ArrowRight")
    assert said(page) == first
    texts = set()
    for _ in range(6):
        page.get_by_role("button", name="Toss again").press("Enter")
        texts.add(said(page))
    assert len(texts) > 1
    slider.press("End")
    assert slider.get_attribute("aria-valuetext") == "0.9"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible(page, theme):
    set_theme(page, theme)
    assert violations(page, "figure") == []


@pytest.mark.parametrize("kind", ["element", "weight", "tied"])
def test_nothing_reaches_beyond_a_phone(page, kind):
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_label("Who shares").select_option(kind)
    assert sideways(page) == []


def test_without_scripts_the_pictures_and_a_sentence_remain(browser, address):
    with opened(browser, address, java_script_enabled=False) as tab:
        assert tab.get_by_role("img").count() == 2
        assert "Channels at p = 0.3: " in tab.locator(".lf-still").inner_text()
        assert tab.get_by_role("button").count() == 0


@pytest.mark.parametrize(
    ("name", "value"), [("kind", "none"), ("rate", "1.5"), ("rate", "x"), ("seed", "-1")]
)
def test_a_parameter_out_of_range_leaves_the_picture(page, name, value):
    text = remade(page, "mask-gallery", name, value)
    assert text.startswith("picture")
    assert "This figure can't start: " in text
    assert text.endswith("The picture stays as it is.")


def test_broken_data_leave_the_picture(page):
    text = page.evaluate(
        "() => { const made = document.createElement('mask-gallery');"
        " made.append('picture'); document.body.append(made); return made.textContent; }"
    )
    assert text.endswith("its data can't be read. The picture stays as it is.")
