"""`{predict}` and `<predict-curve>`: a curve is drawn before the figure that has it appears."""

from __future__ import annotations

import numpy as np
import pytest
from browser import violations
from small_book import (
    ROOT,
    book_of,
    extension,
    opened,
    set_theme,
    sideways,
    smallest_text,
)
from sphinx.testing.util import SphinxTestApp

from autograder.authoring.measured import MeasuredError

book = extension("predict")
RATES, ERRORS = [0.0, 0.2, 0.5, 0.8], [18.0, 12.0, 8.0, 15.0]
PAGE = """# Page

[a link](#fig-errors)

```{predict} fig-errors
:values: ch03.test
:x: drop rate p
:y: test error
:unit: %
:range: 0 40

Without dropout it is *18* %. How does it go **on**?
```

:::{container} cell
```{figure} favicon.svg
:name: fig-errors
:alt: A curve

The figure.
```
:::

It falls, then it rises.

## Later

Other words.
"""
# What cells would have recorded: two runs around each mean.
CONF = f"""
def setup(app):
    runs = { ({str(p): [e - 1, e + 1] for p, e in zip(RATES, ERRORS, strict=True)}) }
    app.connect("env-check-consistency", lambda app, env: setattr(
        env, "course_evidence", {{"index": {{"ch03.test": runs}}}}))
"""
IT = "document.querySelector('predict-curve')"
DISTANCE = "(given) => window.dropoutCourse.predictCurve.distance(...given)"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("predict")
    conf = f"import shutil\nfrom pathlib import Path\nshutil.copy({str(ROOT)!r} + "
    conf += "'/book/_static/favicon.svg', Path(__file__).parent)\n"
    with book_of(folder, ["predict"], PAGE, conf + CONF) as page:
        yield page


def said(page):
    return page.get_by_role("status").inner_text()


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def figure(page):
    return page.locator("#fig-errors")


def point(page, rate):
    return page.get_by_role("slider", name=f"test error at {rate}, drop rate p", exact=True)


# --- the curve ----------------------------------------------------------------------------------

OPTIONS = {"range": [0.0, 40.0]}


def test_a_curve_is_the_means_by_rising_x():
    entries = {"0.5": np.array([7.0, 9.0]), "0.0": 18.0, "0.25": np.array([12.0])}
    assert book.curve(entries, OPTIONS) == [[0.0, 18.0], [0.25, 12.0], [0.5, 8.0]]


@pytest.mark.parametrize(
    ("entries", "options", "message"),
    [
        ({"a": 1.0, "0": 1.0, "1": 1.0}, {}, "numbers"),
        ({"0": 1.0, "1": 2.0}, {}, "three points"),
        ({"0": 1.0, "1": 2.0, "2": 41.0}, {}, "from 0 to 40"),
        ({"0": 1.0, "1": 2.0, "2": 3.0}, {"log": ["x"]}, "logarithmic x"),
        ({"0": 1.0, "1": 2.0, "2": 3.0}, {"log": ["y"]}, "logarithmic y"),
    ],
)
def test_a_curve_that_cannot_be_drawn_is_an_error(entries, options, message):
    with pytest.raises(MeasuredError, match=message):
        book.curve(entries, OPTIONS | options)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ch03.test", "ch03.none", "no cell records ch03.none"),
        ("{predict} fig-errors", "{predict} fig-none", "no figure fig-none"),
        (":range: 0 40", ":range: 0 10", "with y from 0 to 10"),
        (":y: test error\n", "", "lacks the option :y:"),
        (":range: 0 40", ":range: 40 0", "write the ends of the y axis"),
    ],
)
def test_a_question_without_its_curve_stops_the_build(tmp_path, old, new, message):
    from small_book import CONF as HEAD

    (tmp_path / "conf.py").write_text(HEAD.format(extensions=["myst_parser", "predict"]) + CONF)
    (tmp_path / "index.md").write_text(PAGE.replace(old, new))
    app = SphinxTestApp("html", srcdir=tmp_path, builddir=tmp_path / "build")
    try:
        app.build()
        assert message in app.warning.getvalue()
    finally:
        app.cleanup()


@pytest.mark.slow
def test_the_distance_is_a_mean_and_on_a_logarithmic_axis_a_factor(page):
    drawn, measured = [18.0, 10.0, 8.0, 9.0], np.array(ERRORS)
    found = page.evaluate(DISTANCE, [drawn, ERRORS, False])
    off = np.abs(drawn - measured)
    assert found["mean"] == pytest.approx(off[1:].mean())
    assert found["farthest"] == off.argmax()
    found = page.evaluate(DISTANCE, [drawn, ERRORS, True])
    assert found["mean"] == pytest.approx(np.exp(np.abs(np.log(drawn / measured))[1:].mean()))


# --- what a reader does -------------------------------------------------------------------------


@pytest.mark.slow
def test_by_keyboard_a_curve_is_drawn_and_compared(page):
    answer = page.get_by_text("It falls, then it rises.")
    assert not figure(page).is_visible()
    assert not answer.is_visible()  # the words behind the figure wait with it
    assert page.get_by_text("Other words.").is_visible()
    assert button(page, "Compare").is_disabled()
    assert page.get_by_role("slider").count() == 3  # the first point is given
    point(page, 0.2).focus()
    for key in ("ArrowDown", "ArrowRight", "PageDown", "ArrowRight", "PageDown", "PageDown"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.getAttribute('aria-valuetext')") == "10 %"
    assert page.evaluate(f"{IT}.drawn") == pytest.approx([18, 17.2, 14, 10])
    button(page, "Compare").press("Enter")
    assert figure(page).is_visible()
    assert answer.is_visible()
    assert said(page) == (
        "On average you are 5.4 points away. Farthest at 0.5 (drop rate p): you said 14 %, "
        "measured: 8 %. The test error is lowest at 0.5; in your curve, at 0.8."
    )
    assert page.locator(".pc-measured").count() == 1
    assert page.evaluate("document.activeElement.textContent") == "Draw again"


@pytest.mark.slow
def test_by_pointer_a_stroke_sets_all_points_that_it_passes(page):
    box = page.locator(".pc-chart").bounding_box()
    dots = [one.bounding_box() for one in page.locator("circle").all()]
    middle = dots[1]["x"] + dots[1]["width"] / 2
    page.mouse.move(middle, dots[1]["y"])
    page.mouse.down()
    page.mouse.move(dots[3]["x"] + 4, box["y"] + box["height"] * 0.2, steps=2)
    page.mouse.up()
    drawn = page.evaluate(f"{IT}.drawn")
    assert drawn[0] == 18
    assert drawn[1] < drawn[2] < drawn[3]
    assert drawn[3] > 25
    button(page, "Compare").click()
    assert figure(page).is_visible()
    button(page, "Draw again").click()
    assert not figure(page).is_visible()
    assert page.evaluate(f"{IT}.drawn") == [18] * 4


@pytest.mark.slow
def test_a_reader_who_does_not_draw_sees_the_figure(page):
    button(page, "Show the figure").click()
    assert figure(page).is_visible()
    assert said(page) == "The figure is below."


@pytest.mark.slow
def test_a_link_to_the_figure_shows_it(page, browser, address):
    page.get_by_role("link", name="a link").click()
    page.wait_for_function("!document.querySelector('.predict-hidden')")
    assert figure(page).is_visible()
    with opened(browser, f"{address}#fig-errors") as tab:
        assert figure(tab).is_visible()


@pytest.mark.slow
def test_print_has_the_figure_and_no_drawing(page):
    page.emulate_media(media="print")
    assert figure(page).is_visible()
    assert not page.locator("predict-curve").is_visible()


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("seen", [False, True])
def test_it_is_accessible(page, theme, seen):
    set_theme(page, theme)
    if seen:
        button(page, "Show the figure").click()
    assert violations(page, ".predict") == []


@pytest.mark.slow
def test_nothing_reaches_beyond_a_phone_and_its_words_are_legible(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(f"{IT}.size[0] < 390")
    assert sideways(page) == []
    assert smallest_text(page, "predict-curve") >= 11


@pytest.mark.slow
def test_without_scripts_question_and_figure_are_there_at_once(browser, address):
    with opened(browser, address, java_script_enabled=False) as tab:
        assert figure(tab).is_visible()
        assert "How does it go on?" in tab.locator(".predict").inner_text()
        assert tab.get_by_role("button").count() == 0


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["figure", "points", "data"])
def test_what_cannot_start_hides_nothing(page, trouble):
    button(page, "Show the figure").click()
    text = page.evaluate(
        """(trouble) => {
          const old = document.querySelector('predict-curve');
          const made = document.createElement('predict-curve');
          made.setAttribute('figure', trouble === 'figure' ? 'none' : 'fig-errors');
          const script = document.createElement('script');
          script.type = 'application/json';
          const data = JSON.parse(old.querySelector('script').textContent);
          if (trouble === 'points') data.points[1][1] = 400;
          script.textContent = trouble === 'data' ? '{' : JSON.stringify(data);
          made.append(script);
          old.replaceWith(made);
          return made.textContent;
        }""",
        trouble,
    )
    assert text.endswith("The picture stays as it is.")
    assert figure(page).is_visible()
