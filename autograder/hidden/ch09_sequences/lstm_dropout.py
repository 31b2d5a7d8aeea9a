"""Hidden laws of 9.2 lstm_dropout."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch09_sequences import lstm
from dropout_course.exercises.ch09_sequences import lstm_dropout as visible
from solutions.ch09_sequences import lstm_forward

SIZES = ((1, 2, 3, 2), (6, 1, 1, 4), (3, 4, 2, 1), (5, 2, 6, 3))  # T, B, D, H


def nets(case, kind, *zeros):
    """Draw LSTMs of many sizes, the last one in four memory layouts."""
    drawn = []
    for sizes in SIZES:
        p = case.rate()
        drawn.append((*visible.without(lstm(case, *sizes, p=p), *zeros), kind, p))
    x, params, zx, zh = visible.without(lstm(case, 3, 3, 2, 4), *zeros)
    drawn += [(laid, params, zx, zh, kind, 0.4) for laid in case.layouts(x)]
    return drawn


@visible.plain.against(lstm_forward, weight=2)
def plain(case):
    return nets(case, "none")


@visible.inputs.against(lstm_forward, weight=1.5)
def inputs(case):
    return nets(case, "gal", "Wh")


@visible.recurrent.against(lstm_forward, weight=1.5)
def recurrent(case):
    # Of more than one unit: one that is kept, and one that is not.
    sizes = ((3, 2, 2, 2), (6, 1, 1, 4), (4, 3, 1, 5))
    drawn = [(lstm(case, *size, p=0.5), case.rate()) for size in sizes]
    return [(*visible.without(net, "x"), "gal", p) for net, p in drawn]


@visible.candidate.against(lstm_forward, weight=2)
def candidate(case):
    return nets(case, "semeniuta")


@visible.all_dropped.elsewhere(weight=0.5)
def all_dropped(student, case):
    visible.all_dropped.body(student, case)


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for kind in (np.float32, np.float64):
        x, params, zx, zh = lstm(case, 2, 3, 2, 2)
        x = case.frozen(x.astype(kind))
        params = {name: w.astype(kind) for name, w in params.items()}
        for how in ("none", "gal", "semeniuta"):
            case.form(
                student.lstm_forward(x, params, case.frozen(zx), case.frozen(zh), how, 0.4), x
            )
