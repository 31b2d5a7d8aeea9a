"""Hidden laws of 10.5 feature_alpha_dropout."""

from __future__ import annotations

from autograder.hidden.ch10_batchnorm import form_calls
from dropout_course.exercises.ch10_batchnorm import edge_examples
from dropout_course.exercises.ch10_batchnorm import feature_alpha_dropout as visible
from solutions.ch10_batchnorm import feature_alpha_dropout


@visible.channels.against(feature_alpha_dropout, weight=2)
def channels(case):
    x, mask = case.apart(3, 4, 2, 2), case.mask((3, 4), 0.3)
    calls = [(other, mask, 0.3) for other in case.layouts(x)]
    calls += [(x, other, 0.6) for other in case.layouts(mask)]
    return [*calls, (case.apart(1, 2, 1, 3), case.mask((1, 2), 0.3), case.rate())]


@visible.axes.against(feature_alpha_dropout, weight=1)
def axes(case):
    shapes = ((2, 3), (4, 2, 7), (3, 3, 3), (2, 3, 1, 2, 2), (2, 2, 2, 1, 2, 3))
    return [(case.apart(*shape), case.mask(shape[:2], 0.3), case.rate()) for shape in shapes]


@visible.edges_of_p.elsewhere(weight=0.5)
def edges_of_p(student, case):
    for shape in ((3, 2, 4), (2, 2, 3, 3), (1, 4, 2, 2, 2)):
        case.gives(student.feature_alpha_dropout, edge_examples(case.apart(*shape), shape[:2]))


form = visible.form.against(feature_alpha_dropout, weight=0.5, form=True)(form_calls)
