"""A made-up chapter in torch, until the course has its own: two exercises, their laws, a notebook.

90.1 `tensor_dropout`   inverted dropout on tensors
90.2 `train`            some steps of Adam on a linear layer, from a given start
"""

from __future__ import annotations

import sys
import types
from typing import Any

import numpy as np
import torch
from classroom_tiny import STUB, code, text
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_notebook

from autograder.referee import grade
from dropout_course import course, exercises
from dropout_course.engine.features import rounded
from dropout_course.engine.laws import Law
from dropout_course.engine.mistakes import Mistakes, question

STEM = "90-torch"
X = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])
Y = np.array([[1.0], [-1.0]])


def kept_units(student, case):
    x, mask = torch.tensor([1.0, -2.0, 4.0]), torch.tensor([True, False, True])
    got = student.tensor_dropout(x, mask, 0.2)
    case.form(got, x)
    case.equal(got, np.array([1.25, 0.0, 5.0], np.float32))


def dtype_stays(student, case):
    for dtype in (torch.float64, torch.float32):
        x = torch.ones(2, 3, dtype=dtype)
        got = student.tensor_dropout(x, x > 0, 0.5)
        case.equal(got, 2 * np.ones((2, 3)))
        case.form(got, x)


def hidden_kept_units(student, case):
    for _ in range(3):
        x, p = case.normal(3, 4), case.rate()
        mask = case.mask(x.shape, p)
        got = student.tensor_dropout(torch.tensor(x), torch.tensor(mask), p)
        case.equal(got, np.where(mask, x / (1 - p), 0))


def five_steps(student, case):
    case.equal(student.train(X, Y, 5), adam(X, Y, 5), tol=1e-6, what="the weights")


def no_step(student, case):
    case.equal(student.train(X, Y, 0), np.zeros((1, 3)), tol=1e-12, what="the weights")


def hidden_steps(student, case):
    x = case.normal(4, 3)
    y = case.normal(4, 1)
    case.equal(student.train(x, y, 3), adam(x, y, 3), tol=1e-6, what="the weights")


def adam(x: np.ndarray, y: np.ndarray, steps: int, rate: float = 0.1) -> np.ndarray:
    """Train a linear layer without bias from zero on the mean squared error, in NumPy."""
    w, m, v = np.zeros((1, 3)), 0.0, 0.0
    for t in range(1, steps + 1):
        g = (2 / len(x)) * (x @ w.T - y).T @ x
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w = w - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


def divides_by_p(x, mask, p):
    return torch.where(mask, x / p, torch.zeros_like(x))


@question("By what are kept units divided?")
def divisor(student, case):
    x, mask = torch.tensor([1.0, 2.0]), torch.tensor([True, False])
    return rounded(student.tensor_dropout(x, mask, 0.3))


KEPT = "Kept units are divided by 1 - p"
STEPS = "Five steps of Adam are five steps of Adam"
LAWS = [
    Law("tensor_dropout", KEPT, 3, kept_units, core=True),
    Law("tensor_dropout", "The dtype stays", 1, dtype_stays),
    Law("train", STEPS, 2, five_steps, core=True),
    Law("train", "No step changes nothing", 1, no_step),
]
HIDDEN = [
    Law("tensor_dropout", KEPT, 1, hidden_kept_units, core=True, hidden=True),
    Law("train", STEPS, 1, hidden_steps, core=True, hidden=True),
]


RIGHT = {
    "tensor_dropout": """def tensor_dropout(x, mask, p):
    return torch.where(mask, x / (1 - p), torch.zeros_like(x))""",
    "train": """def train(x, y, steps):
    x, y = torch.tensor(x), torch.tensor(y)
    layer = torch.nn.Linear(3, 1, bias=False, dtype=torch.float64)
    torch.nn.init.zeros_(layer.weight)
    adam = torch.optim.Adam(layer.parameters(), lr=0.1)
    for _ in range(steps):
        adam.zero_grad()
        torch.nn.functional.mse_loss(layer(x), y).backward()
        adam.step()
    return layer.weight.detach().numpy()""",
}


def notebook(**answers: str) -> NotebookNode:
    """Give the released notebook, with some answers in it."""
    cells = [text("title", "# 90. Torch"), code("setup", "import torch", tags=["setup"])]
    for number, (name, points) in enumerate((("tensor_dropout", 8), ("train", 6)), start=1):
        source = answers.get(name, STUB.format(name=name))
        cells += [
            text(f"{name}-text", f"### Exercise 90.{number} · {name}"),
            code(name, source, solution=True, locked=False),
            code(f"{name}-check", f'check("{name}")', grade=True, points=points),
        ]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "dropout_course": {"chapter": STEM, "release": "aaaa"},
    }
    made = new_notebook(cells=cells, metadata=metadata)
    made.nbformat_minor = 5
    return made


def install(patch: Any) -> None:
    """Make it a chapter of the course, with pytest's `MonkeyPatch`."""
    listed = {
        name: course.Exercise(
            name, "90", STEM, f"90.{number}", name, points, (name,), (), f"{STEM}.html#{name}"
        )
        for number, (name, points) in enumerate((("tensor_dropout", 8), ("train", 6)), start=1)
    }
    patch.setattr(course, "exercises", lambda: listed)
    patch.setattr(course, "chapters", lambda: {"90": {"stem": STEM, "library": "torch"}})
    known = Mistakes()
    known.whole("divided-by-p", "Divided by p", "Divide by 1 - p, not by p.", of="tensor_dropout")(
        divides_by_p
    )
    for name, entries in (("tensor_dropout", known), ("train", Mistakes())):
        for package, laws in (("dropout_course.exercises", LAWS), ("autograder.hidden", HIDDEN)):
            module = types.ModuleType(f"{package}.ch90_torch.{name}")
            own = {f"law{i}": law for i, law in enumerate(laws) if law.exercise == name}
            vars(module).update(own, mistakes=entries, divisor=divisor)
            patch.setitem(sys.modules, module.__name__, module)
    symptoms = {"tensor_dropout": {"divided-by-p": ["divisor"]}, "train": {}}
    patch.setattr(exercises, "symptoms", lambda: symptoms)
    grade.laws_of.cache_clear()
    exercises.bank.cache_clear()
