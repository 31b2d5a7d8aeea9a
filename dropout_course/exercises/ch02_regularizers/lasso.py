"""2.2 lasso: soft thresholding, and the iterates of ISTA."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch02_regularizers import problem
from dropout_course.exercises.ch02_regularizers.wrong_updates import mistakes

__all__ = ["mistakes"]  # what people write instead

W = np.array([3.0, -2.0, 0.5, -0.25])
X = np.array([[2.0, 0.5, -1.0], [0.0, 1.0, 0.5], [1.0, -1.0, 2.0], [0.5, 0.0, 1.0]])
Y = np.array([3.0, -2.0, 1.0, 0.5])

# What is true of every right answer ------------------------------------------------------------


@law("Entries move towards 0 by t, and stop there", weight=3, core=True)
def moves_and_stops(student, case):
    small = (np.array([3.0, -1.0, 0.5, -2.0, 0.0]), 1.0), np.array([2.0, 0.0, 0.0, -1.0, 0.0])
    examples = [small]
    for shape, t in (((8,), 0.9), ((3, 4), 1.1)):
        w = case.apart(*shape)
        w.flat[:4] = t + 0.5, -t - 0.25, t / 2, -t / 2
        moved = np.where(w > t, w - t, np.where(w < -t, w + t, 0))
        examples.append(((w, t), moved))
    case.gives(student.soft_threshold, examples)


@law("A threshold of 0 changes nothing", weight=1)
def no_threshold(student, case):
    some = (np.array([1.0, -2.0, 0.0]), case.normal(2, 3))
    case.gives(student.soft_threshold, [((w, 0.0), w) for w in some])


@law("One update from zero", weight=2)
def one_update(student, case):
    # with orthonormal columns the largest singular value is 1, and one step is the solution
    X, y = np.eye(3), np.array([3.0, -1.0, 0.5])
    other = np.array([[2.0, 1.0], [1.0, 2.0]])  # singular values 3 and 1
    examples = [
        ((X, y, 1.0, 0), np.zeros(3)),
        ((X, y, 1.0, 1), np.array([2.0, 0.0, 0.0])),
        ((2 * X, y, 1.0, 1), np.array([1.25, -0.25, 0.0])),
        ((other, np.array([6.0, 3.0]), 9.0, 1), np.array([6 / 9, 3 / 9])),
    ]
    case.gives(student.lasso_ista, examples, what="w")


@law("Every further update is a gradient step and a threshold", weight=3)
def every_update(student, case):
    for A, b, lam in ((X, Y, 4.0), (*problem(case, 7, 4), 0.8)):
        top = np.linalg.svd(A, compute_uv=False)[0]
        asked = [student.lasso_ista(A, b, lam, steps) for steps in range(1, 6)]
        w = case.array(asked[0], (A.shape[1],))
        for number, answer in enumerate(asked[1:], 2):
            a = w - A.T @ (A @ w - b) / top**2
            want = a - np.clip(a, -lam / top**2, lam / top**2)
            what = f"w after {number} steps, one update on from {number - 1},"
            case.equal(answer, want, what=what)
            w = case.array(answer)


@law("In the end, zeros stand where the loss pulls with less than λ", weight=2)
def optimal_in_the_end(student, case):
    A, y = problem(case, 8, 5, high=1.4)
    pull = np.abs(A.T @ y).max()
    lam = 0.8 * pull
    none, some = student.lasso_ista(A, y, 1.01 * pull, 5), student.lasso_ista(A, y, lam, 100)
    case.equal(none, np.zeros(5), what="w for λ above the largest |Xᵀy|")
    w = case.array(some, (5,))
    force = A.T @ (y - A @ w)
    case.that(np.abs(force).max() <= lam * (1 + 1e-6), "no weight may be pulled with more than λ")
    on = w != 0
    case.equal(force[on], lam * np.sign(w[on]), tol=1e-6, what="the pull on weights that are not 0")


@law("float32 stays float32, and the inputs stay as they are", weight=1, edge=True)
def form(student, case):
    w, X = (
        case.frozen(np.array([1.5, -0.5, 0.25], np.float32)),
        case.frozen(np.eye(3, dtype=np.float32)),
    )
    case.form(student.soft_threshold(w, 0.5), w)
    case.form(student.lasso_ista(X, w, 0.5, 2), w, what="w")


# By what a wrong answer is recognised ----------------------------------------------------------


@question("What becomes of large and small entries?")
def threshold(student, case):
    return rounded(student.soft_threshold(W, 0.75))


@question("What is w after no step?")
def start(student, case):
    return rounded(student.lasso_ista(X, Y, 1.5, 0))


@question("What is w after one step and after three?")
def iterates(student, case):
    return [rounded(student.lasso_ista(X, Y, 1.5, steps)) for steps in (1, 3)]


@question("Which dtype has the result for float32?", edge=True)
def kind(student, case):
    return dtype(student.lasso_ista(X.astype(np.float32), Y.astype(np.float32), 1.5, 1))


@question("Does soft_threshold write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.soft_threshold, case.frozen(W), 0.75)
