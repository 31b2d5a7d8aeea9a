"""The course's own code in a notebook's process is what it was when a scene is played."""

from __future__ import annotations

import builtins
import types
import warnings

import numpy as np
import pytest
from sandbox_support import ROOT, Warm, usable_levels

from autograder.sandbox import Process
from dropout_course import scenes
from dropout_course.engine.inside import answering, codec, reading, seal
from dropout_course.engine.student import Student
from dropout_course.scenes import ch04_backprop, ch05_ensembles, common
from dropout_course.scenes.ch11_gpu_pytorch import coins

HERE = "dropout_course.scenes"


def forged(*args, **options):
    return "forged"


class AlwaysEqual:
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


def replace_entry():
    scenes._all()[0]["repeat"] = forged


def replace_attribute():
    common.repeat = forged


def replace_code():
    common.repeat.__code__ = forged.__code__


def replace_defaults():
    ch05_ensembles.mc_average_run.__defaults__ = (2.0,)


def replace_method():
    codec._Reader = None
    reading._Reader.node = forged


def replace_table():
    ch04_backprop.SCENES = {"repeat": forged}


def put_something_equal():
    answering._guarded = AlwaysEqual()


def hide_a_builtin():
    ch04_backprop.zip = forged


def take_away():
    del common.relu


def swap_two_names():
    common.gelu, common.absolute = common.absolute, common.gelu


def replace_behind_a_decorator():
    coins.all_new_is_young.__wrapped__.__code__ = forged.__code__


def replace_in_a_closure():
    coins.all_new_is_young.__closure__[0].cell_contents = forged


def replace_the_class_of_a_module():
    codec.__class__ = type(
        "Module", (types.ModuleType,), {"__getattr__": lambda self, name: forged}
    )


CHANGES = {
    replace_entry: f"{HERE}.scene.repeat",
    replace_attribute: f"{HERE}.common.repeat",
    replace_code: f"{HERE}.common.repeat",
    replace_defaults: f"{HERE}.ch05_ensembles.mc_average_run",
    replace_method: "dropout_course.engine.inside.reading._Reader.node",
    replace_table: f"{HERE}.ch04_backprop.SCENES",
    put_something_equal: "dropout_course.engine.inside.answering._guarded",
    hide_a_builtin: f"{HERE}.ch04_backprop.zip",
    take_away: f"{HERE}.common.relu",
    swap_two_names: f"{HERE}.common.gelu",
    replace_behind_a_decorator: f"{HERE}.ch11_gpu_pytorch.coins.all_new_is_young",
    replace_in_a_closure: f"{HERE}.ch11_gpu_pytorch.coins.all_new_is_young",
    replace_the_class_of_a_module: "dropout_course.engine.inside.codec",
}


def asked(scene, **plain):
    """Give the request that plays a scene."""
    return codec.encode({"op": "each", "each": [{"play": scene, "plain": plain}]})


@pytest.fixture
def sealed():
    made = seal.sealed()
    yield made
    made.mend_all()  # whatever a test left


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_was_changed_is_put_back_and_told(sealed, change):
    mend = sealed.mend_all
    change()
    assert CHANGES[change] in mend()
    assert mend() == []
    got = Student.here({"f": lambda: 1}).play("repeat", name="f", args=(), times=2).value
    assert got == [1, 1]


def test_what_it_uses_is_not_what_a_cell_can_change(sealed, monkeypatch):
    mend = sealed.mend_all
    replace_code()
    for name in ("_mender", "_own", "is_", "chain", "attrgetter"):
        monkeypatch.setattr(seal, name, forged)
    monkeypatch.setattr(builtins, "all", lambda *args: True)
    told = mend()
    monkeypatch.undo()
    assert f"{HERE}.common.repeat" in told
    assert f"{seal.__name__}._mender" in told


def test_scenes_are_those_of_before_whatever_the_tables_say(sealed):
    request = asked("repeat", name="f", args=(codec.Fn("relu"), -1.0), times=1)
    scenes._all()[0]["repeat"] = scenes._all()[1]["relu"] = forged
    answering._guarded = reading._Reader.node = codec.decode = forged
    reply = sealed.play({"f": lambda relu, x: relu(x)}, request)
    sealed.mend_all()
    assert codec.decode(reply) == [{"ok": [0.0]}]


def test_what_honest_cells_do_is_left_alone(sealed, monkeypatch):
    mend, play = sealed.mend_all, sealed.play
    monkeypatch.setattr(np, "mean", lambda x: x.mean())
    monkeypatch.setattr(builtins, "print", print)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("default")
        exec("warn('so')", vars(common), {"warn": warnings.warn})  # notes it in the module
    assert said
    play({"f": lambda: np.mean(np.ones(3))}, asked("repeat", name="f", args=(), times=1))
    assert mend() == []
    assert np.mean(np.ones(3)) == 1


CELL = """
from dropout_course import scenes
from dropout_course.scenes import common
scenes._all()[0]['repeat'] = common.repeat = lambda ns, **plain: [7]
def f(): return 2
"""


@pytest.mark.slow
@pytest.mark.parametrize("level", ["unsafe", *usable_levels()])
def test_every_kind_of_process_is_sealed(level):
    warm = None if level == "unsafe" else Warm(level)
    with Process() if warm is None else warm.start() as runner:
        assert runner.replaced() == []
        runner.cell(CELL, 20.0)
        student = Student(lambda request: runner.ask(request, 20.0))
        assert student.play("repeat", name="f", args=(), times=1).value == [2]
        runner.cell("from dropout_course.engine.inside import child\nchild.serve = None", 20.0)
        assert runner.seed(1) == [f"{HERE}.common.repeat"]  # those of scenes alone, so far
        names = [f"{HERE}.common.repeat", f"{HERE}.scene.repeat"]
        assert runner.replaced() == ["dropout_course.engine.inside.child.serve", *names]
    if warm:
        warm.close()


def test_every_module_beside_an_answer_is_sealed():
    package = ROOT / "dropout_course"
    files = [p for folder in ("scenes", "engine/inside") for p in (package / folder).rglob("*.py")]
    names = {".".join(p.relative_to(ROOT).with_suffix("").parts) for p in files}
    found = {m.__name__ for root in (seal.SCENES, seal.INSIDE) for m in seal._modules(root)}
    assert found == {name.removesuffix(".__init__") for name in names}
