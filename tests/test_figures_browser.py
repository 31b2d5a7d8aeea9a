"""The figures of the built book in a real browser: text is large enough, and stands out."""

from __future__ import annotations

import pytest
from browser import browser, pages, served, site  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow

LEAST = 11  # px
RAISED = 8  # px, exponents in the wide drawings
CONTRAST = 4.5
# A phone, the first width with the wide drawings, and a desktop.
VIEWS = ((390, "light"), (390, "dark"), (768, "light"), (1280, "light"), (1280, "dark"))


@pytest.fixture(scope="module")
def measured(site):  # noqa: F811
    """What `MEASURE` says of every computed figure of the book, in every view."""
    found = []
    with served(site) as home, browser() as chrome:
        page = chrome.new_page(reduced_motion="reduce")
        for name in pages(site):
            if "<picture>" not in (site / name).read_text("utf-8"):
                continue
            page.goto(f"{home}/{name}")
            page.evaluate(THIN)
            for width, theme in VIEWS:
                page.set_viewport_size({"width": width, "height": 844})
                page.emulate_media(color_scheme=theme)
                page.wait_for_function(
                    "theme => document.documentElement.dataset.theme === theme", arg=theme
                )
                about = {"page": name, "width": width, "theme": theme}
                found += [about | figure for figure in page.evaluate(MEASURE)]
    return found


# What is no figure, but takes most of the time that it takes to lay a page out anew.
THIN = """document.querySelectorAll('.katex, pre, table, .quiz').forEach(
  (e) => { if (!e.querySelector('picture')) e.remove(); })"""
# Text of matplotlib is paths: groups named text_N, scaled to a hundredth of the size of the font,
# their colour in a style. In the page a filter may brighten them.
MEASURE = r"""async () => {
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const luminance = (rgb) =>
    rgb.map((c, i) => [0.2126, 0.7152, 0.0722][i] * linear(Math.min(1, c / 255)))
      .reduce((a, b) => a + b);
  const channels = (css) => css.match(/[\d.]+/g).map(Number);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const [r, g, b, a = 1] = channels(getComputedStyle(e).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const files = (window.figureFiles ??= new Map());
  const read = async (address) => {
    if (!files.has(address)) {
      const source = await (await fetch(address)).text();
      files.set(address, new DOMParser().parseFromString(source, 'image/svg+xml').documentElement);
    }
    return files.get(address);
  };
  const scale = (e, root) => {
    let product = 1;
    for (; e && e !== root; e = e.parentNode) {
      const own = /scale\(([\d.]+)/.exec(e.getAttribute('transform') ?? '');
      if (own) product *= Number(own[1]);
    }
    return product;
  };
  const fill = (e) => {
    for (; e.style; e = e.parentNode) if (e.style.fill) return e.style.fill;
    return '#000';
  };
  const colour = document.createElement('i');
  document.body.append(colour);
  const found = [];
  for (const details of document.querySelectorAll('details')) details.open = true;
  for (const waits of document.querySelectorAll('.predict-hidden')) {
    waits.classList.remove('predict-hidden');
  }
  for (const img of document.querySelectorAll('.bd-article picture > img')) {
    img.loading = 'eager';
    await img.decode();
    const svg = await read(img.currentSrc);
    const perUnit = img.clientWidth / svg.viewBox.baseVal.width;
    const brighter = Number(/brightness\(([\d.]+)\)/.exec(getComputedStyle(img).filter)?.[1] ?? 1);
    const narrow = img.currentSrc.endsWith('-narrow.svg');
    const kept = (side) => Number((narrow ? img.previousElementSibling : img).getAttribute(side));
    const below = luminance(ground(img));
    const figure = {
      src: img.currentSrc.split('/').pop(), alt: img.alt,
      shown: [img.clientWidth, img.clientHeight], texts: 0, smallest: Infinity, raised: Infinity,
      faintest: Infinity,
      narrow,
      shift: img.clientHeight - img.clientWidth * kept('height') / kept('width'),
      wide: img.getBoundingClientRect().right > document.documentElement.clientWidth,
    };
    for (const text of svg.querySelectorAll('g[id^="text_"]')) {
      const glyphs = [...text.querySelectorAll('use')];
      if (!glyphs.length) continue;
      figure.texts++;
      const sizes = glyphs.map((glyph) => 100 * scale(glyph, text.parentNode) * perUnit);
      figure.smallest = Math.min(figure.smallest, Math.max(...sizes));
      figure.raised = Math.min(figure.raised, ...sizes);
      colour.style.color = fill(glyphs[0].parentNode);
      const drawn = channels(getComputedStyle(colour).color).slice(0, 3).map((c) => c * brighter);
      const [low, high] = [luminance(drawn), below].sort((a, b) => a - b);
      figure.faintest = Math.min(figure.faintest, (high + 0.05) / (low + 0.05));
    }
    found.push(figure);
  }
  colour.remove();
  return found;
}"""


def wrong(measured, condition):
    """The figures that a condition holds for, told so that somebody finds them."""
    told = ("page", "width", "theme", "src", "shown", "smallest", "raised", "faintest", "alt")
    return [{key: figure[key] for key in told} for figure in measured if condition(figure)]


def test_every_computed_figure_is_measured(measured, site):  # noqa: F811
    there = sum((site / name).read_text("utf-8").count("<picture>") for name in pages(site))
    assert there > 0
    assert len(measured) == there * len(VIEWS)
    silent = wrong(measured, lambda figure: figure["texts"] == 0)
    assert len(silent) < len(VIEWS) * 2  # pictures without a word are few


def test_text_has_at_least_eleven_pixels(measured):
    assert wrong(measured, lambda figure: figure["smallest"] < LEAST) == []
    # exponents too: on a phone all that is text
    least = {True: LEAST, False: RAISED}
    assert wrong(measured, lambda figure: figure["raised"] < least[figure["narrow"]]) == []


def test_text_stands_out_from_its_ground_in_both_themes(measured):
    assert wrong(measured, lambda figure: figure["faintest"] < CONTRAST) == []


def test_a_phone_gets_the_narrow_drawing_and_nobody_else(measured):
    assert wrong(measured, lambda figure: figure["narrow"] != (figure["width"] < 768)) == []


def test_figures_load_late_fit_the_page_and_keep_their_place(measured, site):  # noqa: F811
    assert wrong(measured, lambda figure: figure["wide"] or abs(figure["shift"]) > 2) == []
    for name in pages(site):
        html = (site / name).read_text("utf-8")
        for picture in html.split("<picture>")[1:]:
            source, img, *_ = picture.split("/>")
            for part in ('width="', 'height="'):
                assert part in source, (name, source)
            for part in ('width="', 'height="', 'loading="lazy"', 'alt="'):
                assert part in img, (name, img)
