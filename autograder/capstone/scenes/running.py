"""Scenes of data, training, evaluation and uncertainty."""

from __future__ import annotations

from typing import Any

import numpy as np


def other_labels(y: np.ndarray, classes: int) -> Any:
    """Give how many labels stay the same at a noise of one."""
    from dropnet.data import noisy

    return int(np.sum(np.asarray(noisy(y, 1.0, classes, np.random.default_rng(6))) == y))


def pairs_after_the_split(y: np.ndarray) -> Any:
    """Give how many rows of a split have another label than their own."""
    from dropnet.data import split

    data = split(y[:, None].astype(float), y, np.random.default_rng(7))
    parts = (data.train, data.validation, data.test)
    return int(sum(np.sum(part.X[:, 0] != part.y) for part in parts))


def noise_in_the_test_labels(X: np.ndarray, label: int) -> Any:
    """Give the labels of the test set where all are the same before noise."""
    from dropnet.data import prepare

    data = prepare(X, np.full(len(X), label), 0.5, 10, 8)
    return sorted(int(value) for value in set(np.asarray(data.test.y).tolist()))


def training_deviation(X: np.ndarray) -> Any:
    """Give the standard deviations of the standardised training set."""
    from dropnet.data import prepare

    return prepare(X, np.zeros(len(X), dtype=int), 0.0, 10, 9).train.X.std(axis=0)


def test_mean_is_zero(X: np.ndarray) -> Any:
    """Say for each feature whether the mean of the test set is 0."""
    from dropnet.data import prepare

    mean = prepare(X, np.zeros(len(X), dtype=int), 0.0, 10, 10).test.X.mean(axis=0)
    return [bool(abs(value) < 1e-9) for value in mean]


def orders_that_repeat(n: int, size: int) -> Any:
    """Give how many of three later epochs begin as the first."""
    from dropnet.data import epochs

    first, *later = (np.asarray(batches[0]) for batches in epochs(n, size, 4, 11))
    return int(sum(np.array_equal(first, other) for other in later))


def examples_in_an_epoch(ns: list[int], size: int) -> Any:
    """Give how many examples an epoch visits."""
    from dropnet.data import epochs

    return [sum(len(batch) for batch in next(iter(epochs(n, size, 1, 12)))) for n in ns]


def mode_of_evaluation(logits: np.ndarray, y: np.ndarray) -> Any:
    """Give the mode in which `error` ran a network, seen by the error that it gives."""
    from dropnet.evaluate import error

    class Stub:
        training = True

        def forward(self, X: np.ndarray) -> np.ndarray:
            return -logits if self.training else logits

    return float(error(Stub(), np.zeros((len(y), 1)), y))


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


def passes_that_repeat(n: int) -> Any:
    """Give how many later passes are the first again."""
    from dropnet.uncertainty import mc_passes

    class Stub:
        training = True
        rng = np.random.default_rng(13)

        def reseed(self, seed: int) -> None:
            self.rng = np.random.default_rng(seed)

        def forward(self, X: np.ndarray) -> np.ndarray:
            return self.rng.normal(size=(n, 4))

    samples = mc_passes(Stub(), np.zeros((n, 2)), 5, 0)
    return int(sum(np.array_equal(samples[0], other) for other in samples[1:]))


def ask(name: str, values: np.ndarray) -> Any:
    """Give what a function of `dropnet.uncertainty` makes of an array."""
    from dropnet import uncertainty

    return getattr(uncertainty, name)(values)


def information(samples: np.ndarray) -> Any:
    """Give the mutual information over that of the package's own entropies."""
    from dropnet import uncertainty

    own = uncertainty.entropy(samples.mean(axis=0)) - uncertainty.entropy(samples).mean(axis=0)
    return uncertainty.mutual_information(samples) / own


def total_from_parts(samples: np.ndarray) -> Any:
    """Give the total variance minus its two parts as the package computes them."""
    from dropnet import uncertainty

    told = uncertainty.summarise(samples)["total_var"]
    return told - uncertainty.epistemic(samples) - uncertainty.aleatoric(samples)


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


def loads_after_training(epochs: int) -> Any:
    """Say whether `fit` puts weights back."""
    from types import SimpleNamespace

    from dropnet import train
    from dropnet.config import Config

    part = SimpleNamespace(X=np.zeros((4, 1)), y=np.zeros(4, dtype=int))
    loads: list[int] = []

    class Stub:
        parameters = {"0.weight": np.zeros(1)}
        gradients = {"0.weight": np.zeros(1)}
        training = True

        def forward(self, X: np.ndarray) -> np.ndarray:
            return np.zeros((len(X), 2))

        def backward(self, grad: np.ndarray) -> None:
            pass

        def load(self, values: Any) -> None:
            loads.append(1)

    config = Config(epochs=epochs, patience=99, batch_size=4)
    train.fit(Stub(), SimpleNamespace(train=part, validation=part, test=part), config)
    return len(loads) > 0
