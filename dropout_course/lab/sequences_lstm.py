"""What the language model of chapter 09 needs: an LSTM with its way back, and training.

Every array has a leading replica axis: R seeds train side by side, each on a text of its own.
Dropout comes from outside: masks as ``rnn_masks`` draws them, zoneout as ``zoneout_forward`` and
``zoneout_backward`` do it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .sequences_text import ALPHABET, Lines

Params = dict[str, np.ndarray]
HIDDEN, V = 32, len(ALPHABET)
KINDS = (
    "no dropout",
    "memory, new masks",
    "state, new masks",
    "state, one mask",
    "update, new masks",
    "zoneout",
)


@dataclass(frozen=True)
class Functions:
    """The reader's functions: exercises 9.1 and 9.4."""

    rnn_masks: Callable[..., np.ndarray]
    zoneout_forward: Callable[..., np.ndarray]
    zoneout_backward: Callable[..., tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Noise:
    """What is dropped in one step of training: factors ``(T, R, B, H)``, or None for nothing.

    Attributes
    ----------
    memory : ndarray or None
        Multiplies the cell state c.
    state : ndarray or None
        Multiplies h on its way to the gates.
    update : ndarray or None
        Multiplies the candidate g.
    keep : ndarray of bool or None
        Zoneout: where the old cell state is kept.
    """

    memory: np.ndarray | None = None
    state: np.ndarray | None = None
    update: np.ndarray | None = None
    keep: np.ndarray | None = None


def draw(kind: str, shape: Sequence[int], p: float, f: Functions, rng: Any) -> Noise:
    """Draw the noise of one step of training, of shape ``(T, R, B, H)``."""
    T, R, B, H = shape
    if kind == "no dropout":
        return Noise()
    masks = "tied" if kind == "state, one mask" else "step"
    kept = f.rnn_masks(T, R * B, H, p, rng, masks).reshape(shape)
    if kind == "zoneout":
        return Noise(keep=~kept)
    factors = (kept / (1 - p)).astype(np.float32)
    return Noise(**{kind.partition(",")[0]: factors})


def init(seeds: Sequence[int]) -> Params:
    """Draw first weights, one set a seed; the forget gates start open."""
    shapes = {"Wx": (V, 4 * HIDDEN), "Wh": (HIDDEN, 4 * HIDDEN), "Wy": (HIDDEN, V)}
    params = {}
    for i, (name, shape) in enumerate(shapes.items()):
        drawn = [np.random.default_rng([s, 91, i]).standard_normal(shape) for s in seeds]
        params[name] = np.array(drawn, np.float32) / np.float32(np.sqrt(HIDDEN))
    params["b"] = np.zeros((len(seeds), 1, 4 * HIDDEN), np.float32)
    params["b"][..., HIDDEN : 2 * HIDDEN] = 1.0
    params["by"] = np.zeros((len(seeds), 1, V), np.float32)
    return params


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(z / 2)) / 2


def forward(params: Params, ids: np.ndarray, noise: Noise, f: Functions, z: float = 0.0) -> list:
    """Run the LSTM over ids ``(R, B, T)``; with z > 0 and no masks, zoneout's expectation.

    Returns
    -------
    list
        For each step what the way back needs; its first entry is h ``(R, B, H)``.
    """
    R, B, T = ids.shape
    which = np.arange(R)[:, None]
    h = c = np.zeros((R, B, HIDDEN), params["b"].dtype)
    steps = []
    for t in range(T):
        h_in = h if noise.state is None else h * noise.state[t]
        a = params["Wx"][which, ids[:, :, t]] + h_in @ params["Wh"] + params["b"]
        i, fg, o = (_sigmoid(a[..., k * HIDDEN : (k + 1) * HIDDEN]) for k in (0, 1, 3))
        g = np.tanh(a[..., 2 * HIDDEN : 3 * HIDDEN])
        gd = g if noise.update is None else g * noise.update[t]
        new = fg * c + i * gd
        new = new if noise.memory is None else new * noise.memory[t]
        if noise.keep is not None:
            new = f.zoneout_forward(c, new, noise.keep[t], z, True)
        elif z:
            new = f.zoneout_forward(c, new, np.ones(c.shape, bool), z, False)
        tanh_c = np.tanh(new)
        h = o * tanh_c
        steps.append((h, h_in, c, i, fg, g, gd, o, tanh_c))
        c = new
    return steps


def loss_grads(params: Params, lines: Lines, noise: Noise, f: Functions) -> tuple[Any, Params]:
    """Mean NLL ``(R,)`` of the characters that count, in nats, and its gradients."""
    ids, targets, counts = lines.ids[..., :-1], lines.ids[..., 1:], lines.counted
    steps = forward(params, ids, noise, f)
    h = np.stack([step[0] for step in steps], axis=2)  # (R, B, T, H)
    R, B, T, H = h.shape
    flat = h.reshape(R, B * T, H)
    probs = _softmax(flat @ params["Wy"] + params["by"]).reshape(R, B, T, V)
    picked = np.take_along_axis(probs, targets[..., None], -1)[..., 0]
    total = counts.sum(axis=(1, 2), keepdims=True)
    loss = -(np.log(picked + 1e-30) * counts).sum(axis=(1, 2)) / total[:, 0, 0]
    d = probs
    np.put_along_axis(d, targets[..., None], (picked - 1)[..., None], -1)
    d = d * (counts / total).astype(np.float32)[..., None]
    d = d.reshape(R, B * T, V)
    grads = {"Wy": flat.swapaxes(1, 2) @ d, "by": d.sum(1, keepdims=True)}
    dh_out = (d @ params["Wy"].swapaxes(1, 2)).reshape(h.shape)
    grads |= _back_in_time(params, ids, steps, dh_out, noise, f)
    return loss, grads


def _back_in_time(
    params: Params, ids: np.ndarray, steps: list, dh_out: np.ndarray, noise: Noise, f: Functions
) -> Params:
    which = np.arange(len(ids))[:, None]
    grads = {name: np.zeros_like(params[name]) for name in ("Wx", "Wh", "b")}
    dh = dc = np.zeros_like(dh_out[:, :, 0])
    for t in reversed(range(len(steps))):
        _, h_in, c, i, fg, g, gd, o, tanh_c = steps[t]
        dh = dh + dh_out[:, :, t]
        dc = dc + dh * o * (1 - tanh_c**2)
        dprev: np.ndarray | float = 0.0
        if noise.keep is not None:
            dprev, dc = f.zoneout_backward(dc, noise.keep[t])
        dc = dc if noise.memory is None else dc * noise.memory[t]
        dg = dc * i if noise.update is None else dc * i * noise.update[t]
        da = np.concatenate(
            (
                dc * gd * i * (1 - i),
                dc * c * fg * (1 - fg),
                dg * (1 - g**2),
                dh * tanh_c * o * (1 - o),
            ),
            axis=-1,
        )
        np.add.at(grads["Wx"], (which, ids[:, :, t]), da)
        grads["Wh"] += h_in.swapaxes(1, 2) @ da
        grads["b"] += da.sum(1, keepdims=True)
        dh = da @ params["Wh"].swapaxes(1, 2)
        dh = dh if noise.state is None else dh * noise.state[t]
        dc = dc * fg + dprev
    return grads


def _softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def train(
    kind: str, p: float, f: Functions, lines: Lines, seeds: Sequence[int], updates: int
) -> Params:
    """Train one model a seed with Adam, each on its own lines, at most ten at a time.

    Parameters
    ----------
    kind : str
        One of KINDS.
    p : float
        Probability of dropping; for zoneout, of keeping the old cell state.
    f : Functions
        The reader's functions.
    lines : Lines
        One replica a seed.
    seeds : sequence of int
        Decide the first weights; the first one also masks and the order of lines.
    updates : int
        Steps of Adam, with learning rate 0.01.
    """
    params, rng = init(seeds), np.random.default_rng([seeds[0], 92])
    first = {name: np.zeros_like(a) for name, a in params.items()}
    second = {name: np.zeros_like(a) for name, a in params.items()}
    _, N, L = lines.ids.shape
    for step in range(1, updates + 1):
        chosen = rng.choice(N, min(10, N), replace=False)
        batch = Lines(lines.ids[:, chosen], lines.counted[:, chosen])
        noise = draw(kind, (L - 1, len(seeds), len(chosen), HIDDEN), p, f, rng)
        _, grads = loss_grads(params, batch, noise, f)
        for name, grad in grads.items():
            first[name] += 0.1 * (grad - first[name])
            second[name] += 0.01 * (grad**2 - second[name])
            size = np.sqrt(second[name] / np.float32(1 - 0.99**step)) + np.float32(1e-8)
            params[name] -= np.float32(0.01 / (1 - 0.9**step)) * first[name] / size
    return params


class Score(NamedTuple):
    """How well lines are predicted, a value for each replica.

    Attributes
    ----------
    nll : ndarray (R,)
        Negative log-likelihood, in nats a character.
    right : ndarray (R,)
        Share of characters whose likeliest guess is right, in per cent.
    """

    nll: np.ndarray
    right: np.ndarray


def score(params: Params, kind: str, p: float, f: Functions, lines: Lines) -> Score:
    """Score predictions in evaluation: no masks, and the expectation of zoneout."""
    ids, targets, counts = lines.ids[..., :-1], lines.ids[..., 1:], lines.counted
    steps = forward(params, ids, Noise(), f, p if kind == "zoneout" else 0.0)
    h = np.stack([step[0] for step in steps], axis=2)
    flat = h.reshape(len(h), -1, HIDDEN)
    probs = _softmax(flat @ params["Wy"] + params["by"]).reshape(*h.shape[:3], V)
    nll = -np.log(np.take_along_axis(probs, targets[..., None], -1)[..., 0] + 1e-30)
    right, total = probs.argmax(-1) == targets, counts.sum((1, 2))
    share = (right & counts).sum((1, 2)) / total
    return Score((nll * counts).sum((1, 2)) / total, 100 * share)
