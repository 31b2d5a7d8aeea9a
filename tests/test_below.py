"""What a cell below a check changes is seen, and what it does not touch is not."""

from __future__ import annotations

import pytest
from classroom_tiny import code
from nbformat.v4 import new_code_cell, new_notebook

from autograder.referee.below import changed_below
from dropout_course import course

EXERCISE = course.exercises()["draw_mask"]
ANSWER = "Q = 1\ndef draw_mask(shape, p, rng):\n    y = helper(shape)\n    return y >= Q * p"


def notebook(*below, answer=ANSWER, untouched=()):
    cells = [
        code("draw_mask", answer, solution=True, locked=False),
        code("draw_mask-check", 'check("draw_mask")', grade=True, points=8),
        code("dropout_standard", "def dropout_standard(x):\n    ...", solution=True, locked=False),
        *(new_code_cell(source) for source in below),
    ]
    return new_notebook(cells=cells, metadata={"dropout_course": {"untouched": list(untouched)}})


@pytest.mark.parametrize(
    "source",
    [
        "Q = 2",
        "for Q in range(3):\n    pass",
        "del draw_mask",
        "draw_mask = draw_mask((2,), 0.5, 1)",
        "def helper(x):\n    return 0",
        "%reset -f",
        "get_ipython().reset()",
        "Q = = 2",
    ],
)
def test_a_name_that_the_answer_uses_is_given_another_value(source):
    assert changed_below(notebook(source), EXERCISE)


@pytest.mark.parametrize(
    "source",
    [
        "y = 2\nshape = 3\nother = Q",
        "import numpy as helper",
        "def f():\n    Q = 3",
        "print(draw_mask((2,), 0.5, 1))",
        "f(Q=2)",
        "%timeit draw_mask",
    ],
)
def test_other_names_do_not_count(source):
    assert not changed_below(notebook(source), EXERCISE)


def test_a_stub_that_nobody_filled_in_runs_first_and_changes_nothing():
    answer = ANSWER.replace("helper", "dropout_standard")
    assert changed_below(notebook(answer=answer), EXERCISE)
    assert not changed_below(notebook(answer=answer, untouched=["dropout_standard"]), EXERCISE)


def test_of_an_answer_that_is_no_python_every_word_counts():
    assert changed_below(notebook("Q = 2", answer=f"{ANSWER}\n1 = 2"), EXERCISE)
