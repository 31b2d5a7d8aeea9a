"""The way to a page's questions, and back to those that are still open."""

from __future__ import annotations

import pytest
from small_book import book_of, opened

pytestmark = pytest.mark.slow

PAGE = """# Page

:::{objectives}
:needs: nothing
:minutes: 60

- Count.
:::

## Above

:::{quiz} q-first
**Predict.** How many?

- [ ] One
  > There is another.
- [x] Two
  > Both of them count.
:::

Words between.

## Quiz

:::{quiz} q-second
**Spot the bug.** What is wrong?

~~~text
y = x * mask / p
~~~

- [x] The divisor
  > Survivors are divided by the probability of keeping.
- [ ] The mask
  > It is what was drawn.
:::
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with book_of(tmp_path_factory.mktemp("quizzes"), ["exercise", "boxes", "quiz"], PAGE) as page:
        yield page


def answer(page, name, place):
    page.locator(f"#{name}-{place}").check()
    page.locator(f"#{name} .quiz-check").click()


def test_the_objectives_lead_to_the_first_question(browser, address):
    with opened(browser, address) as page:
        foot = page.locator(".objectives-foot")
        said = "You need nothing. It takes about 60 minutes. It asks 2 questions."
        assert foot.inner_text() == said
        foot.get_by_role("link", name="2 questions").click()
        assert page.evaluate("location.hash") == "#q-first"


def test_the_tally_leads_to_what_is_still_open(browser, address):
    with opened(browser, address) as page:
        tally = page.locator(".quiz-tally")
        assert tally.inner_text() == "0 of 2 questions answered right."
        answer(page, "q-second", 1)
        assert tally.inner_text() == "1 of 2 questions answered right. Still open: 1."
        tally.get_by_role("link", name="question 1").click()
        assert page.evaluate("location.hash") == "#q-first"
        answer(page, "q-first", 1)
        assert tally.inner_text() == "1 of 2 questions answered right. Still open: 1."
        answer(page, "q-first", 2)
        assert tally.inner_text() == "2 of 2 questions answered right."
        assert tally.get_by_role("link").count() == 0


def test_progress_counts_questions_wherever_they_stand(browser, address):
    with opened(browser, address) as page:
        answer(page, "q-first", 2)
        answer(page, "q-second", 1)
        keys = page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('quiz:')).sort()")
        assert keys == ["quiz:index/q-first", "quiz:index/q-second"]
        page.reload()
        assert page.locator(".quiz-tally").inner_text() == "2 of 2 questions answered right."
