"""Hidden laws of 9.5 embedding_dropout."""

from __future__ import annotations

import numpy as np

from dropout_course.exercises.ch09_sequences import embedding_dropout as visible

SIZES = ((1, 1, 1, 1), (9, 2, 1, 20), (4, 5, 6, 3), (12, 1, 2, 12))  # V, D, B, T


def calls(case):
    """Draw calls of many sizes, the last ones in four memory layouts."""
    drawn = []
    for sizes in SIZES:
        p = case.rate()
        drawn.append((*visible.drawn(case, *sizes, p=p), p))
    table, ids, mask = visible.drawn(case)
    zipped = zip(case.layouts(table), case.layouts(ids), case.layouts(mask), strict=True)
    return drawn + [(*laid, 0.4) for laid in zipped]


@visible.dropped.elsewhere(weight=2)
def dropped(student, case):
    visible.require_zeros(student, case, calls(case))


@visible.scaled.elsewhere(weight=1.5)
def scaled(student, case):
    visible.require_values(student, case, calls(case))


@visible.ends.elsewhere(weight=0.5)
def ends(student, case):
    for sizes in SIZES:
        visible.require_ends(student, case, *visible.drawn(case, *sizes))


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    for kind in (np.float32, np.float64):
        table, ids, mask = (case.frozen(a) for a in visible.drawn(case))
        answer = student.embedding_dropout(case.frozen(table.astype(kind)), ids, mask, 0.3)
        case.form(answer, np.zeros((*ids.shape, table.shape[1]), kind))
