"""The rules that hold for every exercise, those that are added later included."""

from __future__ import annotations

import importlib
import inspect
import math
import zlib

import numpy as np
import pytest
from scipy import stats

from autograder.referee.grade import all_laws
from dropout_course import course
from dropout_course.engine.laws import known_mistakes, module_name
from dropout_course.engine.statistics import Binomial, ChiSquare, Coincidence
from dropout_course.engine.student import Student
from dropout_course.engine.verdict import judge

EXERCISES = list(course.exercises().values())
IDS = [exercise.id for exercise in EXERCISES]
KNOWN = [(e, m) for e in EXERCISES for m in known_mistakes(e.stem)[0] if m.exercise == e.id]
LAWS = [law for stem in dict.fromkeys(e.stem for e in EXERCISES) for law in all_laws(stem)]
STATISTICS = {
    f"{law.exercise}/{law.name}/{i}": one
    for law in LAWS
    for i, one in enumerate(law.statistic if isinstance(law.statistic, tuple) else [law.statistic])
    if one is not None
}
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=IDS)


def reference(exercise):
    return dict(vars(importlib.import_module(f"solutions.{module_name(exercise.stem)}")))


def idioms(exercise):
    module = importlib.import_module(f"idioms.{module_name(exercise.stem)}")
    return module.IDIOMS.get(exercise.id, [])


def laws_of(exercise):
    return [law for law in all_laws(exercise.stem) if law.exercise == exercise.id]


def grade(exercise, names, seed):
    known = known_mistakes(exercise.stem)
    student = Student.here(names)
    return judge(exercise.id, exercise.points, laws_of(exercise), student, seed, known)


def failures(verdict):
    return [(o.law.name, o.law.hidden, o.finding) for o in verdict.outcomes if not o.passed]


@every_exercise
def test_reference_gets_full_marks(exercise):
    for seed in range(3):
        assert failures(grade(exercise, reference(exercise), seed)) == []


@pytest.mark.slow
@every_exercise
def test_reference_gets_full_marks_whatever_the_seed(exercise):
    """A thousand seeds where the exercise is random, 25 where it is not."""
    random = any(law.statistic for law in laws_of(exercise))
    for seed in range(1000 if random else 25):
        assert failures(grade(exercise, reference(exercise), seed)) == []


@every_exercise
def test_right_answers_in_other_styles_get_full_marks_and_no_mistake_is_named(exercise):
    answers = idioms(exercise)
    assert len(answers) >= 3
    for number, names in enumerate(answers):
        for seed in range(2):
            verdict = grade(exercise, {**names}, seed)
            assert failures(verdict) == [], f"idiom {number}"
            assert verdict.mistake is None


@every_exercise
def test_there_are_known_mistakes_that_tell_the_student_something(exercise):
    mistakes, probes = known_mistakes(exercise.stem)
    mine = [mistake for mistake in mistakes if mistake.exercise == exercise.id]
    assert len(mine) >= 4
    assert exercise.id in probes
    assert len({mistake.id for mistake in mine}) == len(mine)
    for mistake in mine:
        assert mistake.replaces in exercise.names
        assert mistake.says.endswith((".", "?"))
        assert len(mistake.says.split()) >= 5
    says = [mistake.says for mistake in mine if not mistake.same_as]
    assert len(set(says)) == len(says)


@pytest.mark.parametrize(("exercise", "mistake"), KNOWN, ids=[f"{e.id}-{m.id}" for e, m in KNOWN])
def test_a_known_mistake_loses_points_and_is_named(exercise, mistake):
    names = {**reference(exercise), mistake.replaces: mistake.answer}
    verdict = grade(exercise, names, seed=zlib.crc32(mistake.id.encode()))
    assert verdict.score < exercise.points
    assert verdict.mistake is not None
    assert mistake.id in (verdict.mistake.id, verdict.mistake.same_as) or (
        mistake.same_as == verdict.mistake.id
    )


@pytest.mark.slow
@every_exercise
def test_mistakes_are_named_whatever_the_seed(exercise):
    for mistake in known_mistakes(exercise.stem)[0]:
        if mistake.exercise == exercise.id:
            for seed in range(10):
                names = {**reference(exercise), mistake.replaces: mistake.answer}
                named = grade(exercise, names, seed).mistake
                assert named is not None, mistake.id
                assert named.id in (mistake.id, mistake.same_as) or named.same_as == mistake.id


@every_exercise
def test_no_mistake_is_named_for_the_reference(exercise):
    from dropout_course.engine.verdict import name_mistake

    student = Student.here(reference(exercise))
    for seed in range(3):
        mistakes, probes = known_mistakes(exercise.stem)
        assert name_mistake(exercise.id, student, mistakes, probes, seed) is None


def first(*args, **kwargs):
    return args[0]


def zeros(*args, **kwargs):
    return np.zeros_like(np.asarray(args[0], dtype=np.float64))


def ones(*args, **kwargs):
    return np.ones_like(np.asarray(args[0], dtype=np.float64))


def noise(*args, **kwargs):
    return np.random.default_rng().normal(size=np.shape(args[0]))


def none(*args, **kwargs):
    return None


def all_true(*args, **kwargs):
    shape = args[0] if isinstance(args[0], tuple) else np.shape(args[0])
    return np.ones(shape, dtype=bool)


def false(*args, **kwargs):
    return False


def number(*args, **kwargs):
    return 0.5


def unthinking(exercise, answer):
    """The names of an exercise, each of which gives an answer that takes no thought."""
    names = {}
    for name in exercise.names:
        right = reference(exercise)[name]
        if inspect.isclass(right):
            body = {
                method: (lambda self, *a, **k: answer(*a, **k) if a else None)
                for method in vars(right)
                if not method.startswith("__")
            }
            names[name] = type(name, (), {"__init__": lambda self, *a, **k: None, **body})
        else:
            names[name] = answer
    return names


@pytest.mark.parametrize(
    "answer", [first, zeros, ones, noise, none, all_true, false, number], ids=lambda f: f.__name__
)
@every_exercise
def test_an_answer_without_thought_earns_at_most_a_fifth(exercise, answer):
    verdict = grade(exercise, unthinking(exercise, answer), seed=1)
    assert verdict.score <= 0.2 * exercise.points


@every_exercise
def test_an_untouched_stub_earns_nothing_and_is_not_scolded(exercise):
    def stub(*args, **kwargs):
        raise NotImplementedError

    verdict = grade(exercise, dict.fromkeys(exercise.names, stub), seed=1)
    assert verdict.score == 0
    assert {o.finding.kind for o in verdict.outcomes if o.finding} == {"todo"}
    assert verdict.mistake is None


@every_exercise
def test_the_laws_of_an_exercise_are_well_formed(exercise):
    laws = laws_of(exercise)
    visible = [law for law in laws if not law.hidden]
    hidden = [law for law in laws if law.hidden]
    names = [law.name for law in visible]
    assert len(set(names)) == len(names)
    assert hidden
    assert {law.name for law in hidden} <= set(names)
    assert len({law.name for law in laws if law.core}) == 1
    observed = sum(law.weight for law in laws if law.observed)
    assert observed <= 0.2 * sum(law.weight for law in laws)


@pytest.mark.parametrize("name", STATISTICS)
def test_thresholds_follow_from_the_stated_errors(name):
    one = STATISTICS[name]
    if isinstance(one, Binomial):
        right = stats.binom(one.n, one.prob)
        alarm = right.cdf(one.low - 1) + right.sf(one.high)
        assert alarm < one.alarm <= 1e-9
        wrong = stats.binom(one.n, one.effect_prob)
        assert wrong.cdf(one.high) - wrong.cdf(one.low - 1) < one.miss <= 1e-6
        # and they are the tightest that keep to it: half of the alarm on either side
        assert right.cdf(one.low) > one.alarm / 2
        assert right.sf(one.high - 1) > one.alarm / 2
    elif isinstance(one, ChiSquare):
        right = stats.chi2(one.df)
        assert right.cdf(one.low) + right.sf(one.high) < one.alarm <= 1e-9
        low, high = one.low / one.effect_ratio, one.high / one.effect_ratio
        assert right.cdf(high) - right.cdf(low) < one.miss <= 1e-6
        assert right.cdf(one.low + 1) > one.alarm / 2
        assert right.sf(one.high - 1) > one.alarm / 2
    else:
        assert isinstance(one, Coincidence)
        exact = eval(one.how, {"__builtins__": {}}, {"math": math})
        assert exact <= one.alarm <= 1e-9
        assert one.alarm == pytest.approx(exact, rel=0.01)


def test_statistical_alarms_of_one_exercise_add_up_to_less_than_one_in_a_billion():
    for exercise in EXERCISES:
        for law in laws_of(exercise):
            parts = law.statistic if isinstance(law.statistic, tuple) else (law.statistic,)
            assert sum(part.alarm for part in parts if part is not None) < 1e-9


def test_points_of_a_chapter_are_those_of_the_syllabus():
    totals = {"01": 40, "02": 40, "03": 60, "04": 50, "05": 45, "06": 50}
    for chapter in course.chapters():
        assert sum(e.points for e in EXERCISES if e.chapter == chapter) == totals[chapter]
