"""Scenes of data, training, evaluation and uncertainty."""

from __future__ import annotations

from typing import Any

import numpy as np


def other_labels(y: np.ndarray, classes: int) -> Any:
    """Give the labels at a noise of one."""
    from dropnet.data import noisy

    return np.asarray(noisy(y.copy(), 1.0, classes, np.random.default_rng(6)))


def pairs_after_the_split(x: np.ndarray, y: np.ndarray) -> Any:
    """Give all pairs of input and label after a split."""
    from dropnet.data import split

    data = split(x[:, None].copy(), y.copy(), np.random.default_rng(7))
    parts = (data.train, data.validation, data.test)
    return np.concatenate([np.column_stack([part.X[:, 0], part.y]) for part in parts])


def noise_in_the_test_labels(X: np.ndarray, labels: list[int]) -> Any:
    """Give the labels of the test set where all are the same before noise, for several labels."""
    from dropnet.data import prepare

    sets = [np.asarray(prepare(X, np.full(len(X), k), 0.5, 10, 8).test.y) for k in labels]
    return [sorted(int(value) for value in set(some.tolist())) for some in sets]


def training_deviation(parts: list[np.ndarray]) -> Any:
    """Give the standardised training set of a split that is given."""
    from types import SimpleNamespace

    from dropnet import data

    names = ("train", "validation", "test")
    made = [SimpleNamespace(X=X.copy(), y=np.zeros(len(X), dtype=int)) for X in parts]
    data.split = lambda X, y, rng: SimpleNamespace(**dict(zip(names, made, strict=True)))
    X = np.concatenate(parts)
    return data.prepare(X, np.zeros(len(X), dtype=int), 0.0, 10, 9).train.X


def test_mean_is_zero(parts: list[np.ndarray]) -> Any:
    """Give the standardised test set of a split that is given."""
    from types import SimpleNamespace

    from dropnet import data

    names = ("train", "validation", "test")
    made = [SimpleNamespace(X=X.copy(), y=np.zeros(len(X), dtype=int)) for X in parts]
    data.split = lambda X, y, rng: SimpleNamespace(**dict(zip(names, made, strict=True)))
    X = np.concatenate(parts)
    return data.prepare(X, np.zeros(len(X), dtype=int), 0.0, 10, 10).test.X


def orders_that_repeat(marks: np.ndarray, size: int) -> Any:
    """Give the marks of the examples with which each of four epochs begins."""
    from dropnet.data import epochs

    return np.stack([marks[np.asarray(b[0])] for b in epochs(len(marks), size, 4, 11)])


def examples_in_an_epoch(ns: list[int], size: int) -> Any:
    """Give how many examples an epoch visits."""
    from dropnet.data import epochs

    return [sum(len(batch) for batch in next(iter(epochs(n, size, 1, 12)))) for n in ns]


def mode_of_evaluation(logits: np.ndarray, y: np.ndarray) -> Any:
    """Give the mode in which `error` ran a network, seen by the errors that it gives."""
    from dropnet.evaluate import error

    class Stub:
        training = True

        def forward(self, X: np.ndarray) -> np.ndarray:
            return -X if self.training else X

    return [float(error(Stub(), some, right)) for some, right in zip(logits, y, strict=True)]


def mode_of_passes(logits: np.ndarray) -> Any:
    """Give the mode in which `mc_passes` ran a network, seen by the probabilities' order."""
    from dropnet.uncertainty import mc_passes

    class Stub:
        training = False

        def reseed(self, seed: int) -> None:
            pass

        def forward(self, X: np.ndarray) -> np.ndarray:
            return logits if self.training else -logits

    return np.argsort(mc_passes(Stub(), logits, 2, 0)[0], axis=-1)


def passes_that_repeat(noise: np.ndarray) -> Any:
    """Give the passes of a network that goes through a row of `noise`, one row for each seed."""
    from dropnet.uncertainty import mc_passes

    class Stub:
        training = True
        seeds: list[int] = []
        row, count = 0, 0

        def reseed(self, seed: int) -> None:
            if seed not in self.seeds:
                self.seeds.append(seed)
            self.row, self.count = self.seeds.index(seed), 0

        def forward(self, X: np.ndarray) -> np.ndarray:
            self.count += 1
            return noise[self.row, self.count - 1].copy()

    return np.asarray(mc_passes(Stub(), np.zeros((noise.shape[2], 2)), noise.shape[1], 0))


def ask(name: str, values: np.ndarray) -> Any:
    """Give what a function of `dropnet.uncertainty` makes of an array."""
    from dropnet import uncertainty

    return getattr(uncertainty, name)(values)


def information(samples: np.ndarray) -> Any:
    """Give the mutual information."""
    from dropnet import uncertainty

    return uncertainty.mutual_information(samples)


def total_from_parts(samples: np.ndarray) -> Any:
    """Give the total variance."""
    from dropnet import uncertainty

    return uncertainty.summarise(samples)["total_var"]


def calibration(probabilities: np.ndarray, y: np.ndarray) -> Any:
    """Give the calibration error."""
    from dropnet.evaluate import calibration_error

    return float(calibration_error(probabilities, y))


def risk(uncertainty: np.ndarray, wrong: np.ndarray, coverages: list[float]) -> Any:
    """Give the selective risk at several coverages."""
    from dropnet.evaluate import selective_risk

    return [float(selective_risk(uncertainty, wrong, c)) for c in coverages]


def sets_seen_in_training(marks: list[float]) -> Any:
    """Give the marks of the sets, other than the training set, that `fit` looks at."""
    from types import SimpleNamespace

    from dropnet import train
    from dropnet.config import Config

    parts = [SimpleNamespace(X=np.full((4, 1), m), y=np.zeros(4, dtype=int)) for m in marks]
    data = SimpleNamespace(train=parts[0], validation=parts[1], test=parts[2])
    seen: list[float] = []

    class Stub:
        parameters = {"0.weight": np.zeros(1)}
        gradients = {"0.weight": np.zeros(1)}
        training = True

        def forward(self, X: np.ndarray) -> np.ndarray:
            seen.append(float(X[0, 0]))
            return np.zeros((len(X), 2))

        def backward(self, grad: np.ndarray) -> None:
            pass

        def load(self, values: Any) -> None:
            pass

    train.fit(Stub(), data, Config(epochs=3, patience=9, batch_size=4))
    return sorted({mark for mark in seen if mark != marks[0]})


def loads_after_training(best: np.ndarray) -> Any:
    """Give the weights that `fit` leaves where early stopping says which are best."""
    from types import SimpleNamespace

    from dropnet import train
    from dropnet.config import Config

    part = SimpleNamespace(X=np.zeros((4, 1)), y=np.zeros(4, dtype=int))
    kept = {"0.weight": best.copy()}
    train.EarlyStopping = lambda patience: SimpleNamespace(
        update=lambda error, parameters: False, best=kept, lowest=0.5
    )

    class Stub:
        parameters = {"0.weight": np.zeros(len(best))}
        gradients = {"0.weight": np.zeros(len(best))}
        training = True

        def forward(self, X: np.ndarray) -> np.ndarray:
            return np.zeros((len(X), 2))

        def backward(self, grad: np.ndarray) -> None:
            pass

        def load(self, values: Any) -> None:
            self.parameters["0.weight"][...] = values["0.weight"]

    network = Stub()
    config = Config(epochs=2, patience=99, batch_size=4, decay=0.0)
    train.fit(network, SimpleNamespace(train=part, validation=part, test=part), config)
    return network.parameters["0.weight"]
