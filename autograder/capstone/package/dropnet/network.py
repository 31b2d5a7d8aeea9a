"""A network is a list of layers, a mode, and the generator of its noise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np

from .layers import Dropout, Linear, ReLU


class Network:
    """A multilayer perceptron: (N, sizes[0]) to logits (N, sizes[-1])."""

    def __init__(self, sizes: tuple[int, ...], p: float, seed: int) -> None:
        self.training = True
        self.rng = np.random.default_rng(seed)
        self.layers: list[Any] = []
        last = len(sizes) - 2
        for index, (n_in, n_out) in enumerate(pairwise(sizes)):
            self.layers.append(Linear(n_in, n_out, self.rng))
            if index < last:
                self.layers.append(ReLU())
            if index < last:
                self.layers.append(Dropout(p, self.rng))

    def reseed(self, seed: int) -> None:
        """Start the noise of all dropout layers anew."""
        rng = np.random.default_rng(seed)
        for layer in self.layers:
            if isinstance(layer, Dropout):
                layer.rng = rng

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Give the logits, in the mode that `training` says."""
        for layer in self.layers:
            x = layer.forward(x, self.training)
        return x

    def backward(self, grad: np.ndarray) -> None:
        """Store the gradients of all parameters."""
        for layer in reversed(self.layers):
            grad = layer.backward(grad)

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """All parameters, by the layer's number and their name."""
        pairs = enumerate(self.layers)
        return {f"{i}.{name}": v for i, layer in pairs for name, v in layer.parameters.items()}

    @property
    def gradients(self) -> dict[str, np.ndarray]:
        """The gradients of the last backward pass, named as the parameters."""
        pairs = enumerate(self.layers)
        return {f"{i}.{name}": v for i, layer in pairs for name, v in layer.gradients.items()}

    def load(self, values: dict[str, np.ndarray]) -> None:
        """Set all parameters, in place."""
        for name, parameter in self.parameters.items():
            parameter[...] = values[name]


@contextmanager
def mode(network: Any, training: bool) -> Iterator[Any]:
    """Put the network into a mode, and back into the one it had."""
    before = network.training
    network.training = training
    try:
        yield network
    finally:
        network.training = before
