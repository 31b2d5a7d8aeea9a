"""The body of a quiz, as both the page and the notebook read it."""

from __future__ import annotations

import pytest

from autograder.authoring.quiz import Option, QuizError, parse_quiz

GOOD = """\
What is kept,
in `mask`?

- [ ] the first
  and more

  > No.
  >
  > Really.
- [x] the second
  > Yes.
"""


def test_a_quiz_is_read_with_its_lines():
    quiz = parse_quiz(GOOD.splitlines())
    assert quiz.question == "What is kept,\nin `mask`?"
    assert quiz.options == [
        Option("the first\nand more", False, "No.\n\nReally.", 4),
        Option("the second", True, "Yes.", 10),
    ]
    assert not quiz.multiple


def test_two_right_options_make_it_a_multiple_choice():
    assert parse_quiz(GOOD.replace("[ ]", "[x]").splitlines()).multiple


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("What is kept,\nin `mask`?\n", "", 1, "no question"),
        ("- [x] the second\n  > Yes.\n", "", 4, "fewer than two options"),
        ("[x]", "[ ]", 4, "no right option"),
        ("  > Yes.\n", "", 10, "without feedback"),
        ("- [x] the second", "- [x]", 10, "without text"),
        ("- [x] the second", "- [o] the second", 10, "begin an option with"),
        ("  and more", "and more", 5, "indent"),
        ("  > Yes.", "  > Yes.\n  stray", 12, "after the feedback"),
    ],
)
def test_a_quiz_that_is_not_one_says_where_and_what(old, new, line, message):
    with pytest.raises(QuizError, match=message) as found:
        parse_quiz(GOOD.replace(old, new).splitlines())
    assert found.value.line == line
