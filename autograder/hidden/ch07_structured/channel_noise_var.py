"""Hidden laws of 7.2 channel_noise_var."""

from __future__ import annotations

from dropout_course.exercises.ch07_structured import channel_noise_var as visible
from solutions.ch07_structured import channel_noise_var

SHAPES = ((2, 2), (1, 7), (8, 8), (6, 3))


@visible.element.against(channel_noise_var, weight=2)
def element(case):
    calls = [(case.apart(*shape), case.rate(), "element") for shape in SHAPES]
    return calls + [(x, 0.3, "element") for x in case.layouts(case.apart(3, 4))]


@visible.channel.against(channel_noise_var, weight=1.5)
def channel(case):
    calls = [(1 + case.uniform(*shape), case.rate(), "channel") for shape in SHAPES]
    return calls + [(x, 0.3, "channel") for x in case.layouts(1 + case.uniform(3, 4))]


@visible.ends.against(channel_noise_var, weight=0.5)
def ends(case):
    x = case.apart(3, 2)
    return [(x, p, kind) for p in (0.0, 1.0) for kind in ("element", "channel")]
