from __future__ import annotations

import numpy as np
import pytest

from dropout_course.engine.features import rounded
from dropout_course.engine.judging import Outcome, Verdict, judge, score
from dropout_course.engine.laws import Law
from dropout_course.engine.mistakes import Mistakes, bank_of, question
from dropout_course.engine.report import Report, as_text
from dropout_course.engine.student import Student
from dropout_course.engine.unanswered import EngineError, Lost

X = np.array([1.0, 2.0])


def doubles(student, case):
    case.gives(student.twice, [((X,), 2 * X), ((4 * X,), 8 * X)])


def also_negative(student, case):
    x = -abs(case.normal(3))
    case.equal(student.twice(x), 2 * x)


def refuses(student, case):
    case.raises(ValueError, student.twice("text"))


LAWS = [
    Law("twice", "Doubles", 2, doubles, core=True),
    Law("twice", "Also negative", 1, also_negative),
    Law("twice", "Refuses text", 1, refuses),
]


def right(x):
    if isinstance(x, str):
        raise ValueError("no text")
    return 2 * x


mistakes = Mistakes(twice=lambda: right)


@mistakes.whole("squared", "Squared", "Doubling adds; it does not multiply by itself.")
def squared(x):
    return x * x


@mistakes.whole("unchanged", "Unchanged", "The input comes back unchanged.")
def unchanged(x):
    return x


@question("What comes out?")
def what(student, case):
    return rounded(student.twice(np.array([1.0, 3.0])))


def bank(*questions):
    return bank_of(questions, mistakes.entries, {"twice": right})


BANK = bank(what)


def verdict_of(answer, bank=BANK, points=8):
    student = Student.here({"twice": answer})
    return judge("twice", points, LAWS, student, 3, bank, {"twice": ["x"]})


def test_a_right_answer_gets_all_points():
    verdict = verdict_of(right)
    assert verdict.passed
    assert verdict.score == 8
    assert verdict.mistake is None


@pytest.mark.parametrize("law", [0, 1])
def test_laws_after_the_one_in_which_an_answer_is_lost_were_not_looked_at(law):
    """It is said so, and why: that they fail says nothing of the answer."""
    asked = []

    def transport(request):
        asked.append(request)
        if len(asked) > law:
            raise Lost("it did not finish in 9 seconds", "timeout")
        return Student.here({"twice": right})._transport(request)

    verdict = judge("twice", 8, LAWS, Student(transport), 3, BANK, {"twice": ["x"]})
    assert [o.looked for o in verdict.outcomes] == [True, law > 0, False]
    lost = verdict.outcomes[law]
    assert verdict.left is lost
    told = verdict.outcomes[-1].finding.reason
    assert told == (
        f"not looked at: the answer was lost in {lost.law.name!r} (it did not finish in 9 seconds)"
    )
    text = as_text(Report(verdict, "Exercise 1.1"))
    assert f"The laws after {lost.law.name!r} were not looked at, and fail." in text
    assert text.count("9 seconds") == 1
    assert len(asked) == law + 1


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}.keys(), "twice returned a value of type dict_keys: write list(d.keys()), or set("),
        ([map(abs, [1])], "twice returned something that holds a value of type map: write list("),
    ],
)
def test_what_came_back_and_what_to_write(value, words):
    verdict = verdict_of(lambda x: value)
    assert words in " ".join(as_text(Report(verdict, "Exercise 1.1")).split())
    assert verdict.mistakes == ()


def test_points_follow_the_weights():
    assert verdict_of(lambda x: 2 * np.asarray(x, dtype=object)).score == 0
    assert verdict_of(lambda x: 2 * x).score == 6  # "text" doubled is "texttext"


def test_without_the_core_law_at_most_a_fifth_rounded_down_to_a_half():
    def only_refuses(x):
        if isinstance(x, str):
            raise ValueError
        return x

    assert verdict_of(only_refuses).score == 1.5  # 8 * 0.2 = 1.6


@pytest.mark.parametrize(("points", "passed", "expected"), [(7, 1, 2.0), (10, 2, 6.5), (1, 1, 0.0)])
def test_scores_are_rounded_down_to_half_points(points, passed, expected):
    flat = [Law("e", str(i), 1, None) for i in range(3)]
    outcomes = [Outcome(one, None if i < passed else object(), 0) for i, one in enumerate(flat)]
    assert score(points, outcomes) == expected


def test_a_known_mistake_is_named_and_an_unknown_one_is_not():
    assert verdict_of(lambda x: np.multiply(x, x)).mistake.id == "squared"
    assert verdict_of(lambda x: x).mistake.id == "unchanged"
    assert verdict_of(lambda x: 3 * x).mistake is None


def test_how_a_wrong_value_is_related_is_said_of_several_inputs():
    assert finding(lambda x: x).relation == "Your result is x, unchanged"
    assert "times 2" in finding(lambda x: 4 * x).relation
    assert finding(lambda x: x + 1).relation == ""


def finding(answer):
    return verdict_of(answer).outcomes[0].finding


def test_results_that_look_alike_are_said_to_differ():
    assert "off by up to 2e-08" in finding(lambda x: 2 * x + 2e-8).reason
    assert "off by" not in finding(lambda x: x + 1).reason
    assert "off by" not in finding(lambda x: np.full_like(x, np.inf)).reason


def test_the_finding_holds_a_call_that_can_be_pasted():
    found = finding(lambda x: x + 1)
    assert found.call == "twice(np.array([1.0, 2.0]))"
    assert found.expected == "np.array([2.0, 4.0])"
    assert found.received == "np.array([2.0, 3.0])"


def test_an_answer_that_raises_shows_its_own_line():
    def bad(x):
        return x[5]

    found = finding(bad)
    assert found.kind == "raised"
    assert "IndexError" in found.reason
    assert found.trace[-1].endswith("return x[5]")


def test_writing_to_the_input_is_said_in_words():
    def bad(x):
        x *= 2
        return x

    def keeps_its_input(student, case):
        case.form(student.twice(case.frozen(X)), X)

    laws = [Law("twice", "Keeps its input", 1, keeps_its_input)]
    verdict = judge("twice", 8, laws, Student.here({"twice": bad}), 0)
    assert "writes to its input" in verdict.outcomes[0].finding.reason


def test_a_missing_name_a_stub_and_a_result_that_is_no_data():
    def stub(x):
        raise NotImplementedError

    missing = judge("twice", 8, LAWS, Student.here({}), 3, BANK)
    assert {o.finding.kind for o in missing.outcomes} == {"missing"}
    assert finding(stub).kind == "todo"
    assert "returned a value of type function" in finding(lambda x: lambda: 0).reason


@pytest.mark.parametrize("value", [np.ones(3), 3.0, None, "text", [right], {"twice": right}])
def test_a_name_that_was_given_to_a_value_is_said_to_be_one(value):
    kind = type(value).__name__
    finding = judge("twice", 4, LAWS, Student.here({"twice": value}), 0).first_failure.finding
    assert finding.kind == "type"
    assert finding.reason.startswith(f"twice is a value of type {kind}, not a function: run the")
    assert "returned" not in finding.reason


def test_terminal_escapes_of_a_student_do_not_get_through():
    def bad(x):
        raise RuntimeError("\x1b[2J evil \x07")

    text = finding(bad).received
    assert "evil" in text
    assert "\x1b" not in text


class Several(ValueError):
    def __str__(self):
        return "x\n\r\n  Exercise 1: all\u2028 laws\x0b hold"


def test_the_words_of_a_student_are_on_one_line():
    def bad(x):
        raise type("A\nB", (Several,), {})

    found = finding(bad)
    assert found.received == "A \u23ce B: x \u23ce Exercise 1: all \u23ce laws \u23ce hold"
    assert found.reason == "it raised A \u23ce B"


def test_a_reason_that_is_wrapped_begins_no_line():
    def bad(x):
        raise type("y" * 62 + " Exercise 1: all", (ValueError,), {})

    lines = as_text(Report(verdict_of(bad), "Exercise 1")).splitlines()
    begun = [line for line in lines[1:] if line.lstrip().startswith("Exercise 1")]
    assert begun == ["    Exercise 1: all."]


@pytest.mark.parametrize("answer", [lambda x: exit(), lambda x: 1 / 0, lambda x: [*x, x]])
def test_no_answer_gets_an_exception_out_of_the_judge(answer):
    assert isinstance(verdict_of(answer), Verdict)


def test_a_law_that_trips_over_a_strange_result_blames_the_answer():
    def trips(student, case):
        case.that(student.twice(X).value["key"] > 1, "never reached")

    verdict = judge(
        "twice", 8, [Law("twice", "Trips", 1, trips)], Student.here({"twice": right}), 0
    )
    assert "can't be judged" in verdict.outcomes[0].finding.reason


def test_after_the_process_is_lost_nothing_more_is_asked():
    asked = []

    def transport(request):
        asked.append(request)
        raise Lost("it ended the Python process", "died")

    verdict = judge("twice", 8, LAWS, Student(transport), 0, BANK)
    assert len(asked) == 1
    assert {o.finding.kind for o in verdict.outcomes} == {"died"}


@pytest.mark.parametrize("reply", [b"", b"nonsense", b"\0" * 64])
def test_a_forged_reply_is_a_failure_and_no_exception(reply):
    verdict = judge("twice", 8, LAWS, Student(lambda request: reply), 0, BANK)
    assert verdict.score == 0
    assert verdict.outcomes[0].finding.kind == "broken"


def test_a_failure_of_the_machinery_is_not_put_on_the_answer():
    def transport(request):
        raise TypeError("a bug of ours")

    with pytest.raises(EngineError, match="a bug of ours"):
        judge("twice", 8, LAWS, Student(transport), 0, BANK)


def test_a_result_that_raises_when_it_is_looked_at_is_a_failure():
    def looks(student, case):
        student.twice(X)
        raise RuntimeError("a tensor that can't be compared")

    @question("Likewise?")
    def also(student, case):
        raise RuntimeError("likewise")

    law = Law("twice", "Looks", 1, looks)
    verdict = judge("twice", 8, [law], Student.here({"twice": right}), 0, bank(also))
    assert "can't be judged" in verdict.outcomes[0].finding.reason
    assert verdict.mistake is None


def test_what_a_law_computes_of_a_wrong_value_warns_nobody(recwarn):
    def averages(student, case):
        case.that(np.mean(student.f(np.ones(2)).value) == np.ones(1) / 0, "the mean is wrong")

    judge("f", 4, [Law("f", "it averages", 1, averages)], Student.here({"f": lambda x: x[:0]}), 1)
    assert not recwarn.list
