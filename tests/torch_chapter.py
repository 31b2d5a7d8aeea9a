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
from dropout_course import course
from dropout_course.engine.laws import law, mistake, probe

STEM = "90-torch"
X = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])
Y = np.array([[1.0], [-1.0]])


@law("tensor_dropout", "Kept units are divided by 1 - p", weight=3, core=True)
def kept_units(student, case):
    x, mask = torch.tensor([1.0, -2.0, 4.0]), torch.tensor([True, False, True])
    got = student.tensor_dropout(x, mask, 0.2)
    case.that(isinstance(got, torch.Tensor), "the result must be a tensor", received=got)
    case.equal(got.numpy(), np.array([1.25, 0.0, 5.0], np.float32))


@law("tensor_dropout", "The dtype stays", weight=1)
def dtype_stays(student, case):
    for dtype in (torch.float64, torch.float32):
        x = torch.ones(2, 3, dtype=dtype)
        got = student.tensor_dropout(x, x > 0, 0.5)
        case.equal(got.numpy(), 2 * np.ones((2, 3), got.numpy().dtype))
        case.that(got.dtype == dtype, f"{dtype} went in, and {got.dtype} came out")


def hidden_kept_units(student, case):
    for _ in range(3):
        x, p = case.normal(3, 4), case.rate()
        mask = case.mask(x.shape, p)
        got = student.tensor_dropout(torch.tensor(x), torch.tensor(mask), p)
        case.equal(got.numpy(), np.where(mask, x / (1 - p), 0))


@law("train", "Five steps of Adam are five steps of Adam", weight=2, core=True)
def five_steps(student, case):
    case.close(student.train(X, Y, 5), adam(X, Y, 5), 1e-6, what="the weights")


@law("train", "No step changes nothing", weight=1)
def no_step(student, case):
    case.close(student.train(X, Y, 0), np.zeros((1, 3)), 1e-12, what="the weights")


def hidden_steps(student, case):
    x = case.normal(4, 3)
    y = case.normal(4, 1)
    case.close(student.train(x, y, 3), adam(x, y, 3), 1e-6, what="the weights")


def adam(x: np.ndarray, y: np.ndarray, steps: int, rate: float = 0.1) -> np.ndarray:
    """Train a linear layer without bias from zero on the mean squared error, in NumPy."""
    w, m, v = np.zeros((1, 3)), 0.0, 0.0
    for t in range(1, steps + 1):
        g = (2 / len(x)) * (x @ w.T - y).T @ x
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w = w - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


@mistake("M901", "tensor_dropout", title="Divided by p", says="Divide by 1 - p, not by p.")
def divides_by_p(x, mask, p):
    return torch.where(mask, x / p, torch.zeros_like(x))


@probe("tensor_dropout")
def tell_apart(student, case):
    x, mask = torch.tensor([1.0, 2.0]), torch.tensor([True, False])
    got = student.attempt("tensor_dropout", x, mask, 0.3)
    return got.numpy() if isinstance(got, torch.Tensor) else got


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
    exercises = {
        name: course.Exercise(
            name, "90", STEM, f"90.{number}", name, points, (name,), (), f"{STEM}.html#{name}"
        )
        for number, (name, points) in enumerate((("tensor_dropout", 8), ("train", 6)), start=1)
    }
    patch.setattr(course, "exercises", lambda: exercises)
    patch.setattr(course, "chapters", lambda: {"90": {"stem": STEM, "library": "torch"}})
    visible = _module(kept_units, dtype_stays, five_steps, no_step)
    hidden = _module(
        _hidden("tensor_dropout", "Kept units are divided by 1 - p", hidden_kept_units),
        _hidden("train", "Five steps of Adam are five steps of Adam", hidden_steps),
    )
    patch.setitem(sys.modules, "dropout_course.checks.ch90_torch", visible)
    patch.setitem(sys.modules, "autograder.hidden.ch90_torch", hidden)
    known = _module(divides_by_p, tell_apart)
    patch.setitem(sys.modules, "dropout_course.mistakes.ch90_torch", known)
    grade.all_laws.cache_clear()


def _hidden(exercise: str, name: str, body: Any) -> Any:
    """Mark a law of this module as a hidden one."""
    body.__laws__ = []
    (made,) = law(exercise, name, weight=1)(body).__laws__
    body.__laws__ = [type(made)(**{**vars(made), "hidden": True})]
    return body


def _module(*bodies: Any) -> types.ModuleType:
    module = types.ModuleType(__name__)
    vars(module).update({body.__name__: body for body in bodies})
    return module
