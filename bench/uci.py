"""Dropout's uncertainty on a regression table, by the protocol of Gal and Ghahramani's Table 1.

    python -m bench.uci                                  scikit-learn's diabetes data
    python -m bench.uci DATASET.csv [--target COLUMN]    any table of numbers
    python -m bench.uci … --quick                        4 splits, a smaller search, fewer steps

Random splits, nine tenths to train and one tenth to test. One hidden layer of 50 ReLUs, dropout in
front of both weight matrices. A fifth of the training data chooses the rate and tau, by the
log-likelihood; then a network is trained on all of it. The test data choose nothing.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dropout_course.lab import bayesian
from dropout_course.lab.bayesian_tasks import Table, learn_table, splits
from solutions.ch12_bayesian import lam_from, mc_log_likelihood

RATES, LENGTH_SCALE, FEWEST = (0.005, 0.01, 0.05, 0.1), 0.01, 20
TAUS = np.geomspace(0.25, 1000, 60)  # of standardised targets
ROWS, SAMPLES = 2_000_000, 10_000_000  # rows of all splits, and outputs held at once

# Means of the published table (dropout) and of the authors' re-run of 2018 in their repository,
# as (RMSE, log-likelihood); None where a number is not known to us.
PAPER: dict[str, tuple[tuple[float, float], tuple[float, float] | None]] = {
    "boston": ((2.97, -2.46), (2.90, -2.40)),
    "concrete": ((5.23, -3.04), (4.82, -2.93)),
    "energy": ((1.66, -1.99), (0.54, -1.21)),
    "kin8nm": ((0.10, 0.95), (0.08, 1.14)),
    "naval": ((0.01, 3.80), (0.00, 4.45)),
    "power": ((4.02, -2.80), (4.01, -2.80)),
    "protein": ((4.36, -2.89), (4.27, -2.87)),
    "wine": ((0.62, -0.93), (0.62, -0.93)),
    "yacht": ((1.11, -1.55), (0.67, -1.25)),
    "year": ((8.849, -3.588), None),
}


class BadTable(Exception):
    """A file is no table of numbers; the message says what to do."""


class Effort(NamedTuple):
    """How much is spent: splits, rates to search, steps of Adam, passes at the test."""

    splits: int
    rates: tuple[float, ...]
    steps: int
    passes: int


FULL = Effort(20, RATES, 6000, 1000)
QUICK = Effort(4, (0.01, 0.1), 1500, 100)


def read(path: Path, target: str | None = None) -> tuple[np.ndarray, np.ndarray, str]:
    """Read a table with a line of headings, separated by commas or semicolons.

    Parameters
    ----------
    path : Path
    target : str, optional
        Heading of the column to predict; the last one by default.

    Returns
    -------
    X : ndarray (n, D)
    y : ndarray (n,)
    target : str
        Its heading.

    Raises
    ------
    BadTable
        With one sentence: what is wrong with the file, and what to do.
    """
    if not path.is_file():
        raise BadTable(f"There is no file {path}: give the path of a CSV file.")
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise BadTable(f"{path} is not text in UTF-8: save it as a CSV file first.") from None
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise BadTable(f"{path} is empty: give a table with headings and rows of numbers.")
    separator = ";" if lines[0].count(";") > lines[0].count(",") else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator)]
    headings, body = rows[0], rows[1:]
    _require_headings(path, headings, target)
    values = np.array([_numbers(path, i + 2, headings, row) for i, row in enumerate(body)])
    if len(values) < FEWEST:
        raise BadTable(f"{path} has {len(values)} rows: splits need at least {FEWEST}.")
    place = headings.index(target) if target else len(headings) - 1
    y = values[:, place]
    if np.ptp(y) == 0:
        raise BadTable(
            f"The target {headings[place]!r} is {y[0]:g} everywhere: choose another one."
        )
    return np.delete(values, place, axis=1), y, headings[place]


def _require_headings(path: Path, headings: Sequence[str], target: str | None) -> None:
    if len(headings) < 2:
        raise BadTable(f"{path} has one column: it needs a target and at least one feature.")
    if all(_is_number(cell) for cell in headings):
        raise BadTable(f"The first line of {path} holds numbers: put a line of headings above it.")
    if target is not None and target not in headings:
        raise BadTable(f"{path} has no column {target!r}: it has {', '.join(headings)}.")


def _numbers(path: Path, line: int, headings: Sequence[str], row: Sequence[str]) -> list[float]:
    if len(row) != len(headings):
        raise BadTable(
            f"Row {line} of {path} has {len(row)} cells, and there are {len(headings)} headings: "
            "fill the gap or take the row out."
        )
    for heading, cell in zip(headings, row, strict=True):
        if cell == "" or cell.lower() in ("na", "nan", "?", "null"):
            raise BadTable(
                f"Row {line} of {path} has a gap in column {heading!r}: "
                "fill it or take the row out."
            )
        if not _is_number(cell):
            raise BadTable(
                f"Row {line} of {path} has the text {cell!r} in column {heading!r}: the protocol "
                "needs numbers; take the column out or encode it."
            )
    values = [float(cell) for cell in row]
    if not np.isfinite(values).all():
        raise BadTable(f"Row {line} of {path} holds an infinite number: take the row out.")
    return values


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


class Scores(NamedTuple):
    """Results on the test data, one number a split, and what was chosen."""

    rmse: np.ndarray
    likelihood: np.ndarray
    rate: np.ndarray
    tau: np.ndarray


def protocol(X: np.ndarray, y: np.ndarray, effort: Effort, shown: bool = False) -> Scores:
    """Run the protocol on a table.

    Parameters
    ----------
    X, y : ndarray (n, D), (n,)
    effort : Effort
    shown : bool
        Whether to tell on stderr how far it is.
    """
    # a large table needs fewer splits for the same error, and would not fit into memory
    S = min(effort.splits, max(2, ROWS // len(y)))
    table = splits(X, y, range(S))
    fits = np.empty((len(effort.rates), S, len(TAUS)))
    for i, p in enumerate(effort.rates):
        if shown:
            print(f"rate {p} ({i + 1} of {len(effort.rates)}) ...", file=sys.stderr)
        (net,) = learn_table(table, [p], [_lam(p, table)], steps=effort.steps)
        taus = np.tile(TAUS, (S, 1))
        T = max(50, effort.passes // 5)
        fits[i] = _scored(net, table.X_valid, table.y_valid, taus, T)[1]
    best = fits.max(axis=2).argmax(axis=0)
    rates = np.array(effort.rates)[best]
    taus = TAUS[fits[best, np.arange(S)].argmax(axis=1)]
    if shown:
        print("training on all training data with what was chosen ...", file=sys.stderr)
    return _tested(_together(table), rates, taus, effort)


def _scored(
    net: bayesian.Network, X: np.ndarray, y: np.ndarray, taus: np.ndarray, T: int, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Give mean squared errors (S,) and log-likelihoods (S, K), in standardised units.

    `taus` has shape (S, K). Points are passed in blocks, so that T passes fit into memory.
    """
    S, n = y.shape
    squares, likelihoods = np.zeros(S), np.zeros(taus.shape)
    block = max(1, SAMPLES // (T * S))
    for start in range(0, n, block):
        part = slice(start, start + block)
        samples = bayesian.passes(net, X[:, part], T, seed + start).astype(float)
        for s in range(S):
            target = y[s, part].astype(float)
            squares[s] += ((target - samples[:, s].mean(axis=0)) ** 2).sum()
            likelihoods[s] += [mc_log_likelihood(target, samples[:, s], t).sum() for t in taus[s]]
    return squares / n, likelihoods / n


def _lam(p: float, table: Table) -> float:
    return lam_from(LENGTH_SCALE, p, table.y_train.shape[1], 1.0, "half_mse")


def _together(table: Table) -> Table:
    """Put training and validation data together; the scale stays that of the training part."""
    X = np.concatenate([table.X_train, table.X_valid], axis=1)
    return table._replace(X_train=X, y_train=np.concatenate([table.y_train, table.y_valid], axis=1))


def _tested(table: Table, rates: np.ndarray, taus: np.ndarray, effort: Effort) -> Scores:
    """Train once more and score the test data, in the target's own units."""
    rmse, likelihood = np.empty(len(rates)), np.empty(len(rates))
    for p in np.unique(rates):
        mine = np.flatnonzero(rates == p)
        part = Table(*(array[mine] for array in table))
        (net,) = learn_table(part, [p], [_lam(p, part)], steps=effort.steps, seed=100)
        errors, fits = _scored(
            net, part.X_test, part.y_test, taus[mine, None], effort.passes, seed=1
        )
        rmse[mine] = part.unit * np.sqrt(errors)
        likelihood[mine] = fits[:, 0] - np.log(part.unit)
    return Scores(rmse, likelihood, rates, taus / table.unit**2)


def report(name: str, rows: int, target: str, scores: Scores) -> str:
    """Write the results, and the paper's beside them where it has this data set."""

    def with_error(runs: np.ndarray) -> str:
        return f"{runs.mean():9.3f} ± {runs.std(ddof=1) / np.sqrt(len(runs)):.3f}"

    lines = [
        f"{name}: {rows} rows, target {target!r}, {len(scores.rmse)} splits; mean ± standard error",
        "",
        f"{'':26}{'test RMSE':>18}{'log-likelihood':>20}",
        f"{'MC dropout, here':26}{with_error(scores.rmse):>18}{with_error(scores.likelihood):>20}",
    ]
    known = next((key for key in PAPER if key in name.lower()), None)
    if known:
        published, again = PAPER[known]
        for label, numbers in (("the paper", published), ("the authors' re-run", again)):
            if numbers:
                lines.append(f"{label + ', ' + known:26}{numbers[0]:>10.3f}{numbers[1]:>20.3f}")
        lines.append("(means; the paper's row is chosen by the file's name)")
    else:
        lines.append(f"The paper's Table 1 has no data set of this name ({', '.join(PAPER)}).")
    found = ", ".join(f"{p:g}: {int((scores.rate == p).sum())}" for p in np.unique(scores.rate))
    lines.append(f"chosen rates: {found}; median tau, in units of the target: "
                 f"{np.median(scores.tau):.3g}")  # fmt: skip
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.uci", description=__doc__.split("\n")[0])
    parser.add_argument("dataset", nargs="?", type=Path, help="a CSV file (default: diabetes)")
    parser.add_argument("--target", help="the column to predict (default: the last)")
    parser.add_argument("--quick", action="store_true", help="4 splits, less search: a minute")
    options = parser.parse_args(arguments)
    effort = QUICK if options.quick else FULL
    try:
        if options.dataset is None:
            from sklearn.datasets import load_diabetes

            if options.target:
                raise BadTable("--target belongs to a file: name the CSV file before it.")
            X, y = load_diabetes(return_X_y=True)
            name, target = "diabetes", "progression after a year"
        else:
            X, y, target = read(options.dataset, options.target)
            name = options.dataset.stem
    except BadTable as error:
        print(error, file=sys.stderr)
        return 1
    scores = protocol(X, y, effort, shown=True)
    print(report(name, len(y), target, scores))
    return 0


if __name__ == "__main__":
    sys.exit(main())
