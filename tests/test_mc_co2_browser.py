"""`<mc-co2>` in a real browser: its passes against NumPy, and what a reader does with them."""

from __future__ import annotations

import json
import re

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
    smallest_text,
)
from sphinx.errors import ExtensionError

from bench import co2 as bench
from dropout_course.lab import bayesian
from solutions.ch12_bayesian import mc_moments

book = extension("mc_co2")
PAGE = "# Page\n\n```{mc-co2}\n:name: fig-mc\n\nThe caption.\n```\n"
IT = "document.querySelector('mc-co2')"
PASSES = f"""([name, inputs, factors]) => {{
  const {{ unpack, pass }} = window.dropoutCourse.mcCo2;
  const layers = unpack({IT}.data.nets[name]);
  return factors.map((one) => pass(layers, name.startsWith("tanh"), inputs, one));
}}"""
MOMENTS = "(passes) => window.dropoutCourse.mcCo2.moments(passes)"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with book_of(tmp_path_factory.mktemp("co2"), ["mc_co2"], PAGE) as page:
        yield page


class Given:
    """A generator that gives prepared numbers, layer by layer, the same for every point."""

    def __init__(self, coins):
        self.coins = iter(coins)

    def random(self, shape, dtype):
        return np.broadcast_to(next(self.coins).astype(dtype), shape)


def reference(name, inputs, coins):
    """Run the lab's network with the stored weights and given coins, (4, width) for one pass."""
    params = {}
    for k, (W, b) in enumerate(book.network(book.stored(), name), start=1):
        params[f"W{k}"], params[f"b{k}"] = W[None], b[None, None]
    p = np.full((1, 1, 1), float(name.split()[1]))
    net = bayesian.Network(params, p, inputs_dropped=False, tanh=name.startswith("tanh"))
    return bayesian.forward(net, inputs[None, :, None], Given(coins))[0][0]


# --- numbers ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ReLU 0.05", "ReLU 0.2", "tanh 0.1"])
def test_passes_and_moments_are_those_of_numpy(page, name):
    p, inputs = float(name.split()[1]), np.linspace(-2, 6, 11)
    coins = np.random.default_rng(12).random((6, 4, book.stored()["width"]))
    factors = ((coins >= p) / (1 - p)).tolist()
    found = np.array(page.evaluate(PASSES, [name, inputs.tolist(), factors]))
    want = np.array([reference(name, inputs, one) for one in coins])
    np.testing.assert_allclose(found, want, rtol=1e-6, atol=1e-7)
    told = page.evaluate(MOMENTS, found.tolist())
    mean, var = mc_moments(found[..., None], tau=4.0)
    np.testing.assert_allclose(told["mean"], mean[:, 0], atol=1e-9)
    np.testing.assert_allclose(np.square(told["spread"]), var[:, 0] - 1 / 4, atol=1e-9)


@pytest.mark.slow
def test_the_first_forecast_is_that_of_the_still_picture(page):
    page.wait_for_function(f"{IT}.passes.length === {book.PASSES}")
    told = page.evaluate(f"() => window.dropoutCourse.mcCo2.moments({IT}.passes)")
    mean, spread = book.forecast(book.START, book.PASSES, book.SEED)
    np.testing.assert_allclose(told["mean"], mean, rtol=1e-9)
    np.testing.assert_allclose(told["spread"], spread, rtol=1e-7)


def test_the_networks_show_what_the_chapter_says():
    for rate in bench.RATES:
        (mean, relu), (_, tanh) = (book.forecast(f"{kind} {rate}", 500, 2) for kind in bench.KINDS)
        assert relu[book.AT_2001] > 2 * relu[book.AT_1976]
        assert tanh[book.AT_2001] < 1.5 * tanh[book.AT_1976]
        assert mean[book.AT_2001] < book.stored()["truth"]


def test_weights_survive_their_packing():
    array = np.random.default_rng(3).normal(size=(5, 7)).astype(np.float32)
    data = {"nets": {"x": {}}}
    for k in range(1, book.LAYERS + 2):
        data["nets"]["x"] |= {f"W{k}": bench.packed(array), f"b{k}": bench.packed(array[0])}
    (W, b), *_ = book.network(data, "x")
    assert np.abs(W - array).max() <= np.abs(array).max() / 127 / 2 + 1e-6
    assert np.abs(b - array[0]).max() <= np.abs(array[0]).max() / 127 / 2 + 1e-6


@pytest.mark.parametrize("trouble", ["missing", "other code"])
def test_networks_of_other_code_stop_the_build(tmp_path, monkeypatch, trouble):
    place = tmp_path / "co2.json"
    if trouble == "other code":
        place.write_text(json.dumps({"code": "0"}))
    monkeypatch.setattr(book, "DATA", place)
    with pytest.raises(ExtensionError, match="python -m bench co2"):
        book.stored()


# --- what a reader does -------------------------------------------------------------------------


def said(page):
    return page.get_by_role("status").inner_text().replace("\u00a0", " ")


def spread(page):
    page.wait_for_function(f"{IT}.passes.length === {IT}.T")
    return float(re.search(r"a spread of ([\d.]+) ppm", said(page))[1])


@pytest.mark.slow
def test_relu_grows_doubtful_and_tanh_does_not(page):
    assert said(page).startswith("50 passes, ReLU, p = 0.1: for the middle of 2001 they say 3")
    relu = spread(page)
    page.get_by_label("Units").select_option("tanh")
    assert spread(page) < 0.5 * relu
    assert "50 passes, tanh, p = 0.1" in said(page)
    page.get_by_label("Units").select_option("ReLU")
    assert spread(page) == relu
    page.get_by_label("Drop rate").select_option("0.2")
    assert spread(page) > relu


@pytest.mark.slow
def test_by_keyboard_more_passes_and_other_masks(page):
    slider = page.get_by_role("slider", name="Passes")
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") == "2"
    assert "itself known to about 71 %." in said(page)
    assert page.locator(".mc-single").count() == 2
    slider.press("End")
    page.wait_for_function(f"{IT}.passes.length === 500")
    assert "itself known to about 3 %." in said(page)
    assert page.locator(".mc-single").count() == 8
    before = said(page)
    page.get_by_role("button", name="Draw other masks").press("Enter")
    spread(page)
    assert said(page) != before


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible(page, theme):
    set_theme(page, theme)
    assert violations(page, "figure") == []


@pytest.mark.slow
def test_nothing_reaches_beyond_a_phone_and_its_words_are_legible(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(f"{IT}.querySelector('svg').getAttribute('viewBox').split(' ')[2] < 390")
    assert sideways(page) == []
    assert smallest_text(page, "mc-co2") >= 11


@pytest.mark.slow
def test_without_motion_all_passes_are_there_at_once(browser, address):
    with opened(browser, address, reduced_motion="reduce") as tab:
        tab.get_by_role("slider").press("End")
        assert tab.evaluate(f"{IT}.passes.length") == 500


@pytest.mark.slow
def test_without_scripts_the_picture_and_a_sentence_remain(browser, address):
    with opened(browser, address, width=390, java_script_enabled=False) as tab:
        assert tab.get_by_role("img").count() == 1
        assert "ReLU, p = 0.1, 50 passes: " in tab.locator(".lf-still").inner_text()
        assert tab.get_by_role("button").count() == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [("net", "ReLU 0.5"), ("passes", "1"), ("passes", "2.5"), ("seed", "none")],
)
def test_a_parameter_out_of_range_leaves_the_picture(page, name, value):
    text = remade(page, "mc-co2", name, value)
    assert text.startswith("picture")
    assert text.endswith("The picture stays as it is.")
