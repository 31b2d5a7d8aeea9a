"""Mistakes are named for what they are, whatever else an answer does."""

from __future__ import annotations

import numpy as np
import pytest
from subjects import SUBJECTS
from variations import FAULTS, ODD, copies_first, kinds_for, varied

from autograder.authoring.rules import SEEDS
from dropout_course.engine.features import alike, rounded, values
from dropout_course.engine.mistakes import Mistakes, bank_of, question
from dropout_course.engine.naming import name_mistakes
from dropout_course.engine.student import Student

KNOWN = [s for s in SUBJECTS if s.seeds >= SEEDS]  # not those that train: they take an hour
every_exercise = pytest.mark.parametrize("subject", KNOWN, ids=lambda s: s.exercise.id)
CURES = {("writes-to-its-input", copies_first)}  # a copy is written to, and nobody minds


def ids(names, bank):
    return [mistake.id for mistake in name_mistakes(Student.here(names), bank)]


def heart(subject, mistake):
    """Whether a mistake has a symptom that is no edge."""
    edges = {question.name for question in subject.bank.questions if question.edge}
    return not set(subject.bank.symptoms[mistake.id]) <= edges


@pytest.mark.slow
@every_exercise
def test_a_mistake_is_named_under_every_variation(subject):
    parameters = dict(subject.exercise.parameters)
    unnamed = []
    for mistake in subject.bank.mistakes:
        for variation in kinds_for([mistake.answer]):
            if variation in ODD and not heart(subject, mistake):
                continue
            if (mistake.id, variation) in CURES:
                continue
            answer = varied(mistake.answer, variation, parameters.get(mistake.replaces, ()))
            named = ids({**subject.reference, mistake.replaces: answer}, subject.bank)
            if named[:1] != [mistake.id]:
                unnamed.append((mistake.id, variation.__name__, named))
    assert unnamed == []


@pytest.mark.slow
@every_exercise
def test_a_right_answer_is_named_nothing_but_the_fault_of_its_variation(subject):
    parameters = dict(subject.exercise.parameters)
    for names in (subject.reference, *subject.idioms):
        for variation in kinds_for(names.values()):
            answers = {
                name: varied(answer, variation, parameters.get(name, ()))
                if callable(answer)
                else answer
                for name, answer in names.items()
            }
            assert set(ids(answers, subject.bank)) <= FAULTS.get(variation, set()), variation


# --- on a made-up exercise ---------------------------------------------------------------------


def form(scale=2.0, shift=0.0, empty=0.0):
    return lambda x: np.float64(empty) if not x.size else scale * x + shift


mistakes = Mistakes(double=form)
mistakes.row("tripled", "Tripled", "Doubling is by two, not by three.", scale=3.0)
mistakes.row("shifted", "Shifted", "Something is added that should not be.", shift=1.0)
mistakes.row("both", "Both at once", "It is tripled, and something is added.", scale=3.0, shift=1.0)
mistakes.row("empty", "Nothing for nothing", "An empty input gives zero, not one.", empty=1.0)


@question("By what is it multiplied?")
def factor(student, case):
    one, three = student.double(np.ones(1)), student.double(3 * np.ones(1))
    return values((three.value - one.value) / 2)


@question("What is added?")
def added(student, case):
    return values(student.double(np.zeros(1)))


@question("What comes of nothing?", edge=True)
def nothing(student, case):
    return rounded(student.double(np.zeros(0)))


QUESTIONS = (factor, added, nothing)
RIGHT = {"double": form()}
BANK = bank_of(QUESTIONS, mistakes.entries, RIGHT)


def named(answer):
    return ids({"double": answer}, BANK)


def test_symptoms_are_the_questions_with_another_answer():
    assert BANK.symptoms == {
        "tripled": ["factor"],
        "shifted": ["added"],
        "both": ["factor", "added"],
        "empty": ["nothing"],
    }


def test_right_answers_are_those_of_mistakes_that_are_right_there():
    assert BANK.right(factor) == [2.0]
    assert BANK.right(added) == [0.0]


def test_a_mistake_is_named_whatever_its_edges_do():
    assert named(form(scale=3.0)) == ["tripled"]
    assert named(lambda x: 3 * x if x.size else None) == ["tripled"]


def test_what_explains_more_is_named_alone():
    assert named(form(scale=3.0, shift=1.0)) == ["both"]


def test_an_edge_is_named_second_and_alone_only_if_the_rest_is_right():
    assert named(form(scale=3.0, empty=1.0)) == ["tripled", "empty"]
    assert named(form(empty=1.0)) == ["empty"]
    assert named(form(scale=5.0, empty=1.0)) == []


def test_nothing_is_guessed():
    assert named(form(scale=5.0)) == []
    assert named(lambda x: 1 / 0) == []
    assert named(form()) == []


def test_a_mistake_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="stands twice"):
        mistakes.row("tripled", "Tripled", "Doubling is by two.", scale=3.0)


@pytest.mark.parametrize("other", [-np.inf, np.nan, 0.0, 1e300])
def test_an_infinity_is_like_itself_alone(other):
    assert alike([np.inf], [np.inf])
    assert not alike([other], [np.inf])
    assert not alike([np.inf], [other])
