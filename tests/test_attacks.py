"""The attack corpus: hostile notebooks and folders, graded in a jail."""

from __future__ import annotations

import json
import os

import pytest
from attacks.__main__ import chosen
from attacks.bait import Stage
from attacks.corpus import ALL, IN_NOTEBOOKS
from attacks.harness import baseline_scores, run, slips
from attacks.model import FAMILIES
from attacks.notebooks import CHAPTER, exercises
from attacks.params import pytest_params
from sandbox_support import LEVELS, NOBODY, ROOT, ordinary_python, run_as, usable_levels

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
        sandbox = open_sandbox("auto", state=tmp_path_factory.mktemp("state"), chapter=CHAPTER)
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


def others():
    """Users and levels beside the one that all other tests are run at."""
    for user in dict.fromkeys([os.getuid(), os.getuid() or NOBODY]):
        levels = usable_levels() if user == os.getuid() else LEVELS
        for level in levels:
            if (user, level) != (os.getuid(), "namespaces"):
                name = {os.getuid(): "this user"}.get(user, "an ordinary user")
                yield pytest.param(user, level, id=f"{level}, {name}")


@pytest.mark.slow
@pytest.mark.parametrize(("user", "level"), list(others()))
def test_every_user_is_as_safe_at_every_level(user, level):
    if user != os.getuid() and not ordinary_python():
        pytest.skip("no Python here that an ordinary user can run")
    everything = os.environ.get("ATTACKS") == "all"
    command = ["-m", "attacks", level, *["--all"] * everything]
    said = run_as(user, command, first=str(ROOT / "tests"), seconds=1800 if everything else 300)
    told = json.loads(said)
    assert set(told) == {attack.id for attack in chosen(everything)}
    assert {name: broken for name, broken in told.items() if broken} == {}


def test_every_family_has_attacks_and_names_are_unique():
    assert {attack.family for attack in ALL} == set(FAMILIES)
    assert len({attack.id for attack in ALL}) == len(ALL)
    assert all(attack.tries.endswith(".") for attack in ALL)
