"""Which line gives a name its value."""

from __future__ import annotations

import pytest

from autograder.referee.lacking import _gives, _outermost

GIVES = ["ONE = 1", "a, ONE = 1, 2", "ONE: int = 3", "ONE += 1", "def ONE(x): pass"]
GIVES += ["async def ONE():", "class ONE:", "from x import ONE", "import x as ONE"]
DOES_NOT = ["def f(ONE): pass", "x == ONE", "ONE == 1", "print(ONE)", "f(ONE=1)", "x = ONE"]
DOES_NOT += ["", "def", "async def", "# ONE = 1"]


@pytest.mark.parametrize("line", GIVES)
def test_a_line_that_gives_a_name_a_value(line):
    assert _gives(f"x = 3\n{line}\n", "ONE")


@pytest.mark.parametrize("line", DOES_NOT)
def test_a_line_that_does_not(line):
    assert not _gives(f"x = 3\n{line}\n", "ONE")


@pytest.mark.parametrize("word", ["def", "async", "class"])
def test_a_keyword_that_an_exception_names_is_no_obstacle(word):
    assert not _gives("async def\ndef\nclass\nasync", word)


def test_what_is_local_to_a_function_is_not_given_by_its_cell():
    source = "def f():\n    ONE = 1\nTWO = 2"
    assert not _gives(_outermost(source), "ONE")
    assert _gives(_outermost(source), "TWO")
