"""What is wrong with a page of the book in a browser: troubles, weight, width, accessibility."""

from __future__ import annotations

import functools
import gzip
import re
from pathlib import Path

from browser import AXE, Watch, violations

WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
# In which colours are looked at, all else once a width. What a phone alone shows has the colours of
# a desktop, so that one theme tells which are missing.
THEMES = {"desktop": ("light", "dark"), "phone": ("dark",)}
BUDGET = 700 * 1024  # bytes of a page with all that it loads, text compressed
TEXT = re.compile(r"\.(html|css|js|svg|json)$")


def visit(chrome, address, width, site):
    """Open a page as for the first time, on a screen of a width; return what is wrong with it.

    To load it takes longer than to look at it, so the other width is looked at as well: the
    window is made as wide.
    """
    context = chrome.new_context(
        viewport=_size(width), color_scheme=THEMES[width][0], reduced_motion="reduce"
    )
    page, loaded = context.new_page(), set()
    page.on("request", lambda request: loaded.add(request.url.split("?")[0].split("#")[0]))
    watch = Watch(page, address.rpartition("/")[0])
    page.goto(address)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # figures below load late
    page.wait_for_load_state("networkidle")
    wrong = [*watch.troubles, *_too_much(loaded, watch.home, site)]
    widths = [width, *(other for other in WIDTHS if other != width)]
    for change, look in ((None, _cut_off), (THIN, _rules), (ALIKE, _colours)):
        if change:
            page.evaluate(change)
        for each in widths:
            page.set_viewport_size(_size(each))
            page.evaluate(DRAWN)
            wrong += [f"{each}: {said}" for said in look(page, each)]
    wrong += [said for said in watch.troubles if said not in wrong]
    context.close()
    return wrong


def _size(width):
    across, down = WIDTHS[width]
    return {"width": across, "height": down}


def _too_much(loaded, home, site):
    """Give what a page loads and should not."""
    own = [url.removeprefix(home).lstrip("/") for url in loaded if url.startswith(home)]
    size = sum(weight(site / path) for path in own if (site / path).is_file())  # else: a trouble
    if size > BUDGET:
        yield f"{size / 1024:.0f} KiB"
    yield from (
        f"loads {font} beside its core: see packaging/fonts.py" for font in whole(own, site)
    )


def _cut_off(page, width):
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield f"scrolls sideways: {page.evaluate(TOO_WIDE)}"
    if cut := page.evaluate(CUT_OFF, width == "desktop"):
        yield f"cut off: {cut}"


def _rules(page, width):
    yield from violations(page, LEFT_OUT[width], AXE | {"rules": dict.fromkeys(COLOURS, OFF)})


def _colours(page, width):
    from playwright.sync_api import TimeoutError

    only = {"runOnly": {"type": "rule", "values": COLOURS}}
    for theme in THEMES[width]:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        try:
            page.wait_for_function("t => document.documentElement.dataset.theme === t", arg=theme)
        except TimeoutError:
            yield f"the theme does not follow the system to {theme}"
        yield from (f"{theme}: {said}" for said in violations(page, LEFT_OUT[width], AXE | only))


# Two frames: scripts that measure have seen the new width, and what they changed is laid out.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Nine of ten elements of a chapter tell axe nothing, and it walks them all in every rule, also
# those that it is to leave out: KaTeX's spans, hidden from assistive technology beside their
# MathML, and the spans of code. Formulas become a word, and so does code, but for one span of each
# classes in each place; a phone has the same colours of code.
LEFT_OUT = {
    "desktop": {"exclude": [[".katex"]]},
    "phone": {"exclude": [[".katex"], [".highlight"]]},
}
THIN = """() => {
  for (const formula of document.querySelectorAll('.katex')) formula.textContent = 'formula';
  const seen = new Set();
  for (const span of document.querySelectorAll('.highlight span')) {
    if (span.firstElementChild) continue;
    let place = '';
    for (let e = span; e; e = e.parentElement) place += e.tagName + '.' + e.className + ' ';
    if (seen.has(place)) span.replaceWith(span.textContent); else seen.add(place);
  }
  document.body.normalize();
}"""
# All that a theme can break: it changes colours, and neither elements nor their places. These two
# rules take four fifths of axe's time, and see the same in elements that are drawn alike: three of
# each place in the page, by tags, classes and styles of all that they stand in, are enough.
COLOURS = ["color-contrast", "link-in-text-block"]
OFF = {"enabled": False}
ALIKE = """() => {
  const seen = new Map(), place = (e) => e === document.body ? '' :
    `${place(e.parentElement)}>${e.tagName}.${e.getAttribute('class')} ${e.getAttribute('style')}`;
  for (const e of document.querySelectorAll('body *')) {
    if (!e.isConnected) continue;
    const count = (seen.get(place(e)) || 0) + 1;
    seen.set(place(e), count);
    if (count > 3) e.remove();
  }
}"""

# On a desktop equations, printed results, tables of results and what is said of PyTorch are seen
# whole; on a phone they may scroll, and code in a sentence stays in its box.
CUT_OFF = """(wide) => {
  const whole = ['.katex-display', '.cell_output pre', '.lab-table',
    '.in-pytorch pre'];
  const scrolls = (e) => e.scrollWidth > e.clientWidth + 1;
  const box = (e) => e.closest('.exercise, .quiz-option > label, .quiz, .admonition, .bd-article');
  const right = (e) => e.getBoundingClientRect().right;
  return [
    ...[...document.querySelectorAll('.bd-article div.math')].filter(scrolls),
    ...(wide ? [...document.querySelectorAll(`.bd-article :is(${whole})`)].filter(scrolls) : []),
    ...[...document.querySelectorAll('.bd-article :is(p, li, dt, label) code')]
      .filter((e) => !e.closest('table') && right(e) > right(box(e)) + 1),
  ].filter((e) => e.offsetParent).slice(0, 5).map((e) => e.textContent.trim().slice(0, 60));
}"""
TOO_WIDE = """[...document.querySelectorAll('body *')]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 5).map((e) => `${e.tagName}.${e.className}`)"""


def whole(loaded, site):
    """Fonts that a page loads beside the core that was cut from them."""
    fonts = [path for path in loaded if path.endswith(".woff2") and "-core" not in path]
    return [f for f in fonts if (site / f).with_name(f"{Path(f).stem}-core.woff2").exists()]


@functools.cache
def weight(path: Path) -> int:
    data = path.read_bytes()
    return len(gzip.compress(data, 6)) if TEXT.search(path.name) else len(data)
