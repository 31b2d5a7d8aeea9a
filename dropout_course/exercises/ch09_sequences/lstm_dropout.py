"""9.2 lstm_dropout: where a mask may stand in an LSTM."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, finite, overwrites, rounded, values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch09_sequences import lstm
from dropout_course.exercises.ch09_sequences.wrong_lstm import mistakes, right

__all__ = ["mistakes"]

YES, NO = np.array([[True]]), np.array([[False]])


# What is true of every right answer ------------------------------------------------------------


def by_hand():
    """Give an LSTM with one unit: three gates are ½, and the candidate is tanh(x + h)."""
    one = np.array([[0.0, 0.0, 1.0, 0.0]])
    return np.array([[[1.0]], [[-2.0]]]), {"Wx": one, "Wh": one, "b": np.zeros(4)}, YES, YES


def agree(student, case, kind, nets):
    """Require the states of some LSTMs."""
    calls = [(*net, kind, p) for net, p in nets]
    case.gives(student.lstm_forward, [(call, right(*call)) for call in calls])


def without(net, *names):
    """Put zeros in the place of some arrays of an LSTM."""
    x, params, zx, zh = net
    x = 0 * x if "x" in names else x
    return x, {n: 0 * w if n in names else w for n, w in params.items()}, zx, zh


@law("'none': an LSTM with the gates i, f, g, o", weight=4, core=True)
def plain(student, case):
    agree(student, case, "none", [(by_hand(), 0.5), (lstm(case, 4, 3, 2, 3), 0.4)])


@law("'gal': the inputs are masked, alike in every step", weight=3)
def inputs(student, case):
    # Without recurrent weights only the inputs can be masked.
    nets = [by_hand(), lstm(case, 4, 3, 5, 2)]
    agree(student, case, "gal", [(without(net, "Wh"), p) for net, p in zip(nets, (0.5, 0.3))])  # noqa: B905


@law("'gal': what comes back is masked, what goes out is not", weight=3)
def recurrent(student, case):
    nets = [
        (without(lstm(case, 3, 2, 1, 2), "x"), 0.3),
        (without(lstm(case, 5, 3, 2, 6), "x"), 0.6),
    ]
    agree(student, case, "gal", nets)


@law("'semeniuta': the candidate is masked, and nothing else", weight=4)
def candidate(student, case):
    agree(student, case, "semeniuta", [(by_hand(), 0.5), (lstm(case, 4, 3, 2, 6), 0.3)])


@law("p = 1 gives no NaN", weight=1, edge=True)
def all_dropped(student, case):
    x, params, zx, zh = lstm(case, 3, 2, 2, 2)
    kinds = ("gal", "semeniuta")
    calls = [(x, params, zx & False, zh & False, kind, 1.0) for kind in kinds]
    answers = [student.lstm_forward(*call) for call in calls]
    for answer in answers:
        got = case.array(answer, (3, 2, 2))
        case.that(np.isfinite(got).all(), "there is a NaN or an infinity", received=got)


@law("float32 stays float32, and no argument is written to", weight=1, edge=True)
def form(student, case):
    x, params, zx, zh = lstm(case, 3, 2, 2, 2)
    x = case.frozen(x.astype(np.float32))
    params = {name: case.frozen(w.astype(np.float32)) for name, w in params.items()}
    answers = [
        student.lstm_forward(x, params, zx, zh, k, 0.5) for k in ("none", "gal", "semeniuta")
    ]
    for answer in answers:
        case.form(answer, x)


# By what a wrong answer is recognised ----------------------------------------------------------

# One unit, gates open or shut, and numbers so small that tanh is the identity: what comes out
# is a sum, in units of SMALL, in which every mask can be seen.
SMALL, OPEN = 1e-3, 40.0


def probe(student, kind, zh, zx=YES, wx=0.0, wh=0.0, bias=1.0, forget=-OPEN):
    """Run three steps of the small LSTM with p = 0.2, and give its states in units of SMALL."""
    params = {
        "Wx": np.array([[0.0, 0.0, wx, 0.0]]),
        "Wh": np.array([[0.0, 0.0, wh, 0.0]]),
        "b": np.array([OPEN, forget, SMALL * bias, OPEN]),
    }
    x = np.full((3, 1, 1), SMALL)
    return rounded(student.lstm_forward(x, params, zx, zh, kind, 0.2).value / SMALL, 3)


@question("What are the states without dropout?")
def states(student, case):
    # Masks that keep everything: what 'none' does with masks is another question.
    x, params, _, _ = lstm(case, 3, 2, 2, 2)
    every = np.ones((2, 2), bool)
    return rounded(student.lstm_forward(x, params, every, every, "none", 0.0))


@question("Does 'none' use the masks?")
def masks_in_none(student, case):
    x, params, zx, zh = lstm(case, 3, 2, 2, 2)
    a, b = (student.lstm_forward(x, params, *m, "none", 0.4) for m in ((zx, zh), (~zx, ~zh)))
    return np.allclose(a.value, b.value)


@question("By what are the inputs multiplied in 'gal'?")
def inputs_gal(student, case):
    return [values(probe(student, "gal", YES, z, wx=1.0, bias=0.0)) for z in (YES, NO)]


@question("By what is the state multiplied on its way back in 'gal'?")
def back_gal(student, case):
    # The bias alone comes in: 1, then 1 + d, then 1 + d + d².
    return [probe(student, "gal", z, wh=1.0) for z in (YES, NO)]


@question("What becomes of the cell state in 'gal'?")
def cell_gal(student, case):
    return [probe(student, "gal", z, forget=OPEN) for z in (YES, NO)]


@question("What becomes of the cell state in 'semeniuta'?")
def cell_semeniuta(student, case):
    return [probe(student, "semeniuta", z, forget=OPEN) for z in (YES, NO)]


@question("What becomes of a candidate in 'semeniuta' that tanh bends?")
def bent_semeniuta(student, case):
    return probe(student, "semeniuta", YES, bias=1 / SMALL)[0]


@question("Are the inputs masked in 'semeniuta'?")
def inputs_semeniuta(student, case):
    got = probe(student, "semeniuta", YES, NO, wx=1.0, bias=0.0)
    return bool(got.any())


@question("Is it finite at p = 1?", edge=True)
def at_one(student, case):
    x, params, zx, zh = lstm(case, 2, 1, 1, 1)
    return finite(student.lstm_forward(x, params, zx & False, zh & False, "gal", 1.0))


@question("Which dtype comes out for float32?", edge=True)
def kind(student, case):
    x, params, zx, zh = lstm(case, 2, 1, 1, 1)
    params = {name: w.astype(np.float32) for name, w in params.items()}
    return dtype(student.lstm_forward(x.astype(np.float32), params, zx, zh, "none", 0.5))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    x, params, zx, zh = lstm(case, 2, 1, 1, 1)
    return overwrites(student.lstm_forward, case.frozen(x), params, zx, zh, "none", 0.5)
