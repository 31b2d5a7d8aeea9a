"""What a hostile process can say on the wire; milliseconds each, for no jail is needed."""

from __future__ import annotations

import pytest
from attacks.bait import Stage
from attacks.corpus import ON_THE_WIRE
from attacks.harness import run
from attacks.model import Attack
from attacks.notebooks import exercises
from attacks.params import pytest_params
from attacks.puppets import SLIPS, right

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    tmp_path_factory.getbasetemp()  # pytest makes it late, and must not make it on the stage
    stage = Stage()
    yield stage
    stage.close()


@pytest.mark.parametrize("attack", pytest_params(ON_THE_WIRE))
def test_nothing_that_is_said_helps_or_harms(attack, stage):
    SLIPS.clear()
    # Without an answer there are no points, but one value may be right for one small law.
    baseline = dict.fromkeys(exercises(), 1.0)
    broken = run(attack, None, stage, baseline).broken
    assert SLIPS == []
    assert broken == [], attack.tries


def test_a_right_answer_on_the_wire_earns_all_points(stage):
    attack = Attack("wire", "right", "Answers rightly.", start=right)
    outcome = run(attack, None, stage, dict.fromkeys(exercises(), 100.0))
    assert (SLIPS, outcome.broken) == ([], [])
    assert sum(outcome.scores.values()) == outcome.result.max_score
