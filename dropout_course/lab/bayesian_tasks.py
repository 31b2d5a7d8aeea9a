"""What the networks of chapter 12 learn: carbon dioxide, a noisy wave, a table of a regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from . import bayesian, co2
from .bayesian import Network


@dataclass
class Air:
    """Carbon dioxide on Mauna Loa; the months before `ends` are the training data.

    Attributes
    ----------
    years, ppm : ndarray (n,)
        Middle of each month as a decimal year, and its mean.
    ends : float
        The first year that is not seen.
    """

    years: np.ndarray
    ppm: np.ndarray
    ends: float = 1976.0

    @property
    def seen(self) -> np.ndarray:
        """Which months are training data."""
        return self.years < self.ends

    @property
    def unit(self) -> float:
        """Standard deviation of the training data in ppm: what networks are trained in."""
        return float(self.ppm[self.seen].std())

    def scaled(self, years: np.ndarray, R: int) -> np.ndarray:
        """Give inputs (R, n, 1): years, standardised."""
        known = self.years[self.seen]
        x = (np.asarray(years) - known.mean()) / known.std()
        return np.repeat(x.astype(np.float32)[None, :, None], R, axis=0)

    def in_ppm(self, outputs: np.ndarray) -> np.ndarray:
        """Give outputs of networks in ppm."""
        return outputs.astype(float) * self.unit + self.ppm[self.seen].mean()

    def measured(self, year: float) -> float:
        """Give the mean of the year that begins then."""
        return float(self.ppm[(self.years >= year) & (self.years < year + 1)].mean())


def mauna_loa() -> Air:
    """Give the data, all that the course ships with."""
    return Air(*co2.monthly())


def learn_air(
    air: Air, seeds: Sequence[int], tanh: bool, p: float = 0.1, steps: int = 1500
) -> Network:
    """Train networks with four hidden layers of 64 units, dropout behind each, one a seed."""
    R = len(seeds)
    net = bayesian.init([1, 64, 64, 64, 64, 1], seeds, p, inputs_dropped=False, tanh=tanh)
    y = (air.ppm[air.seen] - air.ppm[air.seen].mean()) / air.unit
    X, Y = air.scaled(air.years[air.seen], R), np.repeat(y.astype(np.float32)[None], R, axis=0)
    return bayesian.fit(net, X, Y, 1e-6, steps=steps)


def many_passes(net: Network, x: np.ndarray, n: int, seed: int = 0) -> np.ndarray:
    """Give n passes at one input each, x of shape (R, 1, 1): an array (R, n)."""
    rng = np.random.default_rng([seed, 18])
    counts = [min(20_000, n - start) for start in range(0, n, 20_000)]
    rows = [bayesian.forward(net, np.repeat(x, count, axis=1), rng)[0] for count in counts]
    return np.concatenate(rows, axis=1)


class Table(NamedTuple):
    """Splits of a regression table, standardised by the training part; a leading axis for splits.

    Attributes
    ----------
    X_train, X_valid, X_test : ndarray of float32 (S, n, D)
    y_train, y_valid, y_test : ndarray of float32 (S, n)
    unit : ndarray (S,)
        Standard deviation of the training targets: what one standardised unit is worth.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_valid: np.ndarray
    y_valid: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    unit: np.ndarray


def splits(X: np.ndarray, y: np.ndarray, seeds: Sequence[int]) -> Table:
    """Split at random: a tenth for the test, a fifth of the rest to choose by, the rest to train.

    Parameters
    ----------
    X : ndarray (n, D)
    y : ndarray (n,)
    seeds : sequence of int
        One split for each.
    """
    made = []
    for seed in seeds:
        order = np.random.default_rng([int(seed), 16]).permutation(len(y))
        tenth = max(1, round(len(y) / 10))
        fifth = max(1, round((len(y) - tenth) / 5))
        parts = order[tenth + fifth :], order[tenth : tenth + fifth], order[:tenth]
        train = parts[0]
        scale = X[train].std(axis=0)
        scale[scale == 0] = 1
        unit = y[train].std() or 1.0
        arrays = []
        for rows in parts:
            arrays.append(((X[rows] - X[train].mean(axis=0)) / scale).astype(np.float32))
            arrays.append(((y[rows] - y[train].mean()) / unit).astype(np.float32))
        made.append((*arrays, unit))
    return Table(*(np.stack(parts) for parts in zip(*made, strict=True)))


def diabetes(seeds: Sequence[int]) -> Table:
    """Split scikit-learn's diabetes data: 442 patients, 10 features, progression after a year."""
    from sklearn.datasets import load_diabetes

    X, y = load_diabetes(return_X_y=True)
    return splits(X, y, seeds)


def learn_table(
    table: Table, rates: Sequence[float], lam: Sequence[float], steps: int = 1500, seed: int = 0
) -> list[Network]:
    """Train one hidden layer of 50 units, dropout on inputs and units, for each rate and split.

    Parameters
    ----------
    table : Table
    rates, lam : sequence of float
        Rates, and the factor of the squared weights for each of them.
    steps, seed : int

    Returns
    -------
    list of Network
        One for each rate; its replicas are the splits.
    """
    S, _, D = table.X_train.shape
    nets = []
    for p, factor in zip(rates, lam, strict=True):
        net = bayesian.init([D, 50, 1], range(seed, seed + S), p)
        batch = min(64, table.y_train.shape[1])
        X, y = table.X_train, table.y_train
        nets.append(bayesian.fit(net, X, y, factor, steps=steps, batch=batch, lr=3e-3, seed=seed))
    return nets


SIZES = (25, 100, 400, 1600)
WAVE_NOISE = 0.5  # standard deviation of the noise around the wave


def wave(x: np.ndarray) -> np.ndarray:
    """Give the function behind the noisy wave."""
    return np.sin(2 * x)


def learn_wave(
    lam: Sequence[float], seeds: Sequence[int], p: float, learned: bool = False, steps: int = 2500
) -> Network:
    """Train 1-64-64-1 on sin 2x with noise, for each size and seed, dropout behind each layer.

    Parameters
    ----------
    lam : sequence of float
        Factor of the squared weights for each of `SIZES`.
    seeds : sequence of int
        Of data and weights; a larger set holds the smaller ones of its seed.
    p : float
        Rate, or the one where learning begins.
    learned : bool
        Whether the rate is learned, by concrete dropout.
    steps : int

    Returns
    -------
    Network
        Replicas are the sizes, and for each of them the seeds.
    """
    S = len(seeds)
    data = [_wave_data(seed) for seed in seeds] * len(SIZES)
    X, y = (np.stack(part) for part in zip(*data, strict=True))
    net = bayesian.init([1, 64, 64, 1], list(seeds) * len(SIZES), p, inputs_dropped=False)
    net = bayesian.learning_its_rate(net) if learned else net
    factors, sizes = np.repeat(lam, S), np.repeat(SIZES, S)
    tau, batch = WAVE_NOISE**-2, min(SIZES)
    return bayesian.fit(net, X, y, factors, steps=steps, batch=batch, lr=5e-3, sizes=sizes, tau=tau)


def _wave_data(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([int(seed), 17])
    x = rng.uniform(-2, 2, max(SIZES))
    y = wave(x) + WAVE_NOISE * rng.standard_normal(len(x))
    return x.astype(np.float32)[:, None], y.astype(np.float32)


def on_wave(net: Network, T: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Give the spread of T passes and the error of their mean, (sizes, seeds) each."""
    x = np.linspace(-2, 2, 41, dtype=np.float32)
    R = net.params["W1"].shape[0]
    samples = bayesian.passes(net, np.repeat(x[None, :, None], R, axis=0), T).astype(float)
    spread = np.sqrt(samples.var(axis=0).mean(axis=1))
    error = np.sqrt(((samples.mean(axis=0) - wave(x)) ** 2).mean(axis=1))
    return spread.reshape(len(SIZES), -1), error.reshape(len(SIZES), -1)


def exact_spread(seeds: Sequence[int], features: int = 12, width: float = 0.5) -> np.ndarray:
    """Give the spread of an exact posterior on the same data, (sizes, seeds).

    A linear model of Gaussian bumps with a standard normal prior on each weight: the posterior
    has a closed form, and the root of its mean variance over the grid is the spread.
    """
    centres = np.linspace(-2, 2, features)
    grid = np.linspace(-2, 2, 41)

    def bumps(x: np.ndarray) -> np.ndarray:
        return np.exp(-((x[:, None] - centres) ** 2) / (2 * width**2))

    found = []
    for N in SIZES:
        for seed in seeds:
            F = bumps(_wave_data(seed)[0][:N, 0].astype(float))
            cov = np.linalg.inv(F.T @ F / WAVE_NOISE**2 + np.eye(features))
            var = np.einsum("ni,ij,nj->n", bumps(grid), cov, bumps(grid))
            found.append(np.sqrt(var.mean()))
    return np.array(found).reshape(len(SIZES), -1)
