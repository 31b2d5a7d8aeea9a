"""`<variance-shift>` in a real browser, against the references of chapter 10."""

from __future__ import annotations

import re

import numpy as np
import pytest
from browser import violations
from small_book import book_of, extension, opened, remade, set_theme, sideways

from solutions.ch10_batchnorm import (
    bn_forward,
    order_is_safe,
    shift_after_dropout,
    shift_after_linear,
)

book = extension("variance_shift")
PAGE = "# Page\n\n```{variance-shift}\n:name: fig-shift\n\nThe caption.\n```\n"
IT = "document.querySelector('variance-shift')"
RUN = f"([layers, p]) => {IT}.chain.run(layers, p)"
ORDERS = {
    **book.PRESETS,
    "two norms, mixed": "dropout layernorm linear relu batchnorm dropout linear linear batchnorm",
    "directly": "linear relu dropout batchnorm",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with book_of(tmp_path_factory.mktemp("shift"), ["variance_shift"], PAGE) as page:
        yield page


def said(page):
    return page.get_by_role("status").inner_text().replace("\u00a0", " ")


def names(page):
    return page.locator(".vs-name").all_inner_texts()


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


# --- numbers ----------------------------------------------------------------------------------


def by_reference(layers, p):
    """Measure a chain of linear, relu, dropout and batchnorm with the reader's own batch norm."""
    zero, one = np.zeros(book.WIDTH), np.ones(book.WIDTH)
    chain, states, found = book.chain_of(layers, p), {}, []
    for batch in range(book.BATCHES + 1):  # the last is evaluation
        x, coins, training = book.inputs(), book.Coins(batch), batch < book.BATCHES
        for at, (layer, made) in enumerate(zip(layers, chain.params, strict=True)):
            if layer == "linear":
                x = x @ made["W"]
            elif layer == "relu":
                x = np.maximum(x, 0)
            elif layer == "dropout" and training:
                x = x * (coins.random(x.shape) >= p) / (1 - p)
            elif layer == "batchnorm":
                first = {"gamma": one, "beta": zero, "running_mean": zero, "running_var": one}
                state = states.get(at, first)
                if not training:
                    stored, arrives = state["running_var"], x.var(axis=0)
                    alive = stored > 0
                    ratio = np.median(arrives[alive] / stored[alive])
                    found.append([np.median(stored), np.median(arrives), ratio])
                # so the running statistics are the means over all batches so far
                x, states[at] = bn_forward(x, state, training, momentum=1 / (batch + 1))
    return found


@pytest.mark.parametrize("p", [0.0, 0.3, 0.8])
def test_the_extension_measures_as_the_chapter_s_batch_norm_does(p):
    for order in list(book.PRESETS.values())[:3]:
        np.testing.assert_allclose(
            book.measure(order.split(), p),
            by_reference(order.split(), p),
            rtol=1e-5,  # the lab keeps float32 constants
        )


@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("p", [0.1, 0.5])
def test_the_page_measures_the_same(page, order, p):
    found = page.evaluate(RUN, [order.split(), p])
    told = [(one["train"], one["evaluation"], one["ratio"]) for one in found]
    want = book.measure(order.split(), p)
    np.testing.assert_allclose(np.reshape(told, (-1, 3)), np.reshape(want, (-1, 3)), rtol=1e-5)


@pytest.mark.slow
def test_its_formulas_and_its_pairs_are_the_references(page):
    rng = np.random.default_rng(10)
    w, mean, rows = rng.normal(size=6), rng.normal(size=6), rng.normal(size=(40, 6))
    cov = np.cov(rows.T)
    script = "(given) => window.dropoutCourse.varianceShift.shiftAfterLinear(...given)"
    found = page.evaluate(script, [w.tolist(), mean.tolist(), cov.tolist(), 0.4])
    assert found == pytest.approx(shift_after_linear(w, mean, cov, 0.4))
    script = "([m, v, p]) => window.dropoutCourse.varianceShift.shiftAfterDropout(m, v, p)"
    assert page.evaluate(script, [2, 1, 0.5]) == pytest.approx(shift_after_dropout(2, 1, 0.5))
    for order in ORDERS.values():
        told = page.evaluate("(o) => window.dropoutCourse.varianceShift.pairs(o)", order.split())
        assert sorted(map(tuple, told)) == sorted(order_is_safe(order.split()))


@pytest.mark.slow
@pytest.mark.parametrize("order", ["linear relu dropout batchnorm", "dropout linear batchnorm"])
def test_the_exact_formula_predicts_what_is_counted(page, order):
    page.evaluate(f"() => {{ {IT}.chain.batches = 100; }}")
    (one,) = page.evaluate(RUN, [order.split(), 0.3])
    assert one["exact"] == pytest.approx(one["ratio"], abs=0.01)
    assert one["ratio"] < 0.9


@pytest.mark.slow
def test_where_no_formula_applies_none_is_shown(page):
    for order in ("dropout relu batchnorm", "dropout linear dropout batchnorm", "linear batchnorm"):
        assert [one["exact"] for one in page.evaluate(RUN, [order.split(), 0.3])] == [None]


# --- what a reader does -------------------------------------------------------------------------


@pytest.mark.slow
def test_presets_say_where_the_shift_begins(page):
    first, second, third, layer = (button(page, title) for title in book.PRESETS)
    assert first.get_attribute("aria-pressed") == "true"
    (_, _, begin), (_, _, end) = book.measure(book.START.split(), book.RATE)
    assert said(page) == (
        "3 pairs of a dropout and a later batch norm. The shift begins at batch norm 1, layer 3: "
        "the dropout of layer 2 stands before it, and of the variance that it has stored "
        f"{100 * begin:.0f} % arrive in evaluation. At the last one it is {100 * end:.0f} %."
    )
    second.press("Enter")
    assert said(page).startswith("1 pair of a dropout")
    assert "begins at batch norm 2, layer 6: the dropout of layer 4" in said(page)
    third.click()
    assert said(page) == (
        "No dropout stands before a batch norm: both modes agree, with a ratio of 1.00 and 1.00."
    )
    layer.click()
    assert said(page) == "There is no batch norm, so no variance is stored."


@pytest.mark.slow
def test_by_keyboard_a_layer_moves_and_keeps_the_focus(page):
    button(page, "Dropout after each ReLU").click()
    for place in (4, 5, 6):
        button(page, f"Move dropout, layer {place}, later").press("Enter")
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert focused == f"Move dropout, layer {place + 1}, later"
    assert said(page).startswith("Dropout is now layer 7 of 9. No dropout stands before")
    assert names(page)[6:8] == ["dropout", "dropout"]
    assert page.locator('[aria-pressed="true"]').count() == 0
    button(page, "Move linear, layer 9, earlier").press("Space")
    button(page, "Move linear, layer 8, later").press("Space")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "Move linear, layer 9, earlier"  # the other button has nowhere to go
    assert button(page, "Move linear, layer 1, earlier").is_disabled()


@pytest.mark.slow
def test_a_layer_is_dragged_by_its_handle(page):
    button(page, "Dropout after each ReLU").click()
    before, handles = names(page), page.locator(".vs-handle")
    start, end = (handles.nth(k).bounding_box() for k in (3, 7))
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 5, end["y"] + end["height"], steps=6)
    assert page.locator(".vs-after").count() == 1
    page.mouse.up()
    moved = [*before]
    moved.insert(7, moved.pop(3))
    assert names(page) == moved
    assert "No dropout stands before a batch norm" in said(page)


@pytest.mark.slow
def test_at_rate_0_nothing_shifts(page):
    slider = page.get_by_role("slider")
    slider.press("Home")
    ratios = page.locator(".vs-ratio").all_inner_texts()
    assert [float(re.search(r"ratio ([\d.]+)", text)[1]) for text in ratios] == [1, 1]
    slider.press("End")
    assert float(re.search(r"stored (\d+) %", said(page))[1]) < 50


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible(page, theme):
    set_theme(page, theme)
    assert violations(page, "figure") == []


@pytest.mark.slow
def test_nothing_reaches_beyond_a_phone_and_buttons_can_be_hit(page):
    page.set_viewport_size({"width": 390, "height": 844})
    assert sideways(page) == []
    box = page.locator(".vs-move").first.bounding_box()
    assert min(box["width"], box["height"]) >= 40


@pytest.mark.slow
def test_paper_shows_the_bars_and_nothing_to_press(page):
    page.emulate_media(media="print")
    assert page.get_by_role("button").count() == 0
    printed = "(e) => getComputedStyle(e).printColorAdjust"
    assert {one.evaluate(printed) for one in page.locator(".vs-bar").all()} == {"exact"}


@pytest.mark.slow
def test_without_scripts_the_chain_and_its_variances_remain(browser, address):
    with opened(browser, address, java_script_enabled=False) as tab:
        rows = tab.locator(".lf-still li").all_inner_texts()
        assert len(rows) == 9
        (train, evaluation, ratio), _ = book.measure(book.START.split(), book.RATE)
        assert rows[2] == (
            f"batch norm: variance {train:.2f} in training, {evaluation:.2f} in evaluation, "
            f"ratio {ratio:.2f}"
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"), [("order", "linear dropout mystery"), ("rate", "0.95"), ("order", "")]
)
def test_a_parameter_out_of_range_leaves_the_picture(page, name, value):
    text = remade(page, "variance-shift", name, value)
    assert text.startswith("picture")
    assert text.endswith("The picture stays as it is.")
