from __future__ import annotations

import gc
from contextlib import suppress

import numpy as np
import pytest

from dropout_course.engine.case import Broken, Case
from dropout_course.engine.inside import answering, codec
from dropout_course.engine.judging import judge
from dropout_course.engine.laws import Law
from dropout_course.engine.student import Answer, Student
from dropout_course.engine.unanswered import Missing, Raised, Unanswered, Unsendable


def broken(judge, *args, **kwargs):
    with pytest.raises(Broken) as caught:
        judge(*args, **kwargs)
    return caught.value


def test_the_same_seed_gives_the_same_inputs():
    def draw(seed):
        case = Case(seed)
        return case.normal(3), case.rate(), case.mask((4, 5), 0.3), case.rng(), case.integers(0, 9)

    for a, b in zip(draw(5), draw(5), strict=True):
        assert np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b


@pytest.mark.parametrize("p", [0.01, 0.3, 0.99])
def test_a_mask_has_a_kept_and_a_dropped_unit(p):
    for seed in range(50):
        mask = Case(seed).mask((2, 3), p)
        assert mask.any()
        assert not mask.all()


def test_masks_at_the_ends_are_those_that_can_be_drawn():
    assert Case(0).mask((3, 4), 0.0).all()
    assert not Case(0).mask((3, 4), 1.0).any()


def test_a_rate_keeps_away_from_a_half():
    rates = [Case(seed).rate() for seed in range(200)]
    assert min(abs(rate - 0.5) for rate in rates) >= 0.05 - 1e-3


def test_layouts_hold_the_same_values_and_are_all_different():
    x = np.arange(6.0).reshape(2, 3)
    made = list(Case.layouts(x))
    assert all(np.array_equal(one, x) for one in made)
    assert len({one.strides for one in made}) == 4


@pytest.mark.parametrize(
    ("got", "want", "kind", "words"),
    [
        (["x"], np.array([1.0]), "type", "must be a NumPy array, not a list"),
        ([[1.0], [1.0, 2.0]], np.array([1.0]), "type", "must be a NumPy array, not a list"),
        (None, np.array([1.0]), "type", "is a `return` missing"),
        (np.ones(2), np.ones(3), "shape", "shape (2,), and it must have shape (3,)"),
        (np.array(["x"]), np.ones(1), "dtype", "must hold real numbers"),
        (np.array([np.nan, 1]), np.ones(2), "nonfinite", "NaN or infinite"),
        (np.array([1.0, 2]), np.ones(2), "value", "wrong values"),
        (np.ones(1), 1.0, "type", "must be one number, not an array of shape (1)"),
        (True, 1.0, "type", "must be one number, not a bool"),
        (float("inf"), 1.0, "nonfinite", "not a finite number"),
        (2.0, 1.0, "value", "is wrong"),
        (2.0, np.inf, "value", "is wrong"),
        ((1.0,), (1.0, 2.0), "type", "must hold 2 values, not 1"),
        (1.0, (1.0, 2.0), "type", "must be a tuple of 2, not a float"),
        ((1.0, 3.0), (1.0, 2.0), "value", "the second value is wrong"),
        ({"a": 1.0}, {"b": 1.0}, "type", "wrong keys"),
        ({"a": 2.0}, {"a": 1.0}, "value", "the value of 'a' is wrong"),
        (["x"], {"x"}, "type", "must be a set, not a list"),
        ({"x"}, {"y"}, "value", "wrong members"),
    ],
)
def test_a_wrong_result_is_described_in_a_sentence(got, want, kind, words):
    found = broken(Case(0).equal, got, want)
    assert found.kind == kind
    assert words in found.reason


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (np.array([1.0, np.nan, np.inf]), np.array([1.0, np.nan, np.inf])),
        (np.array([1e6 + 1e-5]), np.array([1e6])),
        (np.float32([1 + 5e-6]), np.float32([1])),
        (np.float64(1.0), 1.0),
        (np.array(1.0), 1.0),
        (np.float32(1 + 5e-6), 1.0),
        ([1.0, 2.0], np.array([1.0, 2.0])),
        (np.ones(2), np.ones(2, np.float32)),
        (np.array([1, 0]), np.array([True, False])),
        (np.array([1.0, 2.0]), (1.0, 2.0)),
        (1, 1.0),
        (np.array([-0.0]), np.array([0.0])),
        ([1.0, 2.0], (1.0, 2.0)),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)
def test_results_that_agree_by_the_house_rule(got, want):
    Case(0).equal(got, want)


@pytest.mark.parametrize("got", [np.float16([1.006]), np.full(1, 1.006, np.float32)])
def test_the_precision_of_an_answer_lends_it_no_tolerance(got):
    with pytest.raises(Broken, match="wrong values"):
        Case(1).equal(got, np.array([1.0]))
    with pytest.raises(Broken, match="is wrong"):
        Case(1).equal(got[0], 1.0)
    Case(1).equal(got, np.float16([1.0]))


@pytest.mark.parametrize(
    ("got", "want", "words"),
    [
        ([1.0], np.ones(1), "must be a NumPy array, not a list"),
        (np.ones(2), np.ones(2, np.float32), "dtype float64, and it must have dtype float32"),
        (np.ones((2, 1)), np.ones(2), "shape (2, 1), and it must have shape (2,)"),
        (np.ones(2), (1.0, 2.0), "must be a tuple of 2, not an array"),
        ((1.0, np.ones(2)), (1.0, np.ones(2, np.float32)), "the second value has dtype float64"),
        (1, True, "must be a bool, not an int"),
        ("x", 1.0, "must be one number, not a string"),
    ],
)
def test_a_law_about_form_judges_form(got, want, words):
    found = broken(Case(0).form, got, want)
    assert words in found.reason


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (np.array([7.0, np.nan]), np.zeros(2)),
        (np.array([7.0, 8.0], np.float32), np.zeros(2, np.float32)),
        ((1, np.float64(2.0)), (0.5, 0.5)),
        (np.array(7.0), 0.5),
        (np.True_, False),
    ],
)
def test_a_law_about_form_looks_at_no_value(got, want):
    Case(0).form(got, want)


def test_frozen_arrays_raise_when_they_are_written_to_and_others_do_not():
    def write(x):
        x *= 2
        return x

    student, x = Student.here({"f": write}), np.ones(2)
    assert student.f(x).value.tolist() == [2, 2]
    assert x.tolist() == [1, 1]
    with pytest.raises(Raised, match="read-only"):
        student.f(Case.frozen(x)).value  # noqa: B018


def test_raises_accepts_a_derived_exception_and_refuses_a_value():
    def derived(x):
        raise UnicodeError("p")

    def other(x):
        raise KeyError("p")

    student = Student.here({"derived": derived, "other": other, "value": lambda x: x})
    Case.raises(ValueError, student.derived(2.0))
    assert "raised KeyError" in broken(Case.raises, ValueError, student.other(2.0)).reason
    assert "returned a value" in broken(Case.raises, ValueError, student.value(2.0)).reason


def several(x):
    """Answer differently to each of the calls below."""
    if x == 2:
        raise ValueError("two")
    return {1: 10.0, 3: object(), 4: 40.0}[x]


def counted(names):
    """Make a student, and a list that takes a note of each request."""
    requests = []

    def transport(request):
        requests.append(request)
        return answering.answer(names, request)

    return Student(transport), requests


def test_calls_that_wait_go_in_one_request_in_their_order():
    student, requests = counted({"f": several})
    one, two, four = student.f(1), student.f(2), student.f(4)
    assert requests == []
    assert four.value == 40.0
    assert len(requests) == 1
    assert one.value == 10.0
    with pytest.raises(Raised, match="two"):
        two.value  # noqa: B018
    assert student.last.args == (2,)  # the example in the feedback
    assert len(requests) == 1


def test_calls_whose_value_nobody_needs_are_not_made():
    student, requests = counted({"f": several})
    student.f(1)
    student.forget()
    assert student.f(4).value == 40.0
    assert len(codec.decode(requests[0])["each"]) == 1


def test_an_answer_that_is_no_data_spoils_no_other():
    student = Student.here({"f": several})
    one, two, three = [student.f(x) for x in (1, 3, 4)]
    assert (three.value, one.value) == (40.0, 10.0)
    with pytest.raises(Unsendable, match="type object"):
        two.value  # noqa: B018


def test_answers_that_are_too_much_for_one_message_are_asked_for_in_halves():
    student, requests = counted({"f": lambda n: ["x"] * n})
    answers = [student.f(24_000) for _ in range(8)]
    assert [len(answer.value) for answer in answers] == [24_000] * 8
    assert len(requests) > 1


def test_a_buffer_that_is_used_again_is_seen_as_it_was():
    room = np.zeros(2)

    def fill(x):
        room[:] = x
        return room

    student = Student.here({"f": fill})
    answers = [student.f(1), student.f(2)]
    assert [answer.value.tolist() for answer in answers] == [[1, 1], [2, 2]]


def test_a_name_that_is_not_there():
    with pytest.raises(Missing, match="f"):
        Student.here({}).f(1).value  # noqa: B018


def test_every_one_of_several_calls_must_raise():
    student = Student.here({"f": several})
    Case.raises(ValueError, [student.f(2), student.f(2)])
    error = broken(Case.raises, ValueError, [student.f(2), student.f(4)])
    assert error.kind == "accepted"
    assert student.last.args == (4,)


@pytest.mark.parametrize(
    "reply", [{"ok": [1, 2]}, [{"ok": 1}], [{"ok": 1}, 2], "text", [], {"raised": 3}]
)
def test_a_forged_answer_to_several_calls_is_no_answer(reply):
    student = Student(lambda request: codec.encode(reply))
    answers = [student.f(1), student.f(2)]
    with pytest.raises(Unanswered):
        [answer.value for answer in answers]


def test_words_are_not_made_of_what_is_no_text():
    """A reply may hold thousands of arrays where a name should be: to print them takes minutes."""
    for reply in ({"missing": [1]}, {"cannot": {"a": 1}}, {"raised": {"kinds": [[1]], "trace": 7}}):
        student = Student(lambda request, reply=reply: codec.encode([reply]))
        with pytest.raises(Unanswered) as caught:
            student.f().value  # noqa: B018
        assert "1" not in str(caught.value)


def test_a_failed_comparison_keeps_nothing_of_what_came():
    # An exception that is kept holds, by its traceback, the law's frame and all values in it.
    def answers():
        return sum(isinstance(one, Answer) for one in gc.get_objects())

    def failing(student, case):
        case.gives(student.f, [((3,), np.ones(3)), ((5,), np.zeros(5))])

    gc.collect()
    gc.disable()
    try:
        before = answers()
        for f in (np.ones, lambda n: 1 / 0):
            verdict = judge("f", 1, [Law("f", "It holds", 1, failing)], Student.here({"f": f}), 0)
            assert not verdict.passed
        assert answers() == before
    finally:
        gc.enable()


def test_what_an_answer_gives_in_all_is_limited():
    student = Student.here({"f": lambda: np.ones(1 << 10)})
    student.allow(20_000)
    sizes = []
    for _ in range(3):
        with suppress(Unsendable):
            sizes.append(student.f().value.size)
    assert sizes == [1 << 10] * 3
    with pytest.raises(Unsendable, match="more in all its calls"):
        student.f().value  # noqa: B018 - waits for the call
