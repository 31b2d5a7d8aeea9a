"""The tasks on which services are compared: classes that cannot be looked up.

The digits are public, and so are their labels; however they are turned, who aligns them with the
public ones has looked them up. So a task's classes are drawn from the course's key altogether, by
what a student has as well (`package/clouds.py`).
"""

from __future__ import annotations

import runpy
from dataclasses import dataclass

import numpy as np

from autograder.capstone.drawing import CLEAN
from autograder.capstone.playing import importable
from autograder.referee.inputs import exercise_seed

COUNT = 5
TRAIN, NOISE, CLASSES = 0.6, 0.5, 10


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
    return [_task(exercise_seed(key, "", f"capstone task {i}", b"")) for i in range(COUNT)]


def _task(seed: int) -> Task:
    rng = np.random.default_rng(seed)
    inputs, truth = runpy.run_path(str(CLEAN / "clouds.py"))["clouds"](rng)
    n = int(TRAIN * len(truth))
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
