"""What a check plays on a student's names where one plain call is not enough.

A scene is a plain function ``scene(ns, **plain) -> plain``: it takes the names that the student
has defined, builds what it needs from them, exercises it and returns what happened. It knows no
expected answer; a law does.

`FUNCTIONS` holds the functions that a check may hand to an answer as an argument, by name:
``FUNCTIONS["linear"](a=2.0)`` is the function ``z -> 2 * z``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Namespace = Mapping[str, Any]

# Scenes ---------------------------------------------------------------------------------------


def repeat(ns: Namespace, name: str, args: Sequence[Any], times: int) -> list[Any]:
    """Call one random function several times, always with the very same arguments.

    Parameters
    ----------
    ns : mapping
        The student's names.
    name : str
        The function.
    args : sequence
        Its arguments. A generator among them is shared by all calls, so that it moves on from
        one call to the next.
    times : int
        Number of calls.

    Returns
    -------
    list
        The results, in order.
    """
    return [ns[name](*args) for _ in range(times)]


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
    return [_layer_step(layer, step) for step in steps]


def dropout_layer_runs(ns: Namespace, runs: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Build several layers, one after another, and lead each through steps of its own.

    Parameters
    ----------
    ns : mapping
        The student's names.
    runs : sequence of mapping
        The arguments ``p``, ``seed`` and ``steps`` of `dropout_layer_run`, for each layer.

    Returns
    -------
    list of list
        What `dropout_layer_run` gives, for each layer.
    """
    # Copies, because a layer may write to the memory of the one before it.
    return [[_copied(result) for result in dropout_layer_run(ns, **run)] for run in runs]


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

    return [_tried(make, p) for p in rates]


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
    model, given = FUNCTIONS["dropout_logits"](p), np.random.default_rng(seed)
    given_X, modes, same_rng, same_X = X, [], [], []

    def forward(X: Any, training: bool, rng: Any) -> Any:
        modes.append(bool(training))
        same_rng.append(rng is given)
        same_X.append(bool(np.array_equal(X, given_X)))
        return model(X, training, rng)

    result = ns["evaluate_modes"](forward, X, y, given)
    return {"result": result, "modes": modes, "same_rng": all(same_rng), "same_X": all(same_X)}


def _layer_step(layer: Any, step: Any) -> Any:
    """Take one step of `dropout_layer_run`."""
    if isinstance(step, str):
        {"train": layer.train, "eval": layer.eval}[step]()
        return None  # what train() and eval() return is free
    if step[0] == "try":
        return _tried(_layer_step, layer, step[1:])
    method, argument = step
    return getattr(layer, method)(argument)


def _copied(result: Any) -> Any:
    return result.copy() if isinstance(result, np.ndarray) else result


def _tried(act: Callable[..., Any], *args: Any) -> Any:
    """Do something, and report an exception instead of passing it on."""
    try:
        return act(*args)
    except NotImplementedError:  # a stub, although it is a kind of RuntimeError
        raise
    except Exception as error:
        return {"raised": [kind.__name__ for kind in type(error).__mro__]}


# Functions ------------------------------------------------------------------------------------


def relu() -> Callable[[Any], Any]:
    """Return ``z -> max(z, 0)``."""
    return lambda z: np.maximum(z, 0)


def leaky_relu(slope: float = 0.01) -> Callable[[Any], Any]:
    """Return ``z -> z`` where z > 0, ``slope * z`` elsewhere."""
    return lambda z: np.where(z > 0, z, slope * z)


def linear(a: float = 1.0) -> Callable[[Any], Any]:
    """Return ``z -> a * z``."""
    return lambda z: a * z


def affine(a: float = 1.0, b: float = 0.0) -> Callable[[Any], Any]:
    """Return ``z -> a * z + b``."""
    return lambda z: a * z + b


def tanh() -> Callable[[Any], Any]:
    """Return the hyperbolic tangent."""
    return np.tanh


def sigmoid() -> Callable[[Any], Any]:
    """Return ``z -> 1 / (1 + exp(-z))``, written so that it never overflows."""
    return lambda z: (1 + np.tanh(z / 2)) / 2


def gelu() -> Callable[[Any], Any]:
    """Return ``z -> z * Phi(z)``, Phi the standard normal distribution function."""
    return lambda z: z * (1 + _erf(z / math.sqrt(2))) / 2


def absolute() -> Callable[[Any], Any]:
    """Return ``z -> |z|``."""
    return np.abs


def dropout_logits(p: float = 0.5) -> Callable[[Any, bool, Any], Any]:
    """Return a model ``forward(X, training, rng)`` whose logits are its inputs ``(B, K)``.

    In training it applies inverted dropout to them, p < 1, with numbers from the generator: one
    training call too many, or another generator, and every later number is a different one.
    """

    def forward(X: Any, training: bool, rng: Any) -> Any:
        return np.where(rng.random(X.shape) >= p, X / (1 - p), 0) if training else X

    return forward


def _erf(z: Any) -> np.ndarray:
    """Apply the error function elementwise; NumPy has none."""
    z = np.asarray(z)
    return np.array([math.erf(value) for value in z.ravel()], z.dtype).reshape(z.shape)


FUNCTIONS: dict[str, Callable[..., Callable[..., Any]]] = {
    "relu": relu,
    "leaky_relu": leaky_relu,
    "linear": linear,
    "affine": affine,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "gelu": gelu,
    "abs": absolute,
    "dropout_logits": dropout_logits,
}


# Chapter 05: functions to average over masks, and models whose logits are random -----------------


def total() -> Callable[[Any], Any]:
    """Return ``z -> sum(z)``, a number."""
    return lambda z: z.sum()


def squares() -> Callable[[Any], Any]:
    """Return ``z -> sum(z * z)``, a number."""
    return lambda z: (z * z).sum()


def outer() -> Callable[[Any], Any]:
    """Return ``z -> z zᵀ``, an array of shape (n, n)."""
    return lambda z: np.multiply.outer(z, z)


def softmax_of(W: Any = 1.0, b: Any = 0.0) -> Callable[[Any], Any]:
    """Return ``z -> softmax(z @ W + b)``; a number for W multiplies."""

    def probs(z: Any) -> np.ndarray:
        W_, b_ = np.asarray(W, z.dtype), np.asarray(b, z.dtype)
        logits = (z @ W_ if W_.ndim else z * W_) + b_
        odds = np.exp(logits - logits.max())
        return odds / odds.sum()

    return probs


def noisy_logits(centre: Any, scale: float = 1.0) -> Callable[[Any, Any], Any]:
    """Return a model ``(x, rng) -> sum(x) * centre + scale * noise``, logits of shape (K,).

    The noise comes from the generator: a call too many or too few, or another generator, and
    every later number is a different one.
    """

    def logits(x: Any, rng: Any) -> Any:
        noise = rng.standard_normal(len(centre)).astype(x.dtype)
        return x.sum() * np.asarray(centre, x.dtype) + x.dtype.type(scale) * noise

    return logits


def dropped_logits(W: Any, p: float = 0.5) -> Callable[[Any, Any], Any]:
    """Return a model ``(x, rng) -> (D x) @ W`` with inverted dropout D on x ``(n,)``, p < 1."""
    return lambda x, rng: np.where(rng.random(x.shape) >= p, x / (1 - p), 0) @ W


def mc_average_run(
    ns: Namespace, centre: Any, x: Any, T: int, seed: int, scale: float = 1.0
) -> dict[str, Any]:
    """Run ``mc_average`` on a model that takes notes.

    The model is ``FUNCTIONS["noisy_logits"](centre, scale)``.

    Returns
    -------
    dict
        ``result``: what ``mc_average`` returned; ``calls``: how often the model was called;
        ``same_rng``: whether every call got the caller's generator; ``same_x``: whether every
        call got an input equal to ``x``.
    """
    model, given = FUNCTIONS["noisy_logits"](centre, scale), np.random.default_rng(seed)
    given_x, same_rng, same_x = x, [], []

    def logit_fn(x: Any, rng: Any) -> Any:
        same_rng.append(rng is given)
        same_x.append(bool(np.array_equal(x, given_x)))
        return model(x, rng)

    result = ns["mc_average"](logit_fn, x, T, given)
    calls = len(same_rng)
    return {"result": result, "calls": calls, "same_rng": all(same_rng), "same_x": all(same_x)}


FUNCTIONS |= {
    "total": total,
    "squares": squares,
    "outer": outer,
    "softmax_of": softmax_of,
    "noisy_logits": noisy_logits,
    "dropped_logits": dropped_logits,
}
