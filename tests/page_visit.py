"""What is wrong with a page of the book in a browser: troubles, weight, width, accessibility."""

from __future__ import annotations

import functools
import gzip
import re
from pathlib import Path

from browser import AXE, Watch, violations

WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
# All rules are run in a width's first theme. A desktop is looked at in both; what a phone alone
# shows has the same colours, so that one theme tells which are missing.
THEMES = {"desktop": ("light", "dark"), "phone": ("dark",)}
BUDGET = 700 * 1024  # bytes of a page with all that it loads, text compressed
TEXT = re.compile(r"\.(html|css|js|svg|json)$")


def visit(chrome, address, width, site):
    """Open a page as for the first time; return what is wrong with it."""
    from playwright.sync_api import TimeoutError

    home = address.rpartition("/")[0]
    (across, down), (first, *others) = WIDTHS[width], THEMES[width]
    context = chrome.new_context(
        viewport={"width": across, "height": down}, color_scheme=first, reduced_motion="reduce"
    )
    page, loaded = context.new_page(), set()
    page.on("request", lambda request: loaded.add(request.url.split("?")[0].split("#")[0]))
    watch = Watch(page, home)
    page.goto(address)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # figures below load late
    page.wait_for_load_state("networkidle")
    wrong = [*watch.troubles]
    own = [url.removeprefix(home).lstrip("/") for url in loaded if url.startswith(home)]
    size = sum(weight(site / path) for path in own)
    if size > BUDGET:
        wrong.append(f"{size / 1024:.0f} KiB")
    wrong += [f"loads {font} beside its core: see packaging/fonts.py" for font in whole(own, site)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append(f"scrolls sideways: {page.evaluate(TOO_WIDE)}")
    if cut := page.evaluate(CUT_OFF, across >= 1200):
        wrong.append(f"cut off: {cut}")
    page.evaluate(THIN)
    wrong += violations(page, LEFT_OUT[width], AXE | {"rules": dict.fromkeys(COLOURS, OFF)})
    page.evaluate(ALIKE)
    for theme in (first, *others):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        try:
            page.wait_for_function("t => document.documentElement.dataset.theme === t", arg=theme)
        except TimeoutError:
            wrong.append(f"the theme does not follow the system to {theme}")
        only = {"runOnly": {"type": "rule", "values": COLOURS}}
        wrong += [f"{theme}: {said}" for said in violations(page, LEFT_OUT[width], AXE | only)]
    context.close()
    return wrong


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
