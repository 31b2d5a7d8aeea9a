"""The capstone's bugs: each applies beside all others, and its test sees it and nothing else."""

import re
from collections import Counter

import numpy as np
import pytest

from autograder.capstone.bug import OWN
from autograder.capstone.bugs import BUGS
from autograder.capstone.drawing import DRAWN, OF_ONE_FILE, clean_files, drawn, planted
from autograder.capstone.playing import is_right, play

SEEDS = (1, 2**63)
RECORDED = 12  # answers to other inputs that are handed in for the right ones
CONSTANTS = (0, 1, True, None, 0.75, "right", [], {}, float("nan"), 10**400, [[0], 1])
EACH = pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.id)


def passes(bug, files, seed):
    try:
        received = play(bug, seed, files)
    except Exception:
        return False
    return is_right(bug, received, seed)


def test_there_are_enough_with_names_of_their_own():
    assert len(BUGS) >= 24
    assert len({bug.id for bug in BUGS}) == len(BUGS)


def test_all_apply_together_and_no_two_touch_the_same_line():
    text = planted(BUGS)
    lines = Counter()
    clean = clean_files()
    for bug in BUGS:
        assert bug.right != bug.wrong
        first = clean[bug.file][: clean[bug.file].index(bug.right)].count("\n")
        lines.update((bug.file, first + i) for i in range(bug.right.rstrip("\n").count("\n") + 1))
    assert max(lines.values()) == 1
    for name, body in text.items():
        compile(body, name, "exec")


@EACH
@pytest.mark.parametrize("seed", SEEDS)
def test_a_bugs_test_sees_it_alone(bug, seed):
    assert passes(bug, clean_files(), seed)
    assert not passes(bug, planted([bug]), seed)
    assert not passes(bug, planted(BUGS), seed)


@EACH
@pytest.mark.parametrize("seed", SEEDS)
def test_a_bugs_test_does_not_mind_all_the_others(bug, seed):
    assert passes(bug, planted(other for other in BUGS if other is not bug), seed)


@pytest.mark.slow
@EACH
def test_constants_and_recorded_answers_are_wrong(bug):
    recorded = [play(bug, 100 + other) for other in range(RECORDED)]
    for seed in SEEDS:
        right = play(bug, seed)
        assert is_right(bug, right, seed)
        shape = np.shape(right)
        for value in (*CONSTANTS, np.zeros(shape), np.ones(shape), np.full(shape, 0.5)):
            assert not is_right(bug, value, seed)
        for other, value in enumerate(recorded):
            assert not is_right(bug, value, seed), other


@pytest.mark.parametrize("student", [f"student{i}" for i in range(50)])
def test_a_draw_is_twelve_of_several_files_and_always_the_same(student):
    bugs = drawn(student)
    assert len(set(bugs)) == DRAWN
    assert bugs == drawn(student)
    assert max(Counter(bug.file for bug in bugs).values()) <= OF_ONE_FILE
    planted(bugs)


def test_students_have_different_draws():
    assert len({drawn(f"student{i}") for i in range(50)}) == 50


def test_a_source_is_a_thread_a_file_or_teaching():
    for bug in BUGS:
        assert bug.source == OWN or re.search(r"\w#\d+|[\w-]+/[\w-]+, \S+\.py", bug.source), bug.id
