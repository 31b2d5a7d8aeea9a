"""The built book in a real browser: every page, two widths, light and dark, and the quizzes."""

from __future__ import annotations

import itertools
import re

import pytest
from browser import Watch, browser, pages, served, site  # noqa: F401
from colours import contrast
from page_visit import WIDTHS, visit

pytestmark = pytest.mark.slow

PARTS = 3  # of the pages: the processes share them


@pytest.fixture(scope="module")
def chrome():
    with browser() as program:
        yield program


@pytest.fixture(scope="module")
def home(site):  # noqa: F811
    with served(site) as address:
        yield address


@pytest.fixture(scope="module")
def quiz_page(site):  # noqa: F811
    """The first page with a question of either kind."""
    for name in pages(site):
        html = (site / name).read_text("utf-8")
        if 'class="quiz"' in html and 'type="radio" name="q-' in html:
            return name
    pytest.fail("no page has a question with one right answer")


def opened(context, address):
    page = context.new_page()
    watch = Watch(page, address.rsplit("/", 1)[0])
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page, watch


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_quiet_and_accessible(chrome, home, site, part):  # noqa: F811
    """Chapters are opened on a desktop and on a phone in turns, and looked at in both widths."""
    found = {}
    for name, width in list(zip(pages(site), itertools.cycle(WIDTHS), strict=False))[part::PARTS]:
        wrong = visit(chrome, f"{home}/{name}", width, site)
        if wrong:
            found[name] = wrong
    assert found == {}


def test_focus_can_be_seen_and_the_first_tab_skips_to_the_text(chrome, home):
    page, _ = opened(
        chrome.new_context(viewport={"width": 1280, "height": 900}), f"{home}/index.html"
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main-content"
    unseen = []
    for _ in range(25):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e.outerHTML.slice(0, 80), s.outlineStyle, parseFloat(s.outlineWidth)]; })()"
        )
        if style[0].startswith("<g "):  # the figure draws a ring: tests/test_network_browser.py
            continue
        if style[1] == "none" or style[2] < 1:
            unseen.append(style)
    assert unseen == []


def test_a_wide_equation_is_scrolled_by_keyboard(chrome, home):
    context = chrome.new_context(viewport={"width": 390, "height": 844})
    page, _ = opened(context, f"{home}/05-ensembles.html")
    boxes = page.locator(".katex-display:visible")  # not those of a closed box
    wide = [box for box in boxes.all() if box.evaluate("e => e.scrollWidth > e.clientWidth + 1")]
    assert len(wide) > 1
    for box in wide:
        assert box.evaluate("e => e.ariaLabel") == "Formula, scrolls sideways"
        assert box.evaluate("e => e.tabIndex === 0 && !e.closest('[aria-hidden]')")
    wide[0].focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.activeElement.scrollLeft > 0")
    context.close()


def test_only_with_javascript_a_caption_asks_to_press_something(chrome, home):
    for enabled in (True, False):
        context = chrome.new_context(java_script_enabled=enabled)
        page, _ = opened(context, f"{home}/index.html")
        asked = page.locator("figcaption .with-script")
        assert "Resample" in asked.text_content()
        assert asked.is_visible() is enabled
        page.emulate_media(media="print")
        assert asked.is_hidden()
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_link_that_skips_can_be_read(chrome, home, scheme):
    context = chrome.new_context(color_scheme=scheme)
    page, _ = opened(context, f"{home}/index.html")
    page.keyboard.press("Tab")
    # axe does not judge it: out of sight when the page opens
    ink, paper = page.evaluate(
        "[getComputedStyle(document.activeElement).color,"
        " getComputedStyle(document.body).backgroundColor]"
        ".map((color) => color.match(/\\d+/g).slice(0, 3).map(Number))"
    )
    assert contrast(ink, paper) > 4.5
    context.close()


def test_the_pages_work_from_a_folder(chrome, site, quiz_page):  # noqa: F811
    context = chrome.new_context()
    page = context.new_page()
    watch = Watch(page, "file://")
    page.goto((site / quiz_page).as_uri())
    page.wait_for_load_state("load")
    page.wait_for_selector(".quiz-check")
    assert watch.troubles == []
    context.close()


# --- quizzes -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answers(site, quiz_page):  # noqa: F811
    """Verdicts of the options of the page's questions, from the file: [(id, [True, False, …])]."""
    html = (site / quiz_page).read_text("utf-8")
    found = []
    for block in re.split(r'(?=<div class="quiz" id=")', html)[1:]:
        name = re.match(r'<div class="quiz" id="([^"]+)"', block)[1]
        found.append((name, [v == "right" for v in re.findall(r'data-verdict="(\w+)"', block)]))
    return found


def single(answers):
    return next((name, right) for name, right in answers if sum(right) == 1)


def press_until(page, target: str, limit: int = 400) -> None:
    """Press Tab until the focus is on the element with this id."""
    for _ in range(limit):
        if page.evaluate("document.activeElement.id") == target:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {target}")


def test_a_question_is_answered_by_keyboard_alone(chrome, home, quiz_page, answers):
    name, right = single(answers)
    page, watch = opened(chrome.new_context(), f"{home}/{quiz_page}")
    box = page.locator(f"#{name}")
    good, bad = right.index(True) + 1, right.index(False) + 1
    assert box.locator("[data-verdict]").count() == 0
    assert box.locator("details").count() == 0

    press_until(page, f"{name}-1")  # the group is one stop, its first option
    page.keyboard.press("Space")
    for _ in range(bad - 1):
        page.keyboard.press("ArrowDown")
    assert box.locator("[data-verdict]").count() == 0, "an arrow key gives nothing away"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "quiz-check"
    page.keyboard.press("Enter")
    assert "Not yet" in box.get_by_role("status").inner_text()
    slot = page.locator(f"#{name}-{bad}-feedback")
    assert slot.inner_text().startswith("Not this one.")
    assert len(slot.inner_text()) > len("Not this one. ")
    assert box.locator('[data-verdict="right"]').count() == 0, "the right one stays unknown"
    assert page.locator(f"#{name}-{good}-feedback").inner_text() == ""

    page.keyboard.press("Shift+Tab")
    for _ in range(abs(good - bad)):
        page.keyboard.press("ArrowDown" if good > bad else "ArrowUp")
    assert slot.inner_text() == "", "the note goes when another option is chosen"
    page.keyboard.press("Enter")  # in the group: the same as the button
    assert box.get_by_role("status").inner_text() == "Right."
    assert page.locator(f"#{name}-{good}-feedback").inner_text().startswith("Right.")
    assert watch.troubles == []


def test_checking_without_a_choice_asks_for_one(chrome, home, quiz_page, answers):
    name, _ = single(answers)
    page, _ = opened(chrome.new_context(), f"{home}/{quiz_page}")
    page.locator(f"#{name} .quiz-check").click()
    assert page.locator(f"#{name}").get_by_role("status").inner_text() == "Choose an answer first."


def test_progress_is_kept_and_can_be_given_up(chrome, home, quiz_page, answers):
    context = chrome.new_context()
    page, _ = opened(context, f"{home}/{quiz_page}")
    for name, right in answers:
        for place, ok in enumerate(right, 1):
            if ok:
                page.locator(f"#{name}-{place}").check()
        page.locator(f"#{name} .quiz-check").click()
    count = len(answers)
    tally = f"{count} of {count} questions answered right."
    assert page.locator(".quiz-tally").inner_text() == tally
    page.reload()
    assert page.locator(".quiz-tally").inner_text() == tally
    assert page.locator('.quiz[data-state="right"]').count() == count
    page.get_by_role("button", name="Start over").click()
    page.reload()
    assert page.locator(".quiz-tally").inner_text().startswith("0 of")
    assert page.locator(".quiz input:checked").count() == 0


def test_a_browser_that_refuses_storage_breaks_nothing(chrome, home, quiz_page, answers):
    name, right = single(answers)
    context = chrome.new_context()
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {configurable: true,"
        " get() { throw new DOMException('denied', 'SecurityError'); }});"
    )
    page, watch = opened(context, f"{home}/{quiz_page}")
    page.locator(f"#{name}-{right.index(True) + 1}").check()
    page.locator(f"#{name} .quiz-check").click()
    assert page.locator(f"#{name}").get_by_role("status").inner_text() == "Right."
    assert watch.troubles == []


def test_questions_are_counted(chrome, home, quiz_page, answers):
    page, _ = opened(chrome.new_context(), f"{home}/{quiz_page}")
    counts = [text.replace("\xa0", " ") for text in page.locator(".quiz-count").all_text_contents()]
    total = len(answers)
    assert counts == [f"Question {place} of {total}" for place in range(1, total + 1)]


def test_without_javascript_the_answer_can_be_opened(chrome, home, quiz_page, answers):
    name, right = single(answers)
    context = chrome.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{home}/{quiz_page}")
    box = page.locator(f"#{name}")
    answer = box.locator('li[data-verdict="right"]')
    assert not answer.is_visible()
    box.locator("summary").click()
    assert answer.is_visible()
    assert f"{chr(ord('A') + right.index(True))} is right." in answer.inner_text()
    assert page.locator(".quiz-check").count() == 0
    assert page.locator("h1").first.is_visible()
    assert page.locator(".katex").first.is_visible()
    context.close()
