"""The third hint is one idea short of the answer."""

from __future__ import annotations

import ast

import pytest

from autograder.root import course_root
from bench import hints
from dropout_course import course

SOURCE = '''
def soft(w, t):
    """Move towards 0."""
    if t < 0:
        raise ValueError("t")
    size = np.maximum(np.abs(w) - t, 0)
    return np.sign(w) * size
'''


@pytest.fixture(scope="module")
def measured():
    return {one.exercise.id: one for one in hints.measure(course_root())}


@pytest.mark.parametrize("name", course.exercises())
def test_a_third_hint_gives_little_of_the_reference_away(measured, name):
    one = measured[name]
    assert one.last <= hints.MOST_GIVEN, (
        f"{one.exercise.place.path}:{one.exercise.place.line}: the third hint of "
        f"{one.exercise.id} holds {one.last:.0%} of the reference: say it in words"
    )


def test_what_the_statement_says_is_no_part_of_the_reference():
    code = hints.reference(ast.parse(SOURCE), "soft")
    assert " ".join(code) == "v = np maximum np abs v - v 0 return np sign v * v"


@pytest.mark.parametrize(
    ("hint", "given"),
    [
        ("Use `np.maximum` and `np.abs(w)`.", 0),
        ("The size is `np.maximum(np.abs(a) - b, 0)`.", 8),
        ("```python\nreturn np.sign(x) * np.maximum(np.abs(x) - y, 0)\n```", 13),
        ("It is $w \\cdot t - 0$, in words.", 0),
    ],
)
def test_runs_of_tokens_count_whatever_the_variables_are_called(hint, given):
    code = hints.reference(ast.parse(SOURCE), "soft")
    assert hints.share(code, hints.spans(hint)) == given / len(code)
