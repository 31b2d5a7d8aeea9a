"""`<dropout-playground>` in a real browser: its engine, its controls, and what it stores."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from browser import violations
from small_book import book_of, opened

from bench import playground as bench
from solutions.ch04_backprop import mlp_loss_grads

pytestmark = pytest.mark.slow
BOOK = bench.extension()
PAGE = """# Page

```{playground}
:name: fig-playground

The caption.
```

```{playground-results} presets
```

```{build-your-own}
:name: fig-build-your-own

The caption.
```
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("playground")
    with book_of(folder, ["playground", "build_your_own"], PAGE) as page:
        yield page


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def said(page):
    return page.locator(".pg-say").inner_text().replace("\u00a0", " ")


def finish(page):
    """Train to the end at once, as the reader's machine does in a quarter of a minute."""
    page.evaluate(
        "() => { const it = document.querySelector('dropout-playground');"
        " it.advance(window.dropoutCourse.END); it.paint(); it.tell(); }"
    )


# --- the engine -----------------------------------------------------------------------------

GRADIENTS = """([params, X, y, masks, p]) => {
  const { Network, generator } = window.dropoutCourse;
  const flat = (rows) => Float64Array.from(rows.flat());
  const net = new Network([X[0].length, params.b1.length, params.b2.length, params.b3.length],
    generator(0));
  net.layers.forEach((layer, l) => {
    layer.W = flat(params[`W${l + 1}`]);
    layer.b = Float64Array.from(params[`b${l + 1}`]);
  });
  const drawn = masks.map((mask) => Uint8Array.from(mask.flat().map(Number)));
  const loss = net.loss(flat(X), y, X.length, p, drawn);
  const told = { loss };
  net.layers.forEach((layer, l) => {
    told[`W${l + 1}`] = [...layer.dW];
    told[`b${l + 1}`] = [...layer.db];
  });
  return told;
}"""


@pytest.mark.parametrize("p", [0.0, 0.3, 0.7])
def test_the_engine_agrees_with_the_reference_of_chapter_4(page, p):
    rng = np.random.default_rng(4)
    sizes = (2, 5, 4, 3)
    params = {}
    for layer, (n_in, n_out) in enumerate(pairwise(sizes), 1):
        params[f"W{layer}"] = rng.normal(size=(n_in, n_out))
        params[f"b{layer}"] = rng.normal(size=n_out)
    X, y = rng.normal(size=(7, 2)), np.arange(7) % 3
    masks = [rng.random((7, width)) >= p for width in sizes[1:3]]
    loss, grads = mlp_loss_grads(params, X, y, tuple(masks), p)
    plain = {name: value.tolist() for name, value in params.items()}
    told = page.evaluate(GRADIENTS, [plain, X.tolist(), y.tolist(), [m.tolist() for m in masks], p])
    assert told["loss"] == pytest.approx(float(loss), abs=1e-9)
    for name, grad in grads.items():
        np.testing.assert_allclose(told[name], grad.ravel(), atol=1e-9)


def test_the_stored_results_are_those_of_the_scripts(page):
    stored = BOOK.results()
    for name in ("clean", "narrow"):
        again = page.evaluate(bench.RUN, [name, 3])
        # the browsers' exponentials differ in the last bit, and training magnifies it
        assert again == pytest.approx(stored["presets"][name][2], abs=0.03)
    again = page.evaluate(bench.TRIAL, [BOOK.RIGHT.split(), 3])
    assert again == pytest.approx(stored["slips"][BOOK.RIGHT][2], abs=0.03)


# --- what a reader does -----------------------------------------------------------------------


def test_training_runs_pauses_and_ends(page):
    assert said(page) == "Press Train, or change what you like."
    button(page, "Train").click()
    page.wait_for_function("document.querySelector('dropout-playground').experiment.epoch > 20")
    button(page, "Pause").press("Enter")
    assert said(page).startswith("After ")
    assert button(page, "Train on").count() == 1
    finish(page)
    assert said(page).startswith("After 800 epochs the test error is ")
    names = page.locator(".pg-name").all_text_contents()
    assert names == ["without", "with dropout"]
    button(page, "Start again").click()
    assert said(page) == "Press Train, or change what you like."


def test_the_same_seed_gives_the_same_run_and_other_data_another(page):
    finish(page)
    first = said(page)
    button(page, "Start again").click()
    finish(page)
    assert said(page) == first
    button(page, "Other data").click()
    finish(page)
    assert said(page) != first


def test_a_preset_sets_the_controls_and_a_slider_leaves_it(page):
    button(page, "A narrow network").click()
    button(page, "Pause").click()
    slider = page.get_by_role("slider", name="Units a layer")
    assert slider.input_value() == "6"
    assert button(page, "A narrow network").get_attribute("aria-pressed") == "true"
    slider.press("ArrowRight")
    assert slider.input_value() == "8"
    assert page.locator('[aria-pressed="true"]').count() == 0
    sizes = page.evaluate("document.querySelector('dropout-playground').experiment.plain.sizes")
    assert sizes == [2, 8, 8, 2]


def test_every_setting_can_be_reached_and_trains(page):
    for name in ("Drop rate p", "Wrong labels", "Units a layer", "Hidden layers", "Weight decay"):
        slider = page.get_by_role("slider", name=name)
        for key in ("Home", "End"):
            slider.press(key)
            page.evaluate("document.querySelector('dropout-playground').advance(3)")
    page.get_by_role("combobox", name="Data").select_option("disc")
    box = page.get_by_role("checkbox")
    box.check()
    page.evaluate("document.querySelector('dropout-playground').advance(3)")
    finite = page.evaluate(
        "document.querySelector('dropout-playground').experiment.doubt().every(Number.isFinite)"
    )
    assert finite


def test_it_is_accessible(page):
    assert violations(page, "figure") == []


def test_without_motion_it_goes_to_its_end_at_once(browser, address):
    with opened(browser, address, reduced_motion="reduce") as tab:
        button(tab, "Train").click()
        button(tab, "Train again").wait_for()
        assert said(tab).startswith("After 800 epochs")


def test_without_scripts_there_is_a_picture_and_a_sentence(browser, address):
    with opened(browser, address, java_script_enabled=False) as tab:
        assert tab.locator(".pg-still svg").count() == 2
        assert "After 800 epochs at p = 0.3." in tab.locator(".pg-still p").inner_text()
        assert tab.locator(".byo-still .byo-fails").count() == 1
        assert tab.get_by_role("button").count() == 0


def test_paper_shows_what_is_trained_and_names_the_layer_that_is_judged(browser, address):
    with opened(browser, address, reduced_motion="reduce") as tab:
        tab.emulate_media(media="print")
        still = tab.locator(".pg-still")
        assert "After 800 epochs at p = 0.3." in still.inner_text()
        assert tab.locator("dropout-playground canvas").first.is_hidden()
        assert tab.locator(".byo-menu select").first.is_visible()
        tab.emulate_media(media="screen")
        assert still.is_hidden()
        button(tab, "Train").click()
        button(tab, "Train again").wait_for()
        tab.emulate_media(media="print")
        assert still.is_hidden()
        assert tab.locator("dropout-playground canvas").first.is_visible()


@pytest.mark.parametrize("attribute", ["preset='none'", "seed='-1'", "seed='x'"])
def test_a_parameter_out_of_range_leaves_the_picture(page, attribute):
    name, _, value = attribute.partition("=")
    page.evaluate(
        "([name, value]) => { const old = document.querySelector('dropout-playground');"
        " const made = document.createElement('dropout-playground');"
        " made.setAttribute(name, value); made.append('picture'); old.replaceWith(made); }",
        [name, value.strip("'")],
    )
    text = page.locator("dropout-playground").inner_text()
    assert text.startswith("picture")
    assert "This figure can't start" in text


# --- build your own ---------------------------------------------------------------------------


def judged(page):
    return page.locator(".byo-verdict").inner_text()


def test_the_right_layer_keeps_all_laws_and_each_slip_breaks_its_own(page):
    assert "9 of 10 laws hold." in judged(page)
    assert "Factor missing" in judged(page)
    page.get_by_label("Training multiplies kept units by").select_option("inverted")
    assert "All 10 laws hold." in judged(page)
    page.get_by_label("Evaluation").select_option("drops")
    assert "9 of 10 laws hold." in judged(page)
    assert "Drops in evaluation" in judged(page)
    fails = page.locator(".byo-fails").inner_text()
    assert fails.endswith("Eval is the identity, forward and backward")


def test_a_network_trained_with_a_slip_is_compared_with_the_right_one(page):
    page.get_by_label("Training multiplies kept units by").select_option("rate")
    page.get_by_role("button", name="Train a small network with it").press("Enter")
    page.wait_for_function(
        "document.querySelector('.byo-cost').textContent.startsWith('On new points')",
        timeout=120_000,
    )
    assert "6 seeds; this one is better under 0 of them" in page.locator(".byo-cost").inner_text()
