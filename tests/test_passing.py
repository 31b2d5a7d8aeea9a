"""What is handed over within a process is what a message would have brought."""

from __future__ import annotations

import collections

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_data import arrays, values

from dropout_course.engine.inside import answering, codec, passing
from dropout_course.engine.student import Student
from dropout_course.engine.unanswered import Lost, Unsendable

CANNOT = {"cannot": "no"}
F = {"op": "each", "each": [("f", ())]}
Pair = collections.namedtuple("Pair", "a b")


class Float(float):
    pass


class Array(np.ndarray):
    pass


@st.composite
def laid_out(draw):
    array = codec.laid_out(draw(arrays), draw(st.sampled_from("CFRS")))
    array.flags.writeable = draw(st.booleans())
    return array


ODD = [
    Pair(1, 2), Float(1.5), np.eye(2).view(Array), np.ma.masked_array([1.0, 2.0], [True, False]),
    {1, 2}, frozenset("a"), np.float64(2), np.longlong(2), np.ones(2, ">f8"), 1 << 70,
    collections.OrderedDict(a=1), np.ones((1,) * 16), np.arange(6.0)[::-2], np.arange(6.0)[::2],
    np.eye(3)[::-1], np.ones((2, 0)), "\ud800", float("nan"), -0.0, codec.Rng(3),
    codec.Fn("square", {"a": [1, np.ones(2)]}), [[[[[[1]]]]]], np.ones(3, "i8").view("q"),
]  # fmt: skip
REFUSED = [
    object(),
    print,
    {1: 2},
    np.array(["a"]),
    np.array([None]),
    np.ones((1,) * 17),
    1 << 2000,
    "a" * (1 << 21),
    np.ones((1 << 23) + 1),
    [0] * 60_000,
]
LARGE = [np.ones((1 << 21) + 1), list(range(9000)), [np.ones(1 << 19)] * 5, "a" * 300_000]


def told(value):
    """Everything about a value that an answer, or a law, could tell apart."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value), [told(one) for one in value]
    if isinstance(value, dict):
        return type(value), [(key, told(one)) for key, one in value.items()]
    if isinstance(value, np.ndarray):
        flags = value.flags
        how = value.size and value.strides, flags.c_contiguous, flags.f_contiguous, flags.writeable
        return type(value), value.dtype, value.dtype.str, value.shape, how, value.tobytes()
    if isinstance(value, float) and value != value:
        return type(value), "nan"  # whatever its bits
    if isinstance(value, (np.generic, float)):
        return type(value), np.asarray(value).dtype, np.asarray(value).tobytes()
    return type(value), repr(value)


def made(one):
    return ("made", repr(one))


def by_message(value):
    """Give what a student finds in the reply of another process."""
    reply = answering.answer({"f": lambda: value["ok"]}, codec.encode(F))
    replies = codec.decode(reply, layouts=False)
    return replies[0] if isinstance(replies, list) else replies  # one stands for all


def assert_alike(value):
    argument = passing.arguments(value, made)
    assert told(argument) == told(codec.decode(codec.encode(value), made))
    if "made" in repr(told(argument)):  # an argument alone can be made
        return
    reply = {"ok": value}
    assert told(passing.reply(reply, lambda error: CANNOT)[0]) == told(by_message(reply))


@given(values | laid_out())
def test_a_value_arrives_as_by_message(value):
    assert_alike(value)


@pytest.mark.parametrize(
    "value",
    [*ODD, *(pytest.param(large, marks=pytest.mark.slow) for large in LARGE)],
    ids=lambda value: type(value).__name__,
)
def test_what_is_odd_or_large_arrives_as_by_message(value):
    assert_alike(value)
    assert_alike([value, (value,), {"a": value}])


@pytest.mark.parametrize("value", REFUSED, ids=lambda value: type(value).__name__)
def test_what_a_message_refuses_is_refused(value):
    with pytest.raises(codec.CodecError) as error:
        codec.encode([value])
    with pytest.raises(codec.CodecError, match="^" + str(error.value)[:10]):
        passing.arguments([value], made)
    reply = {"ok": [value]}
    assert passing.reply(reply, lambda error: {"cannot": str(error)})[0] == by_message(reply)


def test_nothing_that_is_handed_over_is_shared():
    array = np.zeros(3)
    given_array = passing.arguments([array, array], made)
    given_array[0][:] = 1
    assert not array.any()
    assert not given_array[1].any()
    reply = passing.reply({"ok": array}, lambda error: CANNOT)[0]["ok"]
    array[:] = 2
    assert not reply.any()
    with pytest.raises(ValueError, match="read-only"):
        reply[0] = 1


def test_the_size_is_about_that_of_a_message():
    for value in ([np.ones(1000)] * 5, list(range(500)), {"a": [1.5] * 100}):
        size = passing.reply({"ok": value}, lambda error: CANNOT)[1]
        assert 1 / 3 < size / len(codec.encode(value)) < 3


def f(x, rng=None):
    return x + (rng.random() if rng else 0)


def boom(x):
    raise ValueError(f"no {x}")


def stores(x, kept=[]):  # noqa: B006 - as students do
    kept.append(x)
    x += 1
    return kept[0]


CALLS = [
    ("f", (np.ones(2),), {}), ("f", (1.5,), {"rng": codec.Rng(1)}), ("boom", (1,), {}),
    ("nothing", (), {}), ("number", (), {}), ("f", ("a",), {}), ("print", ("x",), {}),
    ("stores", (np.zeros(2),), {}), ("stores", (np.zeros(2),), {}), ("give", (), {}),
    ("giant", (), {}),
]  # fmt: skip


@pytest.mark.parametrize("at_once", [True, False])
def test_a_student_answers_as_by_message(at_once):
    def results(student):
        asked = (getattr(student, name)(*args, **kwargs) for name, args, kwargs in CALLS)
        for answer in list(asked) if at_once else asked:
            try:
                yield told(answer.value)
            except Exception as error:
                yield type(error).__name__, str(error)

    def names():
        return {"f": f, "boom": boom, "number": 3, "print": print, "give": lambda: print,
                "stores": lambda x, kept=[]: stores(x, kept), "giant": lambda: np.ones(9 << 20)}  # fmt: skip  # noqa: E501

    ours = names()
    by_bytes = Student(lambda request: answering.answer(ours, request))
    assert list(results(Student.here(names()))) == list(results(by_bytes))


def test_a_scene_that_is_not_there_and_a_reply_that_is_no_data():
    names, found = {"f": lambda: codec.Rng(1)}, []
    for student in (Student.here(names), Student(lambda r: answering.answer(names, r))):
        for ask in (lambda s: s.play("no_scene_of_this_name"), lambda s: s.f()):
            with pytest.raises((Unsendable, Lost)) as error:
                ask(student).value  # noqa: B018
            found.append((type(error.value), str(error.value)))
    assert found[:2] == found[2:]
