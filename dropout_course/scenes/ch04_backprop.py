"""Scenes of chapter 04: a layer led through steps, and a model that takes notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dropout_course.scenes.common import dropout_logits, tried

Namespace = Mapping[str, Any]


def dropout_layer_run(ns: Namespace, p: float, seed: int, steps: Sequence[Any]) -> list[Any]:
    """Build one ``Dropout(p, rng)`` and lead it through some steps.

    Parameters
    ----------
    ns : mapping
        The student's names.
    p : float
        Probability of dropping.
    seed : int
        Seed of the layer's generator.
    steps : sequence
        ``"train"`` and ``"eval"`` switch the mode; ``("forward", x)`` and ``("backward", grad)``
        call the layer; ``("try", "backward", grad)`` does so too, and reports an exception
        instead of passing it on.

    Returns
    -------
    list
        One entry a step: the array that came back; None for a switch of the mode; for a ``try``
        that raised, ``{"raised": names of the exception's class and of its bases}``.
    """
    layer = ns["Dropout"](p, np.random.default_rng(seed))
    # Copies, because a layer may write again to the memory of what it has returned.
    return [_copied(_layer_step(layer, step)) for step in steps]


def dropout_layers_made(ns: Namespace, rates: Sequence[float], seed: int) -> list[Any]:
    """Build ``Dropout(p, rng)`` for several rates of dropping.

    Parameters
    ----------
    ns : mapping
        The student's names.
    rates : sequence of float
        The rates p.
    seed : int
        Seed of each layer's generator.

    Returns
    -------
    list
        For each rate None, or what was raised: ``{"raised": names of the exception's class and of
        its bases}``.
    """
    layer = ns["Dropout"]

    def make(p: float) -> None:
        layer(p, np.random.default_rng(seed))

    return [tried(make, p) for p in rates]


def dropout_layers_in_turn(
    ns: Namespace, p: float, seed: int, inputs: Sequence[Any], grads: Sequence[Any]
) -> dict[str, list[Any]]:
    """Send one input through each of several layers, then the gradients back, last layer first.

    Parameters
    ----------
    ns : mapping
        The student's names.
    p : float
        Probability of dropping, the same for all layers.
    seed : int
        Seed of the one generator that all layers share.
    inputs, grads : sequence of ndarray
        One of each a layer.

    Returns
    -------
    dict
        ``forward`` and ``backward``: one array a layer, both in the order of the layers.
    """
    rng = np.random.default_rng(seed)
    layers = [ns["Dropout"](p, rng) for _ in inputs]
    outputs = [layer.forward(x) for layer, x in zip(layers, inputs)]  # noqa: B905
    pairs = reversed(list(zip(layers, grads)))  # noqa: B905
    backward = [layer.backward(grad) for layer, grad in pairs]
    return {"forward": outputs, "backward": backward[::-1]}


def evaluate_modes_run(ns: Namespace, X: Any, y: Any, p: float, seed: int) -> dict[str, Any]:
    """Run ``evaluate_modes`` on a model that takes notes.

    The model is ``FUNCTIONS["dropout_logits"](p)``.

    Returns
    -------
    dict
        ``result``: what ``evaluate_modes`` returned; ``modes``: the value of ``training`` in each
        call of the model, in order; ``same_rng``: whether every call got the caller's generator;
        ``same_X``: whether every call got inputs equal to ``X``.
    """
    model, given = dropout_logits(p), np.random.default_rng(seed)
    given_X, modes, same_rng, same_X = X, [], [], []

    def forward(X: Any, training: bool, rng: Any) -> Any:
        modes.append(bool(training))
        same_rng.append(rng is given)
        same_X.append(bool(np.array_equal(X, given_X)))
        return model(X, training, rng)

    result = ns["evaluate_modes"](forward, X, y, given)
    return {"result": result, "modes": modes, "same_rng": all(same_rng), "same_X": all(same_X)}


def _copied(result: Any) -> Any:
    return result.copy() if isinstance(result, np.ndarray) else result


def _layer_step(layer: Any, step: Any) -> Any:
    """Take one step of `dropout_layer_run`."""
    if isinstance(step, str):
        {"train": layer.train, "eval": layer.eval}[step]()
        return None  # what train() and eval() return is free
    if step[0] == "try":
        return tried(_layer_step, layer, step[1:])
    method, argument = step
    return getattr(layer, method)(argument)


SCENES = {
    "dropout_layer_run": dropout_layer_run,
    "dropout_layers_made": dropout_layers_made,
    "dropout_layers_in_turn": dropout_layers_in_turn,
    "evaluate_modes_run": evaluate_modes_run,
}
