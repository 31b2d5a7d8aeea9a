"""10.3 order_is_safe: every dropout that stands upstream of a batch norm."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question

OTHERS = ("linear", "conv", "relu", "add", "softmax")  # layer norm has a law of its own
SMALL = ["dropout", "batchnorm", "linear", "dropout", "batchnorm"]


def pairs_in(got):
    """Give the pairs in whatever sequence carries them, sorted; None if there are none in it."""
    try:
        found = sorted(tuple(int(i) for i in pair) for pair in got)
    except (TypeError, ValueError):
        return None
    return found if all(len(pair) == 2 for pair in found) else None


def require_pairs(case, answer, want):
    """Require these pairs, in any order."""
    got = answer.value
    found = pairs_in(got)
    case.that(found is not None, "the result must be a list of pairs", received=got, kind="type")
    case.that(found == sorted(want), "these are not the pairs of the chain",
              expected=sorted(want), received=got)  # fmt: skip


def filler(case, low, high):
    """Draw some layers that play no part."""
    return [case.choice(OTHERS) for _ in range(case.integers(low, high))]


def chain(case, pattern):
    """Put layers that play no part around and between those of a pattern; give their places."""
    layers, places = filler(case, 0, 3), []
    for name in pattern:
        places.append(len(layers))
        layers += [name, *filler(case, 1, 4)]
    return layers, places


# What is true of every right answer ------------------------------------------------------------


@law("Every dropout pairs with every batch norm behind it", weight=4, core=True)
def all_pairs(student, case):
    names = ("batchnorm", "dropout", "batchnorm", "dropout", "dropout", "batchnorm", "batchnorm")
    layers, (_, a, k, b, c, m, n) = chain(case, names)
    want = [(a, k), (a, m), (a, n), (b, m), (b, n), (c, m), (c, n)]
    asked = [(student.order_is_safe(SMALL), [(0, 1), (0, 4), (3, 4)])]
    asked.append((student.order_is_safe(layers), want))
    for answer, pairs in asked:
        require_pairs(case, answer, pairs)


@law("Without such a pair the list is empty", weight=2)
def safe(student, case):
    patterns = (["batchnorm", "dropout"], ["dropout", "layernorm"], ["dropout"], ["batchnorm"] * 2)
    chains = [["batchnorm", "relu", "dropout"], [], *(chain(case, names)[0] for names in patterns)]
    for answer in [student.order_is_safe(layers) for layers in chains]:
        require_pairs(case, answer, [])


@law("What lies between, and how much of it, does not matter", weight=2)
def distance(student, case):
    asked = []
    for between in ([], ["relu"], ["linear"], ["conv", "relu", "add"], filler(case, 4, 9)):
        layers = ["dropout", *between, "batchnorm"]
        asked.append((student.order_is_safe(layers), [(0, len(layers) - 1)]))
    for answer, pairs in asked:
        require_pairs(case, answer, pairs)


@law("The result is a list of tuples of two ints", weight=1, edge=True)
def form(student, case):
    for answer in [student.order_is_safe(layers) for layers in (SMALL, ["relu", "dropout"])]:
        got = answer.value  # what is read last is the call that a report shows
        good = isinstance(got, list) and all(
            isinstance(pair, tuple)
            and all(isinstance(i, (int, np.integer)) and not isinstance(i, bool) for i in pair)
            for pair in got
        )
        case.that(
            good, "the result must be a list of tuples of two ints", received=got, kind="type"
        )


# By what a wrong answer is recognised, and what people write instead --------------------------


def found(student, *layers):
    """Give the pairs, or the type of what came in their place."""
    got = value_of(student.order_is_safe(list(layers)))
    pairs = pairs_in(got)
    return type(got).__name__ if pairs is None else [list(pair) for pair in pairs]


@question("What is found with neighbours?")
def neighbours(student, case):
    return found(student, "relu", "dropout", "batchnorm")


@question("And with a relu between?")
def apart(student, case):
    return found(student, "dropout", "relu", "batchnorm")


@question("And with a linear layer between?")
def shielded(student, case):
    return found(student, "dropout", "linear", "batchnorm")


@question("And with two batch norms behind?")
def two_behind(student, case):
    return found(student, "dropout", "batchnorm", "batchnorm")


@question("And with two dropouts in front?")
def two_in_front(student, case):
    return found(student, "dropout", "dropout", "batchnorm")


@question("And with the batch norm first?")
def turned_round(student, case):
    return found(student, "batchnorm", "dropout")


@question("And with a layer norm?")
def layer_norm(student, case):
    return found(student, "dropout", "layernorm")


@question("Is the result a list of tuples?", edge=True)
def kind(student, case):
    got = value_of(student.order_is_safe(SMALL))
    return [type(got).__name__, sorted({type(pair).__name__ for pair in got})]


def chain_form(
    counted=lambda layers, i, j: True,
    upstream=lambda i, j: i < j,
    norms=("batchnorm",),
    given=lambda i, j: (i, j),
    result=lambda pairs: pairs,
):
    """All pairs of a dropout and a batch norm that fulfil some conditions."""

    def order_is_safe(layers):
        places = range(len(layers))
        return result([
            given(i, j)
            for i in places
            for j in places
            if layers[i] == "dropout" and layers[j] in norms and upstream(i, j)
            if counted(layers, i, j)
        ])  # fmt: skip

    return order_is_safe


mistakes = Mistakes(order_is_safe=chain_form)
mistakes.row(
    "neighbours-alone",
    "Neighbours alone",
    "You find only a dropout directly in front of a batch norm; the shift travels on, through "
    "whatever lies between.",
    counted=lambda layers, i, j: j == i + 1,
)
mistakes.row(
    "nearest-batchnorm-alone",
    "The nearest batch norm alone",
    "Each dropout is paired with the first batch norm behind it; those further on see its noise "
    "too.",
    counted=lambda layers, i, j: "batchnorm" not in layers[i + 1 : j],
)
mistakes.row(
    "first-pair-alone",
    "The first pair alone",
    "Only the first dropout is paired, with one batch norm; a chain can hold several pairs.",
    counted=lambda layers, i, j: (i, j) == (layers.index("dropout"), layers.index("batchnorm")),
)
mistakes.row(
    "nearest-dropout-alone",
    "The nearest dropout alone",
    "Each batch norm is paired with the last dropout in front of it; earlier ones "
    "reach it as well.",
    counted=lambda layers, i, j: "dropout" not in layers[i + 1 : j],
)
mistakes.row(
    "weights-shield",
    "Weights as a shield",
    "A linear or convolutional layer between the two does not make the pair safe: the variance of "
    "its output shifts as well.",
    counted=lambda layers, i, j: not {"linear", "conv"} & set(layers[i + 1 : j]),
)
mistakes.row(
    "downstream-for-upstream",
    "Downstream instead of upstream",
    "You list dropouts behind a batch norm, which do no harm to it; the dropout comes first.",
    upstream=lambda i, j: i > j,
)
mistakes.row(
    "either-order",
    "Order ignored",
    "You list every dropout with every batch norm; one that stands behind a batch norm does not "
    "reach it.",
    upstream=lambda i, j: True,
)
mistakes.row(
    "layernorm-counted",
    "Layer norm counted as well",
    "Layer norm takes its statistics from the example at hand, in both modes, and stores nothing; "
    "only batch norms count.",
    norms=("batchnorm", "layernorm"),
)
mistakes.row(
    "counted-from-one",
    "Counted from 1",
    "Positions are counted from 0, as Python does; yours begin at 1.",
    given=lambda i, j: (i + 1, j + 1),
)
mistakes.row(
    "indices-exchanged",
    "Indices exchanged",
    "The index of the dropout comes first, that of the batch norm second.",
    given=lambda i, j: (j, i),
)
mistakes.row(
    "says-yes-or-no",
    "Yes or no",
    "The result is the list of unsafe pairs, empty for a safe chain, and not True or False.",
    result=lambda pairs: not pairs,
)
mistakes.row(
    "lists-for-tuples",
    "Lists for tuples",
    "Each pair must be a tuple (dropout_index, batchnorm_index), not a list.",
    result=lambda pairs: [list(pair) for pair in pairs],
)
