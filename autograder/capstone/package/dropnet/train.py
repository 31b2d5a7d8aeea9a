"""The training loop."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import losses
from .config import Config
from .data import Data, epochs
from .evaluate import error
from .network import Network
from .optim import Adam, EarlyStopping


def step(network: Any, optimiser: Any, X: np.ndarray, y: np.ndarray) -> float:
    """Make one step on a batch; give its loss."""
    loss, grad = losses.cross_entropy(network.forward(X), y)
    network.backward(grad)
    optimiser.step(network.parameters, network.gradients)
    return loss


def fit(network: Any, data: Data, config: Config) -> float:
    """Train; leave the network with the weights of the lowest validation error, and give it."""
    optimiser = Adam(config.learning_rate, config.decay)
    stopping = EarlyStopping(config.patience)
    size, seed = config.batch_size, config.seed
    for batches in epochs(len(data.train.y), size, config.epochs, seed):
        for batch in batches:
            step(network, optimiser, data.train.X[batch], data.train.y[batch])
        now = error(network, data.validation.X, data.validation.y)
        if stopping.update(now, network.parameters):
            break
    network.load(stopping.best)
    return float(stopping.lowest)


def run(data: Data, config: Config, classes: int = 10) -> tuple[Network, float]:
    """Build and train a network; give it and its error on the test set."""
    sizes = (data.train.X.shape[1], *config.hidden, classes)
    network = Network(sizes, config.p, config.seed)
    fit(network, data, config)
    return network, error(network, data.test.X, data.test.y)
