"""Helpers of the tests of interactive figures: a page of one small book in a real browser."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from browser import Watch, served
from sphinx.testing.util import SphinxTestApp

ROOT = Path(__file__).resolve().parents[1]
EXTENSIONS = ROOT / "book" / "_ext"
CONF = f"""
import sys
sys.path.insert(0, {str(EXTENSIONS)!r})
extensions = {{extensions!r}}
myst_enable_extensions = ["colon_fence"]
html_static_path = [{str(ROOT / "book" / "_static")!r}]
html_theme = "basic"
html_favicon = {str(ROOT / "book" / "_static" / "favicon.svg")!r}
numfig = True
language = "en"
"""
# The theme's colours: ground, text, muted text, primary, text on primary, border.
COLOURS = {
    "light": ("#ffffff", "#222832", "#48566b", "#0a7d91", "#ffffff", "#d1d5da"),
    "dark": ("#14181e", "#ced6dd", "#9ca4af", "#3fb1c5", "#000000", "#48566b"),
}


def extension(name: str) -> ModuleType:
    """Import an extension of the book."""
    if str(EXTENSIONS) not in sys.path:
        sys.path.append(str(EXTENSIONS))
    return importlib.import_module(name)


@contextmanager
def book_of(folder: Path, extensions: Sequence[str], text: str, conf: str = "") -> Iterator[str]:
    """Build a book of one page without a warning, and serve it; yield the page's address.

    Parameters
    ----------
    folder : Path
        An empty folder.
    extensions : sequence of str
        Of the book, without the parser.
    text : str
        The page, in MyST.
    conf : str
        More lines for the configuration.
    """
    source = folder / "source"
    source.mkdir()
    head = CONF.format(extensions=["myst_parser", *extensions])
    (source / "conf.py").write_text(head + conf)
    (source / "index.md").write_text(text)
    app = SphinxTestApp("html", srcdir=source, builddir=folder / "build")
    try:
        app.build()
        assert app.warning.getvalue() == ""
        with served(app.outdir) as home:
            yield f"{home}/index.html"
    finally:
        app.cleanup()


@contextmanager
def opened(browser: Any, address: str, width: int = 1000, **options: Any) -> Iterator[Any]:
    """Open a page in a context of its own; afterwards nothing must have gone wrong on it."""
    context = browser.new_context(viewport={"width": width, "height": 1100}, **options)
    tab = context.new_page()
    watch = Watch(tab, address.rpartition("/")[0])
    tab.goto(address)
    yield tab
    context.close()
    assert watch.troubles == []


def set_theme(page: Any, theme: str) -> None:
    """Give the page a theme, with the grounds of the book's own, and no slow change of colour."""
    ground, ink, muted, primary, on_primary, border = COLOURS[theme]
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    page.add_style_tag(
        content=f"html {{ --pst-color-background: {ground}; --pst-color-text-base: {ink}; "
        f"--pst-color-text-muted: {muted}; --pst-color-primary: {primary}; "
        f"--pst-color-primary-text: {on_primary}; --pst-color-border: {border} }} "
        f"html, body, figcaption {{ background: {ground}; color: {ink} }} "
        "* { transition: none !important }"
    )


def sideways(page: Any) -> list[str]:
    """Return the elements of a page that reach beyond its right edge."""
    return page.evaluate(
        "[...document.querySelectorAll('body *')]"
        ".filter((e) => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map((e) => `${e.tagName}.${e.className.baseVal ?? e.className}`)"
    )


def smallest_text(page: Any, selector: str) -> float:
    """Return the smallest size, in CSS pixels as seen, of the text in figures' SVG."""
    return page.evaluate(
        """(selector) => Math.min(...[...document.querySelectorAll(selector + ' svg text')]
          .filter((e) => e.getClientRects().length && e.textContent)
          .map((e) => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a), 99)""",
        selector,
    )


def remade(page: Any, tag: str, name: str, value: str) -> str:
    """Put an element with a changed attribute and a plain picture in its place; give its text."""
    return page.evaluate(
        """([tag, name, value]) => {
          const old = document.querySelector(tag), made = document.createElement(tag);
          for (const one of old.attributes) made.setAttribute(one.name, one.value);
          made.setAttribute(name, value);
          made.append('picture', old.querySelector('script'));
          old.replaceWith(made);
          return made.textContent;
        }""",
        [tag, name, value],
    )
