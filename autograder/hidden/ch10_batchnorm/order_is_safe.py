"""Hidden laws of 10.3 order_is_safe."""

from __future__ import annotations

from dropout_course.exercises.ch10_batchnorm import order_is_safe as visible
from dropout_course.exercises.ch10_batchnorm.order_is_safe import chain, filler, require_pairs
from solutions.ch10_batchnorm import order_is_safe

ROLES = ("dropout", "batchnorm")


def same(student, case, chains):
    """Require the pairs of the reference."""
    for layers, answer in [(layers, student.order_is_safe(layers)) for layers in chains]:
        require_pairs(case, answer, order_is_safe(layers))


@visible.all_pairs.elsewhere(weight=2)
def all_pairs(student, case):
    block = ["conv", "batchnorm", "relu", "dropout"]
    chains = [block * 4 + ["linear", "softmax"], ["dropout"] * 3 + ["batchnorm"] * 3]
    for _ in range(4):
        ends = ["batchnorm", "dropout"], ["dropout", "batchnorm", "batchnorm"]
        middle = [case.choice(ROLES) for _ in range(4)]
        chains.append(chain(case, [*ends[0], *middle, *ends[1]])[0])
    same(student, case, chains)


@visible.safe.elsewhere(weight=1)
def safe(student, case):
    chains = [chain(case, ["batchnorm"] * k + ["dropout"] * 3)[0] for k in (1, 4)]
    same(student, case, [["softmax"], ["layernorm", "dropout", "layernorm"] * 3, *chains])


@visible.distance.elsewhere(weight=1)
def distance(student, case):
    gaps = [["dropout", *filler(case, k, k + 1), "batchnorm"] for k in (0, 1, 2, 30)]
    same(student, case, [["dropout", "linear", "relu", "conv", "batchnorm"], *gaps])


@visible.form.elsewhere(weight=0.5)
def form(student, case):
    visible.form.body(student, case)
