"""2.4 max_norm: a limit on the length of each row."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting

# What is true of every right answer ------------------------------------------------------------


def lengths(W):
    """Give the Euclidean norm of every row."""
    return np.sqrt((W * W).sum(axis=1))


@law("Long rows are shortened to c and keep their direction", weight=3, core=True)
def long_rows(student, case):
    W = case.apart(4, 3)
    c = 0.5 * float(lengths(W).min())
    examples = [((np.array([[3.0, 4.0], [0.0, -2.0]]), 1.0), np.array([[0.6, 0.8], [0.0, -1.0]]))]
    examples.append(((W, c), W * (c / lengths(W))[:, None]))
    case.gives(student.max_norm, examples)


@law("Rows up to c are unchanged, rows of zeros too", weight=2)
def short_rows(student, case):
    W = np.array([[0.3, 0.4], [3.0, 4.0], [0.0, 0.0]])
    every, some = student.max_norm(W, 5.0), student.max_norm(W, 1.0)
    case.equal(every, W)
    case.equal(
        case.array(some, W.shape)[[0, 2]], W[[0, 2]], what="the part with the two short rows"
    )


@law("Each row has a limit of its own", weight=2)
def row_by_row(student, case):
    W = case.apart(5, 3) * np.array([0.1, 5.0, 0.2, 3.0, 2.0])[:, None]
    whole = student.max_norm(W, 1.0)
    rows = [student.max_norm(W[i : i + 1], 1.0) for i in range(5)]
    together = case.array(whole, W.shape)
    for i, row in enumerate(rows):
        case.equal(row, together[i : i + 1], what="one row alone")


@law("Twice is the same as once", weight=1)
def twice_is_once(student, case):
    some = (np.array([[30.0, 40.0], [0.5, 0.0]]), 3 * case.apart(3, 6))
    for W, answer in [(W, student.max_norm(W, 1.5)) for W in some]:
        once = case.array(answer, W.shape)
        case.equal(student.max_norm(once, 1.5), once, what="the result of a second application")


@law("float32 stays float32, and the input stays as it is", weight=1, edge=True)
def form(student, case):
    W = case.frozen(np.array([[3.0, 4.0], [0.5, 0.0]], np.float32))
    case.form(student.max_norm(W, 1.0), W)


# By what a wrong answer is recognised ----------------------------------------------------------

W = np.array([[3.0, 4.0, 0.0], [0.1, 0.2, -0.2], [0.0, -1.0, 1.5]])


@question("What becomes of long and short rows?")
def limited(student, case):
    return [rounded(student.max_norm(W, c)) for c in (0.9, 2.0)]


@question("What becomes of a row of zeros?", edge=True)
def zeros(student, case):
    return rounded(student.max_norm(np.zeros((2, 2)), 1.0))


@question("Which dtype has the result for float32?", edge=True)
def kind(student, case):
    return dtype(student.max_norm(W.astype(np.float32), 0.9))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.max_norm, case.frozen(W), 0.9)


# What people write instead ---------------------------------------------------------------------


def norms(W):
    return np.linalg.norm(W, axis=1, keepdims=True)


def limiting(factor=lambda norm, c: np.where(norm > c, c / np.where(norm, norm, 1), 1)):
    """Multiply each row by a factor that depends on its norm."""
    return lambda W, c: (W * factor(norms(W), c)).astype(W.dtype)


mistakes = Mistakes(max_norm=limiting)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "every-row-scaled",
    "Every row scaled to c",
    "Only rows that are longer than c are scaled; here short ones are stretched to c as well.",
    factor=lambda norm, c: c / np.where(norm, norm, 1),
)
mistakes.row(
    "zero-over-zero",
    "A row of zeros becomes NaN",
    "A row of zeros has norm 0, and dividing by it gives NaN; such a row stays as it is.",
    factor=lambda norm, c: np.minimum(c / norm, 1) * np.where(norm, 1, np.nan),
)
mistakes.row(
    "norm-not-squared",
    "Norm not squared",
    "The sum of the squares of a row is compared with c; its root, the norm, is what has a limit.",
    factor=lambda norm, c: np.where(norm**2 > c, c / np.where(norm, norm, 1) ** 2, 1),
)
mistakes.row(
    "square-limited",
    "The square limited",
    "The squared norm of long rows becomes c here; the norm itself has the limit.",
    factor=lambda norm, c: np.where(norm**2 > c, np.sqrt(c) / np.where(norm, norm, 1), 1),
)
mistakes.row(
    "shortened-to-one",
    "Shortened to length 1",
    "Long rows are divided by their norm, which makes them 1 long; multiply by c as well.",
    factor=lambda norm, c: np.where(norm > c, 1 / np.where(norm, norm, 1), 1),
)
mistakes.row(
    "limit-not-in-the-numerator",
    "c missing above the line",
    "The factor is c/max(norm, c), which is 1 for short rows; without the c above the line they "
    "are divided by c.",
    factor=lambda norm, c: 1 / np.maximum(norm, c),
)
mistakes.row(
    "length-for-factor",
    "The new length as factor",
    "min(norm, c) is the length that a row should get; its factor is that divided by the norm.",
    factor=lambda norm, c: np.minimum(norm, c),
)


@mistakes.whole(
    "absolute-values-summed",
    "Absolute values summed",
    "The norm of a row is the root of the sum of its squares, not the sum of absolute values.",
)
def one_norm(W, c):
    return (W * (c / np.maximum(np.abs(W).sum(axis=1, keepdims=True), c))).astype(W.dtype)


@mistakes.whole(
    "columns-limited",
    "Columns instead of rows",
    "A row of W, shape (out, in), holds the incoming weights of a unit; here the columns "
    "are limited.",
)
def columns(W, c):
    return (W * (c / np.maximum(np.linalg.norm(W, axis=0, keepdims=True), c))).astype(W.dtype)


@mistakes.whole(
    "one-norm-for-the-matrix",
    "One norm for the matrix",
    "Each row has its own norm and its own limit; here the whole matrix has one.",
)
def whole_matrix(W, c):
    return (W * (c / np.maximum(np.linalg.norm(W), c))).astype(W.dtype)


@mistakes.whole(
    "entries-clipped",
    "Entries clipped",
    "The limit is on the norm of a row, not on its entries; clipping changes its direction.",
)
def clipped(W, c):
    return np.clip(W, -c, c)
