"""The tasks on which services are compared: digits that cannot be looked up.

The digits are public, and so are their labels. So a task's inputs are rotated in the space of the
pixels and noisy, by draws from the course's key: what is learned from the public ones is of no use.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.capstone.playing import importable
from autograder.referee.inputs import exercise_seed

COUNT = 5
TRAIN, NOISE, CLASSES = 0.6, 0.5, 10
PIXEL_NOISE = 0.5  # pixels go from 0 to 16


@dataclass(frozen=True)
class Task:
    """What a service is trained on (N, 64), asked (M, 64), and should have answered (M,)."""

    X: np.ndarray
    y: np.ndarray
    asked: np.ndarray
    truth: np.ndarray
    seed: int


def tasks(key: bytes) -> list[Task]:
    """Draw the tasks of a course, the same for every student."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return [_task(X, y, exercise_seed(key, "", f"capstone task {i}", b"")) for i in range(COUNT)]


def _task(X: np.ndarray, y: np.ndarray, seed: int) -> Task:
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    rotation = np.linalg.qr(rng.normal(size=(X.shape[1], X.shape[1])))[0]
    inputs = X[order] @ rotation + rng.normal(0.0, PIXEL_NOISE, X.shape)
    truth, n = y[order], int(TRAIN * len(y))
    other = (truth[:n] + rng.integers(1, CLASSES, n)) % CLASSES
    seen = np.where(rng.random(n) < NOISE, other, truth[:n])
    return Task(inputs[:n], seen, inputs[n:], truth[n:], int(rng.integers(2**31)))


def baseline(all_tasks: list[Task]) -> list[float]:
    """Give the errors of the package's own service, without bugs, task by task."""
    with importable():
        from dropnet import service

        errors = []
        for task in all_tasks:
            predicted = service.fit(task.X, task.y, task.seed)(task.asked)["mean"]
            errors.append(float(np.mean(predicted.argmax(axis=1) != task.truth)))
        return errors
