"""The rules that hold for every exercise, those that are added later included."""

from __future__ import annotations

import math
import os

import pytest
from scipy import stats
from subjects import SUBJECTS

from autograder.authoring import rules
from dropout_course import course
from dropout_course.engine.statistics import Binomial, ChiSquare, Coincidence

# Judgings of the reference where the exercise draws at random: `python -m bench gradings` does
# hundreds of thousands. The alarms of all laws of an exercise add up to less than 1e-9.
JUDGINGS = max(150, int(os.environ.get("SEEDS", "0")))
# An exercise in torch, or one that trains networks, takes minutes: it is among the slow tests.
every_exercise = pytest.mark.parametrize(
    "subject",
    [
        pytest.param(s, id=s.exercise.id, marks=[pytest.mark.slow] if slow else [])
        for s in SUBJECTS
        for slow in [s.needs_torch or s.seeds < rules.SEEDS]
    ],
)
STATISTICS = {
    f"{law.exercise}/{law.name}/{'hidden' * law.hidden}{i}": one
    for subject in SUBJECTS
    for law in subject.laws
    for i, one in enumerate(law.statistic)
}


# Under many seeds it takes long: below, with more of them, among the slow tests.
FAST = [rule for rule in rules.RULES if rule is not rules.points_follow_from_the_answer]


@pytest.mark.parametrize("rule", FAST, ids=lambda rule: rule.__name__)
@every_exercise
def test_rule(subject, rule):
    assert list(rule(subject)) == []


@pytest.mark.slow
@every_exercise
def test_reference_gets_full_marks_whatever_the_seed(subject):
    """Many seeds where the exercise is random, as many as above where not; fewer if it trains."""
    random = any(law.statistic for law in subject.laws)
    for seed in range(min(JUDGINGS if random else rules.SEEDS, subject.seeds)):
        assert subject.judged(rules.REFERENCE, seed).failures == ()


@pytest.mark.slow
@every_exercise
def test_the_points_for_an_answer_are_the_same_under_every_seed(subject):
    seeds = int(os.environ.get("SEEDS", "0"))
    assert list(rules.points_follow_from_the_answer(subject, seeds)) == []


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


@every_exercise
def test_statistical_alarms_add_up_to_less_than_one_in_a_billion(subject):
    for law in subject.laws:
        assert sum(part.alarm for part in law.statistic) < 1e-9


def test_a_misconception_has_one_title_in_all_exercises():
    titles = {}
    for subject in SUBJECTS:
        for mistake in subject.mistakes:
            assert titles.setdefault(mistake.id, mistake.title) == mistake.title


def test_points_of_a_chapter_are_those_of_the_syllabus():
    totals = {"01": 40, "02": 40, "03": 60, "04": 50, "05": 45, "06": 50, "07": 50, "08": 50}
    totals |= {"09": 60, "10": 50, "11": 50, "12": 55}
    totals["13"] = 0  # the capstone's 100 points are those of its written parts
    for chapter in course.chapters():
        points = sum(s.exercise.points for s in SUBJECTS if s.exercise.chapter == chapter)
        assert points == totals[chapter]
