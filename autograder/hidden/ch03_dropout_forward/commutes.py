"""Hidden laws of 3.6 commutes."""

from __future__ import annotations

import numpy as np

from autograder.hidden.ch03_dropout_forward import SHAPES
from dropout_course.exercises.ch03_dropout_forward import commutes as visible
from dropout_course.scenes import function
from solutions.ch03_dropout_forward import placement_gap


@visible.gap_by_hand.elsewhere(weight=2)
def gap_by_hand(student, case):
    examples = []
    for shape in SHAPES:
        p, b = case.rate(), 0.7
        args = (case.apart(*shape), case.mask(shape, p), p)
        f = case.fn("affine", a=-1.5, b=b)
        examples.append(((f, *args), placement_gap(function("affine")(a=-1.5, b=b), *args)))
    # not one unit alone is at fault: maximum, mean, sum and norm differ
    z, mask = np.array([[0.5, -1.0], [2.0, -0.7]]), np.array([[True, True], [True, False]])
    functions = ("tanh", "sigmoid", "gelu", "tanh")
    for name, laid_out in zip(functions, case.layouts(z), strict=True):
        want = placement_gap(function(name)(), z, mask, 0.3)
        examples.append(((case.fn(name), laid_out, mask, 0.3), want))
    case.gives(student.placement_gap, examples, what="the gap")


@visible.no_gap.elsewhere(weight=1)
def no_gap(student, case):
    functions = [case.fn(name) for name in ("relu", "leaky_relu", "linear", "abs")]
    for dtype in (np.float64, np.float32):
        visible.require_no_gap(student, case, functions, (2, 3, 4), dtype)


@visible.a_gap.elsewhere(weight=1)
def a_gap(student, case):
    z, examples = np.array([-2.0]), []
    for name in ("tanh", "sigmoid", "gelu"):
        for kept in (True, False):
            args = (z, np.array([kept]), 0.3)
            examples.append(((case.fn(name), *args), placement_gap(function(name)(), *args)))
    case.gives(student.placement_gap, examples, what="the gap")


@visible.edges_of_p.elsewhere(weight=0.5)
def edges_of_p(student, case):
    functions = [(case.fn("affine", a=2.0, b=b), b) for b in (0.0, case.rate())]
    visible.require_edges(student, case, functions, (3, 2))


@visible.right_functions.elsewhere(weight=2)
def right_functions(student, case):
    turned = [list(np.roll(visible.NAMES, k)) for k in (1, 4)]
    selections = [list(map(str, names)) for names in turned] + [[name] for name in visible.NAMES]
    visible.require_right(case, [(names, student.commuting(names)) for names in selections])


@visible.only_those_asked_for.elsewhere(weight=1)
def only_those_asked_for(student, case):
    selections = [[], ["gelu"]]
    for _ in range(6):
        selections.append([name for name in visible.NAMES if case.choice([True, False])])
    visible.require_asked(case, [(names, student.commuting(names)) for names in selections])
