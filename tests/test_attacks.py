"""The attack corpus: hostile notebooks and folders, graded in a jail."""

from __future__ import annotations

import json
import os

import pytest
from attacks.bait import Stage
from attacks.corpus import ALL, IN_NOTEBOOKS, one_of_each
from attacks.harness import baseline_scores, run, slips
from attacks.model import FAMILIES
from attacks.notebooks import exercises
from attacks.params import pytest_params
from sandbox_support import NOBODY, ROOT, ordinary_python, run_as

from autograder.sandbox import JailError, Process, open_sandbox


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    tmp_path_factory.getbasetemp()  # pytest makes it late, and must not make it on the stage
    stage = Stage()
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def jail(stage, tmp_path_factory):
    """The best jail of this machine, or the reason why there is none."""
    try:
        sandbox = open_sandbox("auto", state=tmp_path_factory.mktemp("state"))
    except (JailError, OSError) as error:
        yield str(error)
        return
    with sandbox:
        sandbox.start().close()  # it starts before the first attack is measured
        yield sandbox


@pytest.fixture(scope="module")
def baseline(stage, jail):
    return baseline_scores(Process if isinstance(jail, str) else jail.start, stage)


@pytest.mark.slow
@pytest.mark.parametrize("attack", pytest_params(IN_NOTEBOOKS))
def test_an_attack_gains_nothing(attack, stage, jail, baseline):
    if isinstance(jail, str) and attack.needs_a_jail:
        pytest.skip(f"only in a jail: {jail[:300]}")
    start = Process if isinstance(jail, str) else jail.start
    outcome = run(attack, start, stage, baseline)
    assert slips(attack, outcome) == []
    assert outcome.broken == [], attack.tries


@pytest.mark.slow
def test_the_non_answer_is_no_answer(baseline):
    assert sorted(baseline) == sorted(exercises())
    assert sum(baseline.values()) < 10


@pytest.mark.slow
@pytest.mark.parametrize("level", ["namespaces", "landlock"])
def test_an_ordinary_user_is_as_safe(level):
    user = NOBODY if os.getuid() == 0 else os.getuid()
    if user == NOBODY and not ordinary_python():
        pytest.skip("no Python here that an ordinary user can run")
    told = json.loads(run_as(user, ["-m", "attacks", level], first=str(ROOT / "tests")))
    assert set(told) == {attack.id for attack in one_of_each()}
    assert {name: broken for name, broken in told.items() if broken} == {}


def test_every_family_has_attacks_and_names_are_unique():
    assert {attack.family for attack in ALL} == set(FAMILIES)
    assert len({attack.id for attack in ALL}) == len(ALL)
    assert all(attack.tries.endswith(".") for attack in ALL)
