"""What is said of a wrong value holds on several inputs, and nothing else is said."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dropout_course.engine.case import Case
from dropout_course.engine.relations import relation
from dropout_course.engine.student import Student

PARAMETERS = {"f": ["x", "p", "n"]}


def said(wrong, right=lambda x, p, n: x * (1 - p), calls=None):
    """Give the sentence about a wrong function, seen on three calls."""
    rng = np.random.default_rng(0)
    if calls is None:
        calls = [(rng.uniform(1, 2, (3, k)), p, n) for k, p, n in ((2, 0.2, 5), (4, 0.3, 7))]
    student, case = Student.here({"f": wrong}), Case(0, lenient=True)
    case.gives(student.f, [(call, right(*call)) for call in calls])
    return relation(case.seen, student, PARAMETERS)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda x, p, n: x, "x, unchanged"),
        (lambda x, p, n: x * (1 - p) ** 2, "times 1 - p"),
        (lambda x, p, n: x * p, "times p/(1 - p), as if p and 1 - p were exchanged"),
        (lambda x, p, n: x * (1 - p) * p, "times p"),
        (lambda x, p, n: x * (1 - p) / p**2, "divided by p²"),
        (lambda x, p, n: x * (1 - p) ** 1.5, "times √(1 - p)"),
        (lambda x, p, n: 2 * x * (1 - p), "times 2"),
        (lambda x, p, n: -x * (1 - p), "with the other sign"),
        (lambda x, p, n: x * (1 - p) / n, "the expected one divided by n"),
        (lambda x, p, n: x * (1 - p) * x.shape[1], "columns of x, as for a sum in place of a mean"),
        (lambda x, p, n: (x * (1 - p)) ** 2, "the square of the expected one"),
        (lambda x, p, n: np.sqrt(x * (1 - p)), "the square root of the expected one"),
        (lambda x, p, n: (x * (1 - p)).T, "the expected one, transposed"),
        (lambda x, p, n: (x * (1 - p))[::-1], "the expected one, in reverse order"),
        (lambda x, p, n: (x * (1 - p)).mean(axis=0), "mean of the expected one along its first"),
        (lambda x, p, n: 0 * x, "zero everywhere"),
    ],
)
def test_what_holds_is_said(wrong, words):
    assert words in said(wrong)


def test_a_sample_in_place_of_a_fixed_value_is_noticed():
    numbers = itertools.count()
    assert "Two equal calls" in said(lambda x, p, n: x * (1 - p) + next(numbers))


def test_what_is_right_where_kept_is_said():
    mask = np.array([True, False, True])
    calls = [(x, 0.5, mask) for x in (np.array([1.0, 2, 3]), np.array([4.0, 5, 6]))]

    def right(x, p, mask):
        return np.where(mask, x / (1 - p), 0)

    sentence = said(lambda x, p, mask: x / (1 - p), right, calls)
    assert "right where n is True, and wrong where it is False" in sentence


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x, p, n: x + 7,
        lambda x, p, n: np.sin(x) + n,
        lambda x, p, n: x * (1 - p) if n == 5 else 2 * x,  # one failure is not several
        lambda x, p, n: np.full_like(x, np.nan),
        lambda x, p, n: x * (1 - p) * 1.2345,
    ],
)
def test_what_does_not_hold_is_not_said(wrong):
    assert said(wrong) == ""


def test_a_factor_must_be_the_same_expression_in_every_call():
    """At p = ½ and n = 2 many expressions agree; another call tells them apart."""
    calls = [(np.array([1.0, 2.0]), 0.5, 2), (np.array([3.0, 5.0]), 0.25, 3)]
    assert "times 1 - p" in said(lambda x, p, n: x * (1 - p) ** 2, calls=calls)


def test_what_holds_of_the_wrong_results_alone_is_said_of_them():
    calls = [(np.array([1.0, k]), p, 5) for k in (2.0, 3.0) for p in (0.0, 0.3, 1.0)]
    wrong = said(lambda x, p, n: x * (p < 1), lambda x, p, n: x + 0 * p, calls)
    assert wrong == "Where it is wrong, your result is zero everywhere"
    assert said(lambda x, p, n: x * p, lambda x, p, n: x * np.sqrt(p), calls).startswith("Your")
