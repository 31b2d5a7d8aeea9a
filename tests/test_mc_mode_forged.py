"""What a scene reports from the student's process is held against the model that a law sent."""

from __future__ import annotations

import pytest

from dropout_course import scenes
from dropout_course.engine.case import Case
from dropout_course.engine.judging import judge
from dropout_course.engine.student import Student
from dropout_course.exercises.ch11_gpu_pytorch import find_eval_leaks, mc_mode
from dropout_course.exercises.ch11_gpu_pytorch.models import (
    DROPOUT,
    LEAKS,
    OTHERS,
    many_modules,
    model_of,
)

LAWS = [
    mc_mode.dropout_on,
    mc_mode.others_stay,
    mc_mode.restored,
    mc_mode.restored_after_exception,
    mc_mode.restored_after_switch,
]
ALL_ON = dict.fromkeys(mc_mode.ASKED, True)
SEEDS = range(20)


def kinds_of(modules):
    """Build a model; give kinds and names of its modules as torch has them."""
    pytest.importorskip("torch")
    from dropout_course.scenes.ch11_gpu_pytorch.modules import built

    made = built(modules, [True, False])
    assert [m.training for m in made.values()][:2] == [True, False][: len(made)]
    return dict(made[""].named_modules())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_drawn_model_is_the_one_that_is_built(seed):
    from torch.nn.modules.dropout import _DropoutNd

    modules = many_modules(Case([seed, 1]))
    found = kinds_of(modules)
    assert list(found) == list(modules)
    assert {n: isinstance(m, _DropoutNd) for n, m in found.items()} == {
        name: kind in DROPOUT for name, kind in modules.items()
    }
    assert all(type(found[n]).__name__ == kind for n, kind in modules.items())


@pytest.mark.parametrize("seed", SEEDS)
def test_each_drawn_model_has_all_that_a_wrong_answer_trips_over(seed):
    modules = many_modules(Case([seed, 1]))
    assert sorted(k for k in modules.values() if k in DROPOUT) == sorted(DROPOUT)
    assert {*OTHERS} <= {*modules.values()}
    at = [name for name, kind in modules.items() if kind in DROPOUT]
    assert min(name.count(".") for name in at) >= 1
    assert max(name.count(".") for name in at) >= 2
    held = {name.rpartition(".")[0] for name in at}
    assert {modules[name] for name in held} == {"Sequential", "ModuleDict", "ModuleList", "Block"}


def test_two_seeds_give_two_models():
    assert len({tuple(many_modules(Case([seed, 1])).items()) for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_models_with_leaks_are_built_under_drawn_names(seed):
    case = Case([seed, 2])
    modules = model_of([find_eval_leaks.nested(case), ["Pair"], "Attention"], case)
    assert list(kinds_of(modules)) == list(modules)
    assert sum(kind in LEAKS for kind in modules.values()) == 4


@pytest.mark.parametrize("modes", [{}, None, {"": True}, ALL_ON, {**ALL_ON, "6": True}])
def test_a_report_that_knows_nothing_of_the_model_keeps_no_law(monkeypatch, modes):
    forged = {"inside": modes, "after": modes, "passed": True}
    monkeypatch.setitem(scenes._all()[0], "mc_mode_run", lambda names, **plain: forged)
    student = Student.here({"mc_mode": lambda model: None})
    verdict = judge("mc_mode", 10, LAWS, student, 1)
    assert sum(outcome.passed for outcome in verdict.outcomes) == 0
