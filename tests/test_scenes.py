"""Scenes report what happened, and the functions that checks hand out are what they are called."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dropout_course import scenes
from dropout_course.engine.inside import codec
from dropout_course.engine.student import Student
from dropout_course.scenes.ch03_dropout_forward import begins_with_zero, mask_from_zero
from dropout_course.scenes.ch04_backprop import (
    dropout_layer_run,
    dropout_layers_in_turn,
    dropout_layers_made,
    evaluate_modes_run,
)
from dropout_course.scenes.common import repeat

FUNCTIONS = scenes._all()[1]

Z = np.linspace(-4, 4, 33)


class Doubler:
    """A stand-in for a layer: multiplies by 2 in training, by what forward did in backward."""

    def __init__(self, p, rng):
        if p > 1:
            raise ValueError("p")
        self.rng, self.on, self.factor = rng, True, None

    def train(self):
        self.on = True
        return self

    def eval(self):
        self.on = False
        return self

    def forward(self, x):
        self.factor = 2.0 if self.on else 1.0
        return self.factor * x

    def backward(self, grad):
        if self.factor is None:
            raise RuntimeError("too early")
        return self.factor * grad


def test_repeat_shares_one_generator_between_its_calls():
    names = {"draw": lambda n, rng: rng.random(n)}
    got = repeat(names, "draw", (3, np.random.default_rng(0)), 2)
    np.testing.assert_array_equal(np.concatenate(got), np.random.default_rng(0).random(6))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_generator_begins_with_zero_and_goes_on_as_usual(dtype):
    first, *others = begins_with_zero(5).random(100, dtype=dtype)
    assert first == 0
    assert 0.3 < np.mean(others) < 0.7
    assert len(set(others)) == 99


def test_a_mask_is_drawn_from_zero():
    names = {"draw_mask": lambda shape, p, rng: rng.random(shape) > p}
    assert mask_from_zero(names, [3], 0.0, 5).tolist() == [False, True, True]


def test_repeat_takes_a_generator_across_the_wire():
    student = Student.here({"draw": lambda n, rng: rng.random(n)})
    got = student.play("repeat", name="draw", args=(3, codec.Rng(0)), times=2).value
    np.testing.assert_array_equal(np.concatenate(got), np.random.default_rng(0).random(6))


def test_a_layer_is_led_through_its_steps():
    x, g = np.ones(2), np.full(2, 3.0)
    steps = [("forward", x), ("backward", g), "eval", ("forward", x), ("backward", g), "train"]
    got = dropout_layer_run({"Dropout": Doubler}, 0.5, 0, [*steps, ("forward", x)])
    assert [None if y is None else y.tolist() for y in got] == [
        [2, 2], [6, 6], None, [1, 1], [3, 3], None, [2, 2],
    ]  # fmt: skip


def test_only_a_tried_step_reports_its_exception():
    names = {"Dropout": Doubler}
    (got,) = dropout_layer_run(names, 0.5, 0, [("try", "backward", Z)])
    assert got["raised"][0] == "RuntimeError"
    with pytest.raises(RuntimeError):
        dropout_layer_run(names, 0.5, 0, [("backward", Z)])
    with pytest.raises(ValueError, match="p"):
        dropout_layer_run(names, 2.0, 0, [])


def test_layers_in_turn_are_answered_in_their_own_order():
    got = dropout_layers_in_turn({"Dropout": Doubler}, 0.5, 0, [Z, Z + 1], [Z, Z + 2])
    np.testing.assert_array_equal(got["forward"], [2 * Z, 2 * Z + 2])
    np.testing.assert_array_equal(got["backward"], [2 * Z, 2 * Z + 4])


def test_evaluate_modes_run_notes_calls_and_generator():
    def answer(forward, X, y, rng):
        forward(X=X, training=True, rng=rng)
        forward(X + 1, False, np.random.default_rng())
        return {"done": 1.0}

    got = evaluate_modes_run({"evaluate_modes": answer}, np.eye(2), np.arange(2), 0.5, 0)
    assert got == {
        "result": {"done": 1.0}, "modes": [True, False], "same_rng": False, "same_X": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "params", "law"),
    [
        ("relu", {}, lambda z: max(z, 0.0)),
        ("leaky_relu", {"slope": 0.2}, lambda z: z if z > 0 else 0.2 * z),
        ("linear", {"a": -3.0}, lambda z: -3.0 * z),
        ("affine", {"a": 2.0, "b": 1.0}, lambda z: 2.0 * z + 1),
        ("tanh", {}, math.tanh),
        ("sigmoid", {}, lambda z: 1 / (1 + math.exp(-z))),
        ("gelu", {}, lambda z: z * (1 + math.erf(z / math.sqrt(2))) / 2),
        ("abs", {}, abs),
    ],
)
def test_functions_are_what_they_are_called(name, params, law):
    got = FUNCTIONS[name](**params)(Z.reshape(3, 11))
    np.testing.assert_allclose(got, np.array([law(z) for z in Z]).reshape(3, 11), atol=1e-15)


@pytest.mark.parametrize(
    "name", sorted(set(FUNCTIONS) - {"dropout_logits", "noisy_logits", "dropped_logits"})
)
def test_functions_keep_float32(name):
    assert FUNCTIONS[name]()(Z.astype(np.float32)).dtype == np.float32


def test_dropout_logits_shows_another_generator_and_a_call_too_many():
    forward = FUNCTIONS["dropout_logits"](p=0.5)
    X = np.ones((20, 3))
    first = forward(X, True, np.random.default_rng(0))
    assert set(np.unique(first)) == {0.0, 2.0}
    assert not np.array_equal(first, forward(X, True, np.random.default_rng(1)))
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(forward(X, False, rng), X)  # eval draws nothing
    np.testing.assert_array_equal(forward(X, True, rng), first)
    assert not np.array_equal(forward(X, True, rng), first)


def test_what_a_layer_returned_is_seen_as_it_was():
    room = np.zeros(2)

    class Reuser(Doubler):
        def forward(self, x):
            room[:] = x
            return room

    steps = [("forward", np.full(2, n)) for n in (1.0, 2.0)]
    got = dropout_layer_run({"Dropout": Reuser}, 0.5, 1, steps)
    assert [one.tolist() for one in got] == [[1.0, 1.0], [2.0, 2.0]]


def test_layers_are_made_at_several_rates():
    first, second = dropout_layers_made({"Dropout": Doubler}, [0.5, 1.5], 1)
    assert first is None
    assert second["raised"][0] == "ValueError"


def test_a_scene_that_is_not_there_is_said_to_be_missing():
    with pytest.raises(LookupError):
        scenes.scene("nothing")
