"""Small networks in torch for chapter 11, and what is measured on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from .data import Digits
from .plots import COLORS, MUTED, axes


class Attention(nn.Module):
    """Self-attention with dropout on its weights; `guarded`: in training alone."""

    def __init__(self, width: int, p: float, guarded: bool) -> None:
        super().__init__()
        self.qkv, self.p, self.guarded = nn.Linear(width, 3 * width), p, guarded

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Attend; x of shape (N, T, width)."""
        q, k, v = self.qkv(x).chunk(3, -1)
        p = self.p if self.training or not self.guarded else 0.0
        return functional.scaled_dot_product_attention(q, k, v, dropout_p=p)


class DigitReader(nn.Module):
    """Read a digit row by row: 8 tokens of 8 pixels, attention, a batch norm, dropout."""

    def __init__(self, guarded: bool, p: float = 0.3) -> None:
        super().__init__()
        self.embed, self.attention = nn.Linear(8, 32), Attention(32, p, guarded)
        layers = nn.Linear(256, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(p), nn.Linear(64, 10)
        self.head = nn.Sequential(nn.Flatten(), *layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give logits (N, 10) of images (N, 64)."""
        h = torch.relu(self.embed(x.reshape(-1, 8, 8)))
        return self.head(h + self.attention(h))


def as_tensors(data: Digits) -> tuple[torch.Tensor, ...]:
    """Give training and test set as tensors."""
    images = (torch.tensor(X, dtype=torch.float32) for X in (data.X_train, data.X_test))
    X, X_test = images
    return X, torch.tensor(data.y_train), X_test, torch.tensor(data.y_test)


def trained_reader(data: Digits, seed: int, epochs: int = 30) -> DigitReader:
    """Train a reader whose attention does not ask for the mode."""
    torch.manual_seed(seed)
    model = DigitReader(guarded=False)
    X, y, *_ = as_tensors(data)
    adam = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(epochs):
        for rows in torch.randperm(len(X)).split(50):
            adam.zero_grad()
            functional.cross_entropy(model(X[rows]), y[rows]).backward()
            adam.step()
    return model.eval()


def mended(model: DigitReader) -> DigitReader:
    """Give the same weights behind attention that asks for the mode."""
    copy = DigitReader(guarded=True)
    copy.load_state_dict(model.state_dict())
    return copy.train(model.training)


@torch.no_grad()
def error(model: nn.Module, data: Digits, passes: int = 1, batch: int = 50) -> float:
    """Give the test error in per cent, of probabilities averaged over passes.

    Batches come digit by digit, as a folder of images would be read.
    """
    *_, X, y = as_tensors(data)
    order = torch.argsort(y, stable=True)
    wrong = 0
    for rows in order.split(batch):
        mean = torch.stack([torch.softmax(model(X[rows]), 1) for _ in range(passes)]).mean(0)
        wrong += int((mean.argmax(1) != y[rows]).sum())
    return 100 * wrong / len(y)


def asked_again(errors: dict[str, Sequence[float]], title: str) -> None:
    """Draw the errors of repeated evaluations, a colour a model."""
    ax = axes(1, title, "evaluation, the same weights and images each time", "test error / %")
    for series, (name, values) in enumerate(errors.items()):
        look = {"color": COLORS[series], "marker": "os"[series], "markersize": 5}
        ax.plot(range(1, len(values) + 1), values, label=name, linewidth=1, **look)
    ax.legend(loc="upper right")
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.35 * (high - low))


def who_asks(p: float = 0.5) -> list[tuple[str, Any, torch.Tensor]]:
    """Give ways in which dropout gets into a model, each with an input."""

    class Functional(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return functional.dropout(x, p)

    class Guarded(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return functional.dropout(x, p, self.training)

    class Lstm(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(32, 32, num_layers=2, dropout=p)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.lstm(x)[0]

    class Heads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.heads = nn.MultiheadAttention(32, 4, dropout=p)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.heads(x, x, x)[0]

    torch.manual_seed(0)
    x = torch.randn(6, 4, 32)

    def plain() -> nn.Module:
        return nn.Sequential(nn.Linear(32, 32), nn.Dropout(p))

    return [
        ("nn.Dropout", plain(), x),
        ("F.dropout(x, p, self.training)", Guarded(), x),
        ("F.dropout(x, p)", Functional(), x),
        ("scaled_dot_product_attention(dropout_p=p)", Attention(32, p, guarded=False), x),
        ("nn.MultiheadAttention(dropout=p)", Heads(), x),
        ("nn.LSTM(dropout=p)", Lstm(), x),
        ("torch.compile(model)", torch.compile(plain(), backend="eager"), x),
        ("exported in training mode", exported(plain().train(), x), x),
        ("exported in evaluation mode", exported(plain().eval(), x), x),
    ]


def obeys(model: nn.Module, x: torch.Tensor) -> bool:
    """Say whether two calls in evaluation mode give the same."""
    with torch.no_grad():
        model.eval()
        return torch.equal(model(x), model(x))


def exported(model: nn.Module, x: torch.Tensor) -> nn.Module:
    """Export a model as it is now: which mode it is in is written into the graph."""
    graph = torch.export.export(model, (x,)).module()
    graph.eval = graph.train = lambda *mode: graph
    return graph


def checkpointed_training(
    data: Digits, gradients: Callable[..., Any], preserve: bool, seed: int, steps: int = 300
) -> tuple[float, float]:
    """Train 64-128-10 with dropout, by gradients of a checkpointed loss.

    Parameters
    ----------
    data : Digits
    gradients : callable
        ``checkpoint_gradients`` of exercise 11.5.
    preserve : bool
        Passed on.
    seed : int
    steps : int
        Of SGD, on batches of 50.

    Returns
    -------
    float
        Mean training loss, without dropout, at the end.
    float
        Test error in per cent.
    """
    torch.manual_seed(seed)
    X, y, X_test, y_test = as_tensors(data)
    shapes = [(64, 128), (128,), (128, 10), (10,)]
    sizes = [int(np.prod(shape)) for shape in shapes]
    theta = torch.cat([torch.randn(64 * 128) / 64**0.5, torch.zeros(128),
                       torch.randn(1280) / 128**0.5, torch.zeros(10)])  # fmt: skip

    def logits(theta: torch.Tensor, X: torch.Tensor, p: float) -> torch.Tensor:
        parts = zip(theta.split(sizes), shapes, strict=True)
        W, b, V, c = (part.reshape(shape) for part, shape in parts)
        return functional.dropout(torch.relu(X @ W + b), p) @ V + c

    for _ in range(steps):
        rows = torch.randint(len(X), (50,))

        def loss(theta: torch.Tensor, rows: torch.Tensor = rows) -> torch.Tensor:
            return functional.cross_entropy(logits(theta, X[rows], 0.5), y[rows])

        theta = theta - 0.3 * gradients(loss, theta, preserve)[1]
    final = float(functional.cross_entropy(logits(theta, X, 0.0), y))
    return final, 100 * float((logits(theta, X_test, 0.0).argmax(1) != y_test).float().mean())


def block_training(
    data: Digits, preserve: bool, seed: int, steps: int = 300
) -> tuple[float, float]:
    """Train four hidden layers of 128, each with its dropout checkpointed as a block of its own.

    Returns
    -------
    float
        Mean training loss, without dropout, at the end.
    float
        Test error in per cent.
    """
    torch.manual_seed(seed)
    X, y, X_test, y_test = as_tensors(data)
    sizes = [64, 128, 128, 128, 128]
    blocks = [
        nn.Sequential(nn.Linear(*pair), nn.ReLU(), nn.Dropout(0.5)) for pair in pairwise(sizes)
    ]
    net = nn.Sequential(*blocks, nn.Linear(128, 10))
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    for _ in range(steps):
        rows = torch.randint(len(X), (50,))
        h = X[rows]
        for block in blocks:
            h = checkpoint(block, h, use_reentrant=False, preserve_rng_state=preserve)
        adam.zero_grad()
        functional.cross_entropy(net[-1](h), y[rows]).backward()
        adam.step()
    net.eval()
    with torch.no_grad():
        final = float(functional.cross_entropy(net(X), y))
        return final, 100 * float((net(X_test).argmax(1) != y_test).float().mean())


def gradient_agreement(gradients: Callable[..., Any], p: float, preserve: bool, seed: int) -> float:
    """Give the cosine between a checkpointed gradient and that of the loss that was computed."""
    torch.manual_seed(seed)
    x, w = torch.randn(2000), torch.rand(2000) + 0.5
    masks = []

    def fn(x: torch.Tensor) -> torch.Tensor:
        masks.append(torch.rand(x.shape) >= p)
        return (w * (x * masks[-1] / (1 - p)) ** 2).sum() / 2

    grad = gradients(fn, x, preserve)[1]
    right = w * x * masks[0] / (1 - p) ** 2
    return float(torch.cosine_similarity(grad, right, dim=0))


def rank_noise(seeded_dropout: Callable[..., Any], ranks: int, same: bool, seed: int) -> float:
    """Give the standard deviation of dropout's noise in a mean over ranks.

    Each rank has activations of its own (ReLU of normal numbers, 400 units); its seed is the same
    everywhere, or its own.
    """
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(ranks, 400, generator=rng).relu()
    seeds = [1000 * seed + (0 if same else rank) for rank in range(ranks)]
    y = torch.stack([seeded_dropout(row, 0.5, s) for row, s in zip(x, seeds, strict=True)])
    return float((y - x).mean(0).std())


def cosines(title: str, ps: Sequence[float], runs: dict[str, np.ndarray]) -> None:
    """Draw cosines against p, a line each; rows are rates, columns runs."""
    ax = axes(1, title, "probability p of dropping", "cosine with the right gradient")
    for series, (name, values) in enumerate(runs.items()):
        ax.errorbar(ps, values.mean(1), values.std(1), label=name, color=COLORS[series],
                    marker="os"[series])  # fmt: skip
    ax.plot(ps, [1 - p for p in ps], color=MUTED, linestyle="--", label="1 − p")
    ax.set_ylim(0, 1.08)
    ax.legend(loc="lower left")
