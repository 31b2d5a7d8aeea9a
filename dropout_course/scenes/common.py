"""Scenes and functions that the exercises of several chapters use."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Namespace = Mapping[str, Any]


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


def tried(act: Callable[..., Any], *args: Any) -> Any:
    """Do something, and report an exception instead of passing it on."""
    try:
        return act(*args)
    except NotImplementedError:  # a stub, although it is a kind of RuntimeError
        raise
    except Exception as error:
        return {"raised": [kind.__name__ for kind in type(error).__mro__]}


SCENES = {"repeat": repeat}
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
