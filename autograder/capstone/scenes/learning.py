"""Scenes of layers, network, loss and optimiser."""

from __future__ import annotations

from typing import Any

import numpy as np


def kept_fraction(ps: list[float]) -> Any:
    """Give the fraction of True in a mask, at several rates."""
    from dropnet.layers import draw_mask

    rng = np.random.default_rng(1)
    return [float(np.mean(draw_mask(rng, (2000, 20), p))) for p in ps]


def columns_alike(x: np.ndarray, p: float) -> Any:
    """Give what dropout makes of a batch."""
    from dropnet.layers import Dropout

    return np.asarray(Dropout(p, np.random.default_rng(2)).forward(x.copy(), True))


def survivor(p: float, value: float) -> Any:
    """Give what a unit that stays becomes."""
    from dropnet.layers import Dropout

    y = Dropout(p, np.random.default_rng(3)).forward(np.full((60, 20), value), True)
    return float(np.max(np.abs(y)))


def backward_pattern(x: np.ndarray, grad: np.ndarray, p: float) -> Any:
    """Give what dropout makes of a batch, and then of a gradient."""
    from dropnet.layers import Dropout

    layer = Dropout(p, np.random.default_rng(4))
    y = layer.forward(x.copy(), True)
    return np.stack([np.asarray(y), np.asarray(layer.backward(grad.copy()))])


def backward_factor(p: float, value: float) -> Any:
    """Give what the gradient of a unit that stays becomes."""
    from dropnet.layers import Dropout

    layer = Dropout(p, np.random.default_rng(5))
    layer.forward(np.ones((60, 20)), True)
    return float(np.max(np.abs(layer.backward(np.full((60, 20), value)))))


def dropout_in_last_place(sizes: list[list[int]], p: float) -> Any:
    """Give, for several networks, the linear layers and the dropout layers after the last one."""
    from dropnet.network import Network

    counts = []
    for some in sizes:
        names = [type(layer).__name__ for layer in Network(tuple(some), p, 0).layers]
        after = names[len(names) - names[::-1].index("Linear") :]
        counts.append([names.count("Linear"), after.count("Dropout")])
    return counts


def mode_after_an_error(before: list[bool], inside: list[bool]) -> Any:
    """Give the modes that networks have after an exception inside `mode`."""
    from types import SimpleNamespace

    from dropnet.network import mode

    modes = []
    for first, second in zip(before, inside, strict=True):
        network = SimpleNamespace(training=first)
        try:
            with mode(network, training=second):
                raise ArithmeticError
        except ArithmeticError:
            modes.append(bool(network.training))
    return modes


def probabilities_into_the_loss(logits: np.ndarray, y: np.ndarray) -> Any:
    """Give the loss that a step computes."""
    from types import SimpleNamespace

    from dropnet import train

    network = SimpleNamespace(
        forward=lambda X: logits.copy(), backward=lambda g: None, parameters={}, gradients={}
    )
    optimiser = SimpleNamespace(step=lambda parameters, gradients: None)
    return float(train.step(network, optimiser, np.zeros((len(y), 1)), y))


def gradient_of_the_loss(logits: np.ndarray, y: np.ndarray) -> Any:
    """Give the gradient of cross-entropy."""
    from dropnet.losses import cross_entropy

    return cross_entropy(logits, y)[1]


def one_adam_step(value: np.ndarray, grads: np.ndarray, rate: float) -> Any:
    """Give a parameter after two steps without decay."""
    from dropnet.optim import Adam

    optimiser, parameters = Adam(rate), {"0.bias": value.copy()}
    for grad in grads:
        optimiser.step(parameters, {"0.bias": grad})
    return parameters["0.bias"]


def decayed_bias(value: np.ndarray, rate: float, decay: float) -> Any:
    """Give a bias after a step without gradient."""
    from dropnet.optim import Adam

    parameters = {"0.bias": value.copy()}
    Adam(rate, decay).step(parameters, {"0.bias": np.zeros_like(value)})
    return parameters["0.bias"]


def decayed_weight(value: np.ndarray, rate: float, decay: float) -> Any:
    """Give a weight after a step without gradient."""
    from dropnet.optim import Adam

    parameters = {"0.weight": value.copy()}
    Adam(rate, decay).step(parameters, {"0.weight": np.zeros_like(value)})
    return parameters["0.weight"]


def epochs_waited(patiences: list[int]) -> Any:
    """Give after how many epochs without a better error each stopper says stop."""
    from dropnet.optim import EarlyStopping

    epochs = []
    for patience in patiences:
        stopping = EarlyStopping(patience)
        stopping.update(0.1, {})
        epochs.append(next(i for i in range(1, 50) if stopping.update(0.5, {})))
    return epochs


def best_after_more_steps(value: np.ndarray) -> Any:
    """Give the best parameters after the current ones changed in place."""
    from dropnet.optim import EarlyStopping

    stopping, parameters = EarlyStopping(5), {"w": value.copy()}
    stopping.update(0.1, parameters)
    parameters["w"] += 1.0
    return stopping.best["w"]
