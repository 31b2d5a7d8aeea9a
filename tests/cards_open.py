"""The small book of cards in a browser: its pages, links, and the cards that they open."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from browser import Watch

CARD = ".ref-card[data-open]"
TERM, SOURCE = "a[href$='#term-dropout']", "a[href$='#ref-two2016b']"
EQUATION, OTHER_EQUATION = "a[href='#equation-eq-mean']", "a[href$='.html#equation-eq-back']"
FIGURE, TABLE = "a[href='#fig-mark']", "a[href='#tab-long']"
ASIDE = (1270, 790)


@contextmanager
def opening(browser, served):
    """Give a way to open a page, by default a chapter; nothing must have gone wrong on it."""
    contexts = []

    def open_page(name="03-forward.html", width=1280, address="", **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        page = context.new_page()
        home = address or served
        page.watch, page.asked = Watch(page, home if address == "" else "file://"), []
        page.on("request", lambda request: page.asked.append(request.url))
        contexts.append(context)
        page.goto(f"{home}/{name}")
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        assert [one for page in context.pages for one in page.watch.troubles] == []
        context.close()


def link(page, selector):
    return page.locator(f"article {selector}").first


def card(page, words):
    """Wait for the card that says something."""
    found = page.locator(CARD, has_text=words)
    found.wait_for()
    return found


def gone(page):
    page.wait_for_function("() => !document.querySelector('.ref-card[data-open]')")


def tab_to(page, selector):
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"no way to {selector} by Tab")
