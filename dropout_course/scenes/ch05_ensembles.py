"""Chapter 05: functions to average over masks, and models whose logits are random."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Namespace = Mapping[str, Any]


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
    model, given = noisy_logits(centre, scale), np.random.default_rng(seed)
    given_x, same_rng, same_x = x, [], []

    def logit_fn(x: Any, rng: Any) -> Any:
        same_rng.append(rng is given)
        same_x.append(bool(np.array_equal(x, given_x)))
        return model(x, rng)

    result = ns["mc_average"](logit_fn, x, T, given)
    calls = len(same_rng)
    return {"result": result, "calls": calls, "same_rng": all(same_rng), "same_x": all(same_x)}


SCENES = {"mc_average_run": mc_average_run}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "total": total,
    "squares": squares,
    "outer": outer,
    "softmax_of": softmax_of,
    "noisy_logits": noisy_logits,
    "dropped_logits": dropped_logits,
}
