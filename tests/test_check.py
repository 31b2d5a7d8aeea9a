"""`check` as a student meets it, on a made-up exercise."""

from __future__ import annotations

import sys
import types
import warnings

import numpy as np
import pytest

import dropout_course.engine.checking as checking
from dropout_course import course, exercises
from dropout_course.engine.checking import CheckError, check
from dropout_course.engine.laws import Law
from dropout_course.engine.mistakes import Mistakes, question


def halves(student, case):
    case.equal(student.halve(np.array([2.0, 4.0])), np.array([1.0, 2.0]))


def any_shape(student, case):
    x = case.normal(2, 3)
    case.equal(student.halve(x), x / 2)


mistakes = Mistakes(halve=lambda by=0.5: lambda x: by * x)
mistakes.row("doubled", "Doubled", "Halving makes a number smaller, not larger.", by=2)


@question("What comes out?")
def what(student, case):
    return student.halve(np.array([2.0, 3.0]))


@pytest.fixture(autouse=True)
def made_up(monkeypatch):
    exercise = course.Exercise(
        "halve", "99", "99-made-up", "99.1", "Halving", 4, ("halve",),
        ("First hint.", "Second <b>hint</b>."), "99-made-up.html#ex-halve",
    )  # fmt: skip
    monkeypatch.setattr(course, "exercises", lambda: {"halve": exercise})
    monkeypatch.setattr(course, "book_url", lambda: "https://book.example/")
    module = types.ModuleType("dropout_course.exercises.ch99_made_up.halve")
    laws = [Law("halve", "Halves", 1, halves, core=True), Law("halve", "Any shape", 1, any_shape)]
    vars(module).update(first=laws[0], second=laws[1], what=what, mistakes=mistakes)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(exercises, "symptoms", lambda: {"halve": {"doubled": ["what"]}})
    exercises.bank.cache_clear()
    checking._failures.clear()


def test_settings_of_warnings_change_no_verdict_and_stay():
    """What a cell set anywhere in the notebook, before or after, is no part of an answer."""

    def halve(x):
        np.divide(1.0, np.zeros(1))  # would raise, if asked by a cell
        warnings.warn("mine", RuntimeWarning, stacklevel=1)
        return np.exp(-1000.0) + x / 2

    def careful(x):
        with np.errstate(all="raise"), pytest.raises(FloatingPointError):
            np.divide(1.0, np.zeros(1))
        return x / 2

    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        before = np.geterr(), list(warnings.filters)
        assert check("halve", namespace={"halve": halve}).passed
        assert check("halve", namespace={"halve": careful}).passed
        assert (np.geterr(), list(warnings.filters)) == before
        with pytest.raises(FloatingPointError):
            halve(1.0)


def test_a_right_answer():
    def halve(x):
        return x / 2

    report = check("halve", namespace={"halve": halve})
    assert report.passed
    assert report.score == 4
    text = repr(report)
    assert "Exercise 99.1, Halving: all 2 laws hold (4 of 4 points)" in text
    assert "✓ Halves" in text
    assert "https" not in text


def test_the_names_are_those_of_the_caller():
    globals()["halve"] = lambda x: x / 2
    try:
        assert check("halve").passed
    finally:
        del globals()["halve"]


def test_the_object_itself_may_be_given():
    def halve(x):
        return x / 2

    assert check(halve).passed


def test_a_wrong_answer_shows_the_call_both_values_the_mistake_and_where_to_read():
    text = repr(check("halve", namespace={"halve": lambda x: x * 2}, seed=7))
    assert "✗ Halves" in text
    assert "    halve(np.array([2.0, 4.0]))\n" in text
    assert "    expected  np.array([1.0, 2.0])\n" in text
    assert "    received  np.array([4.0, 8.0])\n" in text
    assert "known mistake: Doubled." in text
    assert "Halving makes a number smaller" in text
    assert "Read: https://book.example/99-made-up.html#ex-halve" in text
    assert "check('halve', seed=7)" in text
    assert len(text.splitlines()) <= 24


def test_the_ladder_of_hints_is_climbed_with_every_failure_and_starts_again():
    wrong, right = {"halve": lambda x: x}, {"halve": lambda x: x / 2}
    assert "Hint 1 of 2: First" in repr(check("halve", namespace=wrong))
    assert "Hint 2 of 2: Second" in repr(check("halve", namespace=wrong))
    assert "Hint 2 of 2: Second" in repr(check("halve", namespace=wrong))
    assert "Hint" not in repr(check("halve", namespace=right))
    assert "Hint 1 of 2" in repr(check("halve", namespace=wrong))


def test_html_says_the_same_and_escapes_what_is_not_ours():
    wrong = {"halve": lambda x: (_ for _ in ()).throw(ValueError("<script>alert(1)</script>"))}
    html = check("halve", namespace=wrong)._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert 'aria-label="fails"' in html
    assert "Hint 1 of 2" in html
    check("halve", namespace=wrong)
    assert "<b>hint" not in check("halve", namespace=wrong)._repr_html_()


def test_an_untouched_stub_is_told_so_in_one_line():
    def halve(x):
        raise NotImplementedError

    text = repr(check("halve", namespace={"halve": halve}))
    assert text.startswith("Exercise 99.1, Halving: not written yet (0 of 4 points)")
    assert "✗" not in text


def test_prints_and_warnings_of_an_answer_do_not_disturb(capfd):
    def halve(x):
        print("x" * 1000)
        print("noise", file=sys.stderr)
        warnings.warn("a warning", stacklevel=2)
        return x / 2

    assert check("halve", namespace={"halve": halve}).passed
    assert capfd.readouterr() == ("", "")


def test_the_same_seed_gives_the_same_inputs():
    seen = []

    def halve(x):
        seen.append(np.array(x))
        return x

    for _ in range(2):
        check("halve", namespace={"halve": halve}, seed=3)
    first, second = seen[: len(seen) // 2], seen[len(seen) // 2 :]
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_under_nbgrader_the_words_are_printed_and_the_score_is_a_plain_float(monkeypatch, capfd):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")

    def halve(x):
        print("noise", file=sys.stderr)
        return x / 2 if x.ndim == 1 else x

    score = check("halve", namespace={"halve": halve})
    assert type(score) is float
    assert score == 2.0
    told, noise = capfd.readouterr()
    assert "1 of 2 laws hold (2 of 4 points)" in told
    assert noise == ""


@pytest.mark.parametrize(
    ("target", "words"), [("halv", "did you mean halve"), (5, "in quotes"), (print, "did you mean")]
)
def test_what_is_no_exercise_is_answered_with_what_to_do(target, words):
    with pytest.raises(CheckError, match=words) as caught:
        check(target, namespace={})
    assert caught.value._render_traceback_() == [f"check: {caught.value}"]


def test_an_interrupt_stops_the_check():
    def halve(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("halve", namespace={"halve": halve})
